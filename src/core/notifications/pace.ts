/** When a message goes out: by itself now, or put together with others at an instant. */
export type Pace = { readonly kind: 'now' } | { readonly kind: 'together'; readonly at: number }

export interface PaceFacts {
  readonly urgent: boolean
  /** 0: at once; else everything is put together, at every full so many minutes of UTC. */
  readonly digestMinutes: number
  readonly capPerHour: number
  /** When the channel got something in the last hour, a digest once, any order. */
  readonly sentAt: readonly number[]
}

export const CAP_WINDOW_MS = 3_600_000
/** However soon there is room again, others that come meanwhile go with it. */
const LEAST_TOGETHER_MS = 5 * 60_000

/**
 * Whether a message may go by itself. What is urgent always may, so that an emergency is never held back by a storm of
 * something else. Beyond the cap messages wait until the hour has room for one again, and go together.
 */
export function paceOf({ urgent, digestMinutes, capPerHour, sentAt }: PaceFacts, now: number): Pace {
  if (urgent) return { kind: 'now' }
  if (digestMinutes > 0) {
    const every = digestMinutes * 60_000
    return { kind: 'together', at: (Math.floor(now / every) + 1) * every }
  }
  const within = sentAt.filter((at) => at > now - CAP_WINDOW_MS).sort((a, b) => a - b)
  const full = within[within.length - capPerHour]
  if (full === undefined) return { kind: 'now' }
  return { kind: 'together', at: Math.max(now + LEAST_TOGETHER_MS, full + CAP_WINDOW_MS) }
}
