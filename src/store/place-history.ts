import { CLOCK_TOLERANCE_MS, MOST_CANDIDATES, type PlaceHistory, type Segment } from '../core/attribution/facts.ts'
import { type PlaceStep, segmentsOf } from '../core/attribution/segments.ts'
import type { EnvironmentTier } from '../core/event.ts'
import type { Db } from './database.ts'
import { findLiveSince } from './deployments.ts'

/** An environment that releases of a service reached. */
export interface ReachedPlace {
  readonly environmentId: number
  readonly environment: string
  readonly tier: EnvironmentTier
}

/** By name. */
export async function listReachedPlaces(db: Db, serviceId: number): Promise<ReachedPlace[]> {
  const rows = await db
    .selectFrom('environments')
    .select(['id', 'name', 'tier'])
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('first_deployments')
          .select('at')
          .whereRef('first_deployments.environment_id', '=', 'environments.id')
          .where('first_deployments.service_id', '=', serviceId),
      ),
    )
    .orderBy('name')
    .execute()
  return rows.map((row) => ({ environmentId: row.id, environment: row.name, tier: row.tier as EnvironmentTier }))
}

/**
 * What ran of a service in one environment until an instant, as far back as the candidates for a defect seen then reach.
 * A handful of index look-ups and a count over the releases before.
 *
 * @param limits.after only releases that arrived later than this can have brought it: the fix of an earlier life came then
 * @param limits.most candidates, the last ones
 * @returns undefined when nothing had been deployed there
 */
export async function loadPlaceHistory(
  db: Db,
  serviceId: number,
  place: ReachedPlace,
  at: number,
  { after, most = MOST_CANDIDATES }: { readonly after?: number | undefined; readonly most?: number } = {},
): Promise<PlaceHistory | undefined> {
  const until = at + CLOCK_TOLERANCE_MS
  const candidates = (await listCandidates(db, serviceId, place.environmentId, until, most)).filter(
    (candidate) => after === undefined || candidate.at > after,
  )
  const oldest = candidates.at(-1)
  if (!oldest) return undefined
  const earlier = await db
    .selectFrom('first_deployments')
    .select((eb) => [eb.fn.countAll<number>().as('releases'), eb.fn.min<number | null>('at').as('from_at')])
    .where('service_id', '=', serviceId)
    .where('environment_id', '=', place.environmentId)
    .where('at', '<', oldest.at)
    .executeTakeFirstOrThrow()
  return {
    environment: place.environment,
    tier: place.tier,
    candidates,
    segments: await listSegments(db, serviceId, place.environmentId, oldest.at, until),
    earlierReleases: Number(earlier.releases),
    historyFrom: earlier.from_at === null ? oldest.at : Number(earlier.from_at),
  }
}

/** The last releases that reached the place before an instant, newest first. */
async function listCandidates(
  db: Db,
  serviceId: number,
  environmentId: number,
  before: number,
  most: number,
): Promise<{ releaseId: number; at: number }[]> {
  const ofPlace = () =>
    db
      .selectFrom('first_deployments')
      .innerJoin('releases', 'releases.id', 'release_id')
      .select(['release_id', 'at', 'version'])
      .where('first_deployments.service_id', '=', serviceId)
      .where('environment_id', '=', environmentId)
  const newest = await ofPlace().where('at', '<', before).orderBy('at', 'desc').limit(most).execute()
  const last = newest.at(-1)
  // Several may have arrived together: which of them are the last must not depend on who was heard first.
  const rows =
    last && newest.length === most
      ? [...newest.filter(({ at }) => at > last.at), ...(await ofPlace().where('at', '=', last.at).execute())]
      : newest
  return rows
    .sort((a, b) => b.at - a.at || (a.version < b.version ? 1 : -1))
    .slice(0, most)
    .map((row) => ({ releaseId: row.release_id, at: row.at }))
}

/** What ran, and at which share, from what was live at `from` until `until`. */
async function listSegments(
  db: Db,
  serviceId: number,
  environmentId: number,
  from: number,
  until: number,
): Promise<Segment[]> {
  const since = (await findLiveSince(db, serviceId, environmentId, from + 1)) ?? from
  const steps = (await hasShares(db, serviceId, environmentId, since, until))
    ? await listDeploymentSteps(db, serviceId, environmentId, since, until)
    : await listIntervalSteps(db, serviceId, environmentId, since, until)
  return segmentsOf(steps)
}

async function hasShares(db: Db, serviceId: number, environmentId: number, from: number, until: number) {
  const row = await db
    .selectFrom('deployments')
    .select('id')
    .where('service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)
    .where('at', '>=', from)
    .where('at', '<', until)
    .where('percent', 'is not', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Every success counts where shares were stated: the same release again may have been given more. */
async function listDeploymentSteps(
  db: Db,
  serviceId: number,
  environmentId: number,
  from: number,
  until: number,
): Promise<PlaceStep[]> {
  const rows = await db
    .selectFrom('deployments')
    .leftJoin('releases', 'releases.id', 'deployments.release_id')
    .select(['deployments.at', 'action', 'release_id', 'order_key', 'percent'])
    .where('deployments.service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)
    .where('deployments.at', '>=', from)
    .where('deployments.at', '<', until)
    .where('status', '=', 'succeeded')
    .orderBy('deployments.at')
    .orderBy('natural_key')
    .execute()
  return rows.map(({ at, action, release_id, order_key, percent }) => ({
    at,
    release: action === 'remove' || release_id === null ? undefined : { id: release_id, order: order_key ?? '' },
    percent: percent ?? undefined,
  }))
}

async function listIntervalSteps(
  db: Db,
  serviceId: number,
  environmentId: number,
  from: number,
  until: number,
): Promise<PlaceStep[]> {
  const rows = await db
    .selectFrom('live_intervals')
    .innerJoin('releases', 'releases.id', 'live_intervals.release_id')
    .select(['release_id', 'order_key', 'from_at', 'to_at'])
    .where('live_intervals.service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)
    .where('from_at', '>=', from)
    .where('from_at', '<', until)
    .orderBy('from_at')
    .execute()
  return rows.flatMap(({ release_id, order_key, from_at, to_at }, i): PlaceStep[] => {
    const began = { at: from_at, release: { id: release_id, order: order_key }, percent: undefined }
    // After a removal nothing ran until the next came.
    const isGap = to_at !== null && to_at < (rows[i + 1]?.from_at ?? until)
    return isGap ? [began, { at: to_at, release: undefined, percent: undefined }] : [began]
  })
}
