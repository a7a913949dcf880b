import type { Logger } from 'pino'
import type { Conclusion } from '../core/conclusion.ts'
import type { Interpretation } from '../core/event.ts'
import { retryDelay } from '../core/retry.ts'
import { findSource } from '../sources/index.ts'
import type { RawDelivery } from '../sources/source.ts'
import type { Db, Store } from '../store/database.ts'
import {
  concludeDelivery,
  findConclusions,
  findNextDue,
  findWaiting,
  listDue,
  postponeDelivery,
  type StoredDelivery,
  touchSource,
} from '../store/deliveries.ts'
import { applyEvents } from './apply-events.ts'
import type { LiveEvents } from './live-events.ts'
import { attributeNextRange, Changes, settleChanges } from './settle-changes.ts'

/** Deliveries per transaction: the commit is shared, and no page waits long for the writer. */
const BATCH = 25
/** How long to leave the machine to the senders while they keep it busy. */
const PAUSE_UNDER_LOAD_MS = 100
const LONGEST_SLEEP_MS = 30_000

export type ProcessingResult = 'processed' | 'ignored' | 'failed'

export interface ProcessingListener {
  processed(source: string, result: ProcessingResult): void
}

/**
 * Turns accepted deliveries into releases, deployments and defects, in order of arrival. A delivery is marked done in
 * the transaction of its effects, so a crash at any instant repeats it or does not, and never half of it.
 */
export class DeliveryProcessor {
  readonly #store: Store
  readonly #liveEvents: LiveEvents
  readonly #log: Logger
  readonly #clock: () => number
  readonly #listener: ProcessingListener | undefined
  #running: Promise<void> | undefined
  #wakeUp: (() => void) | undefined
  #work = false
  #stopped = true

  constructor(parts: {
    store: Store
    liveEvents: LiveEvents
    log: Logger
    clock: () => number
    listener?: ProcessingListener
  }) {
    this.#store = parts.store
    this.#liveEvents = parts.liveEvents
    this.#log = parts.log
    this.#clock = parts.clock
    this.#listener = parts.listener
  }

