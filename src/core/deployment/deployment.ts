import type { DeploymentAction, DeploymentEvent, DeploymentStatus } from '../event.ts'
import { earlier, type Facts, mergeLatest, said, statedAt, withWeighed } from '../facts.ts'

interface DeploymentFields {
  readonly version: string | undefined
  readonly commit: string | undefined
  readonly action: DeploymentAction | undefined
  readonly url: string | undefined
  readonly actor: string | undefined
  readonly percent: number | undefined
  /** Only once the operator's rules had a say. */
  readonly service: string | undefined
}

interface StatusReached {
  readonly status: DeploymentStatus
  readonly at: number
  /** Only with a final status. */
  readonly finishedAt?: number | undefined
}

/** All that was said about one deployment, merged. */
export interface DeploymentFacts {
  readonly fields: Facts<DeploymentFields>
  readonly reached: StatusReached
  readonly startedAt?: number | undefined
}

/** What the merged statements amount to. */
export interface Deployment {
  readonly status: DeploymentStatus
  readonly action: DeploymentAction
  /** Where the operator's rules put it; undefined: where it was first said to be. */
  readonly service: string | undefined
  /** The release's version, or the commit when none was named; undefined for a removal that names neither. */
  readonly version: string | undefined
  readonly commit: string | undefined
  readonly startedAt: number | undefined
  readonly finishedAt: number | undefined
  /** Its place in time: the end of a finished one, else its start, else the last word about it. */
  readonly at: number
  readonly url: string | undefined
  readonly actor: string | undefined
  /** Share of the traffic, in (0, 100]; undefined: nobody said. */
  readonly percent: number | undefined
}

const FINAL: readonly DeploymentStatus[] = ['succeeded', 'failed', 'cancelled']
const RANK: Record<DeploymentStatus, number> = { pending: 0, 'in-progress': 1, cancelled: 2, failed: 3, succeeded: 4 }

export const isFinal = (status: DeploymentStatus): boolean => FINAL.includes(status)

export function deploymentFacts(event: DeploymentEvent): DeploymentFacts {
  const { version, commit, action, url, actor, percent } = event
  const { service, applied } = event
  const started = event.startedAt ?? (event.status === 'in-progress' ? event.at : undefined)
  const fields: Facts<DeploymentFields> = statedAt(
    { version, commit, action: action === 'deploy' ? undefined : action, url, actor, percent, service: undefined },
    event.at,
  )
  return {
    fields: applied
      ? withWeighed(fields, 'service', { value: service, at: event.at, weight: applied.serviceWeight })
      : fields,
    reached: {
      status: event.status,
      at: event.at,
      ...(isFinal(event.status) && { finishedAt: event.finishedAt ?? event.at }),
    },
    ...(started !== undefined && { startedAt: started }),
  }
}

/** Order and repetition of the merges do not matter. */
export function mergeDeploymentFacts(a: DeploymentFacts, b: DeploymentFacts): DeploymentFacts {
  const startedAt = earlier(a.startedAt, b.startedAt)
  return {
    fields: mergeLatest(a.fields, b.fields),
    reached: compareReached(a.reached, b.reached) >= 0 ? a.reached : b.reached,
    ...(startedAt !== undefined && { startedAt }),
  }
}

/**
 * A final status beats one under way whatever their times: senders' clocks and queues let "in progress" come with a
 * later time than the success it led to. Between equals the later one holds, then the higher rank.
 */
function compareReached(a: StatusReached, b: StatusReached): number {
  return (
    Number(isFinal(a.status)) - Number(isFinal(b.status)) ||
    a.at - b.at ||
    RANK[a.status] - RANK[b.status] ||
    (a.finishedAt ?? 0) - (b.finishedAt ?? 0)
  )
}

export function deriveDeployment(facts: DeploymentFacts): Deployment {
  const { reached, startedAt, fields } = facts
  const version = said(fields, 'version')
  const commit = said(fields, 'commit')
  return {
    status: reached.status,
    action: said(fields, 'action') ?? 'deploy',
    service: said(fields, 'service'),
    version: version ?? commit,
    commit,
    startedAt,
    finishedAt: reached.finishedAt,
    at: reached.finishedAt ?? startedAt ?? reached.at,
    url: said(fields, 'url'),
    actor: said(fields, 'actor'),
    percent: said(fields, 'percent'),
  }
}

/**
 * What makes two statements speak of the same deployment: the sender's key within its service and environment, or,
 * without a key, what was deployed where and when. The service is the sender's own name for it, so that a deployment
 * stays the same when the operator's rules put it elsewhere.
 */
export function naturalKey(sourceId: number, event: DeploymentEvent): string {
  const place = [event.applied?.ownService ?? event.service, event.environment]
  const identity =
    event.key !== undefined
      ? ['key', sourceId, ...place, event.key]
      : ['time', ...place, event.version ?? event.commit, event.finishedAt ?? event.startedAt ?? event.at]
  return JSON.stringify(identity)
}
