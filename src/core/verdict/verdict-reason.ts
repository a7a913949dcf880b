import type { VerdictWord } from './product-word.ts'

/** One reason of a verdict. Those that speak against a release are never left out. */
export interface VerdictReason {
  readonly kind:
    | 'more-than-before'
    | 'beyond-usual-spread'
    | 'data'
    | 'visible-ratio'
    | 'duplicates'
    | 'weekly-rhythm'
    | 'severe-defects'
    | 'regressions'
    | 'rolled-back'
  /** For the release, against it, or neither: it only says how far the others can be trusted. */
  readonly speaks: 'for' | 'against' | 'neither'
  readonly title: string
  readonly sentence: string
  /** The measured number and the limit it is held against, where there are such. */
  readonly value?: number
  readonly limit?: number
  /** The verdict is at least this. */
  readonly atLeast?: VerdictWord
  readonly defectIds?: readonly number[]
}
