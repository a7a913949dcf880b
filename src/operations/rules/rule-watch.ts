import type { Logger } from 'pino'
import { type CheckParts, checkDefects } from './check-rules.ts'
import { checkSignals } from './check-signals.ts'
import { checkVerdicts } from './check-verdicts.ts'

export interface RuleWatchParts extends CheckParts {
  readonly log: Logger
}

/** When nobody wakes it: what another process wrote is seen within it. */
const LOOK_EVERY_MS = 2_000
/** Verdicts change with the defects, and a little with time alone. */
const VERDICTS_AFTER_NEWS_MS = 10_000
const VERDICTS_EVERY_MS = 5 * 60_000
/** A signal is about weeks. */
const SIGNALS_EVERY_MS = 60 * 60_000

/** Holds what happens against the rules, as long as the server runs. Several instances may: each firing has one row. */
export class RuleWatch {
  readonly #parts: RuleWatchParts
  #timer: NodeJS.Timeout | undefined
  #unsubscribe = () => {}
  #running: Promise<void> | undefined
  #again = false
  #stopped = false
  #hasNews = true
  #verdictsAt = Number.NEGATIVE_INFINITY
  #signalsAt = Number.NEGATIVE_INFINITY

  constructor(parts: RuleWatchParts) {
    this.#parts = parts
  }

  start(): void {
    this.#unsubscribe = this.#parts.liveEvents.subscribe(({ topic }) => {
      if (topic === 'defects') this.wake()
    })
    this.wake()
  }

  wake(): void {
    if (this.#stopped) return
    if (this.#running) {
      this.#again = true
      return
    }
    clearTimeout(this.#timer)
    this.#running = this.#turn().finally(() => {
      this.#running = undefined
      if (!this.#again) return
      this.#again = false
      this.wake()
    })
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#unsubscribe()
    clearTimeout(this.#timer)
    await this.#running
    clearTimeout(this.#timer)
  }

  async #turn(): Promise<void> {
    try {
      if ((await checkDefects(this.#parts)) > 0) this.#hasNews = true
      await this.#lookAtTheRest(performance.now())
    } catch (error) {
      this.#parts.log.error({ err: error }, 'holding what happened against the rules paused')
    }
    if (!this.#stopped) this.#timer = setTimeout(() => this.wake(), LOOK_EVERY_MS).unref()
  }

  async #lookAtTheRest(now: number): Promise<void> {
    if (now - this.#verdictsAt >= (this.#hasNews ? VERDICTS_AFTER_NEWS_MS : VERDICTS_EVERY_MS)) {
      this.#hasNews = false
      this.#verdictsAt = now
      await checkVerdicts(this.#parts)
    }
    if (now - this.#signalsAt >= SIGNALS_EVERY_MS) {
      this.#signalsAt = now
      await checkSignals(this.#parts)
    }
  }
}
