import { instantThere, wallClock } from './time-zone.ts'

/** Days and weeks on the wall of a time zone: a day there may be 23 or 25 hours long. */

export interface CalendarDay {
  /** `2026-11-03`. */
  readonly key: string
  readonly year: number
  /** From 1. */
  readonly month: number
  readonly day: number
  /** Half-open, epoch milliseconds. */
  readonly from: number
  readonly to: number
}

export interface CalendarMonth {
  readonly year: number
  readonly month: number
  /** Monday to Sunday; the first and the last may hold days of the months beside it. */
  readonly weeks: readonly (readonly CalendarDay[])[]
}

const DAY_MS = 86_400_000
const two = (n: number): string => String(n).padStart(2, '0')

/** The day of the month; days beyond its end, or before its beginning, are of the months beside it. */
export function calendarDay(year: number, month: number, day: number, zone: string): CalendarDay {
  const midnight = Date.UTC(year, month - 1, day)
  const date = new Date(midnight)
  const own = { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() }
  return {
    key: `${own.year}-${two(own.month)}-${two(own.day)}`,
    ...own,
    from: instantThere(midnight, zone),
    to: instantThere(midnight + DAY_MS, zone),
  }
}

export function calendarMonth(year: number, month: number, zone: string): CalendarMonth {
  const first = new Date(Date.UTC(year, month - 1, 1))
  // 0 for Monday.
  const before = (first.getUTCDay() + 6) % 7
  const length = new Date(Date.UTC(year, month, 0)).getUTCDate()
  const weeks = Array.from({ length: Math.ceil((before + length) / 7) }, (_, week) =>
    Array.from({ length: 7 }, (_, i) => calendarDay(year, month, week * 7 + i + 1 - before, zone)),
  )
  return { year, month, weeks }
}

/** The month that an instant lies in there. */
export function monthAt(at: number, zone: string): { readonly year: number; readonly month: number } {
  const { year, month } = wallClock(at, zone)
  return { year, month }
}

/** `2026-11`; undefined for anything else, and for years that no calendar of ours goes to. */
export function parseMonth(text: string): { readonly year: number; readonly month: number } | undefined {
  const [, year, month] = /^(\d{4})-(\d{2})$/.exec(text) ?? []
  const found = { year: Number(year), month: Number(month) }
  return found.year >= 2000 && found.year <= 2200 && found.month >= 1 && found.month <= 12 ? found : undefined
}

/** `2026-11-03`; undefined for anything else and for days that are in no calendar. */
export function parseDay(text: string, zone: string): CalendarDay | undefined {
  const month = parseMonth(text.slice(0, 7))
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Number(text.slice(8)) : 0
  if (!month || day < 1) return undefined
  const found = calendarDay(month.year, month.month, day, zone)
  return found.key === text ? found : undefined
}

/** The months beside one, as `2026-10` and `2026-12`. */
export function besideMonth({ year, month }: { readonly year: number; readonly month: number }): {
  readonly before: string
  readonly after: string
} {
  const of = (n: number): string => {
    const date = new Date(Date.UTC(year, n - 1, 1))
    return `${date.getUTCFullYear()}-${two(date.getUTCMonth() + 1)}`
  }
  return { before: of(month - 1), after: of(month + 1) }
}

/** What a date-and-time field of a form holds, `2026-11-03T14:30`, as the instant at which clocks there show that. */
export function instantOfField(text: string, zone: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2})(?::\d{2}(?:\.\d+)?)?$/.exec(text)
  const day = match ? parseDay(text.slice(0, 10), zone) : undefined
  const [hour, minute] = [Number(match?.[4]), Number(match?.[5])]
  if (!day || hour > 23 || minute > 59) return undefined
  return instantThere(Date.UTC(day.year, day.month - 1, day.day, hour, minute), zone)
}

/** The other way round. */
export function fieldOfInstant(at: number, zone: string): string {
  const { year, month, day, hour, minute } = wallClock(at, zone)
  return `${String(year).padStart(4, '0')}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}`
}
