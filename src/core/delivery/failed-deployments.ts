import {
  type DeliveryDefect,
  type DeliveryDeployment,
  type DeliveryFacts,
  EMERGENCY,
  HOUR_MS,
  isSevere,
  placements,
  RIPE_HOURS,
} from './facts.ts'

export type FailureCause = 'rolled back' | 'mended by an emergency release' | 'severe defect'

/** A deployment that needed immediate intervention, or was to. */
export interface FailedDeployment {
  readonly deployment: DeliveryDeployment
  readonly causes: readonly FailureCause[]
  /** S1 and S2 defects attributed to it. */
  readonly defectIds: readonly number[]
  /** Later deployments that did, or tried to do, something about it; in order of time. */
  readonly remedies: readonly DeliveryDeployment[]
}

/**
 * The failed ones among the deployments that put a release in place: rolled back within 72 h, followed within 72 h by an
 * emergency release linked to it, or with an S1 or S2 defect attributed to it. In order of time; each at most once.
 * O((deployments + defects)·log deployments + links).
 */
export function failedDeployments(facts: DeliveryFacts): FailedDeployment[] {
  const placed = placements(facts.deployments)
  const defectsOf = severeDefectsOf(placed, facts.defects)
  const rollbackOf = rollbacks(placed)
  const mendersOf = group(placed, ({ mendsDeploymentIds }) => mendsDeploymentIds)
  const fixersOf = group(placed, ({ fixesDefectIds }) => fixesDefectIds)
  const failed: FailedDeployment[] = []
  for (const deployment of placed) {
    if (deployment.hasFailed === false) continue
    const defectIds = defectsOf.get(deployment.id)?.map(({ id }) => id) ?? NONE
    const rollback = rollbackOf.get(deployment.id)
    const menders = mendersOf.get(deployment.id)
    const linked =
      menders || defectIds.length > 0
        ? [...(menders ?? NONE), ...defectIds.flatMap((id) => fixersOf.get(id) ?? [])].filter((later) =>
            isAfter(later, deployment),
          )
        : NONE
    const causes: FailureCause[] = []
    if (rollback && isSoonAfter(rollback, deployment)) causes.push('rolled back')
    if (linked.some((later) => later.emergencyScore >= EMERGENCY && isSoonAfter(later, deployment)))
      causes.push('mended by an emergency release')
    if (defectIds.length > 0) causes.push('severe defect')
    if (deployment.hasFailed ?? causes.length > 0)
      failed.push({ deployment, causes, defectIds, remedies: inOrderOfTime(rollback, linked) })
  }
  return failed
}

/** Each once. */
function inOrderOfTime(
  rollback: DeliveryDeployment | undefined,
  linked: readonly DeliveryDeployment[],
): readonly DeliveryDeployment[] {
  if (linked.length === 0) return rollback ? [rollback] : NONE
  return [...new Set(rollback ? [rollback, ...linked] : linked)].sort((a, b) => a.finishedAt - b.finishedAt)
}

const isAfter = (later: DeliveryDeployment, deployment: DeliveryDeployment): boolean =>
  later.id !== deployment.id && later.finishedAt >= deployment.finishedAt

const isSoonAfter = (later: DeliveryDeployment, { finishedAt }: DeliveryDeployment): boolean =>
  later.finishedAt <= finishedAt + RIPE_HOURS * HOUR_MS

/** By the id of the deployment whose release it took away. */
function rollbacks(placed: readonly DeliveryDeployment[]): Map<number, DeliveryDeployment> {
  const found = new Map<number, DeliveryDeployment>()
  placed.forEach((deployment, i) => {
    const before = placed[i - 1]
    if (deployment.effect === 'rollback' && before) found.set(before.id, deployment)
  })
  return found
}

/** The severe defects attributed to each deployment's release, by the deployment's id. */
function severeDefectsOf(
  placed: readonly DeliveryDeployment[],
  defects: readonly DeliveryDefect[],
): Map<number, DeliveryDefect[]> {
  const severe = defects.filter(isSevere)
  const isBlamed = new Set(severe.map(({ attributedReleaseId }) => attributedReleaseId))
  const placedOf = group(placed, ({ releaseId }) =>
    releaseId !== undefined && isBlamed.has(releaseId) ? [releaseId] : NONE,
  )
  return group(severe, (defect) => {
    const blamed = defect.attributedReleaseId === undefined ? NONE : (placedOf.get(defect.attributedReleaseId) ?? NONE)
    const bringing = bringer(blamed, defect)
    return bringing ? [bringing.id] : NONE
  })
}

/**
 * The deployment of a release that brought a defect: the last before it was seen. One that put the release back is to
 * blame only when none that brought it is known.
 */
function bringer(placed: readonly DeliveryDeployment[], { openedAt }: DeliveryDefect): DeliveryDeployment | undefined {
  const brought = placed.filter(({ effect }) => effect === 'deploy')
  const candidates = brought.length > 0 ? brought : placed
  return candidates.findLast(({ finishedAt }) => finishedAt <= openedAt) ?? candidates[0]
}

const NONE: readonly never[] = []

/** The items under each key they have. */
function group<T>(items: readonly T[], keys: (item: T) => readonly number[]): Map<number, T[]> {
  const groups = new Map<number, T[]>()
  for (const item of items)
    for (const key of keys(item)) {
      const members = groups.get(key)
      if (members) members.push(item)
      else groups.set(key, [item])
    }
  return groups
}
