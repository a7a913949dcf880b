// The writer thread of the SQLite inbox: one connection, one transaction per batch, an answer after the commit.
// Plain JavaScript, because a worker's entry is loaded by Node itself, whatever runs the rest.
import { parentPort, workerData } from 'node:worker_threads'
import Sqlite from 'better-sqlite3'

/** @typedef {import('./inbox.ts').WriterBatch} WriterBatch */
/** @typedef {import('./inbox.ts').WriterAnswer} WriterAnswer */

const db = new Sqlite(workerData.file, { timeout: 5000 })
db.pragma('journal_mode = WAL')
// A reopened WAL file is synchronous=NORMAL in this build, which may lose acknowledged rows in a power cut.
db.pragma('synchronous = FULL')
if (db.pragma('synchronous', { simple: true }) !== 2) throw new Error('synchronous=FULL did not hold')
db.pragma('foreign_keys = ON')
db.pragma('journal_size_limit = 67108864')
// KiB, a quarter of what this build takes by itself: keys come at random, and the operating system caches the file.
db.pragma('cache_size = -4000')
// Every row touches pages all over its indexes; a checkpoint of ten times the usual log writes each of them once
// instead of ten times. It stays below the limit above, and reading it back after a crash takes a moment.
db.pragma('wal_autocheckpoint = 10000')

/** Not before the first batch: this thread may be up before the schema is. */
function prepareCommit() {
  const insert = db.prepare(
    `insert into deliveries
         (source_id, delivery_key, body_sha256, received_at, headers_json, state, due_at, body)
       values (?, ?, ?, ?, ?, 'accepted', 0, ?)
       on conflict (source_id, delivery_key) do nothing`,
  )
  const findId = db.prepare('select id from deliveries where source_id = ? and delivery_key = ?').pluck()

  return db.transaction((/** @type {WriterBatch} */ batch) => {
    const bodies = Buffer.from(batch.bodies.buffer, batch.bodies.byteOffset, batch.bodies.byteLength)
    /** @type {number[]} */
    const ids = []
    /** @type {boolean[]} */
    const duplicates = []
    let start = 0
    for (const [i, end] of batch.ends.entries()) {
      const sourceId = batch.sourceIds[i]
      const deliveryKey = batch.deliveryKeys[i]
      const { changes, lastInsertRowid } = insert.run(
        sourceId,
        deliveryKey,
        batch.bodySha256s[i],
        batch.receivedAts[i],
        batch.headersJsons[i],
        bodies.subarray(start, end),
      )
      ids.push(changes === 1 ? Number(lastInsertRowid) : /** @type {number} */ (findId.get(sourceId, deliveryKey)))
      duplicates.push(changes === 0)
      start = end
    }
    return { ids, duplicates }
  })
}

/** @type {ReturnType<typeof prepareCommit> | undefined} */
let commit

parentPort?.on('message', (/** @type {WriterBatch} */ batch) => {
  /** @type {WriterAnswer} */
  let answer
  try {
    commit ??= prepareCommit()
    answer = { ok: true, ...commit.immediate(batch) }
  } catch (error) {
    const { code, message } = /** @type {{ code?: string, message: string }} */ (error)
    answer = { ok: false, code: code ?? 'UNKNOWN', message }
  }
  parentPort?.postMessage(answer)
})
