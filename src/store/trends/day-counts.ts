import { type RawBuilder, sql } from 'kysely'
import type { Stretch } from '../../core/time/calendar.ts'
import type { Db } from '../database.ts'
import { rowsOf } from '../dialect.ts'
import { isOneOf } from '../services/of-services.ts'
import type { TrendPlace } from './place.ts'

/** What triggers count by days of UTC. */
export interface CountedByDay<Name extends string> {
  /** Added up. With `environment_id`, `service_id` and `day`. */
  readonly tables: readonly ('defect_days' | 'unplaced_defect_days' | 'deployment_days')[]
  /** The column of each count. */
  readonly columns: Readonly<Record<Name, string>>
  /** All services count as one, whose id is 0. */
  readonly together?: true
  /** Counts one by one what lies in each of `cuts (cut, low, high)`, instants of which the last is left out. */
  countParts(db: Db, place: TrendPlace, cuts: RawBuilder<unknown>): Promise<readonly Part<Name>[]>
}

type Counts<Name extends string> = Readonly<Record<Name, number>>
type OfService<Name extends string> = Counts<Name> & { readonly serviceId: number }
/** `stretch` is counted from 0. */
type Sums<Name extends string> = OfService<Name> & { readonly stretch: number }
export type Part<Name extends string> = OfService<Name> & { readonly cut: number }

/**
 * Adds up what was counted in each of adjoining stretches that begin and end at any instant: whole days as they were
 * counted, and what lies between an edge and the midnight nearest to it one by one, from indexes. Where that would be
 * more than all there is, stretches of hours, everything is counted one by one.
 * @returns by service, the counts of each stretch; a service without any is left out
 */
export async function countByStretch<Name extends string>(
  db: Db,
  place: TrendPlace,
  stretches: readonly Stretch[],
  counted: CountedByDay<Name>,
): Promise<ReadonlyMap<number, readonly Counts<Name>[]>> {
  const names = Object.keys(counted.columns) as Name[]
  const sums = new SumsOfServices(names, stretches.length)
  const edges = edgesOf(stretches)
  if (lengthOf(edges.map(cutAt)) >= lengthOf(stretches)) {
    for (const one of await countSpans(db, place, stretches, counted)) sums.add(one.serviceId, one.cut, one, 1)
    return sums.byService
  }
  const [days, parts] = await Promise.all([
    sumDays(db, place, edges, counted),
    countSpans(db, place, edges.map(cutAt), counted),
  ])
  for (const one of days) sums.add(one.serviceId, one.stretch, one, 1)
  for (const one of parts) {
    const at = edges[one.cut] as number
    // What lies between a midnight and an edge after it was added up behind the edge and belongs before it; and the
    // other way round.
    const sign = nearestDay(at) * DAY_MS < at ? 1 : -1
    sums.add(one.serviceId, one.cut - 1, one, sign)
    sums.add(one.serviceId, one.cut, one, -sign)
  }
  return sums.byService
}

/** The same of what counts all services as one: the counts of each stretch. */
export async function countTogether<Name extends string>(
  db: Db,
  place: TrendPlace,
  stretches: readonly Stretch[],
  counted: CountedByDay<Name> & { readonly together: true },
): Promise<readonly Counts<Name>[]> {
  const [sums] = (await countByStretch(db, place, stretches, counted)).values()
  return sums ?? new SumsOfServices(Object.keys(counted.columns) as Name[], stretches.length).nothing()
}

/** Added up by the engine, for a year has many days. */
async function sumDays<Name extends string>(
  db: Db,
  { environmentId, serviceIds }: TrendPlace,
  edges: readonly number[],
  { tables, columns, together }: CountedByDay<Name>,
): Promise<readonly Sums<Name>[]> {
  const days = wholeDays(db, edges)
  if (!days) return []
  const sums = Object.entries<string>(columns).map(
    ([name, column]) => sql`sum(${sql.ref(`d.${column}`)}) as ${sql.ref(name)}`,
  )
  const ofTables = tables.map(
    (table) => sql`
    select stretch, ${together ? sql`0` : sql`d.service_id`} as "serviceId", ${sql.join(sums)}
    from stretches cross join ${sql.table(table)} d
    where d.environment_id = ${environmentId} and d.day >= low and d.day < high
    and ${isOneOf('d.service_id', serviceIds)}
    group by stretch${together ? sql`` : sql`, d.service_id`}`,
  )
  const found = await sql<Sums<Name>>`${days} ${sql.join(ofTables, sql` union all `)}`.execute(db)
  return found.rows
}

const DAY_MS = 86_400_000
/** The day of UTC that begins nearest to an instant. */
const nearestDay = (at: number): number => Math.round(at / DAY_MS)

/** The instants at which adjoining stretches begin and end. */
const edgesOf = (stretches: readonly Stretch[]): number[] => [
  ...stretches.slice(0, 1).map(({ from }) => from),
  ...stretches.map(({ to }) => to),
]

const cutAt = (edge: number): Stretch => {
  const midnight = nearestDay(edge) * DAY_MS
  return { from: Math.min(midnight, edge), to: Math.max(midnight, edge) }
}

const lengthOf = (spans: readonly Stretch[]): number => spans.reduce((sum, { from, to }) => sum + to - from, 0)

/** A table `stretches (stretch, low, high)` of days, the stretches counted from 0; undefined: none has a whole day. */
function wholeDays(db: Db, edges: readonly number[]): RawBuilder<unknown> | undefined {
  const days = edges.map(nearestDay)
  const rows = days.slice(1).flatMap((end, stretch) => {
    const begin = days[stretch] as number
    return begin < end ? [[stretch, begin, end]] : []
  })
  return rows.length === 0 ? undefined : sql`with stretches (stretch, low, high) as materialized (${rowsOf(db, rows)})`
}

/** What lies in each of these, one by one; they are counted from 0. */
async function countSpans<Name extends string>(
  db: Db,
  place: TrendPlace,
  spans: readonly Stretch[],
  counted: CountedByDay<Name>,
): Promise<readonly Part<Name>[]> {
  const rows = spans.flatMap(({ from, to }, cut) => (from < to ? [[cut, from, to]] : []))
  if (rows.length === 0) return []
  return await counted.countParts(db, place, sql`with cuts (cut, low, high) as materialized (${rowsOf(db, rows)})`)
}

class SumsOfServices<Name extends string> {
  readonly byService = new Map<number, readonly Record<Name, number>[]>()
  readonly #names: readonly Name[]
  readonly #length: number

  constructor(names: readonly Name[], length: number) {
    this.#names = names
    this.#length = length
  }

  /** To a stretch, or from it; one that is none is passed over. */
  add(serviceId: number, stretch: number, more: Counts<Name>, times: number): void {
    if (stretch < 0 || stretch >= this.#length) return
    const own = this.byService.get(serviceId) ?? this.nothing()
    this.byService.set(serviceId, own)
    const sum = own[stretch] as Record<Name, number>
    for (const name of this.#names) sum[name] += times * more[name]
  }

  nothing(): Record<Name, number>[] {
    const none = Object.fromEntries(this.#names.map((name) => [name, 0])) as Record<Name, number>
    return Array.from({ length: this.#length }, () => ({ ...none }))
  }
}
