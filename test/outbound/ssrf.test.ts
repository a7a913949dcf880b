import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest'
import { NOTHING_MORE, type OutboundAllow, readAllow } from '../../src/core/outbound-rule.ts'
import { type Resolve, safeRequest } from '../../src/outbound/safe-request.ts'
import { aRequest, DECIDED_AT, SYSTEMS, targetOf } from '../support/ci/systems.ts'

/**
 * Whatever address somebody enters for CI or for a webhook, it does not lead to this machine. Canaries listen on one port
 * of all its addresses: a form that slipped through would reach one of them.
 */

const allowing = (text: string): OutboundAllow => {
  const read = readAllow(text)
  if (!read.ok) throw new Error(read.problem)
  return read.allow
}
/** The most that can be opened without naming this machine. */
const EVERYTHING_ELSE = allowing('0.0.0.0/0, ::/0, named.example, xn--bcher-kva.example')

const hasIPv6 = Object.values(networkInterfaces()).some((list) => list?.some(({ address }) => address === '::1'))
const CANARY_HOSTS = ['127.0.0.1', '127.0.0.2', ...(hasIPv6 ? ['::1'] : [])]

let port = 0
let hits = 0

beforeEach(async () => {
  hits = 0
  port = 0
  for (const host of CANARY_HOSTS) {
    const server = createServer((_, response) => {
      hits++
      response.end('{"secret": true}')
    })
    server.on('connection', () => void hits++)
    server.listen(port, host)
    await once(server, 'listening')
    port = (server.address() as AddressInfo).port
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
  }
})

test('the canaries hear what reaches them', async () => {
  const rules = { allow: allowing('127.0.0.1, 127.0.0.2, ::1') }
  for (const host of CANARY_HOSTS.map((one) => (one.includes(':') ? `[${one}]` : one)))
    expect(await safeRequest({ method: 'GET', url: `http://${host}:${port}/` }, rules)).toMatchObject({
      kind: 'answered',
    })
  expect(hits).toBe(2 * CANARY_HOSTS.length)
})

