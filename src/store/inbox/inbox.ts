import { Worker } from 'node:worker_threads'
import type { Transaction } from 'kysely'
import { isStorageBroken, WRITER_ENDED } from '../dialect.ts'
import type { Database } from '../schema.ts'
import { acceptedWithin } from './accept-deadline.ts'
import { GroupCommit, type GroupCommitLimits } from './group-commit.ts'

/** A verified delivery on its way to disk. */
export interface InboxRow {
  readonly sourceId: number
  readonly deliveryKey: string
  /** Hex. */
  readonly bodySha256: string
  readonly receivedAt: number
  readonly headersJson: string
  readonly body: Uint8Array
}

export interface InboxReceipt {
  readonly id: number
  /** A duplicate's id is that of the first. */
  readonly outcome: 'accepted' | 'duplicate'
}

/** Where acknowledged deliveries live. `append` resolves only once the row is committed and synced to disk. */
export interface Inbox {
  /**
   * Rejects with Overloaded when too much is waiting, else with the storage's own error; then nothing was kept.
   * Rejects with NotInTime after `withinMs`, or the limit of this inbox when that is shorter; the row may still be kept.
   */
  append(row: InboxRow, withinMs?: number): Promise<InboxReceipt>
  /** Rows handed in and not yet committed. */
  readonly waiting: number
  /** Wall time of each commit, for the metrics. */
  onCommit(listener: (commit: { rows: number; seconds: number }) => void): void
  /** Errors of whole commits: a broken disk is heard of here first. */
  onFailure(listener: (error: unknown) => void): void
  close(): Promise<void>
}

export interface InboxLimits extends Pick<GroupCommitLimits, 'rows' | 'bytes'> {
  /** How long a caller waits for its row to be on disk, milliseconds; absent: as long as it takes. */
  readonly acceptWithinMs?: number
}

const DEFAULT_LIMITS: InboxLimits = { rows: 5_000, bytes: 64 * 1024 * 1024 }
const rowBytes = (row: InboxRow) => row.body.byteLength + row.headersJson.length + 200

function groupedInbox(
  commit: (rows: readonly InboxRow[]) => Promise<readonly InboxReceipt[]>,
  limits: InboxLimits & Pick<GroupCommitLimits, 'batches'> = DEFAULT_LIMITS,
  release: () => Promise<void> = async () => {},
): Inbox {
  const group = new GroupCommit<InboxRow, InboxReceipt>(commit, rowBytes, limits)
  const longest = limits.acceptWithinMs ?? Number.POSITIVE_INFINITY
  return {
    append: (row, withinMs = longest) => acceptedWithin(Math.min(withinMs, longest), group.add(row)),
    get waiting() {
      return group.waiting
    },
    onCommit: (listener) => group.onCommit(listener),
    onFailure: (listener) => group.onFailure(listener),
    async close() {
      await group.close()
      await release()
    },
  }
}

/** Commits on the caller's own connection: PostgreSQL, commands, tests. */
export function inlineInbox(
  transaction: <T>(work: (trx: Transaction<Database>) => Promise<T>) => Promise<T>,
  limits?: InboxLimits,
): Inbox {
  return groupedInbox((rows) => transaction((trx) => insertDeliveries(trx, rows)), limits)
}

export async function insertDeliveries(trx: Transaction<Database>, rows: readonly InboxRow[]): Promise<InboxReceipt[]> {
  const receipts: InboxReceipt[] = []
  // Two rows of one batch can carry the same key, so each insert sees the ones before it.
  for (const chunk of withoutRepeatedKeys(rows)) {
    const inserted = await trx
      .insertInto('deliveries')
      .values(
        chunk.map((row) => ({
          source_id: row.sourceId,
          delivery_key: row.deliveryKey,
          body_sha256: row.bodySha256,
          received_at: row.receivedAt,
          headers_json: row.headersJson,
          state: 'accepted',
          attempts: 0,
          due_at: 0,
          reason: null,
          conclusions_json: '[]',
          event: null,
          processed_at: null,
          took_ms: null,
          replay_suspect: 0 as const,
          body: Buffer.from(row.body.buffer, row.body.byteOffset, row.body.byteLength),
        })),
      )
      .onConflict((conflict) => conflict.columns(['source_id', 'delivery_key']).doNothing())
      .returning(['id', 'source_id', 'delivery_key'])
      .execute()
    const ids = new Map(inserted.map((row) => [`${row.source_id} ${row.delivery_key}`, row.id]))
    for (const row of chunk) {
      const id = ids.get(`${row.sourceId} ${row.deliveryKey}`)
      if (id !== undefined) receipts.push({ id, outcome: 'accepted' })
      else receipts.push({ id: await findDeliveryId(trx, row), outcome: 'duplicate' })
    }
  }
  return receipts
}

