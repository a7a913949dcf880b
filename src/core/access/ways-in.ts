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

/** One of them that its owner, or an admin, wants to take away. A second factor is none: without it the password goes on. */
export type TakenWay = { readonly kind: 'passkey' } | { readonly kind: 'identity'; readonly issuer: string }

/**
 * Why it may not be taken away, with what to do; undefined: something else lets the account in. Of two that are taken away at
 * once the caller asks one after the other.
 */
export function whyKept(ways: WaysIn, taken: TakenWay, open: OpenWays): string | undefined {
  if (canSignIn(without(ways, taken), open)) return undefined
  const firstGive = open.passwords
    ? `Give it a password first, by a reset link from an admin${open.passkeys ? ', or another passkey' : ''}.`
    : 'People sign in elsewhere here: have it linked to another identity first.'
  return `Nothing else would let this account in. ${firstGive}`
}

function without(ways: WaysIn, taken: TakenWay): WaysIn {
  if (taken.kind === 'passkey') return { ...ways, passkeys: ways.passkeys - 1 }
  const at = ways.issuers.indexOf(taken.issuer)
  return { ...ways, issuers: ways.issuers.filter((_, i) => i !== at) }
}
