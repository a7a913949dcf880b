/** Instants are epoch milliseconds, UTC; at the edges they are RFC 3339 text. */

const RFC_3339 = /^(\d{4})-(\d{2})-(\d{2})[Tt ](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,18}))?(?:[Zz]|([+-])(\d{2}):(\d{2}))$/

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
const EARLIEST = Date.UTC(2000, 0, 1)
/** How far a sender's clock may run ahead of ours. */
const CLOCK_TOLERANCE_MS = 5 * MINUTE_MS

/**
 * Reads an RFC 3339 date-time. Undefined for anything else: a date that is not in the calendar (30 February), no time
 * zone, no seconds. A space may stand for the T, as `date --rfc-3339` prints it; a leap second is the second after it.
 * Digits below the millisecond are dropped. Years 0000 to 9999; whether one can be believed is the next function's say.
 */
export function parseInstant(text: string): number | undefined {
  const match = RFC_3339.exec(text)
  if (!match) return undefined
  const [, year, month, day, hour, minute, second, fraction, sign, offsetHour, offsetMinute] = match
  const [y, mo, d] = [Number(year), Number(month), Number(day)]
  const [h, mi, s] = [Number(hour), Number(minute), Number(second)]
  if (mo < 1 || mo > 12 || d < 1 || d > daysInMonth(y, mo)) return undefined
  if (h > 23 || mi > 59 || s > 60) return undefined
  if (Number(offsetHour ?? 0) > 23 || Number(offsetMinute ?? 0) > 59) return undefined

  // setUTCFullYear, because Date.UTC takes the years 0 to 99 for 1900 to 1999.
  const midnight = new Date(0).setUTCFullYear(y, mo - 1, d)
  const ms = Number((fraction ?? '').padEnd(3, '0').slice(0, 3))
  const offset = (Number(offsetHour ?? 0) * 60 + Number(offsetMinute ?? 0)) * MINUTE_MS * (sign === '-' ? -1 : 1)
  const at = midnight + ((h * 60 + mi) * 60 + s) * 1000 + ms - offset
  // A leap second only ever ends a UTC day.
  if (s === 60 && (((at - ms) % DAY_MS) + DAY_MS) % DAY_MS !== 0) return undefined
  return at
}

/** True from 2000 until five minutes after `receivedAt`; outside, a sender's clock or unit is wrong. */
export const believableInstant = (at: number, receivedAt: number): boolean =>
  at >= EARLIEST && at <= receivedAt + CLOCK_TOLERANCE_MS

/** RFC 3339 in UTC with milliseconds, `2026-11-22T21:10:00.000Z`. Throws RangeError beyond the years a Date can hold. */
export const formatInstant = (at: number): string => new Date(at).toISOString()

function daysInMonth(year: number, month: number): number {
  if (month === 2) return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0 ? 29 : 28
  return [4, 6, 9, 11].includes(month) ? 30 : 31
}