  /** Works in the background until `stop`; the first thing it does is what a crash left behind. */
  start(): void {
    if (this.#running) return
    this.#stopped = false
    this.#running = this.#loop()
  }

  /** Ends after the transaction under way. */
  async stop(): Promise<void> {
    this.#stopped = true
    this.#wakeUp?.()
    await this.#running
    this.#running = undefined
  }

  /** A delivery was accepted. */
  wake(): void {
    this.#work = true
    this.#wakeUp?.()
  }

  /** Whether the background work is going on; readiness asks. */
  get alive(): boolean {
    return this.#running !== undefined && !this.#stopped
  }

  /**
   * Processes one delivery at once, for callers who wait for its result.
   * @returns its conclusions, also when it had been processed already; undefined when it failed or waits for another try
   */
  async processNow(id: number): Promise<Conclusion[] | undefined> {
    await this.#attempt([id])
    const result = await findConclusions(this.#store.db, id)
    return result?.state === 'processed' ? result.conclusions : undefined
  }

  /** Processes all that is due, attributions included. Commands and tests wait on it. */
  async runUntilIdle(): Promise<void> {
    while (await this.#step());
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      this.#work = false
      try {
        while (!this.#stopped && (await this.#step())) await this.#giveWay()
        await this.#sleep(await this.#untilNextDue())
      } catch (error) {
        // The database did not answer; what was accepted stays accepted.
        this.#log.error({ err: error }, 'processing paused')
        await this.#sleep(1_000)
      }
    }
  }

  /** @returns whether there was anything to do */
  async #step(): Promise<boolean> {
    const due = await listDue(this.#store.db, this.#clock(), BATCH)
    if (due.length > 0) {
      await this.#attempt(due.map(({ id }) => id))
      return true
    }
    const attributed = await this.#store.change((trx) => attributeNextRange(trx))
    if (attributed) this.#liveEvents.publish({ topic: 'defects' })
    return attributed
  }

  /** All of them in one transaction; when that fails each alone, so that a poisoned one blocks no other. */
  async #attempt(ids: readonly number[]): Promise<void> {
    try {
      const results = await this.#store.change((trx) => this.#process(trx, ids))
      this.#announce(results)
    } catch (error) {
      if (ids.length > 1) for (const id of ids) await this.#attempt([id])
      else if (ids[0] !== undefined) await this.#recordFailure(ids[0], error)
    }
  }

  async #process(trx: Db, ids: readonly number[]): Promise<Processed[]> {
    const changes = new Changes()
    const results: Processed[] = []
    for (const id of ids) {
      // Read again inside the transaction: another process may have taken it meanwhile.
      const delivery = await findWaiting(trx, id)
      if (delivery) results.push(await this.#processOne(trx, delivery, changes))
    }
    await settleChanges(trx, changes)
    return results
  }

  async #processOne(trx: Db, delivery: StoredDelivery, changes: Changes): Promise<Processed> {
    const startedAt = performance.now()
    const interpretation = interpret(delivery)
    const conclusions: Conclusion[] = []
    if (interpretation.kind === 'events') {
      conclusions.push(...(await applyEvents(trx, delivery, interpretation.events, changes)))
      conclusions.push(...(interpretation.notes ?? []).map((text): Conclusion => ({ kind: 'note', text })))
    }
    const state = STATE[interpretation.kind]
    await concludeDelivery(trx, delivery.id, {
      state,
      attempts: delivery.attempts + 1,
      reason: reasonOf(interpretation),
      event: findSource(delivery.sourceKind)?.eventName?.(rawOf(delivery)),
      conclusions,
      processedAt: this.#clock(),
      tookMs: performance.now() - startedAt,
    })
    await touchSource(trx, delivery.sourceId, delivery.receivedAt)
    return { source: delivery.sourceSlug, state, conclusions }
  }

  async #recordFailure(id: number, error: unknown): Promise<void> {
    const reason = `Processing failed: ${(error as Error).message}`
    this.#log.error({ err: error, delivery: id }, 'delivery could not be processed')
    const delivery = await findWaiting(this.#store.db, id)
    if (!delivery) return
    const attempts = delivery.attempts + 1
    const delay = retryDelay(attempts, Math.random())
    if (delay === undefined) {
      await this.#store.transaction((trx) =>
        concludeDelivery(trx, id, {
          state: 'failed',
          attempts,
          reason,
          event: findSource(delivery.sourceKind)?.eventName?.(rawOf(delivery)),
          conclusions: [],
          processedAt: this.#clock(),
          tookMs: 0,
        }),
      )
      this.#announce([{ source: delivery.sourceSlug, state: 'failed', conclusions: [] }])
    } else {
      await this.#store.transaction((trx) =>
        postponeDelivery(trx, id, { attempts, dueAt: this.#clock() + delay, reason }),
      )
    }
  }

  #announce(results: readonly Processed[]): void {
    if (results.length === 0) return
    this.#liveEvents.publish({ topic: 'deliveries' })
    const kinds = new Set(results.flatMap(({ conclusions }) => conclusions.map(({ kind }) => kind)))
    if (kinds.has('deployment') || kinds.has('release')) this.#liveEvents.publish({ topic: 'deployments' })
    if (kinds.has('defect')) this.#liveEvents.publish({ topic: 'defects' })
    for (const { source, state } of results) this.#listener?.processed(source, state)
  }

  /** While senders are waiting for a commit, they come first; but processing never stands still. */
  #giveWay(): Promise<void> {
    const pause = this.#store.inbox.waiting > 0 ? PAUSE_UNDER_LOAD_MS : 0
    return new Promise((resolve) => (pause > 0 ? setTimeout(resolve, pause) : setImmediate(resolve)))
  }

  async #untilNextDue(): Promise<number> {
    const next = await findNextDue(this.#store.db)
    return next === undefined ? LONGEST_SLEEP_MS : Math.max(0, Math.min(LONGEST_SLEEP_MS, next - this.#clock()))
  }

  #sleep(ms: number): Promise<void> {
    if (this.#work || this.#stopped) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wakeUp = () => {
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

interface Processed {
  readonly source: string
  readonly state: ProcessingResult
  readonly conclusions: readonly Conclusion[]
}

const STATE: Record<Interpretation['kind'], ProcessingResult> = {
  events: 'processed',
  ignored: 'ignored',
  unreadable: 'failed',
}

function interpret(delivery: StoredDelivery): Interpretation {
  const source = findSource(delivery.sourceKind)
  if (!source)
    return {
      kind: 'unreadable',
      problems: [{ path: '', message: `this version of Postflight has no source of kind ${delivery.sourceKind}` }],
    }
  return source.interpret(rawOf(delivery))
}

const rawOf = ({ headers, body, receivedAt }: StoredDelivery): RawDelivery => ({ headers, body, receivedAt })

function reasonOf(interpretation: Interpretation): string | undefined {
  switch (interpretation.kind) {
    case 'events':
      return undefined
    case 'ignored':
      return interpretation.reason
    case 'unreadable':
      return interpretation.problems
        .slice(0, 5)
        .map(({ path, message }) => (path ? `${path}: ${message}` : message))
        .join('; ')
  }
}
