import { connect } from 'node:net'
import { pino } from 'pino'
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { type RunningServer, startServer } from '../../src/serve.ts'
import { testStoresOn } from '../support/stores.ts'

/** Bytes that no proper client sends, straight to the socket of the real server. */

const MAX_BYTES = 1024
const TOO_LONG = 'a'.repeat(2 * MAX_BYTES)

let server: RunningServer
let token: string
const logged: { level: number; msg: string }[] = []
let onLogged = () => {}

beforeAll(async () => {
  const { dataDir } = await testStoresOn('sqlite').newPlace()
  const log = pino(
    { level: 'debug' },
    {
      write(line: string) {
        logged.push(JSON.parse(line))
        onLogged()
      },
    },
  )
  const config = readConfig({ DATA_DIR: dataDir, PORT: '0', MAX_BODY_BYTES: String(MAX_BYTES) })
  server = await startServer(config, { log, onBroken: (error) => log.fatal(error) })
  const { store, secretBox, clock } = server.deps
  token = (await createSource(store, secretBox, { kind: 'native', slug: 'ci' }, clock())).secret
})
afterAll(() => server?.stop())

/** Sends the bytes and nothing more; everything that comes back until the server closes. */
const answerTo = (bytes: string | Buffer): Promise<string> =>
  new Promise((resolve) => {
    let text = ''
    connect(server.port, '127.0.0.1')
      .on('data', (chunk) => {
        text += chunk.toString('latin1')
      })
      // A server that has heard enough may close before it has read everything.
      .on('error', () => {})
      .on('close', () => resolve(text))
      .write(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
  })

const statusesIn = (answer: string): number[] =>
  [...answer.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, code]) => Number(code))

/** One request, after which the server closes. */
const request = (firstLine: string, lines: readonly string[] = [], body = '') =>
  [firstLine, 'Host: x', 'Connection: close', ...lines, '', body].join('\r\n')
/** A signed delivery, `lines` among its headers. */
const hook = (lines: readonly string[], body = '{}', path = '/hooks/ci') =>
  request(`POST ${path} HTTP/1.1`, ['Content-Type: application/json', `Authorization: Bearer ${token}`, ...lines], body)
const form = (type: string, body: string, size = body.length) =>
  request(
    'POST /login HTTP/1.1',
    ['Sec-Fetch-Site: same-origin', `Content-Type: ${type}`, `Content-Length: ${size}`],
    body,
  )
const length = 'Content-Length: 2'
const many = (count: number) => Array.from({ length: count }, (_, i) => `a${i}: 1`)

afterEach(async () => {
  expect(statusesIn(await answerTo(hook([length])))[0]).toBeOneOf([200, 202])
  expect(logged.filter(({ level }) => level > 30)).toEqual([])
})