const FORMS = [
  // Every notation of the same four bytes.
  'http://127.0.0.1:PORT/',
  'http://127.0.0.2:PORT/',
  'http://127.1:PORT/',
  'http://127.0.1:PORT/',
  'http://127.0.0.1.:PORT/',
  'http://2130706433:PORT/',
  'http://2130706434:PORT/',
  'http://0x7f000001:PORT/',
  'http://0x7F.0x0.0x0.0x1:PORT/',
  'http://0x7f.1:PORT/',
  'http://017700000001:PORT/',
  'http://0177.0.0.1:PORT/',
  'http://0177.1:PORT/',
  'http://000000177.0.0.01:PORT/',
  'http://127.0x000001:PORT/',
  'http://127.65536.1:PORT/',
  'http://127.0.00000.1:PORT/',
  'http://４②7.0.0.1:PORT/',
  'http://①②⑦。⓪。⓪。①:PORT/',
  'http://127｡0｡0｡1:PORT/',
  'http://127．0．0．1:PORT/',
  'http://%31%32%37%2e%30%2e%30%2e%31:PORT/',
  'http://12%37.0.0.1:PORT/',
  'http://0:PORT/',
  'http://0.0.0.0:PORT/',
  'http://0x0:PORT/',
  'http://0000.0:PORT/',
  // IPv6, and IPv4 inside of it: mapped, compatible, translated, NAT64, 6to4, Teredo, ISATAP.
  'http://[::1]:PORT/',
  'http://[::]:PORT/',
  'http://[0:0:0:0:0:0:0:1]:PORT/',
  'http://[0000:0000:0000:0000:0000:0000:0000:0001]:PORT/',
  'http://[::0.0.0.1]:PORT/',
  'http://[::1%25lo]:PORT/',
  'http://[::ffff:127.0.0.1]:PORT/',
  'http://[::FFFF:7F00:1]:PORT/',
  'http://[0:0:0:0:0:ffff:7f00:0001]:PORT/',
  'http://[::127.0.0.1]:PORT/',
  'http://[::ffff:0:127.0.0.1]:PORT/',
  'http://[64:ff9b::127.0.0.1]:PORT/',
  'http://[64:ff9b::7f00:2]:PORT/',
  'http://[64:ff9b:1::127.0.0.1]:PORT/',
  'http://[64:ff9b:1:ffff::7f00:1]:PORT/',
  'http://[2002:7f00:1::]:PORT/',
  'http://[2002:7f00:0001::7f00:1]:PORT/',
  'http://[2001:0:7f00:1::80ff:fffe]:PORT/',
  'http://[fe80::5efe:127.0.0.1]:PORT/',
  'http://[fe80::1]:PORT/',
  'http://[::ffff:0:0]:PORT/',
  // Metadata services.
  'http://169.254.169.254:PORT/latest/meta-data/',
  'http://2852039166:PORT/',
  'http://0xa9.0xfe.0xa9.0xfe:PORT/',
  'http://[::ffff:169.254.169.254]:PORT/',
  'http://[64:ff9b::a9fe:a9fe]:PORT/',
  'http://[fd00:ec2::254]:PORT/',
  'http://100.100.100.200:PORT/',
  'http://168.63.129.16:PORT/',
  // Names of this machine.
  'http://localhost:PORT/',
  'http://LOCALHOST:PORT/',
  'http://localhost.:PORT/',
  'http://LoCalHoSt.:PORT/',
  'http://ⓛocalhost:PORT/',
  'http://local\u00adhost:PORT/',
  'http://foo.localhost:PORT/',
  'http://%6c%6f%63%61%6c%68%6f%73%74:PORT/',
  'https://localhost:PORT/',
  // Users, and what looks like one.
  'http://user@127.0.0.1:PORT/',
  'http://user:password@127.0.0.1:PORT/',
  'http://api.github.com@127.0.0.1:PORT/',
  'http://api.github.com:443@127.0.0.1:PORT/',
  'http://api.github.com%40127.0.0.1:PORT/',
  'http://127.0.0.1:PORT@api.github.com/',
  'http://127.0.0.1:PORT\\@api.github.com/',
  'http://api.github.com\\@127.0.0.1:PORT/',
  'http://:@127.0.0.1:PORT/',
  'http://@127.0.0.1:PORT/',
  // Where the host ends.
  'http://127.0.0.1:PORT#@api.github.com/',
  'http://127.0.0.1:PORT?@api.github.com/',
  'http://127.0.0.1:PORT/@api.github.com/',
  'http:127.0.0.1:PORT/',
  'http:/127.0.0.1:PORT/',
  'http:///127.0.0.1:PORT/',
  'http:\\\\127.0.0.1:PORT/',
  'http:/\\127.0.0.1:PORT/',
  ' http://127.0.0.1:PORT/ ',
  'ht\ttp://127.0.0.1:PORT/',
  'http://127.0.\n0.1:PORT/',
  'http://127.0.0.1:\tPORT/',
  'http://127.0.0.1 .example:PORT/',
  'http://127.0.0.1\u0000.example:PORT/',
  'http://127.0.0.1%00.example:PORT/',
  'http://127.0.0.1:00000PORT/',
  'http://127.0.0.1:PORT:443/',
  // Other schemes.
  'HTTP://127.0.0.1:PORT/',
  'https://127.0.0.1:PORT/',
  'ftp://127.0.0.1:PORT/',
  'gopher://127.0.0.1:PORT/_GET%20/',
  'file:///etc/passwd',
  'ws://127.0.0.1:PORT/',
  'dict://127.0.0.1:PORT/',
  'data:text/html,x',
  'blob:http://127.0.0.1:PORT/',
  'view-source:http://127.0.0.1:PORT/',
  'jar:http://127.0.0.1:PORT!/',
  '//127.0.0.1:PORT/',
  '/\\127.0.0.1:PORT/',
  '127.0.0.1:PORT',
]

/** Where the system would look a name up, and find this machine. */
const leadsHere: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]

test('there are enough forms, and none twice', () => {
  expect(new Set(FORMS).size).toBe(FORMS.length)
  expect(FORMS.length).toBeGreaterThanOrEqual(60)
})

describe.each([
  ['nothing more is allowed', NOTHING_MORE],
  ['everything is allowed that can be without naming this machine', EVERYTHING_ELSE],
])('%s', (_, allow) => {
  test.each(FORMS)('%j', async (form) => {
    const url = form.replaceAll('PORT', String(port))
    for (const method of ['GET', 'POST'] as const) {
      const answer = await safeRequest(
        { method, url, ...(method === 'POST' && { body: 'x' }) },
        { allow, resolve: leadsHere },
      )
      expect(answer.kind).toBe('refused')
    }
    expect(hits).toBe(0)
  })
})

