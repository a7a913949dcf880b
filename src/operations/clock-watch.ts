/** The server's clock was set. */
export interface ClockJump {
  /** Epoch milliseconds, by the clock as it goes since. */
  readonly at: number
  /** Milliseconds; ahead is positive, back is negative. */
  readonly by: number
}

/** Less is put right without anybody noticing; ages and order suffer from more. */
const JUMP_MS = 60_000
const LOOK_EVERY_MS = 10_000

/**
 * Notices when the clock that deliveries and defects are dated by is set by a minute or more: it is held against one
 * that only goes forward. A machine that slept looks the same as one whose clock was set ahead.
 */
export class ClockWatch {
  readonly #clock: () => number
  readonly #monotonic: () => number
  readonly #onJump: (jump: ClockJump) => void
  #difference: number
  #lastJump: ClockJump | undefined
  #timer: NodeJS.Timeout | undefined

  /**
   * @param parts.clock epoch milliseconds
   * @param parts.monotonic milliseconds since any instant, never set
   */
  constructor(parts: { clock: () => number; monotonic: () => number; onJump: (jump: ClockJump) => void }) {
    this.#clock = parts.clock
    this.#monotonic = parts.monotonic
    this.#onJump = parts.onJump
    this.#difference = this.#clock() - this.#monotonic()
  }

  /** Looks by itself from now on, which keeps no process alive. */
  start(everyMs = LOOK_EVERY_MS): void {
    this.#timer ??= setInterval(() => this.look(), everyMs).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#timer = undefined
  }

  /** @returns the last jump since the start of the process, when there was one */
  look(): ClockJump | undefined {
    const now = this.#clock()
    const difference = now - this.#monotonic()
    const by = Math.round(difference - this.#difference)
    this.#difference = difference
    if (Math.abs(by) >= JUMP_MS) {
      this.#lastJump = { at: now, by }
      this.#onJump(this.#lastJump)
    }
    return this.#lastJump
  }
}
