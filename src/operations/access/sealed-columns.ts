import type { SealedColumn } from '../../store/access/sealed-texts.ts'

/** Every column that holds sealed texts: what is not here would be lost with the key it was sealed with. */
export const SEALED_COLUMNS: readonly (SealedColumn & { readonly purpose: string })[] = [
  { table: 'source_secrets', column: 'sealed', boundTo: 'source_id', purpose: 'source_secrets.sealed' },
  { table: 'source_repairs', column: 'sealed_token', boundTo: 'source_id', purpose: 'source_repairs.sealed_token' },
  { table: 'ci_targets', column: 'sealed_secret', boundTo: 'id', purpose: 'ci_targets.sealed_secret' },
  { table: 'channels', column: 'sealed_secret', boundTo: 'id', purpose: 'channels.sealed_secret' },
  { table: 'totp_secrets', column: 'sealed_secret', boundTo: 'user_id', purpose: 'totp_secrets.sealed_secret' },
  {
    table: 'on_call_schedules',
    column: 'sealed_address',
    boundTo: 'id',
    purpose: 'on_call_schedules.sealed_address',
  },
  { table: 'account_mails', column: 'sealed_token', boundTo: 'link_id', purpose: 'account_mails.sealed_token' },
  { table: 'password_requests', column: 'sealed_email', boundTo: 'id', purpose: 'password_requests.sealed_email' },
  { table: 'kept_forms', column: 'sealed_form', boundTo: 'id_hash', purpose: 'kept_forms.sealed_form' },
]
