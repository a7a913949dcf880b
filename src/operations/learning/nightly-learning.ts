import { Worker } from 'node:worker_threads'
import type { Store, StoreLog } from '../../store/database.ts'
import { findLearningRecord, type LearningRecord } from './learn-profiles.ts'

export interface LearningThreadData {
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly now: number
}

export type LearningAnswer =
  | { readonly said: 'learned'; readonly record: LearningRecord }
  | { readonly said: 'failed'; readonly message: string }

export interface NightlyLearningParts {
  readonly store: Store
  readonly data: Omit<LearningThreadData, 'now'>
  readonly clock: () => number
  readonly log: StoreLog
  /** Something was learned: suspects may look different soon. */
  readonly onLearned: () => void
}

const HOUR_MS = 3_600_000
/** A little less than a day, so that it does not wander through the hours. */
const LEARN_EVERY_MS = 23.5 * HOUR_MS
/** In UTC: for most teams nobody is deploying then, or not many. */
const AT_HOUR = 3

/**
 * Learns once a night, in a thread of its own that ends with it. A server that was down at that hour learns when it next
 * looks, at most an hour after its start.
 */
export class NightlyLearning {
  readonly #parts: NightlyLearningParts
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #worker: Worker | undefined

  constructor(parts: NightlyLearningParts) {
    this.#parts = parts
  }

  start(): void {
    this.#timer ??= setInterval(() => void this.look(), HOUR_MS).unref()
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer)
    await this.#worker?.terminate()
    await this.#running
  }

  /** Learns when it is time to. */
  async look(): Promise<void> {
    const now = this.#parts.clock()
    const last = (await findLearningRecord(this.#parts.store))?.at
    if (!isDue(last, now)) return
    this.#running ??= this.#learn(now).finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  async #learn(now: number): Promise<void> {
    const { data, log, onLearned } = this.#parts
    const worker = new Worker(new URL('./learning-thread.mjs', import.meta.url), {
      workerData: { ...data, now } satisfies LearningThreadData,
    })
    this.#worker = worker
    await new Promise<void>((resolve) => {
      worker.on('message', (answer: LearningAnswer) => {
        if (answer.said === 'learned') onLearned()
        else log.warn(`Nothing could be learned tonight: ${answer.message}`)
      })
      worker.on('error', (error) => log.warn(`Learning ended early: ${(error as Error).message}`))
      worker.on('exit', () => resolve())
    })
    this.#worker = undefined
  }
}

/** Whether it is night and nothing was learned in it, or the last night was missed. */
export function isDue(lastAt: number | undefined, now: number): boolean {
  if (lastAt !== undefined && now - lastAt < LEARN_EVERY_MS) return false
  return new Date(now).getUTCHours() === AT_HOUR || lastAt === undefined || now - lastAt > 2 * LEARN_EVERY_MS
}
