import { Worker } from 'node:worker_threads'
import type { Logger } from 'pino'
import type { StoreLog } from '../store/database.ts'
import { RepeatingJob } from './repeating-job.ts'

export interface NightlyThreadParts<Answer> {
  /** What it is doing, as the log has it at the beginning of a sentence. */
  readonly name: string
  readonly file: URL
  /** What the thread is given. */
  readonly data: () => unknown
  readonly onAnswer: (answer: Answer) => void
  /** Has the thread end before its time. */
  readonly end: (worker: Worker) => unknown
  /** When it was last done, in epoch ms; undefined: never. */
  readonly lastAt: () => Promise<number | undefined>
  readonly clock: () => number
  readonly log: StoreLog & Pick<Logger, 'error'>
}

const HOUR_MS = 3_600_000
/** A little less than a day, so that it does not wander through the hours. */
const NIGHT_MS = 23.5 * HOUR_MS
/** In UTC: for most teams nobody is deploying then, or not many. */
const AT_HOUR = 3
/** As much as the thread that answers: three semi-spaces of 8 MB. Left alone it may have twice as much. */
const YOUNG_MB = 24

/**
 * Does something once a night, in a thread of its own that ends with it. A server that was down at that hour does it when
 * it next looks, at most an hour after its start.
 */
export class NightlyThread<Answer> {
  readonly #parts: NightlyThreadParts<Answer>
  readonly #job: RepeatingJob
  #worker: Worker | undefined
  #running: Promise<void> | undefined

  constructor(parts: NightlyThreadParts<Answer>) {
    this.#parts = parts
    this.#job = new RepeatingJob({
      name: `looking whether it is time for ${parts.name.toLowerCase()}`,
      everyMs: HOUR_MS,
      firstAfterMs: HOUR_MS,
      log: parts.log,
      // Not waited for: looks come by the hour, however long the thread takes.
      turn: async () => {
        if (await this.#isDue()) void this.#run()
      },
    })
  }

  start(): void {
    this.#job.start()
  }

  async stop(): Promise<void> {
    await this.#job.stop()
    if (this.#worker) this.#parts.end(this.#worker)
    await this.#running
  }

  /** Does it when it is time to, and waits for its end. @throws what the store throws */
  async look(): Promise<void> {
    if (await this.#isDue()) await this.#run()
  }

  async #isDue(): Promise<boolean> {
    const now = this.#parts.clock()
    return isDue(await this.#parts.lastAt(), now)
  }

  #run(): Promise<void> {
    this.#running ??= this.#inThread().finally(() => {
      this.#running = undefined
    })
    return this.#running
  }

  async #inThread(): Promise<void> {
    const { name, file, data, onAnswer, log } = this.#parts
    const resourceLimits = { maxYoungGenerationSizeMb: YOUNG_MB }
    const worker = new Worker(file, { workerData: data(), resourceLimits })
    this.#worker = worker
    await new Promise<void>((resolve) => {
      worker.on('message', onAnswer)
      worker.on('error', (error) => log.warn(`${name} ended early: ${(error as Error).message}`))
      worker.on('exit', () => resolve())
    })
    this.#worker = undefined
  }
}

/** Whether it is night and it was not done in it, or the last night was missed. */
export function isDue(lastAt: number | undefined, now: number): boolean {
  if (lastAt !== undefined && now - lastAt < NIGHT_MS) return false
  return new Date(now).getUTCHours() === AT_HOUR || lastAt === undefined || now - lastAt > 2 * NIGHT_MS
}
