// Two receivers to measure against, each in a process of its own: node baseline-server.mjs <no-op|one-transaction> PORT [FILE]
// no-op reads the body and answers; nothing with Hono on Node can be faster than that.
// one-transaction does what is usually written first: check the signature, parse, insert and commit to disk, answer.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import { serve } from '@hono/node-server'
import Sqlite from 'better-sqlite3'
import { Hono } from 'hono'

const [kind = '', port = '', file = ''] = process.argv.slice(2)
const secret = process.env.SECRET ?? ''

const app = new Hono()
app.post('/hooks/github', kind === 'no-op' ? answerOnly() : storeFirst())
serve({ fetch: app.fetch, port: Number(port), hostname: '127.0.0.1' }, () => process.send?.('listening'))

/** @returns {import('hono').Handler} */
function answerOnly() {
  return async (c) => {
    await c.req.arrayBuffer()
    return c.json({ delivery: '1', outcome: 'accepted' }, 202)
  }
}

/** @returns {import('hono').Handler} */
function storeFirst() {
  const db = new Sqlite(file)
  db.pragma('journal_mode = WAL')
  db.pragma('synchronous = FULL')
  db.exec(`create table deliveries (
    id integer primary key, delivery_key text not null unique, body_sha256 text not null, received_at integer not null,
    event text not null, body blob not null) strict`)
  const insert = db.prepare(
    'insert into deliveries (delivery_key, body_sha256, received_at, event, body) values (?, ?, ?, ?, ?)',
  )
  return async (c) => {
    const body = Buffer.from(await c.req.arrayBuffer())
    const signature = Buffer.from((c.req.header('x-hub-signature-256') ?? '').slice('sha256='.length), 'hex')
    const expected = createHmac('sha256', secret).update(body).digest()
    if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) return c.json({}, 401)
    JSON.parse(body.toString('utf8'))
    const sha256 = createHash('sha256').update(body).digest('hex')
    const { lastInsertRowid } = insert.run(
      c.req.header('x-github-delivery'),
      sha256,
      Date.now(),
      c.req.header('x-github-event'),
      body,
    )
    return c.json({ delivery: String(lastInsertRowid), outcome: 'accepted' }, 202)
  }
}
