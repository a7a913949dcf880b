import { execFileSync, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readFileSync } from 'node:fs'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { describe, expect, inject, onTestFinished, test, vi } from 'vitest'
import { NOTHING_MORE, type OutboundAllow, readAllow } from '../../src/core/outbound-rule.ts'
import { type Resolve, safeRequest } from '../../src/outbound/safe-request.ts'
import { outOfTime } from '../support/out-of-time.ts'

/** A server on this machine that nobody may reach unless it was named; counts who does. */
async function aServer(
  listener: (request: IncomingMessage, response: ServerResponse) => unknown = (_, response) => response.end('hello'),
  host = '127.0.0.1',
) {
  let hits = 0
  const server = createServer((request, response) => {
    hits++
    listener(request, response)
  })
  server.listen(0, host)
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { port, url: `http://${host}:${port}`, hits: () => hits }
}

const allowing = (text: string): OutboundAllow => {
  const read = readAllow(text)
  if (!read.ok) throw new Error(read.problem)
  return read.allow
}
const HERE = allowing('127.0.0.1, 127.0.0.2, localhost')
/** All that can be opened without naming this machine: the host names below, any port, plain http, every block. */
const EVERYTHING_ELSE = allowing('0.0.0.0/0, ::/0, rebind.example, mixed.example, inside.example, localtest.example')

const get = (url: string, rules: Parameters<typeof safeRequest>[1]) => safeRequest({ method: 'GET', url }, rules)
const resolvesTo =
  (...addresses: string[]): Resolve =>
  async () =>
    addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

describe('this machine is out of reach, however it is written', () => {
  const HOSTS = [
    '127.0.0.1',
    '127.0.0.1.',
    '127.1',
    '127.0.1',
    '127.255.255.254',
    '2130706433',
    '0x7f000001',
    '0x7F.1',
    '0x7f.0x0.0x0.0x1',
    '0X7F.0.0.1',
    '017700000001',
    '0177.0.0.1',
    '0177.0.0.01',
    '00000177.0.0.1',
    '0177.0x0.0.1',
    '127.0.0.0x1',
    '127.0x1',
    '127.00000000000000000001',
    '１２７.０.０.１',
    '①②⑦.⓪.⓪.①',
    '127。0。0。1',
    '127．0．0．1',
    '127｡0｡0｡1',
    '%31%32%37.0.0.1',
    '127%2E0%2E0%2E1',
    '0',
    '0.0.0.0',
    '0x0',
    '00',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[0000:0000:0000:0000:0000:0000:0000:0001]',
    '[::0:1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::FFFF:7F00:0001]',
    '[0:0:0:0:0:ffff:127.0.0.1]',
    '[::127.0.0.1]',
    '[::7f00:1]',
    '[::ffff:0:127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::7f00:1]',
    '[2002:7f00:1::]',
    '[2001:0:7f00:1::]',
    '169.254.169.254',
    '2852039166',
    '0xa9fea9fe',
    '0251.0376.0251.0376',
    '[::ffff:169.254.169.254]',
    '[::ffff:a9fe:a9fe]',
    '[64:ff9b::a9fe:a9fe]',
    '[fe80::1]',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '255.255.255.255',
    '224.0.0.1',
    '[ff02::1]',
  ]

  test.each(HOSTS)('http://%s', async (host) => {
    const canary = await aServer()
    const resolve = vi.fn<Resolve>(resolvesTo('127.0.0.1'))
    const answer = await get(`http://${host}:${canary.port}/`, { allow: EVERYTHING_ELSE, resolve })
    expect(answer).toMatchObject({ kind: 'refused', refusal: { why: 'address' } })
    expect(resolve).not.toHaveBeenCalled()
    expect(canary.hits()).toBe(0)
  })

  test.each([
    ['http://localhost:PORT/', 'plain-http'],
    ['http://LOCALHOST.:PORT/', 'plain-http'],
    ['https://localhost:PORT/', 'port'],
    ['http://ana:secret@127.0.0.1:PORT/', 'credentials'],
    ['http://api.github.com@127.0.0.1:PORT/', 'credentials'],
    ['http://127.0.0.1:PORT@api.github.com/', 'credentials'],
    ['http:127.0.0.1:PORT/', 'address'],
    ['http:/\\127.0.0.1:PORT/', 'address'],
    ['\thttp://127.0.0.1:PORT/', 'address'],
    ['ht\ntp://127.0.0.1:PORT/', 'address'],
    ['http://127.0.0.1:PORT\\@api.github.com/', 'address'],
    ['http://127.0.0.1:PORT#@api.github.com/', 'address'],
    ['http://127.0.0.1:PORT?@api.github.com/', 'address'],
    ['gopher://127.0.0.1:PORT/', 'scheme'],
    ['ws://127.0.0.1:PORT/', 'scheme'],
    ['unix:/run/docker.sock', 'scheme'],
  ])('%j', async (form, why) => {
    const canary = await aServer()
    const answer = await get(form.replace('PORT', String(canary.port)), { allow: EVERYTHING_ELSE })
    expect(answer).toMatchObject({ kind: 'refused', refusal: { why } })
    expect(canary.hits()).toBe(0)
  })

  test.each([
    ['a name that leads here', ['127.0.0.1']],
    ['a name that leads here over IPv6', ['::1']],
    ['a name that leads here by a mapped address', ['::ffff:127.0.0.1']],
    ['a good answer before a bad one', ['140.82.112.6', '127.0.0.1']],
    ['a good answer after a bad one', ['127.0.0.1', '140.82.112.6']],
    ['a private answer beside a bad one', ['10.0.0.1', '169.254.169.254']],
    ['a link-local answer with its zone', ['fe80::1%lo']],
    ['an answer that is no address', ['not an address']],
  ])('%s', async (_, answers) => {
    const canary = await aServer()
    const rules = { allow: EVERYTHING_ELSE, resolve: resolvesTo(...answers) }
    const answer = await get(`http://mixed.example:${canary.port}/`, rules)
    expect(answer).toMatchObject({ kind: 'refused', refusal: { why: 'address', host: 'mixed.example' } })
    expect(canary.hits()).toBe(0)
  })

  test('a name of the internet may not lead into the private network', async () => {
    for (const address of ['10.0.0.5', '192.168.1.1', '172.16.0.9', '100.64.1.1', 'fd12::1'])
      expect(await get('https://api.example/', { allow: NOTHING_MORE, resolve: resolvesTo(address) })).toMatchObject({
        kind: 'refused',
        refusal: { why: 'address', reach: 'private', address },
      })
  })
})