describe('a name that is allowed', () => {
  const ANSWERS: readonly (readonly string[])[] = [
    ['127.0.0.1'],
    ['127.0.0.2'],
    ['::1'],
    ['0.0.0.0'],
    ['::'],
    ['::ffff:127.0.0.1'],
    ['::ffff:7f00:1'],
    ['::127.0.0.1'],
    ['64:ff9b::7f00:1'],
    ['64:ff9b:1::7f00:1'],
    ['2002:7f00:1::'],
    ['2001:0:7f00:1::'],
    ['169.254.169.254'],
    ['fe80::1%lo'],
    ['fd00:ec2::254'],
    ['140.82.112.6', '127.0.0.1'],
    ['127.0.0.1', '140.82.112.6'],
    ['2606:50c0:8000::154', '::1', '140.82.112.6'],
    ['10.0.0.1', '127.0.0.1'],
    ['127.1'],
    ['0x7f.1'],
    ['localhost'],
    [''],
  ]
  test.each(ANSWERS.map((answers) => answers.join(', ')))('and leads to %s', async (text) => {
    const resolve: Resolve = async () =>
      text.split(', ').map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))
    for (const host of ['named.example', 'bücher.example', 'other.example']) {
      const schemes = host === 'other.example' ? ['https'] : ['http', 'https']
      for (const scheme of schemes) {
        const url = `${scheme}://${host}:${host === 'other.example' ? 8443 : port}/`
        const answer = await safeRequest({ method: 'GET', url }, { allow: EVERYTHING_ELSE, resolve })
        expect(answer).toMatchObject({ kind: 'refused', refusal: { why: 'address' } })
      }
    }
    expect(hits).toBe(0)
  })

  test('is looked up once for a call, and anew for the next', async () => {
    let asked = 0
    const rebinding: Resolve = async () => [{ address: asked++ === 0 ? '127.0.0.2' : '169.254.169.254', family: 4 }]
    const rules = { allow: allowing('localhost'), resolve: rebinding }
    const url = `http://localhost:${port}/`
    expect((await safeRequest({ method: 'GET', url }, rules)).kind).toBe('answered')
    expect(asked).toBe(1)
    expect((await safeRequest({ method: 'GET', url }, rules)).kind).toBe('refused')
    expect(asked).toBe(2)
  })
})

describe('a redirect', () => {
  const LOCATIONS = [
    'http://127.0.0.1:PORT/',
    'http://[::1]:PORT/',
    'http://localhost:PORT/',
    'http://2130706433:PORT/',
    'http://user@127.0.0.2:PORT/',
    '//127.0.0.2:PORT/',
    '\\\\127.0.0.2:PORT/',
    'https://127.0.0.2:PORT/',
    'http://169.254.169.254/',
    'file:///etc/passwd',
    '/elsewhere',
  ]

  test.each(LOCATIONS)('to %s is not followed', async (form) => {
    const location = form.replaceAll('PORT', String(port))
    const statuses = [201, 300, 301, 302, 303, 305, 307, 308]
    const asked: string[] = []
    const server = createServer((request, response) => {
      asked.push(request.url ?? '')
      response.writeHead(statuses[asked.length - 1] ?? 200, { Location: location, Refresh: `0; url=${location}` }).end()
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => {
      server.closeAllConnections()
      server.close()
    })
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/start`
    const rules = { allow: allowing('127.0.0.1') }
    for (const status of statuses)
      expect(await safeRequest({ method: 'POST', url, body: '{}' }, rules)).toMatchObject({ kind: 'answered', status })
    expect(asked).toEqual(statuses.map(() => '/start'))
    expect(hits).toBe(0)
  })
})

describe.each(SYSTEMS)('$name', (system) => {
  test('reaches none of them by any form that its settings take', async () => {
    const parts = { rules: { allow: EVERYTHING_ELSE, resolve: leadsHere }, clock: () => DECIDED_AT }
    let taken = 0
    for (const form of FORMS) {
      const url = form.replaceAll('PORT', String(port)).replace(/\/$/, '')
      if (!system.trigger.readSettings(system.settings(url)).ok) continue
      taken++
      const target = targetOf(system, url)
      expect((await system.trigger.fire(target, aRequest(), parts)).kind).toBe('refused')
      expect((await system.trigger.findRun(target, aRequest(), parts)).kind).toBe('cannot-tell')
      expect((await system.trigger.checkReachable(target, parts)).kind).toBe('refused')
    }
    expect(taken).toBeGreaterThan(40)
    expect(hits).toBe(0)
  })
})
