/** Instants on the clock of a time zone, by the IANA database that comes with the runtime. Also bundled for browsers. */

/** What hangs on the wall there; the month from 1, hours from 0 to 23. */
export interface WallClock {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** Making one takes far longer than using it, and there are some hundred zones at most. */
const clocks = new Map<string, Intl.DateTimeFormat>()

function clockOf(zone: string): Intl.DateTimeFormat {
  const known = clocks.get(zone)
  if (known) return known
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  clocks.set(zone, clock)
  return clock
}

/** Throws a RangeError for a zone that is not known here; `isTimeZone` tells. */
export function wallClock(at: number, zone: string): WallClock {
  const there = new Date(at + zoneOffset(at, zone))
  return {
    year: there.getUTCFullYear(),
    month: there.getUTCMonth() + 1,
    day: there.getUTCDate(),
    hour: there.getUTCHours(),
    minute: there.getUTCMinutes(),
    second: there.getUTCSeconds(),
  }
}

/** How far the clocks there are ahead of UTC then, milliseconds; negative in the west. Throws as `wallClock` does. */
export function zoneOffset(at: number, zone: string): number {
  if (zone === 'UTC' && Number.isFinite(at)) return 0
  if (!(at >= WHOLE_MINUTES_SINCE)) return formattedOffset(at, zone)
  const known = offsets.get(zone) ?? new Map<number, number>()
  offsets.set(zone, known)
  const minute = Math.floor(at / MINUTE_MS)
  const kept = known.get(minute)
  if (kept !== undefined) return kept
  const offset = formattedOffset(at, zone)
  if (known.size >= MOST_KEPT) known.clear()
  known.set(minute, offset)
  return offset
}

const MINUTE_MS = 60_000
/** By zone and minute: to format takes microseconds, and the pages of a year ask for its days thousands of times. */
const offsets = new Map<string, Map<number, number>>()
const MOST_KEPT = 5_000
/** No clock was changed within a minute since Liberia's, by 44 minutes and 30 seconds, in January 1972. */
const WHOLE_MINUTES_SINCE = Date.UTC(1973, 0, 1)

function formattedOffset(at: number, zone: string): number {
  const found: Record<string, number> = {}
  for (const { type, value } of clockOf(zone).formatToParts(at)) found[type] = Number(value)
  const { year, month, day, hour, minute, second } = found as unknown as WallClock
  return Date.UTC(year, month - 1, day, hour, minute, second) - Math.floor(at / 1000) * 1000
}

/**
 * The instant at which the clocks there show `local`, given as milliseconds as if they were UTC. Of an hour that comes
 * twice the first one; of an hour that is left out, as far after its beginning as `local` says.
 */
export function instantThere(local: number, zone: string): number {
  const candidates = [local - DAY_MS, local + DAY_MS].map((near) => local - zoneOffset(near, zone))
  const fitting = candidates.filter((at) => at + zoneOffset(at, zone) === local)
  return Math.min(...(fitting.length > 0 ? fitting : [Math.max(...candidates)]))
}

const DAY_MS = 86_400_000

/** As a field for date and time has it, `2026-11-22T02:42`, on the clock there. */
export const fieldTime = (at: number, zone: string): string =>
  new Date(at + zoneOffset(at, zone)).toISOString().slice(0, 16)

/** A name of the IANA database, such as Europe/Berlin; bare offsets are none. */
export function isTimeZone(name: string): boolean {
  if (name === 'UTC' || clocks.has(name)) return true
  if (!/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/.test(name)) return false
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** What people choose from: UTC, then all others by name. */
export const timeZones = (): readonly string[] => [
  'UTC',
  ...Intl.supportedValuesOf('timeZone').filter((name) => name !== 'UTC'),
]