describe('is refused or cut off, shows no stack, and the next good request succeeds:', () => {
  test.each<[what: string, bytes: () => string | Buffer, status: number | 'cut off']>([
    ['a length and chunks', () => hook([length, 'Transfer-Encoding: chunked'], '0\r\n\r\n'), 400],
    ['two lengths that differ', () => hook([length, 'Content-Length: 5']), 400],
    ['two lengths that agree', () => hook([length, length]), 400],
    ['a negative length', () => hook(['Content-Length: -1']), 400],
    ['an unknown transfer encoding', () => hook(['Transfer-Encoding: xchunked'], '0\r\n\r\n'), 400],
    ['a chunk whose size is no number', () => hook(['Transfer-Encoding: chunked'], 'zz\r\n{}\r\n0\r\n\r\n'), 400],
    ['lines without carriage returns', () => hook([length]).replaceAll('\r\n', '\n'), 400],
    ['a blank before a colon', () => hook(['Content-Length : 2']), 400],
    ['no host', () => hook([length]).replace('Host: x\r\n', ''), 400],
    ['a host that is none', () => hook([length]).replace('Host: x', 'Host: a b/'), 400],
    ['a NUL in a header', () => hook([length, 'X-GitHub-Delivery: a\0b']), 400],
    ['a header of 20 KB', () => hook([length, `X-A: ${'a'.repeat(20_000)}`]), 431],
    ['three thousand headers', () => hook([length, ...many(3_000)]), 431],
    ['an address of 20 KB', () => hook([length], '{}', `/${'a'.repeat(20_000)}`), 431],
    ['a body over the limit', () => hook([`Content-Length: ${TOO_LONG.length}`], TOO_LONG), 413],
    ['chunks over the limit', () => hook(['Transfer-Encoding: chunked'], `800\r\n${TOO_LONG}\r\n0\r\n\r\n`), 413],
    ['a security header twice', () => hook([length, `Authorization: Bearer ${token}`]), 401],
    ['a compressed body', () => hook([length, 'Content-Encoding: gzip']), 415],
    ['another character set', () => hook([length]).replace('/json', '/json; charset=utf-16'), 415],
    ['a path with two slashes', () => hook([length], '{}', '//hooks/ci'), 404],
    ['a path with a slash at its end', () => hook([length], '{}', '/hooks/ci/'), 404],
    ['a path with an encoded NUL', () => hook([length], '{}', '/releases/a/%00'), 400],
    ['a form without its boundary', () => form('multipart/form-data', 'abc'), 400],
    ['TRACE', () => request('TRACE /hooks/ci HTTP/1.1'), 405],
    ['PROPFIND', () => request('PROPFIND / HTTP/1.1'), 405],
    ['a method there is not', () => request('BREW / HTTP/1.1'), 400],
    ['CONNECT', () => request('CONNECT x:1 HTTP/1.1'), 'cut off'],
    ['OPTIONS of nothing in particular', () => request('OPTIONS * HTTP/1.1'), 400],
    ['an expectation nobody can meet', () => hook([length, 'Expect: 200-ok']), 417],
    ['the first line of HTTP/0.9', () => 'GARBAGE\r\n\r\n', 400],
    ['the first bytes of HTTP/2', () => 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n', 400],
    ['the first bytes of TLS', () => Buffer.from('16030100a5010000a1', 'hex'), 400],
  ])('%s', async (_, bytes, status) => {
    const answer = await answerTo(bytes())
    expect(statusesIn(answer)).toEqual(status === 'cut off' ? [] : [status])
    expect(answer).not.toMatch(/\n\s+at |node:|node_modules|\.[jt]s:\d/)
  })
})

describe('is unusual and answered all the same:', () => {
  test.each<[what: string, bytes: () => string, statuses: number[]]>([
    ['a header that is not ASCII', () => hook([length, 'Idempotency-Key: \xe9\xff']), [202]],
    ['an encoded path', () => hook([length, 'Idempotency-Key: b'], '{}', '/%68ooks/ci'), [202]],
    ['a path with dots', () => hook([length, 'Idempotency-Key: c'], '{}', '/a/../hooks/ci'), [202]],
    [
      'an address with another host',
      () => hook([length, 'Idempotency-Key: d'], '{}', 'http://elsewhere/hooks/ci'),
      [202],
    ],
    [
      'a request before the first is answered',
      () => hook([length, 'Idempotency-Key: e']).replace('close', 'keep-alive') + hook([length, 'Idempotency-Key: e']),
      [202, 200],
    ],
    [
      'the wish to be asked for the body',
      () => hook([length, 'Expect: 100-continue', 'Idempotency-Key: f']),
      [100, 202],
    ],
    ['an upgrade to HTTP/2', () => request('GET / HTTP/1.1', ['Connection: Upgrade', 'Upgrade: h2c']), [303]],
  ])('%s', async (_, bytes, statuses) => {
    expect(statusesIn(await answerTo(bytes()))).toEqual(statuses)
  })
})

describe('an upload whose sender goes away is logged once, for those who look closely:', () => {
  test.each([
    ['a delivery', () => hook(['Content-Length: 900'])],
    ['a delivery in chunks', () => hook(['Transfer-Encoding: chunked'], '2\r\n{}\r\n')],
    ['a form', () => form('application/x-www-form-urlencoded', 'email=a', 900)],
    ['a form in parts', () => form('multipart/form-data; boundary=x', '--x\r\n', 900)],
  ])('%s', async (_, bytes) => {
    logged.length = 0
    const heard = new Promise<void>((resolve) => {
      onLogged = resolve
    })
    const before = await abortedUploads()
    const socket = connect(server.port, '127.0.0.1').on('error', () => {})
    socket.write(bytes(), () => socket.destroy())
    await heard
    expect(logged).toMatchObject([{ level: 20, msg: 'the upload ended early' }])
    expect(await abortedUploads()).toBe(before + 1)
  })
})

async function abortedUploads(): Promise<number> {
  const nothing = {
    inboxDepth: 0,
    oldestWaitingAt: undefined,
    dead: 0,
    attributionsWaiting: 0,
    diskFreeBytes: 0,
    walBytes: 0,
    lastDeliveryAt: [],
    liveStreams: 0,
  }
  const text = await server.deps.metrics.text(nothing, 0)
  return Number(/^uploads_aborted_total (\d+)/m.exec(text)?.[1])
}