describe('the connection goes where the judgement went', () => {
  test('a name is asked for once, so its second answer decides nothing', async () => {
    const judged = await aServer((_, response) => response.end('judged'), '127.0.0.2')
    const answers = [['127.0.0.2'], ['169.254.169.254']]
    const resolve = vi.fn<Resolve>(async () => await resolvesTo(...(answers.shift() ?? []))('localhost'))
    const allow = allowing('localhost')
    const answer = await get(`http://localhost:${judged.port}/`, { allow, resolve })
    // The system would have looked `localhost` up as 127.0.0.1, where nobody listens on this port.
    expect(answer).toMatchObject({ kind: 'answered', body: Buffer.from('judged') })
    expect(resolve).toHaveBeenCalledTimes(1)
    expect(judged.hits()).toBe(1)
  })

  test('a redirect is an answer and is not followed', async () => {
    const canary = await aServer()
    for (const status of [301, 302, 303, 307, 308]) {
      const server = await aServer((_, response) => response.writeHead(status, { Location: canary.url }).end())
      expect(await get(server.url, { allow: HERE })).toMatchObject({
        kind: 'answered',
        status,
        headers: { location: canary.url },
      })
    }
    expect(canary.hits()).toBe(0)
  })

  test('proxies of the environment are not used', async () => {
    const proxy = await aServer()
    for (const name of ['HTTP_PROXY', 'http_proxy', 'HTTPS_PROXY', 'ALL_PROXY']) vi.stubEnv(name, proxy.url)
    vi.stubEnv('NODE_USE_ENV_PROXY', '1')
    onTestFinished(() => void vi.unstubAllEnvs())
    const server = await aServer()
    expect(await get(server.url, { allow: HERE })).toMatchObject({ kind: 'answered', status: 200 })
    expect(proxy.hits()).toBe(0)
  })
})

