import { formatDuration, MINUTE } from '../time/span.ts'

/** How evidence speaks: numbers and names as people say them. */

/** A release named after its commit is told by the beginning of it, as people do. */
export const told = (version: string): string =>
  /^[0-9a-f]{40}([0-9a-f]{24})?$/i.test(version) ? version.slice(0, 10) : version

/** In whole minutes, and otherwise as the pages write spans: `43 min`, `2 h 5 min`, `3 d 4 h`, `2 y 10 mo`. */
export function duration(ms: number): string {
  const minutes = Math.max(0, Math.round(ms / MINUTE))
  return minutes === 0 ? '0 min' : formatDuration(minutes * MINUTE)
}

export const percent = (probability: number): string => {
  const rounded = Math.round(probability * 100)
  return `${probability > 0 && rounded === 0 ? 'less than 1' : rounded} %`
}

export const counted = (count: number, noun: string): string =>
  `${count.toLocaleString('en')} ${noun}${count === 1 ? '' : 's'}`

/** `2.4.0`, `2.4.0 and 2.4.1`, `2.4.0, 2.4.1 and 3 more`. */
export function listed(names: readonly string[]): string {
  const [first, second] = names
  if (names.length > 2) return `${first}, ${second} and ${names.length - 2} more`
  return names.join(' and ')
}

/** 0.3, 1.2, 14: what a mean or an expectation needs. */
export const roughly = (value: number): string => (value < 10 ? value.toFixed(1) : Math.round(value).toString())
