import type { Interval } from '../statistics/interval.ts'

/** A number with what it is made of. */
export interface Metric {
  /** Null when there is nothing to make it of; not 0, and not 100 %. */
  readonly value: number | null
  readonly unit: 'per day' | 'hours' | 'share'
  readonly numerator: number
  readonly denominator: number
  /** What is counted and what is not, for people. */
  readonly rule: string
  /** False: too few to go by; the value is shown with that remark, if at all. */
  readonly enough: boolean
  /** 95 %. An end is null where there is no limit yet; the whole where none can be given. */
  readonly interval: { readonly low: number | null; readonly high: number | null } | null
  /** In the denominator, and left out of it because it is too early to judge them. */
  readonly ripe: number
  readonly unripe: number
  /** Deployments (or defects, as the rule says) behind numerator and denominator, for links. */
  readonly numeratorIds: readonly number[]
  readonly denominatorIds: readonly number[]
  /** Left out as unripe. */
  readonly unripeIds: readonly number[]
}

/** As JSON has it, which knows no Infinity. */
export const finiteInterval = ({
  low,
  high,
}: Interval): { readonly low: number | null; readonly high: number | null } => ({
  low: Number.isFinite(low) ? low : null,
  high: Number.isFinite(high) ? high : null,
})
