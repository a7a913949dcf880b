import type { Logger } from 'pino'
import type { Conclusion } from '../../core/conclusion.ts'
import { restAfterStep } from '../../core/inbound/processing-pace.ts'
import type { ReplayPreview } from '../../core/inbound/replay-effect.ts'
import { retryDelay } from '../../core/inbound/retry.ts'
import { isTestDelivery } from '../../core/inbound/test-delivery.ts'
import type { Db, Store } from '../../store/database.ts'
import { isStorageTrouble } from '../../store/dialect.ts'
import {
  concludeDelivery,
  findConclusions,
  findNextDue,
  findWaiting,
  listDue,
  postponeDelivery,
  type StoredDelivery,
} from '../../store/inbox/deliveries.ts'
import { requeueNext } from '../../store/sources/source-replays.ts'
import { noteDelivered } from '../../store/sources/source-rhythm.ts'
import { noteSecretUsed } from '../../store/sources/sources.ts'
import { SecretUse } from '../access/secret-use.ts'
import { recordCarried } from '../audit/record-carried.ts'
import { Changes, settleChanges } from '../derivation/settle-changes.ts'
import { settleLater } from '../derivation/settle-later.ts'
import { announceDeadLetter } from '../notifications/announce-dead-letter.ts'
import { namesOfSources, type SourceNames } from '../sources/source-names.ts'
import { previewReplay } from './preview-replay.ts'
import type { ProcessedDelivery, Processing, ProcessingListener } from './processing.ts'
import { eventNameOf, workOutDelivery } from './work-out-delivery.ts'

