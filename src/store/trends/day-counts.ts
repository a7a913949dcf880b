import { type RawBuilder, sql } from 'kysely'
import type { Stretch } from '../../core/time/calendar.ts'
import type { Db } from '../database.ts'
import { columnAsJson, inColumn, rowsOf } from '../dialect.ts'
import { isOneOf } from '../services/of-services.ts'

/** What triggers count by days of UTC, and by hours. */
export interface CountedByDay<Name extends string> {
  /** Added up. With `environment_id`, `service_id` and `day`. */
  readonly tables: readonly ('defect_days' | 'unplaced_defect_days' | 'deployment_days')[]
  /** The same by the `hour`, where it is worth counting: of all `tables`, and of what names no service as well. */
  readonly hours?: 'defect_hours'
  /** The column of each count. */
  readonly columns: Readonly<Record<Name, string>>
  /** All services count as one, whose id is 0. */
  readonly together?: true
  /** Counts one by one what lies in each of `cuts (cut, low, high)`, instants of which the last is left out. */
  countParts(db: Db, places: CountedPlaces, cuts: RawBuilder<unknown>): Promise<readonly Part<Name>[]>
}

/** Added up over the environments, 0 for none; and over some services or, undefined, all. */
export interface CountedPlaces {
  readonly environmentIds: readonly number[]
  readonly serviceIds?: readonly number[] | undefined
}

type Counts<Name extends string> = Readonly<Record<Name, number>>
type OfService<Name extends string> = Counts<Name> & { readonly serviceId: number }
/** `cut` is counted from 0. */
export type Part<Name extends string> = OfService<Name> & { readonly cut: number }
/** To be added to a cut so many times: taken away, if -1. */
interface Signed<Name extends string> {
  readonly part: OfService<Name>
  readonly cut: number
  readonly times: number
}

/**
 * Adds up what was counted in each of adjoining stretches that begin and end at any instant: whole days as they were
 * counted, and what lies between an edge and the midnight nearest to it from smaller units. Where that would be more than
 * all there is, stretches of hours, everything is counted in these.
 * @returns by service, the counts of each stretch; a service without any is left out
 */
export async function countByStretch<Name extends string>(
  db: Db,
  places: CountedPlaces,
  stretches: readonly Stretch[],
  counted: CountedByDay<Name>,
): Promise<ReadonlyMap<number, readonly Counts<Name>[]>> {
  const sums = new SumsOfServices(Object.keys(counted.columns) as Name[], stretches.length)
  const edges = edgesOf(stretches)
  const cuts = edges.map((at) => toNearest(at, DAY_MS))
  const isLessByDays = lengthOf(cuts) < lengthOf(stretches)
  const found = isLessByDays
    ? await throughWhole(DAY_MS, stretches, {
        whole: (ranges) => sumUnits(db, places, ranges, counted, { tables: counted.tables, unit: 'day' }),
        parts: (spans) => countSpans(db, places, spans, counted),
      })
    : await countSpans(db, places, stretches, counted)
  for (const one of found) sums.add(one)
  return sums.byService
}

/** The same of what counts all services as one: the counts of each stretch. */
export async function countTogether<Name extends string>(
  db: Db,
  places: CountedPlaces,
  stretches: readonly Stretch[],
  counted: CountedByDay<Name> & { readonly together: true },
): Promise<readonly Counts<Name>[]> {
  const [sums] = (await countByStretch(db, places, stretches, counted)).values()
  return sums ?? new SumsOfServices(Object.keys(counted.columns) as Name[], stretches.length).nothing()
}

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS

/**
 * What lies in each of these spans: in whole units between the instants nearest to where it begins and ends, and of what
 * lies between those and it, each once for all spans that meet there, what was left out or taken in.
 */
async function throughWhole<Name extends string>(
  unitMs: number,
  spans: readonly Stretch[],
  count: {
    whole(ranges: readonly (readonly number[])[]): Promise<readonly Part<Name>[]>
    parts(spans: readonly Stretch[]): Promise<readonly Signed<Name>[]>
  },
): Promise<readonly Signed<Name>[]> {
  const unitAt = (at: number) => Math.round(at / unitMs)
  const ranges = spans.map(({ from, to }, cut) => [cut, unitAt(from), unitAt(to)])
  const ends = [...new Set(spans.flatMap(({ from, to }) => [from, to]))].filter((at) => at % unitMs !== 0)
  const [whole, parts] = await Promise.all([
    count.whole(ranges.filter(([, low, high]) => (low as number) < (high as number))),
    count.parts(ends.map((at) => toNearest(at, unitMs))),
  ])
  const meeting = new Map(ends.map((at): [number, { cut: number; times: number }[]] => [at, []]))
  for (const [cut, { from, to }] of spans.entries()) {
    meeting.get(from)?.push({ cut, times: unitAt(from) * unitMs > from ? 1 : -1 })
    meeting.get(to)?.push({ cut, times: unitAt(to) * unitMs > to ? -1 : 1 })
  }
  return [
    ...whole.map(once),
    ...parts.flatMap(({ part, cut, times }) =>
      (meeting.get(ends[cut] as number) ?? []).map((met) => ({ part, cut: met.cut, times: times * met.times })),
    ),
  ]
}

