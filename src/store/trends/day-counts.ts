import { type RawBuilder, sql } from 'kysely'
import type { Stretch } from '../../core/time/calendar.ts'

/**
 * What is counted by days of UTC, for stretches that begin and end at any instant: whole days are added up as they were
 * counted, and what an edge cuts off its day is counted one by one.
 */

const DAY_MS = 86_400_000
const dayOf = (at: number): number => Math.floor(at / DAY_MS)

/** The instants at which adjoining stretches begin and end. */
export const edgesOf = (stretches: readonly Stretch[]): number[] => [
  ...stretches.slice(0, 1).map(({ from }) => from),
  ...stretches.map(({ to }) => to),
]

/** A table `stretches (stretch, low, high)` of days, the stretches counted from 0; undefined: none has a whole day. */
export function wholeDays(edges: readonly number[]): RawBuilder<unknown> | undefined {
  const days = edges.map(dayOf)
  const rows = days.slice(1).flatMap((end, stretch) => {
    const begin = days[stretch] as number
    return begin < end ? [valuesOf([stretch, begin, end])] : []
  })
  return rows.length === 0 ? undefined : sql`with stretches (stretch, low, high) as (values ${sql.join(rows)})`
}

/** A table `cuts (edge, low, high)` of instants, from midnight until an edge, counted from 0; undefined: all are midnights. */
export function cutDays(edges: readonly number[]): RawBuilder<unknown> | undefined {
  const rows = edges.flatMap((at, edge) => {
    const midnight = dayOf(at) * DAY_MS
    return midnight < at ? [valuesOf([edge, midnight, at])] : []
  })
  return rows.length === 0 ? undefined : sql`with cuts (edge, low, high) as (values ${sql.join(rows)})`
}

/** Literal numbers, for PostgreSQL to know that they are numbers. */
const valuesOf = (numbers: readonly number[]) => sql`(${sql.join(numbers.map((number) => sql.lit(number)))})`

type Counts<Name extends string> = Readonly<Record<Name, number>>
type OfService<Name extends string> = Counts<Name> & { readonly serviceId: number }

/** By service, the counts of each stretch; a service without any is left out. */
export function addUpDays<Name extends string>(
  nothing: Counts<Name>,
  edges: readonly number[],
  days: readonly (OfService<Name> & { readonly stretch: number })[],
  parts: readonly (OfService<Name> & { readonly edge: number })[],
): ReadonlyMap<number, readonly Counts<Name>[]> {
  const names = Object.keys(nothing) as Name[]
  const length = edges.length - 1
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
