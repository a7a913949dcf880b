import type { EnvironmentTier } from '../event.ts'

/** Who may approve an emergency release, as an environment has it. */
export interface ApprovalPolicy {
  /** Whether who opened it may approve it: the two-person rule is `refused`. */
  readonly ownRequests: 'refused' | 'while-s1-open' | 'allowed'
  /** Whether the two-person rule may be broken with a reason, and a review afterwards. */
  readonly breakGlass: boolean
}

export const OWN_REQUESTS: readonly ApprovalPolicy['ownRequests'][] = ['refused', 'while-s1-open', 'allowed']

/** Two people in production, unless an operator says otherwise. */
export const usualApproval = (tier: EnvironmentTier): ApprovalPolicy => ({
  ownRequests: tier === 'production' ? 'refused' : 'allowed',
  breakGlass: true,
})

/** Whoever acts: `user:7`, `token:3`. Two with the same are the same. */
export interface Actor {
  readonly id: string
  readonly name: string
  readonly kind: 'person' | 'token'
  /** May approve, send and give up. */
  readonly mayFire: boolean
  /** When a person last showed their password; tokens always count as fresh. */
  readonly signedInAt: number | undefined
  /** From which network address. */
  readonly address?: string | undefined
}

/** A person who fires must have signed in within this time. */
export const FRESH_SIGN_IN_MS = 10 * 60_000

export const isFresh = (actor: Pick<Actor, 'kind' | 'signedInAt'>, now: number): boolean =>
  actor.kind === 'token' ||
  (actor.signedInAt !== undefined && actor.signedInAt <= now && now - actor.signedInAt <= FRESH_SIGN_IN_MS)

export type Approval =
  | {
      readonly kind: 'allowed'
      /** How the policy allows it. */
      readonly as: 'second-person' | 'own-request' | 'own-request-while-s1-open' | 'break-glass'
    }
  /** Only by breaking the glass: a reason now, a review afterwards. */
  | { readonly kind: 'needs-reason' }
  | { readonly kind: 'refused'; readonly because: 'role' | 'sign-in' | 'own-request' | 'token' }

/**
 * Whether this actor may approve. A token is nobody: where the rule wants two people it cannot be the second, whoever
 * holds it.
 */
export function judgeApproval(
  policy: ApprovalPolicy,
  facts: { readonly openedBy: string; readonly actor: Actor; readonly s1Open: boolean; readonly reason: string },
  now: number,
): Approval {
  const { actor, openedBy, s1Open, reason } = facts
  if (!actor.mayFire) return { kind: 'refused', because: 'role' }
  if (!isFresh(actor, now)) return { kind: 'refused', because: 'sign-in' }
  if (actor.kind === 'token')
    return policy.ownRequests === 'allowed'
      ? { kind: 'allowed', as: actor.id === openedBy ? 'own-request' : 'second-person' }
      : { kind: 'refused', because: 'token' }
  if (actor.id !== openedBy) return { kind: 'allowed', as: 'second-person' }
  if (policy.ownRequests === 'allowed') return { kind: 'allowed', as: 'own-request' }
  if (policy.ownRequests === 'while-s1-open' && s1Open) return { kind: 'allowed', as: 'own-request-while-s1-open' }
  if (!policy.breakGlass) return { kind: 'refused', because: 'own-request' }
  return reason.trim() === '' ? { kind: 'needs-reason' } : { kind: 'allowed', as: 'break-glass' }
}
