import { Worker } from 'node:worker_threads'
import type { Retention } from '../../core/inbound/retention.ts'
import type { Store, StoreLog } from '../../store/database.ts'
import { isDue } from '../learning/nightly-learning.ts'
import type { PruneCounts, Pruned } from './prune.ts'
import { findPruningRecord } from './pruning-record.ts'

export interface PruningThreadData {
  readonly dataDir: string
  readonly databaseUrl: string | undefined
  readonly retention: Retention
}

export type PruningAnswer =
  | { readonly said: 'step'; readonly what: Pruned; readonly n: number }
  | { readonly said: 'pruned'; readonly counts: PruneCounts }
  | { readonly said: 'failed'; readonly message: string }

export interface NightlyPruningParts {
  readonly store: Pick<Store, 'reader'>
  readonly data: PruningThreadData
  readonly clock: () => number
  readonly log: StoreLog
  readonly onPruned: (what: Pruned, n: number) => void
}

const HOUR_MS = 3_600_000

/**
 * Lets go of what is old once a night, in a thread of its own that ends with it; of several instances over one database
 * one does. A server that was down at that hour does so when it next looks, at most an hour after its start.
 */
export class NightlyPruning {
  readonly #parts: NightlyPruningParts
  #timer: NodeJS.Timeout | undefined
  #running: Promise<void> | undefined
  #worker: Worker | undefined

  constructor(parts: NightlyPruningParts) {
    this.#parts = parts
  }

  start(): void {
    this.#timer ??= setInterval(() => {
      this.look().catch((error: unknown) => this.#parts.log.warn(`Pruning could not begin: ${String(error)}`))
    }, HOUR_MS).unref()
  }

  /** Ends after the step under way; the next night goes on. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#worker?.postMessage('stop')
    await this.#running
  }

  /** Prunes when it is time to. */
  async look(): Promise<void> {
    const { at } = await findPruningRecord(this.#parts.store.reader)
    if (!isDue(at, this.#parts.clock())) return
    this.#running ??= this.#prune().finally(() => {
      this.#running = undefined
    })
    await this.#running
  }

  async #prune(): Promise<void> {
    const { data, log, onPruned } = this.#parts
    const worker = new Worker(new URL('./pruning-thread.mjs', import.meta.url), {
      workerData: data satisfies PruningThreadData,
    })
    this.#worker = worker
    await new Promise<void>((resolve) => {
      worker.on('message', (answer: PruningAnswer) => {
        if (answer.said === 'step') onPruned(answer.what, answer.n)
        if (answer.said === 'pruned') log.info(`Let go of what is old: ${countsInWords(answer.counts)}.`)
        if (answer.said === 'failed') log.warn(`Pruning ended early: ${answer.message}`)
      })
      worker.on('error', (error) => log.warn(`Pruning ended early: ${(error as Error).message}`))
      worker.on('exit', () => resolve())
    })
    this.#worker = undefined
  }
}

const WORDS: Record<Pruned, string> = {
  bodies: 'bodies of deliveries',
  failed_bodies: 'bodies of failed deliveries',
  deliveries: 'deliveries',
  unmatched_names: 'names that no rule matched',
  counted_sessions: 'sessions told apart',
  refusals: 'refusals',
  sign_in_attempts: 'failed sign-ins',
  sign_in_sessions: 'ended sessions',
  notifications: 'messages to people',
  held_firings: 'things that rules held back',
}

/** `120 bodies of deliveries, 3 refusals`; `nothing`. */
export function countsInWords(counts: PruneCounts): string {
  const parts = (Object.keys(WORDS) as Pruned[]).flatMap((what) =>
    counts[what] > 0 ? [`${counts[what].toLocaleString('en')} ${WORDS[what]}`] : [],
  )
  return parts.length === 0 ? 'nothing' : parts.join(', ')
}
