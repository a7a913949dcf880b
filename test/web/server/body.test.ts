import { once } from 'node:events'
import { connect } from 'node:net'
import { serve } from '@hono/node-server'
import { Hono } from 'hono'
import { afterEach, describe, expect, test } from 'vitest'
import type { Env } from '../../../src/web/env.ts'
import { onError } from '../../../src/web/errors.ts'
import { JSON_CONTENT_TYPES, readBody, readJsonBody } from '../../../src/web/server/body.ts'
import { createMetrics } from '../../../src/web/server/metrics.ts'
import { silentLog } from '../../support/processing.ts'

const MAX_BYTES = 1_000

const app = new Hono<Env>()
app.post('/bytes', async (c) => {
  const body = await readBody(c, { maxBytes: MAX_BYTES, contentTypes: JSON_CONTENT_TYPES })
  return body instanceof Response ? body : c.json([...body])
})
app.post('/value', async (c) => {
  const body = await readJsonBody(c, MAX_BYTES)
  return body instanceof Response ? body : c.json(body)
})
app.onError(onError({ log: silentLog, metrics: createMetrics(false) }))

const post = (
  headers: Record<string, string>,
  body: string | Uint8Array | ReadableStream | null = '{}',
  path = '/bytes',
) => app.request(path, { method: 'POST', headers, body, duplex: 'half' } as RequestInit)
const json = { 'Content-Type': 'application/json' }

/** A body in pieces, without a length. */
const inPieces = (...pieces: Uint8Array[]) =>
  new ReadableStream<Uint8Array>({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece)
      controller.close()
    },
  })

let server: ReturnType<typeof serve> | undefined
afterEach(() => server?.close())

async function listening(): Promise<{ url: string; port: number }> {
  server = serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' })
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return { url: `http://127.0.0.1:${port}/bytes`, port }
}

describe('the media type', () => {
  test.each([
    'application/json',
    'Application/JSON; charset=UTF-8',
    'application/json;charset="utf-8"',
    'application/cloudevents+json',
    'application/vnd.api+json; profile=x',
  ])('%s is taken', async (type) => {
    expect((await post({ 'Content-Type': type })).status).toBe(200)
  })

  test.each([
    ['text/plain', 'text/plain is not taken'],
    ['application/x-www-form-urlencoded', 'is not taken'],
    ['application/jsonp', 'is not taken'],
    ['application/json; charset=latin1', 'character set latin1'],
    ['application/json; charset=utf-16', 'character set utf-16'],
  ])('%s is refused with the reason', async (type, why) => {
    const response = await post({ 'Content-Type': type })
    expect(response.status).toBe(415)
    expect(await response.json()).toMatchObject({ status: 415, detail: expect.stringContaining(why) })
  })

  test('a body without one is refused', async () => {
    const response = await post({}, new Uint8Array([123, 125]))
    expect(response.status).toBe(415)
    expect(await response.json()).toMatchObject({ detail: expect.stringContaining('missing') })
  })

  test.each(['gzip', 'br', 'identity, gzip'])('Content-Encoding %s is refused', async (encoding) => {
    expect((await post({ ...json, 'Content-Encoding': encoding })).status).toBe(415)
  })

  test('Content-Encoding identity is nothing special', async () => {
    expect((await post({ ...json, 'Content-Encoding': 'identity' })).status).toBe(200)
  })
})

describe('the size', () => {
  test('the last byte allowed is taken and one more is not', async () => {
    const bytes = (n: number) => inPieces(new Uint8Array(n - 10), new Uint8Array(10))
    expect(await (await post(json, bytes(MAX_BYTES))).json()).toHaveLength(MAX_BYTES)
    const refused = await post(json, bytes(MAX_BYTES + 1))
    expect(refused.status).toBe(413)
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('1,000 bytes') })
  })

  test('a length that is announced too large is refused before anything is read', async () => {
    let asked = 0
    const watched = new ReadableStream<Uint8Array>({ pull: () => void asked++ }, { highWaterMark: 0 })
    expect((await post({ ...json, 'Content-Length': '1001' }, watched)).status).toBe(413)
    expect(asked).toBe(0)
  })

  test('an endless body stops being read where it is too large', async () => {
    let sent = 0
    const endless = new ReadableStream<Uint8Array>({
      pull(controller) {
        sent += 100
        controller.enqueue(new Uint8Array(100))
      },
    })
    expect((await post(json, endless)).status).toBe(413)
    expect(sent).toBeLessThan(MAX_BYTES * 3)
  })

  test('no body at all is an empty one', async () => {
    expect(await (await post(json, null)).json()).toEqual([])
  })
})

describe('on a real socket', () => {
  test('bytes arrive as they were sent, in one piece and in several', async () => {
    const { url } = await listening()
    const bytes = Uint8Array.from({ length: 256 }, (_, i) => i)
    const whole = await fetch(url, { method: 'POST', headers: json, body: bytes })
    expect(await whole.json()).toEqual([...bytes])
    const body = inPieces(bytes.subarray(0, 100), bytes.subarray(100))
    const parts = await fetch(url, { method: 'POST', headers: json, body, duplex: 'half' } as RequestInit)
    expect(await parts.json()).toEqual([...bytes])
  })

  test('an endless upload is answered 413 and the server serves on', async () => {
    const { url, port } = await listening()
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    socket.write(
      'POST /bytes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n',
    )
    const timer = setInterval(() => socket.write(`400\r\n${'x'.repeat(1024)}\r\n`), 5)
    const [answer] = await once(socket, 'data')
    clearInterval(timer)
    socket.destroy()
    expect(String(answer)).toContain('HTTP/1.1 413')
    expect((await fetch(url, { method: 'POST', headers: json, body: '{}' })).status).toBe(200)
  })

  test('an upload that ends early leaves the server serving', async () => {
    const { url, port } = await listening()
    const socket = connect(port, '127.0.0.1')
    socket.write('POST /bytes HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"a"')
    await once(socket, 'connect')
    socket.destroy()
    expect((await fetch(url, { method: 'POST', headers: json, body: '{}' })).status).toBe(200)
  })
})

describe('a JSON body of our own API', () => {
  test.each([
    ['', 'is empty'],
    ['{"a":', 'is not JSON'],
    ['[{}', 'is not JSON'],
    ['['.repeat(65), '64 levels'],
    [new Uint8Array([0x22, 0xff, 0x22]), 'UTF-8'],
  ])('%j is a 400 that says why', async (body, why) => {
    const response = await post(json, body, '/value')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ path: '', message: expect.stringContaining(why) }] })
  })

  test('a key given twice is named with its path, because which one was meant cannot be known', async () => {
    const response = await post(json, '{"labels":{"a":1,"a":2}}', '/value')
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ errors: [{ path: 'labels.a' }] })
  })

  test('what is right comes through', async () => {
    expect(await (await post(json, '\ufeff{"id":12345678901234567890}', '/value')).json()).toEqual({
      value: { id: '12345678901234567890' },
    })
  })
})
