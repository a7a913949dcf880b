import { median } from '../statistics/median.ts'

/** How long earlier ones took from the request to being live, in milliseconds, the newest first. */
export interface Expectation {
  /** Of them, in the middle; undefined with fewer than three. */
  readonly usualMs: number | undefined
  /** From when on it takes longer than usual. */
  readonly overdueAt: number
}

const LEAST_EARLIER = 3
const UNKNOWN_MS = 15 * 60_000

/** It is overdue at twice the usual time, and at half an hour when that is not known. */
export function expectationOf(sentAt: number, earlier: readonly number[]): Expectation {
  const usualMs = earlier.length < LEAST_EARLIER ? undefined : median(earlier)
  return { usualMs, overdueAt: sentAt + 2 * Math.max(usualMs ?? UNKNOWN_MS, 30_000) }
}
