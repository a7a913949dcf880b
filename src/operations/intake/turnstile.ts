/** Too many are waiting already; come back later. */
export class TurnstileFull extends Error {}

/** Lets a few pieces of costly work run at once, a few more wait in line, and turns the rest away. */
export class Turnstile {
  readonly #atOnce: number
  readonly #line: number
  readonly #waiting: (() => void)[] = []
  #running = 0

  constructor(limits: { atOnce: number; line: number }) {
    this.#atOnce = limits.atOnce
    this.#line = limits.line
  }

  /** What `work` gives. Rejects with TurnstileFull, without starting it, when the line is full. */
  async pass<T>(work: () => Promise<T>): Promise<T> {
    if (this.#running >= this.#atOnce) {
      if (this.#waiting.length >= this.#line) throw new TurnstileFull('too many are waiting')
      // Whoever leaves hands its place over, so `running` stays as it is.
      await new Promise<void>((resolve) => this.#waiting.push(resolve))
    } else {
      this.#running++
    }
    try {
      return await work()
    } finally {
      const next = this.#waiting.shift()
      if (next) next()
      else this.#running--
    }
  }
}
