/** A range that holds a true value with some confidence. `high` may be Infinity; both ends belong to it. */
export interface Interval {
  readonly low: number
  readonly high: number
}

/** What is left on each side of a two-sided interval of that confidence: 0.025 for 0.95. */
export const tailOf = (confidence: number): number => (1 - confidence) / 2
