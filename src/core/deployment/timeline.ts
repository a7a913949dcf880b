import type { DeploymentAction } from '../event.ts'

/** A deployment that succeeded, in one service and environment. */
export interface SucceededDeployment {
  readonly id: number
  /** Undefined only for a removal, which ends whatever ran. */
  readonly releaseId: number | undefined
  readonly action: DeploymentAction
  /** When it was finished. */
  readonly at: number
}

/** What a success did to what was running: a release not there before, one put back, the same again, or none any more. */
export type DeploymentEffect = 'deploy' | 'rollback' | 'redeploy' | 'removal'

/** Whether a release came in place of another; the same again and a removal, which know one too, replace nothing. */
export const isReplacing = (effect: string | null): boolean => effect === 'deploy' || effect === 'rollback'

export interface LiveInterval {
  readonly releaseId: number
  readonly deploymentId: number
  readonly from: number
  /** Undefined while it is live. */
  readonly to: number | undefined
}

export interface TimelineStep {
  readonly deploymentId: number
  readonly effect: DeploymentEffect
  readonly replacedReleaseId: number | undefined
}

/** What was running and what had ever run just before the first deployment given. */
export interface TimelineStart {
  readonly liveReleaseId: number | undefined
  readonly seenReleaseIds: ReadonlySet<number>
}

/**
 * What ran in one service and environment, from its succeeded deployments.
 *
 * A success that puts back a release which was there before is a rollback, whoever calls it what (the rule Datadog
 * documents for its rollback detection); the sender's word counts when we have not seen the earlier one.
 *
 * @param deployments in the order of (at, natural key); O(n)
 * @returns the intervals, half-open and without gaps except after a removal; those of no length are left out
 */
export function buildTimeline(
  start: TimelineStart,
  deployments: readonly SucceededDeployment[],
): { readonly steps: TimelineStep[]; readonly intervals: LiveInterval[]; readonly endOfFirst: number | undefined } {
  const seen = new Set(start.seenReleaseIds)
  const steps: TimelineStep[] = []
  const intervals: LiveInterval[] = []
  let live: { releaseId: number; interval: Omit<LiveInterval, 'to'> | undefined } | undefined =
    start.liveReleaseId === undefined ? undefined : { releaseId: start.liveReleaseId, interval: undefined }
  let endOfFirst: number | undefined

  const end = (at: number) => {
    if (!live) return
    if (!live.interval) endOfFirst = at
    else if (at > live.interval.from) intervals.push({ ...live.interval, to: at })
  }

  for (const deployment of deployments) {
    const effect = effectOf(deployment, live?.releaseId, seen)
    steps.push({ deploymentId: deployment.id, effect, replacedReleaseId: live?.releaseId })
    if (effect === 'redeploy') continue
    end(deployment.at)
    live = undefined
    const { id: deploymentId, releaseId, at: from } = deployment
    if (effect === 'removal' || releaseId === undefined) continue
    live = { releaseId, interval: { releaseId, deploymentId, from } }
    seen.add(releaseId)
  }
  if (live?.interval) intervals.push({ ...live.interval, to: undefined })
  return { steps, intervals, endOfFirst }
}

function effectOf(
  deployment: SucceededDeployment,
  liveReleaseId: number | undefined,
  seen: ReadonlySet<number>,
): DeploymentEffect {
  if (deployment.action === 'remove') return 'removal'
  if (deployment.releaseId === liveReleaseId) return 'redeploy'
  if (deployment.action === 'rollback') return 'rollback'
  return liveReleaseId !== undefined && seen.has(deployment.releaseId as number) ? 'rollback' : 'deploy'
}
