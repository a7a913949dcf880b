/** Too much is waiting to be committed; the caller should answer "come back later". */
export class Overloaded extends Error {}

export interface GroupCommitLimits {
  /** Waiting rows and bytes beyond which `add` refuses. */
  readonly rows: number
  readonly bytes: number
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
 * Gathers rows while one batch is being committed, so that many callers share one sync to disk.
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
  #running: Promise<void> | undefined
  #inFlight = 0
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
    return this.#queue.length + this.#inFlight
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
      this.#running ??= this.#drain()
    })
  }

  /** Commits what is waiting, then refuses. */
  async close(): Promise<void> {
    this.#closed = true
    await this.#running
  }

  async #drain(): Promise<void> {
    // Requests that arrive in the same turn of the event loop go together.
    await new Promise((resolve) => setImmediate(resolve))
    while (this.#queue.length > 0) {
      const batch = this.#take()
      this.#inFlight = batch.length
      const startedAt = performance.now()
      const rows = await this.#commitBatch(batch)
      this.#inFlight = 0
      if (rows === 0) continue
      const commit = { rows, seconds: (performance.now() - startedAt) / 1000 }
      for (const listener of this.#listeners) listener(commit)
    }
    this.#running = undefined
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

  /** @returns how many rows are committed */
  async #commitBatch(batch: readonly Waiting<Row, Receipt>[]): Promise<number> {
    try {
      const receipts = await this.#commit(batch.map((waiting) => waiting.row))
      batch.forEach((waiting, i) => {
        waiting.resolve(receipts[i] as Receipt)
      })
      return batch.length
    } catch (error) {
      if (batch.length === 1 || concernsStorage(error)) {
        for (const listener of this.#failureListeners) listener(error)
        for (const waiting of batch) waiting.reject(error)
        return 0
      }
      let rows = 0
      for (const waiting of batch) rows += await this.#commitBatch([waiting])
      return rows
    }
  }
}

/** SQLITE_FULL, SQLITE_IOERR and the like; constraint violations concern one row. */
export const concernsStorage = (error: unknown): boolean => {
  const code = (error as { code?: string } | null)?.code ?? ''
  return (
    /^(SQLITE_(?!CONSTRAINT)|INBOX_)/.test(code) || code === 'ENOSPC' || code.startsWith('53') || code.startsWith('08')
  )
}
