/** Too much is waiting to be committed; the caller should answer "come back later". */
export class Overloaded extends Error {}

export interface GroupCommitLimits {
  /** Waiting rows and bytes beyond which `add` refuses. */
  readonly rows: number
  readonly bytes: number
  /**
   * How many may be committing at once; 1 unless told. Two for a writer that takes them one after the other: it finds
   * the next waiting when it ends one, instead of idling until this thread has heard of it. Another goes only when it is
   * as large as what is under way: more and smaller ones would cost more syncs for the same rows.
   */
  readonly batches?: number
}

/** Larger batches stall readers longer without committing faster: docs/architecture.md. */
const BATCH_ROWS = 256
const BATCH_BYTES = 4 * 1024 * 1024

interface Waiting<Row, Receipt> {
  readonly row: Row
  readonly bytes: number
  readonly resolve: (receipt: Receipt) => void
  readonly reject: (error: unknown) => void
}

/**
 * Gathers rows while others are being committed, so that many callers share one sync to disk.
 * Each caller is answered only after its own batch is committed. When a batch fails, each of its rows is tried alone
 * once, so that one bad row sinks no other; errors that concern the storage as a whole fail the batch at once.
 */
export class GroupCommit<Row, Receipt> {
  readonly #commit: (rows: readonly Row[]) => Promise<readonly Receipt[]>
  readonly #bytesOf: (row: Row) => number
  readonly #limits: GroupCommitLimits
  readonly #listeners: ((commit: { rows: number; seconds: number }) => void)[] = []
  readonly #failureListeners: ((error: unknown) => void)[] = []
  #queue: Waiting<Row, Receipt>[] = []
  #queuedBytes = 0
  #gathering: Promise<void> | undefined
  readonly #inFlight = new Set<Promise<void>>()
  #rowsInFlight = 0
  #closed = false

  constructor(
    commit: (rows: readonly Row[]) => Promise<readonly Receipt[]>,
    bytesOf: (row: Row) => number,
    limits: GroupCommitLimits,
  ) {
    this.#commit = commit
    this.#bytesOf = bytesOf
    this.#limits = limits
  }

  get waiting(): number {
    return this.#queue.length + this.#rowsInFlight
  }

  onCommit(listener: (commit: { rows: number; seconds: number }) => void): void {
    this.#listeners.push(listener)
  }

  onFailure(listener: (error: unknown) => void): void {
    this.#failureListeners.push(listener)
  }

  add(row: Row): Promise<Receipt> {
    if (this.#closed) return Promise.reject(new Overloaded('shutting down'))
    const bytes = this.#bytesOf(row)
    if (this.#queue.length >= this.#limits.rows || this.#queuedBytes + bytes > this.#limits.bytes)
      return Promise.reject(new Overloaded(`${this.#queue.length} rows are waiting`))
    return new Promise((resolve, reject) => {
      this.#queue.push({ row, bytes, resolve, reject })
      this.#queuedBytes += bytes
      this.#gathering ??= this.#gather()
    })
  }

  /** Commits what is waiting, then refuses. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#gathering
    while (this.#inFlight.size > 0) await Promise.all(this.#inFlight)
  }

  async #gather(): Promise<void> {
    // Requests that arrive in the same turn of the event loop go together.
    await new Promise((resolve) => setImmediate(resolve))
    this.#gathering = undefined
    this.#startBatches()
  }

  #startBatches(): void {
    const most = this.#limits.batches ?? 1
    while (this.#queue.length > 0 && this.#inFlight.size < most && this.#queue.length >= this.#rowsInFlight)
      this.#start(this.#take())
  }

  #start(batch: readonly Waiting<Row, Receipt>[]): void {
    const startedAt = performance.now()
    this.#rowsInFlight += batch.length
    const running = this.#commitBatch(batch).then(({ rows, answerCallers }) => {
      this.#inFlight.delete(running)
      this.#rowsInFlight -= batch.length
      // Before anybody is answered: answering takes longer than handing the next batch over.
      this.#startBatches()
      answerCallers()
      if (rows === 0) return
      const commit = { rows, seconds: (performance.now() - startedAt) / 1000 }
      for (const listener of this.#listeners) listener(commit)
    })
    this.#inFlight.add(running)
  }

  #take(): Waiting<Row, Receipt>[] {
    let bytes = 0
    let count = 0
    for (const waiting of this.#queue) {
      if (count === BATCH_ROWS || (count > 0 && bytes + waiting.bytes > BATCH_BYTES)) break
      bytes += waiting.bytes
      count++
    }
    this.#queuedBytes -= bytes
    return this.#queue.splice(0, count)
  }

  /** Never rejects. */
  async #commitBatch(batch: readonly Waiting<Row, Receipt>[]): Promise<Outcome> {
    try {
      const receipts = await this.#commit(batch.map((waiting) => waiting.row))
      return {
        rows: batch.length,
        answerCallers: () => {
          for (const [i, waiting] of batch.entries()) waiting.resolve(receipts[i] as Receipt)
        },
      }
    } catch (error) {
      if (batch.length > 1 && !concernsStorage(error)) return await this.#commitEach(batch)
      return {
        rows: 0,
        answerCallers: () => {
          for (const listener of this.#failureListeners) listener(error)
          for (const waiting of batch) waiting.reject(error)
        },
      }
    }
  }

  async #commitEach(batch: readonly Waiting<Row, Receipt>[]): Promise<Outcome> {
    const outcomes: Outcome[] = []
    for (const waiting of batch) outcomes.push(await this.#commitBatch([waiting]))
    return {
      rows: outcomes.reduce((sum, { rows }) => sum + rows, 0),
      answerCallers: () => {
        for (const { answerCallers } of outcomes) answerCallers()
      },
    }
  }
}

/** What became of a batch. */
interface Outcome {
  /** How many rows are committed. */
  readonly rows: number
  readonly answerCallers: () => void
}

/** SQLITE_FULL, SQLITE_IOERR and the like; constraint violations concern one row. */
export const concernsStorage = (error: unknown): boolean => {
  const code = (error as { code?: string } | null)?.code ?? ''
  return (
    /^(SQLITE_(?!CONSTRAINT)|INBOX_)/.test(code) || code === 'ENOSPC' || code.startsWith('53') || code.startsWith('08')
  )
}
