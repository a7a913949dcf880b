/** How it stands with somebody's authenticator app. */
export type TotpState =
  | { readonly kind: 'off' }
  /** Set up, and waiting for a first code. */
  | { readonly kind: 'unconfirmed' }
  | { readonly kind: 'on'; readonly since: number; readonly recoveryCodesLeft: number }