/** Deliveries per transaction, so that the commit is shared… */
const BATCH = 25
/** …unless they take longer: new deliveries wait for the write lock as long as a transaction lasts. */
const TRANSACTION_MS = 10
const RATE_WINDOW_MS = 100
const PAUSE_IN_TROUBLE_MS = 1_000
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
  readonly #beats: Int32Array
  #running: Promise<void> | undefined
  #wakeUp: (() => void) | undefined
  #work = false
  #stopped = true
  readonly #secretUse = new SecretUse()
  #rate = { accepted: 0, at: 0, perSecond: 0 }

  /**
   * @param parts.acceptedSoFar counts the deliveries accepted since the start; tells a storm
   * @param parts.beats one 32-bit counter for the beats, when another thread watches them
   */
  constructor(parts: {
    store: Store
    listener: ProcessingListener
    log: Logger
    clock: () => number
    acceptedSoFar?: () => number
    beats?: SharedArrayBuffer
  }) {
    this.#store = parts.store
    this.#listener = parts.listener
    this.#log = parts.log
    this.#clock = parts.clock
    this.#acceptedSoFar = parts.acceptedSoFar ?? (() => 0)
    this.#beats = new Int32Array(parts.beats ?? new SharedArrayBuffer(4))
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

  secretUsed(secretId: number, at: number): void {
    this.#secretUse.used(secretId, at)
  }

  get alive(): boolean {
    return this.#running !== undefined && !this.#stopped
  }

  get beats(): number {
    return Atomics.load(this.#beats, 0)
  }

  async processNow(id: number): Promise<Conclusion[] | undefined> {
    try {
      await this.#attempt([id])
      const result = await findConclusions(this.#store.db, id)
      return result?.state === 'processed' ? result.conclusions : undefined
    } catch (error) {
      if (!isStorageTrouble(error)) throw error
      // It is kept all the same, and worked off when the storage lets us.
      this.#log.error({ err: error, delivery: id }, 'processing put off')
      this.wake()
      return undefined
    }
  }

  preview(id: number): Promise<ReplayPreview> {
    return previewReplay(this.#store, id, this.#clock)
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
        // The database did not answer; what was accepted stays accepted. What arrives meanwhile makes it no better.
        this.#log.error({ err: error }, 'processing paused')
        await this.#sleep(PAUSE_IN_TROUBLE_MS, () => this.#stopped)
      }
    }
  }

  /** @returns whether there was anything to do */
  async #step(): Promise<boolean> {
    Atomics.add(this.#beats, 0, 1)
    const due = await listDue(this.#store.db, this.#clock(), BATCH)
    if (due.length > 0) {
      await this.#attempt(due.map(({ id }) => id))
      return true
    }
    const changed = await this.#store.change(async (trx) =>
      (await requeueNext(trx, BATCH)) ? 'deliveries' : await settleLater(trx, this.#clock()),
    )
    if (changed) this.#listener.changed({ topic: changed })
    return changed !== undefined
  }

  /**
   * All of them in one transaction; when that fails each alone, so that a poisoned one blocks no other.
   * Throws when the storage fails: that is no fault of theirs and must not use up their tries.
   */
  async #attempt(ids: readonly number[]): Promise<void> {
    const secretsUsed = this.#secretUse.due()
    try {
      const results = await this.#store.change(async (trx) => {
        for (const [secretId, at] of secretsUsed) await noteSecretUsed(trx, secretId, at)
        return await this.#process(trx, ids)
      })
      this.#secretUse.noted(secretsUsed)
      this.#announce(results)
    } catch (error) {
      if (isStorageTrouble(error)) throw error
      if (ids.length > 1) for (const id of ids) await this.#attempt([id])
      else if (ids[0] !== undefined) await this.#recordFailure(ids[0], error)
    }
  }

  async #process(trx: Db, ids: readonly number[]): Promise<Processed[]> {
    const startedAt = performance.now()
    const changes = new Changes()
    const namesOf = namesOfSources(trx)
    const results: Processed[] = []
    const receivedAts = new Map<number, number[]>()
    const inEffect: StoredDelivery[] = []
    for (const id of ids) {
      // At least one, however busy the machine is: somebody may be waiting for it.
      if (results.length > 0 && performance.now() - startedAt > TRANSACTION_MS) break
      // Read again inside the transaction: another process may have taken it meanwhile.
      const delivery = await findWaiting(trx, id)
      if (!delivery) continue
      const done = await this.#processOne(trx, delivery, await namesOf(delivery.sourceId), changes)
      const isTest = isTestDelivery(delivery.headers)
      results.push({ ...done, isTest })
      if (done.result === 'processed') inEffect.push(delivery)
      // It says nothing of when its sender delivers.
      if (isTest) continue
      receivedAts.set(delivery.sourceId, [...(receivedAts.get(delivery.sourceId) ?? []), delivery.receivedAt])
    }
    for (const [sourceId, instants] of receivedAts) await noteDelivered(trx, sourceId, instants)
    await settleChanges(trx, changes, this.#clock())
    for (const delivery of inEffect) await recordCarried(trx, delivery, this.#clock())
    return results
  }

  async #processOne(trx: Db, delivery: StoredDelivery, names: SourceNames, changes: Changes): Promise<Processed> {
    const { processedAt, ...done } = await workOutDelivery(trx, delivery, names, changes, this.#clock)
    const lagMs = delivery.processedBefore ? undefined : processedAt - delivery.receivedAt
    return { ...sourceOf(delivery), ...done, lagMs }
  }

  async #recordFailure(id: number, error: unknown): Promise<void> {
    const reason = `Processing failed: ${(error as Error).message}`
    this.#log.error({ err: error, delivery: id }, 'delivery could not be processed')
    const delivery = await findWaiting(this.#store.db, id)
    if (!delivery) return
    const attempts = delivery.attempts + 1
    const delay = retryDelay(attempts, Math.random())
    if (delay === undefined) {
      await this.#store.transaction(async (trx) => {
        const processedAt = this.#clock()
        await concludeDelivery(trx, id, {
          state: 'failed',
          attempts,
          reason,
          event: eventNameOf(delivery),
          conclusions: [],
          processedAt,
          tookMs: 0,
        })
        await announceDeadLetter(trx, delivery, reason, processedAt)
      })
      this.#announce([{ ...sourceOf(delivery), result: 'failed', conclusions: [] }])
    } else {
      await this.#store.transaction((trx) =>
        postponeDelivery(trx, id, { attempts, at: this.#clock(), dueAt: this.#clock() + delay, reason }),
      )
      this.#announce([{ ...sourceOf(delivery), result: 'retried', conclusions: [] }])
    }
  }

  #announce(results: readonly Processed[]): void {
    if (results.length === 0) return
    this.#listener.changed({ topic: 'deliveries' })
    const kinds = new Set(results.flatMap(({ conclusions }) => conclusions.map(({ kind }) => kind)))
    if (kinds.has('deployment') || kinds.has('release') || kinds.has('push'))
      this.#listener.changed({ topic: 'deployments' })
    if (kinds.has('defect')) this.#listener.changed({ topic: 'defects' })
    if (kinds.has('run')) this.#listener.changed({ topic: 'emergencies' })
    for (const { conclusions: _, isTest, ...delivery } of results) if (!isTest) this.#listener.processed?.(delivery)
  }

  #giveWay(workedMs: number): Promise<void> {
    const pause = restAfterStep(workedMs, this.#acceptedPerSecond())
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

  /** @param isOver what ends it early */
  #sleep(ms: number, isOver = () => this.#work || this.#stopped): Promise<void> {
    if (isOver()) return Promise.resolve()
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms)
      this.#wakeUp = () => {
        if (!isOver()) return
        clearTimeout(timer)
        resolve()
      }
    })
  }
}

interface Processed extends ProcessedDelivery {
  readonly conclusions: readonly Conclusion[]
  /** Made by ourselves, and counted nowhere. */
  readonly isTest?: boolean
}

const sourceOf = ({ sourceSlug, sourceKind }: StoredDelivery) => ({ source: sourceSlug, kind: sourceKind })
