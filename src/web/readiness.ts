import { statfs } from 'node:fs/promises'
import { pingDatabase } from '../store/inbox-state.ts'
import type { Deps } from './deps.ts'

/** Why the server should get no traffic now; empty when it should. Safe to show to anyone. */
export type Reasons = readonly string[]

export interface Report {
  readonly reasons: Reasons
  /** Epoch milliseconds: this server's clock, which windows and displays go by. */
  readonly at: number
  readonly databaseMs: number | undefined
  readonly waitingForCommit: number
  readonly lastCommitAt: number | undefined
  readonly diskFreeBytes: number | undefined
}

/** A check asks at most this often; a balancer may ask as often as it likes. */
const FRESH_MS = 1_000
/** Past this an answer is given from what was last known. */
const PATIENCE_MS = 100
/** How long what was last known may stand in while a check takes longer than that. */
const STALE_MS = 5_000
/** With rows waiting and no commit for this long, the writer hangs. */
const STALLED_MS = 10_000
const ENOUGH_DISK_BYTES = 32 * 1024 * 1024

/** Watches whether the store answers, commits and has room. */
export class Readiness {
  readonly #deps: Pick<Deps, 'config' | 'store' | 'clock' | 'stopping'>
  #last: Report | undefined
  #running: Promise<Report> | undefined
  #lastCommitAt: number | undefined
  /** Since when rows have been waiting without a commit in between, as far as the checks saw. */
  #waitingSince: number | undefined

  constructor(deps: Pick<Deps, 'config' | 'store' | 'clock' | 'stopping'>) {
    this.#deps = deps
    deps.store.inbox.onCommit(() => {
      this.#lastCommitAt = deps.clock()
      this.#waitingSince = undefined
    })
  }

  /** Answers within 100 ms or so, whatever the store does. */
  async check(): Promise<Report> {
    const { clock, stopping } = this.#deps
    if (stopping.aborted) return this.#report(['stopping'], undefined, undefined)
    if (this.#last && clock() - this.#last.at < FRESH_MS) return this.#last
    this.#running ??= this.#ask().finally(() => {
      this.#running = undefined
    })
    const report = await within(PATIENCE_MS, this.#running)
    if (report) return report
    if (this.#last && clock() - this.#last.at < STALE_MS) return this.#last
    return this.#report([`the database did not answer within ${PATIENCE_MS} ms`], undefined, undefined)
  }

  async #ask(): Promise<Report> {
    const { store, config } = this.#deps
    const reasons: string[] = []
    const startedAt = performance.now()
    // What exactly failed is for the log and the operator, not for whoever asks.
    const answered = await pingDatabase(store.reader).then(
      () => true,
      () => false,
    )
    const databaseMs = answered ? Math.round(performance.now() - startedAt) : undefined
    if (!answered) reasons.push('the database does not answer')
    const diskFreeBytes = await freeBytes(config.dataDir)
    if (diskFreeBytes !== undefined && diskFreeBytes < ENOUGH_DISK_BYTES) reasons.push('the disk is full')
    if (this.#isStalled()) reasons.push('deliveries wait and are not committed')
    this.#last = this.#report(reasons, databaseMs, diskFreeBytes)
    return this.#last
  }

  #isStalled(): boolean {
    const now = this.#deps.clock()
    if (this.#deps.store.inbox.waiting === 0) this.#waitingSince = undefined
    else this.#waitingSince ??= now
    return this.#waitingSince !== undefined && now - this.#waitingSince > STALLED_MS
  }

  #report(reasons: Reasons, databaseMs: number | undefined, diskFreeBytes: number | undefined): Report {
    const { clock, store } = this.#deps
    return {
      reasons,
      at: clock(),
      databaseMs,
      waitingForCommit: store.inbox.waiting,
      lastCommitAt: this.#lastCommitAt,
      diskFreeBytes,
    }
  }
}

/** Free space where the data lies; undefined where the system does not say. */
export async function freeBytes(folder: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(folder)
    return bavail * bsize
  } catch {
    return undefined
  }
}

async function within<T>(ms: number, work: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined
  const patience = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms)
  })
  try {
    return await Promise.race([work, patience])
  } finally {
    clearTimeout(timer)
  }
}
