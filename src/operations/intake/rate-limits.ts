/** What a source may send: in the long run, deliveries per second, and at once when it was quiet before. */
export interface Rate {
  /** 0: as much as it likes */
  readonly perSecond: number
  readonly burst: number
}

interface Bucket {
  /** What it was filled by; another is a new one, full. */
  readonly rate: Rate
  tokens: number
  /** Of the caller's clock, milliseconds, when `tokens` were counted. */
  at: number
}

/**
 * A bucket of tokens for each source: one that sends more than its share must not take the disk and the processing from
 * the others. Of this process alone; several instances over one database each have their own.
 */
export class RateLimits {
  readonly #standard: Rate
  /** By the number of the source: as many as there are. */
  readonly #buckets = new Map<number, Bucket>()

  constructor(standard: Rate) {
    this.#standard = standard
  }

  /** What holds for a source that has no rate of its own. */
  get standard(): Rate {
    return this.#standard
  }

  /**
   * Takes one of the source's tokens.
   * @param now milliseconds of a clock that only goes forward
   * @returns whether there was one
   */
  take(sourceId: number, own: Rate | undefined, now: number): boolean {
    const rate = own ?? this.#standard
    const { perSecond, burst } = rate
    if (perSecond === 0) return true
    const bucket = this.#buckets.get(sourceId)
    if (bucket?.rate.perSecond !== perSecond || bucket.rate.burst !== burst) {
      this.#buckets.set(sourceId, { rate, tokens: burst - 1, at: now })
      return true
    }
    bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) * perSecond) / 1_000)
    bucket.at = now
    if (bucket.tokens < 1) return false
    bucket.tokens--
    return true
  }
}
