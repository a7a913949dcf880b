/** What is let go of once it is old, in the order in which it is. */
export const PRUNED = [
  'bodies',
  'failed_bodies',
  'deliveries',
  'unmatched_names',
  'counted_sessions',
  'refusals',
  'sign_in_attempts',
  'sign_in_sessions',
  'notifications',
  'held_firings',
  'reports',
] as const
export type Pruned = (typeof PRUNED)[number]
export type PruneCounts = Readonly<Record<Pruned, number>>

/** When old things were last let go of, and who is at it now. */
export interface PruningRecord {
  /** When it last came to its end; undefined: never yet. */
  readonly at?: number | undefined
  /** How much it then was. */
  readonly counts?: PruneCounts | undefined
  /** When whoever is at it last said so; undefined: nobody is. */
  readonly claimedAt?: number | undefined
  readonly claimedBy?: string | undefined
}
