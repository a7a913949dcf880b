import { sql } from 'kysely'
import { CLOCK_TOLERANCE_MS, MOST_CANDIDATES, type PlaceHistory, type Segment } from '../../core/attribution/facts.ts'
import { type PlaceStep, segmentsOf } from '../../core/attribution/segments.ts'
import type { Db } from '../database.ts'
import type { ReachedPlace } from './place-history.ts'

/**
 * What was recorded of a service in one environment around some instants: enough to tell the history of the place as of
 * any of them without asking again.
 */
export interface PlaceWindow {
  readonly most: number
  /** It serves every history that ends in [from, to]. */
  readonly from: number
  readonly to: number
  /** By instant, then version: all that reached the place from the oldest candidate on. */
  readonly arrivals: readonly Arrival[]
  /** Those before the first of them. */
  readonly before: { readonly releases: number; readonly since: number | undefined }
  readonly intervals: readonly Interval[]
  /** When deployments stated a share; ascending. */
  readonly shares: readonly number[]
  /** Every success, ascending; empty where nobody stated a share. */
  readonly steps: readonly PlaceStep[]
}

interface Arrival {
  readonly releaseId: number
  readonly at: number
  readonly version: string
}

interface Interval {
  readonly release: { readonly id: number; readonly order: string }
  readonly from: number
  readonly to: number | undefined
}

/**
 * Five index look-ups and a count over the releases before.
 *
 * @param until the earliest end of a history that it is to serve
 * @param limits.most candidates of a history, the last ones
 * @param limits.ahead so many later arrivals are read as well; it serves until the last of them
 */
export async function loadPlaceWindow(
  db: Db,
  serviceId: number,
  environmentId: number,
  until: number,
  { most = MOST_CANDIDATES, ahead = 0 }: { readonly most?: number | undefined; readonly ahead?: number | undefined },
): Promise<PlaceWindow> {
  const place = { serviceId, environmentId }
  const later =
    ahead > 0 ? await listArrivals(db, place).where('at', '>=', until).orderBy('at').limit(ahead).execute() : []
  // The last of them may have company that the limit cut off.
  const to = ahead === 0 ? until : later.length < ahead ? Number.POSITIVE_INFINITY : (later.at(-1)?.at as number)
  const arrivals = [...(await listLastArrivals(db, place, until, most)), ...later.filter(({ at }) => at < to)]
    .map((row) => ({ releaseId: row.release_id, at: row.at, version: row.version }))
    .sort((a, b) => a.at - b.at || (a.version < b.version ? -1 : 1))
  const start = arrivals[0]?.at
  if (start === undefined)
    return { most, from: until, to, arrivals, before: NOTHING, intervals: [], shares: [], steps: [] }
  const intervals = await listIntervals(db, place, start, to)
  const since = Math.min(start, intervals[0]?.from ?? start)
  const shares = await listShares(db, place, since, to)
  return {
    most,
    from: until,
    to,
    arrivals,
    before: await countBefore(db, place, start),
    intervals,
    shares,
    steps: shares.length > 0 ? await listSteps(db, place, since, to) : [],
  }
}

const NOTHING = { releases: 0, since: undefined }

export const serves = (window: PlaceWindow, until: number): boolean => window.from <= until && until <= window.to

/**
 * What ran until an instant, as far back as the candidates for a defect seen then reach.
 *
 * @param after only releases that arrived later than this can have brought it: the fix of an earlier life came then
 * @returns undefined when nothing had been deployed there
 */
export function historyAt(
  window: PlaceWindow,
  { environment, tier }: Pick<ReachedPlace, 'environment' | 'tier'>,
  at: number,
  after?: number,
): PlaceHistory | undefined {
  const until = at + CLOCK_TOLERANCE_MS
  const end = countBelow(window.arrivals, until)
  const candidates = window.arrivals
    .slice(Math.max(0, end - window.most), end)
    .reverse()
    .filter((arrival) => after === undefined || arrival.at > after)
    .map((arrival) => ({ releaseId: arrival.releaseId, at: arrival.at }))
  const oldest = candidates.at(-1)
  if (!oldest) return undefined
  const earlierReleases = window.before.releases + countBelow(window.arrivals, oldest.at)
  return {
    environment,
    tier,
    candidates,
    segments: segmentsIn(window, oldest.at, until),
    earlierReleases,
    historyFrom: earlierReleases > 0 ? (window.before.since ?? (window.arrivals[0]?.at as number)) : oldest.at,
  }
}

