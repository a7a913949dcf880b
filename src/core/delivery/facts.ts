import type { DeploymentEffect } from '../deployment/timeline.ts'
import type { DeploymentStatus, Severity } from '../event.ts'
import type { Changes } from './changes.ts'

/** A deployment of one service to one environment, with what is known of it. Instants are epoch ms. */
export interface DeliveryDeployment {
  readonly id: number
  readonly releaseId: number | undefined
  readonly status: DeploymentStatus
  /** What the timeline makes of it (core/deployment/timeline.ts); undefined until it succeeded. */
  readonly effect: DeploymentEffect | undefined
  /** End of a finished one. */
  readonly finishedAt: number
  /** Whether it is among `failedDeployments`, where that is known already; else it follows from the others and the defects. */
  readonly hasFailed?: boolean | undefined
  /** New in it since the success before. */
  readonly changes: Changes
  /** How surely it was an emergency, from its kind, labels and circumstances; 3 and more is one. */
  readonly emergencyScore: number
  /** Earlier deployments here that it was made to mend, as stated by the emergency release behind it. */
  readonly mendsDeploymentIds: readonly number[]
  /** Defects whose fix it brought here first. */
  readonly fixesDefectIds: readonly number[]
  /** The deployment that mended this one and passed the recovery check; undefined while none has. */
  readonly recoveredById?: number | undefined
}

/** A defect first seen in that environment, or in none that was named. */
export interface DeliveryDefect {
  readonly id: number
  readonly severity: Severity
  readonly openedAt: number
  /** The release it is attributed to, by the method or by a person; undefined while it is merely suspected. */
  readonly attributedReleaseId: number | undefined
  readonly suspects: readonly { readonly releaseId: number; readonly probability: number }[]
}

/** All there is of one service in one environment: numbers of several are never mixed into one. */
export interface DeliveryFacts {
  readonly service: string
  readonly environment: string
  /** Those finished from before the period, so that the first in it is known for what it is, until now; any order. */
  readonly deployments: readonly DeliveryDeployment[]
  readonly defects: readonly DeliveryDefect[]
  /** When the first deployment here became known. */
  readonly knownSince: number
}

/** Half-open. */
export interface Period {
  readonly from: number
  readonly to: number
}

export const HOUR_MS = 3_600_000
export const DAY_MS = 24 * HOUR_MS
/** A deployment is judged when it has been out so long, and by what happened until then. */
export const RIPE_HOURS = 72
export const EMERGENCY = 3

export const isSevere = ({ severity }: Pick<DeliveryDefect, 'severity'>): boolean =>
  severity === 'S1' || severity === 'S2'

/** What put a release in place: successes but those that deployed the same again, or removed it. In order of time. */
export function placements(deployments: readonly DeliveryDeployment[]): readonly DeliveryDeployment[] {
  const known = placementsOf.get(deployments)
  if (known) return known
  const placed = deployments
    .filter(({ effect }) => effect === 'deploy' || effect === 'rollback')
    .sort((a, b) => a.finishedAt - b.finishedAt || a.id - b.id)
  placementsOf.set(deployments, placed)
  return placed
}
/** Each metric asks for those of the same deployments. */
const placementsOf = new WeakMap<readonly DeliveryDeployment[], readonly DeliveryDeployment[]>()

/** Those in the period. O(log deployments), and the copy. */
export function placementsWithin(
  deployments: readonly DeliveryDeployment[],
  { from, to }: Period,
): readonly DeliveryDeployment[] {
  const placed = placements(deployments)
  return placed.slice(firstFrom(placed, from), firstFrom(placed, to))
}

/** Where those begin, in order of time, that finished at an instant or later. */
export function firstFrom(placed: readonly DeliveryDeployment[], instant: number): number {
  let [low, high] = [0, placed.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((placed[middle] as DeliveryDeployment).finishedAt < instant) low = middle + 1
    else high = middle
  }
  return low
}

export const isWithin = (at: number, { from, to }: Period): boolean => at >= from && at < to
