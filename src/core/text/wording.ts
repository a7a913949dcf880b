import type { Interval } from '../statistics/interval.ts'

/** Numbers as the sentences of verdicts and signals say them. */

/** `40 min`, `7 h`, `1.2 days`, `23 days`. */
export function lengthOf(days: number): string {
  const minutes = days * 1440
  if (minutes < 90) return `${Math.round(minutes)} min`
  if (days < 1) return `${Math.round(days * 24)} h`
  return days < 10 ? `${days.toFixed(1)} days` : `${Math.round(days)} days`
}

/** Two digits, as many as such an estimate has: `0.12`, `3.1`, `28`. */
export function estimate(value: number): string {
  if (value >= 10) return String(Math.round(value))
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
