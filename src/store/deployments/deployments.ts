import type { Deployment, DeploymentFacts } from '../../core/deployment/deployment.ts'
import type {
  DeploymentEffect,
  LiveInterval,
  SucceededDeployment,
  TimelineStart,
  TimelineStep,
} from '../../core/deployment/timeline.ts'
import type { DeploymentAction, DeploymentStatus } from '../../core/event.ts'
import type { Db } from '../database.ts'

export interface DeploymentRecord {
  readonly id: number
  readonly facts: DeploymentFacts
  readonly serviceId: number
  readonly releaseId: number | undefined
  readonly status: DeploymentStatus
  readonly at: number
}

export async function findDeployment(db: Db, naturalKey: string): Promise<DeploymentRecord | undefined> {
  const row = await db
    .selectFrom('deployments')
    .select(['id', 'facts_json', 'service_id', 'release_id', 'status', 'at'])
    .where('natural_key', '=', naturalKey)
    .executeTakeFirst()
  return (
    row && {
      id: row.id,
      facts: JSON.parse(row.facts_json) as DeploymentFacts,
      serviceId: row.service_id,
      releaseId: row.release_id ?? undefined,
      status: row.status as DeploymentStatus,
      at: row.at,
    }
  )
}

export async function insertDeployment(
  db: Db,
  place: {
    naturalKey: string
    senderKey: string | undefined
    sourceId: number
    serviceId: number
    environmentId: number
  },
  content: {
    namedReleaseId: number | undefined
    releaseId: number | undefined
    facts: DeploymentFacts
    deployment: Deployment
  },
): Promise<number> {
  const { id } = await db
    .insertInto('deployments')
    .values({
      natural_key: place.naturalKey,
      sender_key: place.senderKey ?? null,
      source_id: place.sourceId,
      service_id: place.serviceId,
      environment_id: place.environmentId,
      ...columnsOf(content),
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function updateDeployment(
  db: Db,
  id: number,
  content: {
    namedReleaseId: number | undefined
    releaseId: number | undefined
    facts: DeploymentFacts
    deployment: Deployment
  },
): Promise<void> {
  await db.updateTable('deployments').set(columnsOf(content)).where('id', '=', id).execute()
}

const columnsOf = ({
  namedReleaseId,
  releaseId,
  facts,
  deployment,
}: {
  namedReleaseId: number | undefined
  releaseId: number | undefined
  facts: DeploymentFacts
  deployment: Deployment
}) => ({
  named_release_id: namedReleaseId ?? null,
  release_id: releaseId ?? null,
  facts_json: JSON.stringify(facts),
  status: deployment.status,
  action: deployment.action,
  started_at: deployment.startedAt ?? null,
  finished_at: deployment.finishedAt ?? null,
  at: deployment.at,
  url: deployment.url ?? null,
  actor: deployment.actor ?? null,
  commit_sha: deployment.commit ?? null,
  percent: deployment.percent ?? null,
})

/** With what the timeline made of it so far. */
export interface PlacedDeployment extends SucceededDeployment {
  readonly held: { readonly effect: DeploymentEffect | undefined; readonly replacedReleaseId: number | undefined }
}

/** Succeeded deployments of a place finished at or after an instant, in the order the timeline is built in. */
export async function listSucceededSince(
  db: Db,
  serviceId: number,
  environmentId: number,
  from: number,
): Promise<PlacedDeployment[]> {
  const rows = await db
    .selectFrom('deployments')
    .select(['id', 'release_id', 'action', 'at', 'effect', 'replaced_release_id'])
    .where('service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)
    .where('at', '>=', from)
    .where('status', '=', 'succeeded')
    .orderBy('at')
    .orderBy('natural_key')
    .execute()
  return rows.map((row) => ({
    id: row.id,
    releaseId: row.release_id ?? undefined,
    action: row.action as DeploymentAction,
    at: row.at,
    held: {
      effect: (row.effect as DeploymentEffect | null) ?? undefined,
      replacedReleaseId: row.replaced_release_id ?? undefined,
    },
  }))
}

/** What ran at a place just before an instant, and which of the given releases had run there by then. */
export async function findTimelineStart(
  db: Db,
  serviceId: number,
  environmentId: number,
  before: number,
  releaseIds: readonly number[],
): Promise<TimelineStart> {
  const last = await db
    .selectFrom('live_intervals')
    .select(['release_id', 'to_at'])
    .where('service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)
    .where('from_at', '<', before)
    .orderBy('from_at', 'desc')
    .executeTakeFirst()
  const seen = await db
    .selectFrom('deployments')
    .select('release_id')
    .distinct()
    .where('release_id', 'in', [...new Set(releaseIds)])
    .where('environment_id', '=', environmentId)
    .where('at', '<', before)
    .where('status', '=', 'succeeded')
    .where('action', '!=', 'remove')
    .execute()
  const stillLive = last && (last.to_at === null || last.to_at >= before)
  return {
    liveReleaseId: stillLive ? last.release_id : undefined,
    seenReleaseIds: new Set(seen.flatMap((row) => row.release_id ?? [])),
  }
}

/** Replaces the timeline of a place from an instant on. */
export async function replaceTimeline(
  db: Db,
  serviceId: number,
  environmentId: number,
  from: number,
  timeline: { steps: readonly TimelineStep[]; intervals: readonly LiveInterval[]; endOfFirst: number | undefined },
): Promise<void> {
  await db
    .deleteFrom('live_intervals')
    .where('service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)
    .where('from_at', '>=', from)
    .execute()
  // The interval that reaches into the rebuilt part ends where its successor begins, or is open again.
  await db
    .updateTable('live_intervals')
    .set({ to_at: timeline.endOfFirst ?? null })
    .where('service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)
    .where('from_at', '<', from)
    .where((eb) => eb.or([eb('to_at', 'is', null), eb('to_at', '>=', from)]))
    .execute()
  for (let start = 0; start < timeline.intervals.length; start += 200)
    await db
      .insertInto('live_intervals')
      .values(
        timeline.intervals.slice(start, start + 200).map((interval) => ({
          service_id: serviceId,
          environment_id: environmentId,
          release_id: interval.releaseId,
          deployment_id: interval.deploymentId,
          from_at: interval.from,
          to_at: interval.to ?? null,
        })),
      )
      .execute()
  for (const step of timeline.steps)
    await db
      .updateTable('deployments')
      .set((eb) => ({
        effect: step.effect,
        replaced_release_id: step.replacedReleaseId ?? null,
        // A removal that names no release is the removal of what ran.
        release_id:
          step.effect === 'removal'
            ? eb
                .case()
                .when('named_release_id', 'is', null)
                .then(step.replacedReleaseId ?? null)
                .else(eb.ref('release_id'))
                .end()
            : eb.ref('release_id'),
      }))
      .where('id', '=', step.deploymentId)
      .execute()
}

/** Another service's from now on; what effect it has there is for its timeline to say. */
export async function moveDeployment(db: Db, id: number, serviceId: number): Promise<void> {
  await db.updateTable('deployments').set({ service_id: serviceId }).where('id', '=', id).execute()
  await clearEffect(db, id)
}

/** A deployment that no longer counts as a success has no effect on what ran. */
export async function clearEffect(db: Db, deploymentId: number): Promise<void> {
  await db
    .updateTable('deployments')
    .set({ effect: null, replaced_release_id: null })
    .where('id', '=', deploymentId)
    .execute()
}
