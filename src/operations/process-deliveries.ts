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
  noteBody,
  postponeDelivery,
  type StoredDelivery,
  touchSource,
} from '../store/deliveries.ts'
import { applyEvents } from './apply-events.ts'
import type { Processing, ProcessingListener, ProcessingResult } from './processing.ts'
import { Changes, settleChanges } from './settle-changes.ts'
import { settleLater } from './settle-later.ts'

/** Deliveries per transaction, so that the commit is shared… */
const BATCH = 25
/** …unless they take longer: new deliveries wait for the write lock as long as a transaction lasts. */
const TRANSACTION_MS = 10
/** Between two transactions while nothing arrives, so that others come to the lock. */
const PAUSE_MS = 1
/** While deliveries arrive, for every millisecond of work this many of rest: senders come first. */
const REST_PER_WORK = 3
/**
 * Accepted deliveries per second from which on senders have the machine nearly to themselves: about what processing
 * could follow. After such a storm it catches up.
 */
const STORM_PER_SECOND = 1_000
const PAUSE_IN_STORM_MS = 250
const RATE_WINDOW_MS = 100
const LONGEST_SLEEP_MS = 30_000

/**
 * Processes deliveries in order of arrival, in this thread. A delivery is marked done in the transaction of its
 * effects, so a crash at any instant repeats it or does not, and never half of it.
 */
export class DeliveryProcessor implements Processing {
  readonly #store: Store
  readonly #listener: ProcessingListener
  readonly #log: Logger
  readonly #clock: () => number
  readonly #acceptedSoFar: () => number
  #running: Promise<void> | undefined
  #wakeUp: (() => void) | undefined
  #work = false
  #stopped = true
  #rate = { accepted: 0, at: 0, perSecond: 0 }

  /** @param parts.acceptedSoFar counts the deliveries accepted since the start; tells a storm */
  constructor(parts: {
    store: Store
    listener: ProcessingListener
    log: Logger
    clock: () => number
    acceptedSoFar?: () => number
  }) {
    this.#store = parts.store
    this.#listener = parts.listener
    this.#log = parts.log
    this.#clock = parts.clock
    this.#acceptedSoFar = parts.acceptedSoFar ?? (() => 0)
  }

  start(): void {
    if (this.#running) return
    this.#stopped = false
    this.#running = this.#loop()
  }

  async stop(): Promise<void> {
    this.#stopped = true
    this.#wakeUp?.()
    await this.#running
    this.#running = undefined
  }

  wake(): void {
    this.#work = true
    this.#wakeUp?.()
  }

  get alive(): boolean {
    return this.#running !== undefined && !this.#stopped
  }

  async processNow(id: number): Promise<Conclusion[] | undefined> {
    await this.#attempt([id])
    const result = await findConclusions(this.#store.db, id)
    return result?.state === 'processed' ? result.conclusions : undefined
  }

  async runUntilIdle(): Promise<void> {
    while (await this.#step());
  }

  async #loop(): Promise<void> {
    while (!this.#stopped) {
      this.#work = false
      try {
        let startedAt = performance.now()
        while (!this.#stopped && (await this.#step())) {
          await this.#giveWay(performance.now() - startedAt)
          startedAt = performance.now()
        }
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
    const changed = await this.#store.change((trx) => settleLater(trx))
    if (changed) this.#listener.changed({ topic: changed })
    return changed !== undefined
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
    const startedAt = performance.now()
    const changes = new Changes()
    const results: Processed[] = []
    for (const id of ids) {
      // At least one, however busy the machine is: somebody may be waiting for it.
      if (results.length > 0 && performance.now() - startedAt > TRANSACTION_MS) break
      // Read again inside the transaction: another process may have taken it meanwhile.
      const delivery = await findWaiting(trx, id)
      if (delivery) results.push(await this.#processOne(trx, delivery, changes))
    }
    await settleChanges(trx, changes)
    return results
  }

  async #processOne(trx: Db, delivery: StoredDelivery, changes: Changes): Promise<Processed> {
    const startedAt = performance.now()
    const source = findSource(delivery.sourceKind)
    // Where the same bytes mean another event, having come before says nothing.
    if (source?.sameBody !== 'new') await noteBody(trx, delivery)
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
      event: source?.eventName?.(rawOf(delivery)),
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
    this.#listener.changed({ topic: 'deliveries' })
    const kinds = new Set(results.flatMap(({ conclusions }) => conclusions.map(({ kind }) => kind)))
    if (kinds.has('deployment') || kinds.has('release')) this.#listener.changed({ topic: 'deployments' })
    if (kinds.has('defect')) this.#listener.changed({ topic: 'defects' })
    for (const { source, state } of results) this.#listener.processed?.(source, state)
  }

  #giveWay(workedMs: number): Promise<void> {
    const perSecond = this.#acceptedPerSecond()
    const pause = perSecond > STORM_PER_SECOND ? PAUSE_IN_STORM_MS : perSecond > 0 ? workedMs * REST_PER_WORK : PAUSE_MS
    return new Promise((resolve) => setTimeout(resolve, pause))
  }

  #acceptedPerSecond(): number {
    const now = performance.now()
    const elapsed = now - this.#rate.at
    if (elapsed >= RATE_WINDOW_MS) {
      const accepted = this.#acceptedSoFar()
      this.#rate = { accepted, at: now, perSecond: ((accepted - this.#rate.accepted) * 1_000) / elapsed }
    }
    return this.#rate.perSecond
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
