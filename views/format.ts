import { DAY, formatDuration, HOUR, MINUTE, MONTH, SECOND, YEAR } from '../src/core/time/span.ts'
import { wallClock } from '../src/core/time/time-zone.ts'

/**
 * Numbers, instants and spans of time in the words of the pages. Also bundled for browsers, which let ages tick. Instants
 * are shown on the clock of a time zone, given by name.
 */

export { formatDuration }

export const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const
export const LONG_MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const
const WEEKDAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'] as const

const two = (n: number): string => String(n).padStart(2, '0')

/** `02:42`. */
export const clockTime = (at: number, zone: string): string => {
  const { hour, minute } = wallClock(at, zone)
  return `${two(hour)}:${two(minute)}`
}

/** `02:42:07`. */
export const clockSeconds = (at: number, zone: string): string =>
  `${clockTime(at, zone)}:${two(wallClock(at, zone).second)}`

/**
 * `02:42` within the day before `now`, `18 Nov 21:40` within its year, else `18 Nov 2024 21:40`. What is yet to come has its
 * day unless that is today: tomorrow's `02:42` would be read as over.
 */
export function formatInstant(at: number, now: number, zone: string): string {
  const isNear = at <= now ? now - at < DAY : formatDay(at, now, zone) === formatDay(now, now, zone)
  if (isNear) return clockTime(at, zone)
  return formatDayAndTime(at, now, zone)
}

/** `18 Nov`, with the year when it is not that of `now`. */
export function formatDay(at: number, now: number, zone: string): string {
  const { year, month, day } = wallClock(at, zone)
  return `${day} ${MONTHS[month - 1]}${year === wallClock(now, zone).year ? '' : ` ${year}`}`
}

/** `Wednesday 18 November`. */
export function formatLongDay(at: number, zone: string): string {
  const { year, month, day } = wallClock(at, zone)
  return `${WEEKDAYS[new Date(Date.UTC(year, month - 1, day)).getUTCDay()]} ${day} ${LONG_MONTHS[month - 1]}`
}

/** `18 Nov 21:40`, with the year when it is not that of `now`, however near it is. */
export const formatDayAndTime = (at: number, now: number, zone: string): string =>
  `${formatDay(at, now, zone)} ${clockTime(at, zone)}`

/** A span that goes on, which is felt and not read to the day: `13 d 4 h`, `59 d`, from two months on `10 mo`, then `8 y`. */
export const formatSince = (ms: number): string => (ms < 2 * MONTH ? formatDuration(ms) : oneUnit(ms))

/** How long ago in one unit: `just now`, `32 min ago`, `3 d ago`, `10 mo ago`, `8 y ago`; `in 5 min` for what is yet to come. */
export function formatAge(at: number, now: number): string {
  const span = now - at
  if (span < -MINUTE) return `in ${oneUnit(-span)}`
  if (span < 10 * SECOND) return 'just now'
  return `${oneUnit(span)} ago`
}

function oneUnit(span: number): string {
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`
  if (span < DAY) return `${Math.floor(span / HOUR)} h`
  if (span < 2 * MONTH) return `${Math.floor(span / DAY)} d`
  if (span < 2 * YEAR) return `${Math.floor(span / MONTH)} mo`
  return `${formatCount(Math.floor(span / YEAR))} y`
}

/** `99.2 %`, cut and not rounded, so that 100 % means all; with two decimals where one would hide the rest. */
export function formatShare(part: number, whole: number): string {
  const share = (part / whole) * 100
  const decimals = share > 99.9 && share < 100 ? 2 : 1
  const cut = Math.floor((part * 100 * 10 ** decimals) / whole) / 10 ** decimals
  return `${share === 100 ? 100 : cut.toFixed(decimals)} %`
}

/** `23,480`. */
export const formatCount = (n: number): string => String(n).replace(/\B(?=(\d{3})+(?!\d))/g, ',')

/** A count that was not counted beyond `cap`: `10,000+`. */
export const formatCapped = (n: number, cap: number): string => (n > cap ? `${formatCount(cap)}+` : formatCount(n))

/** Of more rows a list says `10,000+`. */
export const COUNTED_AT_MOST = 10_000

/**
 * Where in a list a page is: `1–50 of 23,480`; '' for a page without rows.
 *
 * @param total counted up to one more than COUNTED_AT_MOST; undefined: too many were to be looked at to tell
 */
export function pageSummary(before: number, rows: number, total: number | undefined): string {
  if (rows === 0) return ''
  const range = `${formatCount(before + 1)}–${formatCount(before + rows)}`
  return total === undefined ? range : `${range} of ${formatCapped(total, COUNTED_AT_MOST)}`
}

/** `1 defect`, `7 defects`; the plural is the singular with an s unless given. */
export const counted = (n: number, singular: string, plural = `${singular}s`): string =>
  `${formatCount(n)} ${n === 1 ? singular : plural}`

/** Cuts the middle out of a long name: commit SHAs as versions stay recognisable at both ends. */
export function middleCut(text: string, max = 28): string {
  if (text.length <= max) return text
  const head = Math.ceil((max - 1) / 2)
  return `${text.slice(0, head)}…${text.slice(text.length - (max - 1 - head))}`
}

/** `9f3c2ab` for a full SHA; anything else as it is. */
export const shortSha = (sha: string): string => (/^[0-9a-f]{40}([0-9a-f]{24})?$/i.test(sha) ? sha.slice(0, 7) : sha)

/** `1.4 MB`, in thousands. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} B`
  if (bytes < 1_000_000) return `${(bytes / 1000).toFixed(1)} kB`
  if (bytes < 1_000_000_000) return `${(bytes / 1_000_000).toFixed(1)} MB`
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`
}
