import type { Interval } from '../statistics/interval.ts'
import { DAY, formatDuration, YEAR } from '../time/span.ts'

/** Numbers as the sentences of verdicts and signals say them. */

/** `40 min`, `7 h`, `1.2 days`, `23 days`, from two years on `2 y 10 mo`. */
export function lengthOf(days: number): string {
  const minutes = days * 1440
  if (minutes < 90) return `${Math.round(minutes)} min`
  if (days < 1) return `${Math.round(days * 24)} h`
  if (days < 10) return `${days.toFixed(1)} days`
  return days * DAY < 2 * YEAR ? `${Math.round(days)} days` : formatDuration(days * DAY)
}

/** Two digits, as many as such an estimate has: `0.12`, `3.1`, `28`, `1,795`. */
export function estimate(value: number): string {
  if (value >= 10) return grouped(Math.round(value))
  return value >= 0.1 ? value.toFixed(1) : value.toFixed(2)
}

/** `2.9×`. */
export const times = (ratio: number): string => `${estimate(ratio)}×`

/** `1.4–5.6`, `1.4 and more`. */
export const range = ({ low, high }: Interval): string =>
  high === Number.POSITIVE_INFINITY ? `${estimate(low)} and more` : `${estimate(low)}–${estimate(high)}`

/** An e-value: `0.4`, `37`, `1,200`, `more than a million`. */
export function odds(evidence: number): string {
  if (evidence >= 1e6) return 'more than a million'
  return evidence < 10 ? evidence.toFixed(1) : grouped(Math.round(evidence))
}

/** `4,378`. */
export const grouped = (count: number): string => count.toLocaleString('en-US')

/** `no defects`, `1 defect`, `1,207 defects`. */
export const counted = (count: number, one: string, many = `${one}s`): string =>
  `${count === 0 ? 'no' : grouped(count)} ${count === 1 ? one : many}`

/** `a`, `a or b`, `a, b or c`. */
export function listed(names: readonly string[], word: 'and' | 'or'): string {
  if (names.length < 2) return names[0] ?? ''
  return `${names.slice(0, -1).join(', ')} ${word} ${names.at(-1)}`
}
