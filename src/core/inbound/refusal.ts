/**
 * Why a request to the address of a source was turned away:
 * - `unsigned`: it carried nothing that could prove it genuine
 * - `mismatch`: what it carried does not fit any secret in force
 * - `stale`: it is signed as it should be, but says it was made more than five minutes before or after it came
 * - `media-type`: it is of a media type or in an encoding that is not taken
 * - `too-large`: its body has more bytes than are taken
 */
export const REFUSAL_REASONS = ['unsigned', 'mismatch', 'stale', 'media-type', 'too-large'] as const
export type RefusalReason = (typeof REFUSAL_REASONS)[number]

/** Requests that one address had refused for one reason. */
export interface Refusal {
  readonly reason: RefusalReason
  /** Of the sender; OTHER_ADDRESSES for those beyond what is told apart. */
  readonly address: string
  readonly firstAt: number
  readonly lastAt: number
  readonly times: number
}

export const OTHER_ADDRESSES = 'other addresses'

/** The same address and reason, told twice. */
export const mergeRefusals = (a: Refusal, b: Refusal): Refusal => ({
  ...a,
  firstAt: Math.min(a.firstAt, b.firstAt),
  lastAt: Math.max(a.lastAt, b.lastAt),
  times: a.times + b.times,
})