describe('a call', () => {
  test('brings status, headers and body, and sends what it was given', async () => {
    const server = await aServer(async (request, response) => {
      let body = ''
      for await (const chunk of request) body += String(chunk)
      response.writeHead(422, { 'X-Two': ['a', 'b'] })
      response.end(JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }))
    })
    const answer = await safeRequest(
      { method: 'POST', url: `${server.url}/a%20b?c=d#e`, headers: { Authorization: 'Bearer x' }, body: 'grüße' },
      { allow: HERE },
    )
    if (answer.kind !== 'answered') throw new Error(JSON.stringify(answer))
    expect(answer).toMatchObject({ status: 422, headers: { 'x-two': 'a, b' } })
    expect(JSON.parse(Buffer.from(answer.body).toString())).toMatchObject({
      method: 'POST',
      url: '/a%20b?c=d',
      body: 'grüße',
      headers: { authorization: 'Bearer x', host: `127.0.0.1:${server.port}`, 'content-length': '7' },
    })
  })

  test('ends when more comes than was wanted', async () => {
    const server = await aServer((_, response) => {
      response.write('x'.repeat(70_000))
    })
    expect(await get(server.url, { allow: HERE })).toMatchObject({ kind: 'unreachable', why: 'too-much', sent: true })
    const small = { method: 'GET', url: server.url, maxBytes: 10 } as const
    expect(await safeRequest(small, { allow: HERE })).toMatchObject({ why: 'too-much' })
  })

  test('ends when the answer hangs, and says that it was sent', async () => {
    for (const first of [undefined, 'some']) {
      let heard = () => {}
      const begun = new Promise<void>((resolve) => {
        heard = resolve
      })
      const server = await aServer((_, response) => {
        if (first) response.write(first)
        heard()
      })
      const answer = await outOfTime(begun, () => get(server.url, { allow: HERE }))
      expect(answer).toMatchObject({ kind: 'unreachable', why: 'time', sent: true })
    }
  })

  test('ends when the name is not found, or not in time', async () => {
    const allow = allowing('inside.example')
    const limits = { connectMs: 5_000, totalMs: 50 }
    const missing: Resolve = async () => {
      throw Object.assign(new Error('getaddrinfo'), { code: 'ENOTFOUND' })
    }
    const never: Resolve = () => new Promise(() => {})
    const url = 'https://inside.example/'
    expect(await get(url, { allow, resolve: missing })).toMatchObject({ why: 'name', code: 'ENOTFOUND', sent: false })
    expect(await get(url, { allow, resolve: resolvesTo() })).toMatchObject({ why: 'name' })
    expect(await get(url, { allow, limits, resolve: never })).toMatchObject({ why: 'time', sent: false })
  })

  test('ends when nobody listens, the other side hangs up, or speaks something else', async () => {
    const gone = await aServer()
    const sockets: Socket[] = []
    const tcp = createTcpServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => {})
      if (mode === 'hang up') socket.destroy()
      if (mode === 'babble') socket.end('SSH-2.0-OpenSSH_9.2\r\n')
    }).listen(0, '127.0.0.1')
    await once(tcp, 'listening')
    onTestFinished(() => {
      for (const socket of sockets) socket.destroy()
      tcp.close()
    })
    const { port } = tcp.address() as AddressInfo
    let mode = 'hang up'
    expect(await get(`http://127.0.0.1:${port}`, { allow: HERE })).toMatchObject({ why: 'connection' })
    mode = 'babble'
    expect(await get(`http://127.0.0.1:${port}`, { allow: HERE })).toMatchObject({ why: 'not-http' })
    // It takes the connection and never speaks TLS.
    mode = 'silence'
    const limits = { connectMs: 50, totalMs: 60_000 }
    expect(await get(`https://127.0.0.1:${port}`, { allow: HERE, limits })).toMatchObject({ why: 'time', sent: false })
    // TLS to a server of plain HTTP.
    expect(await get(`https://127.0.0.1:${gone.port}`, { allow: HERE })).toMatchObject({ why: 'tls' })
    for (const socket of sockets) socket.destroy()
    await new Promise((closed) => tcp.close(closed))
    expect(await get(`http://127.0.0.1:${port}`, { allow: HERE })).toMatchObject({
      why: 'connection',
      code: 'ECONNREFUSED',
      sent: false,
    })
  })

  const noOpenssl = spawnSync('openssl', ['version']).status !== 0
  test.skipIf(noOpenssl)('ends when the certificate does not hold, whatever the environment says', async () => {
    const folder = mkdtempSync(join(inject('runFolder'), 'tls-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const made = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-subj', '/CN=localhost']
    execFileSync('openssl', ['req', '-x509', ...made, '-keyout', key, '-out', cert], { stdio: 'ignore' })
    let hits = 0
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (_, response) => {
      hits++
      response.end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    vi.stubEnv('NODE_TLS_REJECT_UNAUTHORIZED', '0')
    onTestFinished(() => void vi.unstubAllEnvs())
    const url = `https://localhost:${(server.address() as AddressInfo).port}/`
    expect(await get(url, { allow: HERE, resolve: resolvesTo('127.0.0.1') })).toMatchObject({ why: 'tls' })
    expect(hits).toBe(0)
  })

  test('ends when it is told to', async () => {
    const stopping = new AbortController()
    const server = await aServer(() => stopping.abort())
    const request = { method: 'GET', url: server.url, signal: stopping.signal } as const
    expect(await safeRequest(request, { allow: HERE })).toMatchObject({ kind: 'unreachable', why: 'stopped' })
    expect(await safeRequest(request, { allow: HERE })).toMatchObject({ why: 'stopped', sent: false })
    expect(server.hits()).toBe(1)
  })
})
