import { type RawBuilder, sql } from 'kysely'
import type { Stretch } from '../../core/time/calendar.ts'
import type { Db } from '../database.ts'
import type { TrendPlace } from './place.ts'

/** What triggers count by days of UTC. */
export interface CountedByDay<Name extends string> {
  /** With `environment_id`, `day` and `service_id`. */
  readonly table: 'defect_days' | 'deployment_days'
  /** The column of each count. */
  readonly columns: Readonly<Record<Name, string>>
  /** Counts one by one what lies in each of `cuts (edge, low, high)`, instants of which the last is left out. */
  countParts(db: Db, place: TrendPlace, cuts: RawBuilder<unknown>): Promise<readonly Part<Name>[]>
}

type Counts<Name extends string> = Readonly<Record<Name, number>>
type OfService<Name extends string> = Counts<Name> & { readonly serviceId: number }
/** `stretch` is counted from 0. */
type Sums<Name extends string> = OfService<Name> & { readonly stretch: number }
/** `edge` is counted from 0; from midnight UTC until then. */
export type Part<Name extends string> = OfService<Name> & { readonly edge: number }

/**
 * Adds up what was counted in each of adjoining stretches that begin and end at any instant: whole days as they were
 * counted, and what an edge cuts off its day one by one, from indexes.
 * @returns by service, the counts of each stretch; a service without any is left out
 */
export async function countByStretch<Name extends string>(
  db: Db,
  place: TrendPlace,
  stretches: readonly Stretch[],
  counted: CountedByDay<Name>,
): Promise<ReadonlyMap<number, readonly Counts<Name>[]>> {
  const edges = edgesOf(stretches)
  const days = wholeDays(edges)
  const cuts = cutDays(edges)
  const [sums, parts] = await Promise.all([
    days ? sumDays(db, place, days, counted) : [],
    cuts ? counted.countParts(db, place, cuts) : [],
  ])
  return addUpDays(Object.keys(counted.columns) as Name[], edges, sums, parts)
}

/** Added up by the engine, for a year has many days. */
async function sumDays<Name extends string>(
  db: Db,
  { environmentId, serviceId }: TrendPlace,
  days: RawBuilder<unknown>,
  { table, columns }: CountedByDay<Name>,
): Promise<Sums<Name>[]> {
  const sums = Object.entries<string>(columns).map(
    ([name, column]) => sql`sum(${sql.ref(`d.${column}`)}) as ${sql.ref(name)}`,
  )
  const found = await sql<Sums<Name>>`
    ${days} select stretch, d.service_id as "serviceId", ${sql.join(sums)}
    from stretches cross join ${sql.table(table)} d
    where d.environment_id = ${environmentId} and d.day >= low and d.day < high
    and ${serviceId === undefined ? sql`true` : sql`d.service_id = ${serviceId}`}
    group by stretch, d.service_id`.execute(db)
  return found.rows
}

const DAY_MS = 86_400_000
const dayOf = (at: number): number => Math.floor(at / DAY_MS)

/** The instants at which adjoining stretches begin and end. */
const edgesOf = (stretches: readonly Stretch[]): number[] => [
  ...stretches.slice(0, 1).map(({ from }) => from),
  ...stretches.map(({ to }) => to),
]

/** A table `stretches (stretch, low, high)` of days, the stretches counted from 0; undefined: none has a whole day. */
function wholeDays(edges: readonly number[]): RawBuilder<unknown> | undefined {
  const days = edges.map(dayOf)
  const rows = days.slice(1).flatMap((end, stretch) => {
    const begin = days[stretch] as number
    return begin < end ? [valuesOf([stretch, begin, end])] : []
  })
  return rows.length === 0 ? undefined : sql`with stretches (stretch, low, high) as (values ${sql.join(rows)})`
}

/** A table `cuts (edge, low, high)` of instants, from midnight until an edge, counted from 0; undefined: all are midnights. */
function cutDays(edges: readonly number[]): RawBuilder<unknown> | undefined {
  const rows = edges.flatMap((at, edge) => {
    const midnight = dayOf(at) * DAY_MS
    return midnight < at ? [valuesOf([edge, midnight, at])] : []
  })
  return rows.length === 0 ? undefined : sql`with cuts (edge, low, high) as (values ${sql.join(rows)})`
}

/** Literal numbers, for PostgreSQL to know that they are numbers. */
const valuesOf = (numbers: readonly number[]) => sql`(${sql.join(numbers.map((number) => sql.lit(number)))})`

function addUpDays<Name extends string>(
  names: readonly Name[],
  edges: readonly number[],
  days: readonly Sums<Name>[],
  parts: readonly Part<Name>[],
): ReadonlyMap<number, readonly Counts<Name>[]> {
  const length = edges.length - 1
  const nothing = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>
  const sums = new Map<number, Record<Name, number>[]>()
  const add = (serviceId: number, stretch: number, more: Counts<Name>, times: 1 | -1): void => {
    if (stretch < 0 || stretch >= length) return
    const own = sums.get(serviceId) ?? Array.from({ length }, () => ({ ...nothing }))
    sums.set(serviceId, own)
    const sum = own[stretch] as Record<Name, number>
    for (const name of names) sum[name] += times * more[name]
  }
  for (const one of days) add(one.serviceId, one.stretch, one, 1)
  // What an edge cuts off its day belongs to the stretch before it and not to the one after it.
  for (const one of parts) {
    add(one.serviceId, one.edge - 1, one, 1)
    add(one.serviceId, one.edge, one, -1)
  }
  return sums
}
