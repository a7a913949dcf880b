import type { Logger } from 'pino'
import type { LiveEvent, LiveEvents } from './live-events.ts'

export interface RepeatingJobParts {
  /** What it is doing, as the log has it: of `reading calendars` it says `reading calendars paused`. */
  readonly name: string
  /** From the end of a turn to the next, when nothing wakes it; undefined: nothing else does. */
  readonly everyMs: number | undefined
  /** From the start to the first turn; it comes at once unless this is given. */
  readonly firstAfterMs?: number
  readonly log: Pick<Logger, 'error'>
  /** @param stopping aborted as soon as the job is to stop, which waits for the turn */
  readonly turn: (stopping: AbortSignal) => Promise<void>
  /** What it works off says when it is due, in epoch ms; undefined: nothing is. Then comes a turn, if that is sooner. */
  readonly due?: { readonly next: () => Promise<number | undefined>; readonly clock: () => number }
  /** News of what it works on wakes it. */
  readonly news?: { readonly from: Pick<LiveEvents, 'subscribe'>; readonly topics: readonly LiveEvent['topic'][] }
}

/** A clock that was set, or work that another instance has taken, must not make it turn without a rest. */
const SHORTEST_REST_MS = 50

/**
 * Does the same again and again as long as the server runs, one turn at a time: whoever wakes it during one gets another
 * after it. A turn that fails is logged, and the next comes in its time. Keeps no process alive.
 */
export class RepeatingJob {
  readonly #parts: RepeatingJobParts
  readonly #stopping = new AbortController()
  #timer: NodeJS.Timeout | undefined
  #unsubscribe = () => {}
  #running: Promise<void> | undefined
  #again = false

  constructor(parts: RepeatingJobParts) {
    this.#parts = parts
  }

  start(): void {
    const { news, firstAfterMs } = this.#parts
    if (this.#stopping.signal.aborted) return
    if (news)
      this.#unsubscribe = news.from.subscribe(({ topic }) => {
        if (news.topics.includes(topic)) this.wake()
      })
    if (firstAfterMs === undefined) this.wake()
    else this.#rest(firstAfterMs)
  }

  /** There may be something to do. */
  wake(): void {
    if (this.#stopping.signal.aborted) return
    if (this.#running) {
      this.#again = true
      return
    }
    clearTimeout(this.#timer)
    this.#running = this.#turn().then((restMs) => {
      this.#running = undefined
      if (this.#stopping.signal.aborted) return
      if (!this.#again) return this.#rest(restMs)
      this.#again = false
      this.wake()
    })
  }

  /** Waits for the turn under way; none begins any more. */
  async stop(): Promise<void> {
    this.#stopping.abort()
    this.#unsubscribe()
    clearTimeout(this.#timer)
    await this.#running
  }

  /** @returns how long it may rest; undefined: until it is woken */
  async #turn(): Promise<number | undefined> {
    const { name, everyMs, log, turn, due } = this.#parts
    try {
      await turn(this.#stopping.signal)
      const next = await due?.next()
      if (due && next !== undefined && everyMs !== undefined)
        return Math.min(everyMs, Math.max(SHORTEST_REST_MS, next - due.clock()))
    } catch (error) {
      log.error({ err: error }, `${name} paused`)
    }
    return everyMs
  }

  #rest(ms: number | undefined): void {
    if (ms !== undefined) this.#timer = setTimeout(() => this.wake(), ms).unref()
  }
}
