import { dateIn, type Stretch, stretchAround, stretchesOver } from '../time/calendar.ts'
import { wallClock } from '../time/time-zone.ts'
import type { TrendDivisions } from '../trends/facts.ts'

const DAY_MS = 86_400_000
/** A month is told in days, more in weeks. */
const MOST_DAYS = 31

/**
 * How the facts of a period are divided: its days or weeks, cut to it, and what came after it until now, which tells how
 * many defects were open at its end.
 */
export function periodDivisions(period: Stretch, zone: string, now: number): TrendDivisions {
  const fineUnit = daysIn(period) <= MOST_DAYS ? 'day' : 'week'
  const since = period.to <= now ? [{ from: period.to, to: now + 1 }] : []
  const cut = ({ from, to }: Stretch): Stretch => ({
    from: Math.max(from, period.from),
    to: Math.min(to, period.to),
  })
  return {
    fineUnit,
    fine: [...stretchesOver(period, fineUnit, zone).map(cut), ...since],
    coarseUnit: 'week',
    coarse: [period, ...since],
    months: [period, ...since],
  }
}

/** Rounded: some have 23 or 25 hours. */
export const daysIn = ({ from, to }: Stretch): number => Math.round((to - from) / DAY_MS)

/** The last week (from Monday) or month that is over. */
export function lastWhole(unit: 'week' | 'month', now: number, zone: string): Stretch {
  const current = stretchAround(now, unit, zone)
  return stretchAround(current.from - 1, unit, zone)
}

/** `2026-11-23`, the day on which clocks there show its beginning. */
export function dayKey(at: number, zone: string): string {
  const { year, month, day } = dateIn(at, zone)
  return [year, month, day].map((n) => String(n).padStart(2, '0')).join('-')
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'] as const

/** `16 to 22 Nov 2026`, `28 Dec 2026 to 3 Jan 2027`, `16 Nov 2026`: its first and its last day. */
export function periodWords({ from, to }: Stretch, zone: string): string {
  const first = wallClock(from, zone)
  const last = wallClock(to - 1, zone)
  const words = ({ day, month, year }: typeof first, like?: typeof last): string =>
    [String(day), ...(like?.month === month && like.year === year ? [] : [MONTHS[month - 1]])]
      .concat(like?.year === year ? [] : [String(year)])
      .join(' ')
  const end = words(last)
  return words(first) === end ? end : `${words(first, last)} to ${end}`
}
