/** By what somebody may sign in. */
export interface WaysIn {
  readonly hasPassword: boolean
  readonly passkeys: number
  /** Who they are elsewhere: issuers. */
  readonly issuers: readonly string[]
}

/** What this server lets in at all. */
export interface OpenWays {
  /** Passwords, and with them passkeys. */
  readonly passwords: boolean
  readonly passkeys: boolean
  /** Issuers that may say who somebody is. */
  readonly issuers: readonly string[]
}

/** Whether somebody can sign in by any of it; what the operator has switched off does not count. */
export const canSignIn = ({ hasPassword, passkeys, issuers }: WaysIn, open: OpenWays): boolean =>
  (open.passwords && (hasPassword || (open.passkeys && passkeys > 0))) ||
  issuers.some((issuer) => open.issuers.includes(issuer))