async function findDeliveryId(trx: Transaction<Database>, row: InboxRow): Promise<number> {
  const first = await trx
    .selectFrom('deliveries')
    .select('id')
    .where('source_id', '=', row.sourceId)
    .where('delivery_key', '=', row.deliveryKey)
    .executeTakeFirstOrThrow()
  return first.id
}

/** Splits the rows, in order, into runs in which no key comes twice. */
function* withoutRepeatedKeys(rows: readonly InboxRow[]): Generator<InboxRow[]> {
  let run: InboxRow[] = []
  let keys = new Set<string>()
  for (const row of rows) {
    const key = `${row.sourceId} ${row.deliveryKey}`
    if (keys.has(key)) {
      yield run
      run = []
      keys = new Set()
    }
    run.push(row)
    keys.add(key)
  }
  if (run.length > 0) yield run
}

/** What goes to the writer thread: columns side by side and all bodies in one transferred buffer. */
export interface WriterBatch {
  readonly sourceIds: readonly number[]
  readonly deliveryKeys: readonly string[]
  readonly bodySha256s: readonly string[]
  readonly receivedAts: readonly number[]
  readonly headersJsons: readonly string[]
  /** End offset of each body. */
  readonly ends: readonly number[]
  readonly bodies: Uint8Array<ArrayBuffer>
}

export type WriterAnswer =
  | { readonly ok: true; readonly ids: readonly number[]; readonly duplicates: readonly boolean[] }
  | { readonly ok: false; readonly code: string; readonly message: string }

/**
 * Commits in a thread of its own (SQLite): a disk that stalls in fsync then stops neither pages nor the health checks
 * nor the 503 that tells a sender to come back.
 */
export function threadedSqliteInbox(file: string, limits: InboxLimits = DEFAULT_LIMITS): Inbox {
  const worker = new Worker(new URL('./inbox-writer.mjs', import.meta.url), {
    workerData: { file },
    resourceLimits: { maxYoungGenerationSizeMb: 4 },
  })
  /** It answers in the order in which it was asked. */
  const asked: { resolve: (receipts: InboxReceipt[]) => void; reject: (error: Error) => void }[] = []
  let ended: Error | undefined
  const end = (error: Error) => {
    ended ??= error
    for (const { reject } of asked.splice(0)) reject(ended)
  }
  worker.on('message', (answer: WriterAnswer) => {
    const batch = asked.shift()
    if (asked.length === 0) worker.unref()
    if (answer.ok) return batch?.resolve(receiptsOf(answer))
    const error = Object.assign(new Error(answer.message), { code: answer.code })
    batch?.reject(error)
    // After a sync that failed the next one may succeed without what the first should have written: what the writer
    // says of the batch that it already has is not believed either.
    if (isStorageBroken(error)) end(error)
  })
  const gone = (cause?: unknown) =>
    end(Object.assign(new Error('the inbox writer has ended', { cause }), { code: WRITER_ENDED }))
  worker.on('error', gone)
  worker.on('exit', () => gone())
  worker.unref()

  const commit = async (rows: readonly InboxRow[]): Promise<InboxReceipt[]> => {
    if (ended) throw ended
    const batch = packBatch(rows)
    // The process must not end while a batch is on its way to disk, though the idle writer alone never holds it.
    worker.ref()
    return await new Promise((resolve, reject) => {
      asked.push({ resolve, reject })
      worker.postMessage(batch, [batch.bodies.buffer])
    })
  }
  return groupedInbox(commit, { ...limits, batches: 2 }, async () => {
    await worker.terminate()
  })
}

const receiptsOf = ({ ids, duplicates }: Extract<WriterAnswer, { ok: true }>): InboxReceipt[] =>
  ids.map((id, i) => ({ id, outcome: duplicates[i] ? 'duplicate' : 'accepted' }))

function packBatch(rows: readonly InboxRow[]): WriterBatch {
  const bodies = new Uint8Array(rows.reduce((sum, row) => sum + row.body.byteLength, 0))
  const ends: number[] = []
  let end = 0
  for (const row of rows) {
    bodies.set(row.body, end)
    end += row.body.byteLength
    ends.push(end)
  }
  return {
    sourceIds: rows.map((row) => row.sourceId),
    deliveryKeys: rows.map((row) => row.deliveryKey),
    bodySha256s: rows.map((row) => row.bodySha256),
    receivedAts: rows.map((row) => row.receivedAt),
    headersJsons: rows.map((row) => row.headersJson),
    ends,
    bodies,
  }
}
