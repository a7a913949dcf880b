/** Spans of time, in milliseconds, and their words. */

export const SECOND = 1000
export const MINUTE = 60 * SECOND
export const HOUR = 60 * MINUTE
export const DAY = 24 * HOUR
/** Of the calendar, on average. */
export const YEAR = 365.25 * DAY
export const MONTH = YEAR / 12

/**
 * A span in one or two units: `38 ms`, `1.2 s`, `43 min`, `9 h 26 min`, `1 d 4 h`, from two years on `8 y 1 mo`. Negative
 * counts as nothing.
 */
export function formatDuration(ms: number): string {
  const span = Math.max(0, ms)
  if (span < SECOND) return `${Math.round(span)} ms`
  if (span < 10 * SECOND) return `${(Math.floor(span / 100) / 10).toFixed(1)} s`
  if (span < MINUTE) return `${Math.floor(span / SECOND)} s`
  if (span < HOUR) return `${Math.floor(span / MINUTE)} min`
  if (span < DAY) return withRest(Math.floor(span / HOUR), 'h', Math.floor((span % HOUR) / MINUTE), 'min')
  if (span < 14 * DAY) return withRest(Math.floor(span / DAY), 'd', Math.floor((span % DAY) / HOUR), 'h')
  if (span < 2 * YEAR) return `${Math.floor(span / DAY)} d`
  // In whole months first: what is left of a year, divided, may come out as 11.99 of the twelve.
  const months = Math.floor(span / MONTH)
  return withRest(Math.floor(months / 12), 'y', months % 12, 'mo')
}

const withRest = (whole: number, unit: string, rest: number, restUnit: string): string =>
  rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${restUnit}`
