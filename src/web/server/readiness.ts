import { statfs } from 'node:fs/promises'
import { listMissingMigrations } from '../../store/database.ts'
import { concernsStorage } from '../../store/inbox/group-commit.ts'
import type { Deps } from '../deps.ts'

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
  /** Since processing was last seen to take a step. */
  readonly processingStillMs: number
}

/** A check asks at most this often; a balancer may ask as often as it likes. */
const FRESH_MS = 1_000
/** Past this an answer is given from what was last known. */
const PATIENCE_MS = 100
/** How long what was last known may stand in while a check takes longer than that. */
const STALE_MS = 5_000
/** With rows waiting and no commit for this long, the writer hangs. */
const STALLED_MS = 10_000
/** How long a commit that failed counts. Not until the next succeeds: without traffic there would be none. */
const FAILED_COMMIT_MS = 10_000
/** Processing takes a step every half minute; one alone may wait a minute for the database. */
const STILL_MS = 120_000
const ENOUGH_DISK_BYTES = 32 * 1024 * 1024

type Watched = Pick<Deps, 'config' | 'store' | 'processor' | 'clock' | 'monotonic' | 'stopping'>

/**
 * Watches whether the store answers, has the schema of this version, commits and has room, and whether processing goes
 * on. Ages go by the monotonic clock, so that setting the other one makes nothing look old or fresh.
 */
export class Readiness {
  readonly #deps: Watched
  #last: { readonly report: Report; readonly asOf: number } | undefined
  #running: Promise<Report> | undefined
  #lastCommitAt: number | undefined
  #commitFailedSince: number | undefined
  /** Since when rows have been waiting without a commit in between, as far as the checks saw. */
  #waitingSince: number | undefined
  #beat: { readonly count: number; readonly seen: number }

  constructor(deps: Watched) {
    this.#deps = deps
    this.#beat = { count: deps.processor.beats, seen: deps.monotonic() }
    deps.store.inbox.onCommit(() => {
      this.#lastCommitAt = deps.clock()
      this.#waitingSince = undefined
      this.#commitFailedSince = undefined
    })
    deps.store.inbox.onFailure((error) => {
      if (concernsStorage(error)) this.#commitFailedSince = deps.monotonic()
    })
  }

  /** Answers within 100 ms or so, whatever the store does. */
  async check(): Promise<Report> {
    if (this.#deps.stopping.aborted) return this.#report(['stopping'])
    const last = this.#lastWithin(FRESH_MS)
    if (last) return last
    this.#running ??= this.#ask().finally(() => {
      this.#running = undefined
    })
    return (
      (await within(PATIENCE_MS, this.#running)) ??
      this.#lastWithin(STALE_MS) ??
      this.#report([`the database did not answer within ${PATIENCE_MS} ms`])
    )
  }

  #lastWithin(ms: number): Report | undefined {
    return this.#last && this.#deps.monotonic() - this.#last.asOf < ms ? this.#last.report : undefined
  }

  async #ask(): Promise<Report> {
    const { store, config, monotonic } = this.#deps
    const startedAt = performance.now()
    // What exactly failed is for the log and the operator, not for whoever asks.
    const missing = await listMissingMigrations(store).catch(() => undefined)
    const databaseMs = missing && Math.round(performance.now() - startedAt)
    const diskFreeBytes = await freeBytes(config.dataDir)
    const reasons: string[] = []
    if (!missing) reasons.push('the database does not answer')
    else if (missing.length > 0) reasons.push('the database lacks migrations of this version')
    if (diskFreeBytes !== undefined && diskFreeBytes < ENOUGH_DISK_BYTES) reasons.push('the disk is full')
    if (this.#isStalled()) reasons.push('deliveries wait and are not committed')
    if (this.#commitsFail()) reasons.push('deliveries cannot be committed')
    if (!this.#isProcessing()) reasons.push('deliveries are not processed')
    const report = this.#report(reasons, databaseMs, diskFreeBytes)
    this.#last = { report, asOf: monotonic() }
    return report
  }

  #isStalled(): boolean {
    const now = this.#deps.monotonic()
    if (this.#deps.store.inbox.waiting === 0) this.#waitingSince = undefined
    else this.#waitingSince ??= now
    return this.#waitingSince !== undefined && now - this.#waitingSince > STALLED_MS
  }

  #commitsFail(): boolean {
    const since = this.#commitFailedSince
    return since !== undefined && this.#deps.monotonic() - since < FAILED_COMMIT_MS
  }

  #isProcessing(): boolean {
    const { processor, monotonic } = this.#deps
    if (processor.beats !== this.#beat.count) this.#beat = { count: processor.beats, seen: monotonic() }
    return processor.alive && monotonic() - this.#beat.seen < STILL_MS
  }

  #report(reasons: Reasons, databaseMs?: number, diskFreeBytes?: number): Report {
    const { clock, monotonic, store } = this.#deps
    return {
      reasons,
      at: clock(),
      databaseMs,
      waitingForCommit: store.inbox.waiting,
      lastCommitAt: this.#lastCommitAt,
      diskFreeBytes,
      processingStillMs: monotonic() - this.#beat.seen,
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