/** What ran, and at which share, from what was live at `from` until `until`. */
function segmentsIn(window: PlaceWindow, from: number, until: number): Segment[] {
  const since = window.intervals.findLast((interval) => interval.from <= from)?.from ?? from
  const within = (at: number) => at >= since && at < until
  // Every success counts where shares were stated: the same release again may have been given more.
  return segmentsOf(
    window.shares.some(within)
      ? window.steps.filter(({ at }) => within(at))
      : stepsOf(
          window.intervals.filter((interval) => within(interval.from)),
          until,
        ),
  )
}

const stepsOf = (intervals: readonly Interval[], until: number): PlaceStep[] =>
  intervals.flatMap(({ release, from, to }, i): PlaceStep[] => {
    const began = { at: from, release, percent: undefined }
    // After a removal nothing ran until the next came.
    const isGap = to !== undefined && to < (intervals[i + 1]?.from ?? until)
    return isGap ? [began, { at: to, release: undefined, percent: undefined }] : [began]
  })

/** How many of ascending arrivals lie before an instant. */
function countBelow(arrivals: readonly Arrival[], instant: number): number {
  let low = 0
  let high = arrivals.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((arrivals[middle] as Arrival).at < instant) low = middle + 1
    else high = middle
  }
  return low
}

interface PlaceId {
  readonly serviceId: number
  readonly environmentId: number
}

const listArrivals = (db: Db, { serviceId, environmentId }: PlaceId) =>
  db
    .selectFrom('first_deployments')
    .innerJoin('releases', 'releases.id', 'release_id')
    .select(['release_id', 'at', 'version'])
    .where('first_deployments.service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)

/** The last that reached the place before an instant, and whatever arrived together with the first of them. */
async function listLastArrivals(db: Db, place: PlaceId, before: number, most: number) {
  const newest = await listArrivals(db, place).where('at', '<', before).orderBy('at', 'desc').limit(most).execute()
  const last = newest.at(-1)
  // Which of those that arrived together are the last must not depend on who was heard first.
  return last && newest.length === most
    ? [
        ...newest.filter(({ at }) => at > last.at),
        ...(await listArrivals(db, place).where('at', '=', last.at).execute()),
      ]
    : newest
}

async function countBefore(db: Db, { serviceId, environmentId }: PlaceId, at: number): Promise<PlaceWindow['before']> {
  const row = await db
    .selectFrom('first_deployments')
    .select((eb) => [eb.fn.countAll<number>().as('releases'), eb.fn.min<number | null>('at').as('since')])
    .where('service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)
    .where('at', '<', at)
    .executeTakeFirstOrThrow()
  return { releases: Number(row.releases), since: row.since === null ? undefined : Number(row.since) }
}

/** What was live at `from`, and what went live after it. */
async function listIntervals(
  db: Db,
  { serviceId, environmentId }: PlaceId,
  from: number,
  to: number,
): Promise<Interval[]> {
  const ofPlace = db
    .selectFrom('live_intervals')
    .where('live_intervals.service_id', '=', serviceId)
    .where('live_intervals.environment_id', '=', environmentId)
  let rows = ofPlace
    .innerJoin('releases', 'releases.id', 'live_intervals.release_id')
    .select(['release_id', 'order_key', 'from_at', 'to_at'])
    .where('from_at', '>=', (eb) =>
      eb.fn.coalesce(
        ofPlace.select((part) => part.fn.max<number | null>('from_at').as('from_at')).where('from_at', '<=', from),
        sql.val(from),
      ),
    )
  if (Number.isFinite(to)) rows = rows.where('from_at', '<', to)
  return (await rows.orderBy('from_at').execute()).map((row) => ({
    release: { id: row.release_id, order: row.order_key },
    from: row.from_at,
    to: row.to_at ?? undefined,
  }))
}

const listDeployments = (db: Db, { serviceId, environmentId }: PlaceId, from: number, to: number) => {
  const deployments = db
    .selectFrom('deployments')
    .where('deployments.service_id', '=', serviceId)
    .where('environment_id', '=', environmentId)
    .where('deployments.at', '>=', from)
  return Number.isFinite(to) ? deployments.where('deployments.at', '<', to) : deployments
}

async function listShares(db: Db, place: PlaceId, from: number, to: number): Promise<number[]> {
  const rows = await listDeployments(db, place, from, to)
    .select('deployments.at')
    .where('percent', 'is not', null)
    .orderBy('deployments.at')
    .execute()
  return rows.map(({ at }) => at)
}

async function listSteps(db: Db, place: PlaceId, from: number, to: number): Promise<PlaceStep[]> {
  const rows = await listDeployments(db, place, from, to)
    .leftJoin('releases', 'releases.id', 'deployments.release_id')
    .select(['deployments.at', 'action', 'release_id', 'order_key', 'percent'])
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
