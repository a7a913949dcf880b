import { deletePasskey, listPasskeys } from '../../store/access/passkeys.ts'
import { deleteSessionsOf } from '../../store/access/sessions.ts'
import { deleteTotp, hasTotp } from '../../store/access/totp.ts'
import type { Store } from '../../store/database.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { type ByWhom, subjectOf } from './manage-users.ts'

/**
 * For somebody who lost their phone: authenticator app, recovery codes and passkeys go, sessions end, the password stays.
 * @returns how many of each there were
 */
export async function forgetFactors(
  store: Store,
  user: { readonly id: number; readonly email: string },
  { actor, now }: ByWhom,
): Promise<{ apps: number; passkeys: number }> {
  return await store.transaction(async (trx) => {
    const apps = (await hasTotp(trx, user.id)) ? 1 : 0
    const passkeys = await listPasskeys(trx, user.id)
    await deleteTotp(trx, user.id)
    for (const { id } of passkeys) await deletePasskey(trx, user.id, id)
    await deleteSessionsOf(trx, user.id)
    const subject = subjectOf(user)
    const change = { kind: 'authenticator app' }
    if (apps > 0) await recordAudit(trx, { actor, action: 'second-factor.removed', subject, change }, now)
    for (const { name } of passkeys)
      await recordAudit(trx, { actor, action: 'passkey.removed', subject, change: { name } }, now)
    return { apps, passkeys: passkeys.length }
  })
}
