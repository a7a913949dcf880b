// Receivers to measure against, each in a process of its own: node baseline-server.mjs <no-op|one-transaction|bare> PORT [FILE]
// no-op reads the body and answers; nothing with Hono on Node can be faster than that.
// one-transaction does what is usually written first: check the signature, parse, insert and commit to disk, answer.
// bare keeps the same promise with the least that can be written: check, hash, commit in groups in a thread of its own, answer.
// It has one table without indexes but the key, no sources, no limits, and does nothing with what it has stored: what is
// lost between no-op and this one is the price of the promise on this machine.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { serve } from '@hono/node-server'
import Sqlite from 'better-sqlite3'
import { Hono } from 'hono'

/** @typedef {[deliveryKey: string | undefined, bodySha256: string, receivedAt: number, event: string | undefined, body: Uint8Array]} Row */
/** @typedef {import('hono').Handler} Handler */

if (isMainThread) serveContestant()
else commitBatches()

function serveContestant() {
  const [kind, port = '', file = ''] = process.argv.slice(2)
  const secret = process.env.SECRET ?? ''
  const app = new Hono()
  if (kind === 'no-op') app.post('/hooks/github', answerOnly())
  else if (kind === 'bare') app.post('/hooks/github', storeInGroups(file, secret))
  else app.post('/hooks/github', storeFirst(file, secret))
  serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' }, () => process.send?.('listening'))
}

/** @returns {Handler} */
function answerOnly() {
  return async (c) => {
    await c.req.arrayBuffer()
    return c.json({ delivery: '1', outcome: 'accepted' }, 202)
  }
}

/** @returns {Handler} */
function storeFirst(/** @type {string} */ file, /** @type {string} */ secret) {
  const insert = inserter(openTable(file))
  return async (c) => {
    const body = Buffer.from(await c.req.arrayBuffer())
    if (!isSigned(c, body, secret)) return c.json({}, 401)
    JSON.parse(body.toString('utf8'))
    return c.json({ delivery: String(insert(rowOf(c, body))), outcome: 'accepted' }, 202)
  }
}

/** @returns {Handler} */
function storeInGroups(/** @type {string} */ file, /** @type {string} */ secret) {
  openTable(file).close()
  const writer = new Worker(new URL(import.meta.url), { workerData: file })
  /** @type {{ row: Row, resolve: (id: number) => void }[]} */
  let waiting = []
  /** @type {typeof waiting} */
  let committing = []
  const commit = () => {
    if (committing.length > 0 || waiting.length === 0) return
    committing = waiting
    waiting = []
    writer.postMessage(committing.map(({ row }) => row))
  }
  writer.on('message', (/** @type {number[]} */ ids) => {
    const committed = committing
    committing = []
    commit()
    for (const [i, { resolve }] of committed.entries()) resolve(ids[i] ?? 0)
  })
  return async (c) => {
    const body = Buffer.from(await c.req.arrayBuffer())
    if (!isSigned(c, body, secret)) return c.json({}, 401)
    const id = await new Promise((resolve) => {
      waiting.push({ row: rowOf(c, body), resolve })
      setImmediate(commit)
    })
    return c.json({ delivery: String(id), outcome: 'accepted' }, 202)
  }
}

/** In a thread of its own: one transaction for each list of rows, answered by their ids. */
function commitBatches() {
  const db = openTable(workerData)
  const insert = inserter(db)
  const commit = db.transaction((/** @type {Row[]} */ rows) => rows.map(insert))
  parentPort?.on('message', (rows) => parentPort?.postMessage(commit.immediate(rows)))
}

function openTable(/** @type {string} */ file) {
  const db = new Sqlite(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(`create table if not exists deliveries (
    id integer primary key, delivery_key text not null unique, body_sha256 text not null, received_at integer not null,
    event text not null, body blob not null) strict`)
  return db
}

function inserter(/** @type {Sqlite.Database} */ db) {
  const insert = db.prepare(
    'insert into deliveries (delivery_key, body_sha256, received_at, event, body) values (?, ?, ?, ?, ?)',
  )
  return (/** @type {Row} */ row) => Number(insert.run(...row).lastInsertRowid)
}

/** @returns {Row} */
function rowOf(/** @type {import('hono').Context} */ c, /** @type {Buffer} */ body) {
  const sha256 = createHash('sha256').update(body).digest('hex')
  return [c.req.header('x-github-delivery'), sha256, Date.now(), c.req.header('x-github-event'), body]
}

function isSigned(/** @type {import('hono').Context} */ c, /** @type {Buffer} */ body, /** @type {string} */ secret) {
  const signature = Buffer.from((c.req.header('x-hub-signature-256') ?? '').slice('sha256='.length), 'hex')
  const expected = createHmac('sha256', secret).update(body).digest()
  return signature.length === expected.length && timingSafeEqual(signature, expected)
}