const once = <Name extends string>(part: Part<Name>): Signed<Name> => ({ part, cut: part.cut, times: 1 })

/** Added up by the engine, for a year has many days; read column by column, for days times services are thousands. */
async function sumUnits<Name extends string>(
  db: Db,
  { environmentIds, serviceIds }: CountedPlaces,
  ranges: readonly (readonly number[])[],
  { columns, together }: CountedByDay<Name>,
  { tables, unit }: { readonly tables: readonly string[]; readonly unit: 'day' | 'hour' },
): Promise<readonly Part<Name>[]> {
  if (ranges.length === 0) return []
  const sums = Object.entries<string>(columns).map(
    ([name, column]) => sql`sum(${sql.ref(`d.${column}`)}) as ${sql.ref(name)}`,
  )
  const at = sql.ref(`d.${unit}`)
  const ofTables = tables.map(
    (table) => sql`
    select cut, ${together ? sql`0` : sql`d.service_id`} as "serviceId", ${sql.join(sums)}
    from ranges cross join ${sql.table(table)} d
    where ${isOneOf('d.environment_id', environmentIds)} and ${at} >= low and ${at} < high
    and ${isOneOf('d.service_id', serviceIds)}${together ? sql`` : sql` and d.service_id > 0`}
    group by cut${together ? sql`` : sql`, d.service_id`}`,
  )
  const names = ['cut', 'serviceId', ...Object.keys(columns)]
  const asColumns = names.map((name) => sql`${columnAsJson(db, name)} as ${sql.ref(name)}`)
  const found = await sql<Record<string, string | null>>`
    with ranges (cut, low, high) as materialized (${rowsOf(db, ranges)})
    select ${sql.join(asColumns)} from (${sql.join(ofTables, sql` union all `)}) as found`.execute(db)
  return rowsIn(names, found.rows[0] ?? {}) as Part<Name>[]
}

function rowsIn(names: readonly string[], texts: Readonly<Record<string, string | null>>): Record<string, number>[] {
  const columns = names.map((name) => inColumn<number>(texts[name]))
  return (columns[0] ?? []).map((_, i) => {
    const row: Record<string, number> = {}
    for (const [at, name] of names.entries()) row[name] = columns[at]?.[i] as number
    return row
  })
}

/** The instants at which adjoining stretches begin and end. */
const edgesOf = (stretches: readonly Stretch[]): number[] => [
  ...stretches.slice(0, 1).map(({ from }) => from),
  ...stretches.map(({ to }) => to),
]

/** From an instant to the begin of a unit that is nearest to it, or from there. */
function toNearest(at: number, unitMs: number): Stretch {
  const nearest = Math.round(at / unitMs) * unitMs
  return { from: Math.min(nearest, at), to: Math.max(nearest, at) }
}

const lengthOf = (spans: readonly Stretch[]): number => spans.reduce((sum, { from, to }) => sum + to - from, 0)

/** What lies in each of these, by hours where they are counted; they are counted from 0. */
async function countSpans<Name extends string>(
  db: Db,
  places: CountedPlaces,
  spans: readonly Stretch[],
  counted: CountedByDay<Name>,
): Promise<readonly Signed<Name>[]> {
  const { hours } = counted
  if (!hours) return await countOneByOne(db, places, spans, counted)
  return await throughWhole(HOUR_MS, spans, {
    whole: (ranges) => sumUnits(db, places, ranges, counted, { tables: [hours], unit: 'hour' }),
    parts: (ends) => countOneByOne(db, places, ends, counted),
  })
}

async function countOneByOne<Name extends string>(
  db: Db,
  places: CountedPlaces,
  spans: readonly Stretch[],
  counted: CountedByDay<Name>,
): Promise<readonly Signed<Name>[]> {
  const rows = spans.flatMap(({ from, to }, cut) => (from < to ? [[cut, from, to]] : []))
  if (rows.length === 0) return []
  const cuts = sql`with cuts (cut, low, high) as materialized (${rowsOf(db, rows)})`
  return (await counted.countParts(db, places, cuts)).map(once)
}

class SumsOfServices<Name extends string> {
  readonly byService = new Map<number, readonly Record<Name, number>[]>()
  readonly #names: readonly Name[]
  readonly #length: number

  constructor(names: readonly Name[], length: number) {
    this.#names = names
    this.#length = length
  }

  add({ part, cut, times }: Signed<Name>): void {
    const own = this.byService.get(part.serviceId) ?? this.nothing()
    this.byService.set(part.serviceId, own)
    const sum = own[cut] as Record<Name, number>
    for (const name of this.#names) sum[name] += times * part[name]
  }

  nothing(): Record<Name, number>[] {
    const none = Object.fromEntries(this.#names.map((name) => [name, 0])) as Record<Name, number>
    return Array.from({ length: this.#length }, () => ({ ...none }))
  }
}
