import { zoneOffset } from './time-zone.ts'

/** Days, weeks and months as the clocks of a place count them. Instants are epoch milliseconds, stretches half-open. */

export type CalendarUnit = 'day' | 'week' | 'month'

export interface Stretch {
  readonly from: number
  readonly to: number
}

/** Month and day begin at 1. */
export interface CalendarDate {
  readonly year: number
  readonly month: number
  readonly day: number
}

const DAY_MS = 86_400_000
/** No zone is further from UTC. */
const FARTHEST_MS = 16 * 3_600_000

/** The date that clocks in the zone show at an instant. Throws RangeError for a zone that is none. */
export function dateIn(at: number, zone: string): CalendarDate {
  const date = new Date(at + offsetAt(at, zone))
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
}

/**
 * The day, week (from Monday) or month in which an instant lies. It begins with the first instant of its date, which is
 * not midnight where the clocks were put forward over it, and is as long as its clocks make it: 23 or 25 hours, too.
 */
export function stretchAround(at: number, unit: CalendarUnit, zone: string): Stretch {
  const { year, month, day } = dateIn(at, zone)
  if (unit === 'month') return { from: beginOf(year, month, 1, zone), to: beginOf(year, month + 1, 1, zone) }
  const first = unit === 'day' ? day : day - sinceMonday(year, month, day)
  return {
    from: beginOf(year, month, first, zone),
    to: beginOf(year, month, first + (unit === 'day' ? 1 : 7), zone),
  }
}

/** The adjoining days, weeks or months that touch a stretch of time, in order; the first and the last are whole too. */
export function stretchesOver({ from, to }: Stretch, unit: CalendarUnit, zone: string): Stretch[] {
  const stretches: Stretch[] = []
  for (let at = from; at < to; ) {
    const stretch = stretchAround(at, unit, zone)
    stretches.push(stretch)
    at = stretch.to
  }
  return stretches
}

/** Which of adjoining stretches an instant lies in, -1 for none. O(log stretches). */
export function indexOfStretch(stretches: readonly Stretch[], at: number): number {
  let low = 0
  let high = stretches.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((stretches[middle] as Stretch).to <= at) low = middle + 1
    else high = middle
  }
  const found = stretches[low]
  return found && at >= found.from ? low : -1
}

const sinceMonday = (year: number, month: number, day: number): number =>
  (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7

/** The first instant of a date; month and day may run over. */
function beginOf(year: number, month: number, day: number, zone: string): number {
  const midnight = Date.UTC(year, month - 1, day)
  if (zone === 'UTC') return midnight
  // Whatever the zone did around that midnight, it had one of the offsets of the days around it. Tried from the highest
  // on, which gives the earlier of two midnights.
  const offsets = [offsetAt(midnight - DAY_MS, zone), offsetAt(midnight + DAY_MS, zone)].sort((a, b) => b - a)
  for (const offset of offsets) {
    const begin = midnight - offset
    if (offsetAt(begin, zone) === offset) return begin
  }
  return firstAfterGap(midnight, zone)
}

/** Midnight was skipped: the first instant at which clocks show that date or a later one. */
function firstAfterGap(midnight: number, zone: string): number {
  let before = midnight - FARTHEST_MS
  let after = midnight + FARTHEST_MS
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2)
    if (middle + offsetAt(middle, zone) < midnight) before = middle
    else after = middle
  }
  return after
}

const offsetAt = (at: number, zone: string): number => (zone === 'UTC' ? 0 : zoneOffset(at, zone))
