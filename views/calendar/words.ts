import type { CalendarDay } from '../../src/core/time/calendar-month.ts'
import { LONG_MONTHS } from '../format.ts'

/** Days and months by name, for those that are known as such; instants are shown by components/time.tsx. */

export const WEEKDAYS = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const

export const monthName = ({ year, month }: { readonly year: number; readonly month: number }): string =>
  `${LONG_MONTHS[month - 1]} ${year}`

/** `Tuesday 3 November 2026`. */
export function dayName({ year, month, day }: Pick<CalendarDay, 'year' | 'month' | 'day'>): string {
  const weekday = WEEKDAYS[(new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7]
  return `${weekday} ${day} ${monthName({ year, month })}`
}

export const dayPath = (key: string): string => `/calendar/${key}`
