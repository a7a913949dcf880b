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
  // A page may tell hundreds of times, and to format takes many times longer.
  if (zone === 'UTC' && !Number.isNaN(new Date(at).getTime())) return clockOfUtc(new Date(at))
  const found: Record<string, number> = {}
  for (const { type, value } of clockOf(zone).formatToParts(at)) found[type] = Number(value)
  return found as unknown as WallClock
}

const clockOfUtc = (at: Date): WallClock => ({
  year: at.getUTCFullYear(),
  month: at.getUTCMonth() + 1,
  day: at.getUTCDate(),
  hour: at.getUTCHours(),
  minute: at.getUTCMinutes(),
  second: at.getUTCSeconds(),
})

/** How far the clocks there are ahead of UTC then, milliseconds; negative in the west. */
export function zoneOffset(at: number, zone: string): number {
  const { year, month, day, hour, minute, second } = wallClock(at, zone)
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
