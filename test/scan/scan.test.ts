import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { EXPLAINED, judge } from './explained.ts'
import { asked } from './passes.ts'
import { passThrough } from './passing-through.ts'
import { type Finding, readReport } from './wapiti.ts'

/** What `npm run scan` makes of what it sees; the scan itself takes many minutes. */

const finding = (over: Partial<Finding>): Finding => ({
  ...{ kind: 'HTTP Secure Headers', method: 'GET', path: '/', parameter: '', info: 'X-XSS-Protection is not set' },
  ...over,
})

test('what is explained is told apart from what is not, by its kind and its place', () => {
  const known = finding({})
  const others = [finding({ kind: 'SQL Injection' }), finding({ info: 'X-Frame-Options is not set' })]
  const { explained, unexplained } = judge([known, ...others], EXPLAINED)
  expect(explained.map(({ findings }) => findings)).toEqual([[known]])
  expect(unexplained).toEqual(others)
})

test('the API is attacked at every address that reads, by each of its parameters', () => {
  const { startAt = [] } = asked('api', 'http://127.0.0.1:1', { token: 'pf_x', session: 's' })
  expect(startAt).toContain('http://127.0.0.1:1/api/v1/defects?q=error')
  expect(startAt).toContain('http://127.0.0.1:1/api/v1/releases/checkout-api/1.0.0')
  expect(startAt.length).toBeGreaterThan(100)
})

test('all groups of a report are read, and what is no report is refused', () => {
  const found = { method: 'GET', path: '/', info: 'i', level: 1, parameter: null }
  const report = { vulnerabilities: { A: [found] }, anomalies: { B: [found] }, additionals: { C: [] } }
  const [a, b, ...more] = readReport(JSON.stringify(report))
  expect([a?.kind, b?.kind, more]).toEqual(['A', 'B', []])
  expect(() => readReport('{}')).toThrow(/vulnerabilities/)
})

test('what passes is counted, mistakes of the server are noted, and what is kept back does not get there', async () => {
  const asked: string[] = []
  const server = createServer(({ method, url }, answer) => {
    asked.push(`${method} ${url}`)
    answer.writeHead(url === '/broken' ? 500 : 200).end('ok')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const between = await passThrough(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, /^POST \/logout/)
  onTestFinished(() => {
    between.close()
    server.close()
  })
  const statuses = []
  for (const [method, path] of [
    ['GET', '/a?b=1'],
    ['GET', '/broken'],
    ['POST', '/logout'],
  ] as const)
    statuses.push((await fetch(between.address + path, { method })).status)
  expect(statuses).toEqual([200, 500, 404])
  expect(asked).toEqual(['GET /a?b=1', 'GET /broken'])
  const { requests, keptBack, pages, failures } = between.passed
  expect([requests, keptBack, [...pages]]).toEqual([2, 1, ['/a']])
  expect(failures).toEqual([{ method: 'GET', url: '/broken', status: 500 }])
})
