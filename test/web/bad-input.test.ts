import { createHmac } from 'node:crypto'
import { afterEach, beforeAll, expect, test } from 'vitest'
import { type Api, bodyOf, openApi } from '../support/api.ts'
import { describeOnEachEngine } from '../support/stores.ts'

/**
 * Everything a sender can get wrong, through the front door: the status, the path and the reason, and that the server
 * serves on afterwards.
 */

const SECRET = 'a-secret-for-the-tests'
const JSON_TYPE = { 'Content-Type': 'application/json' }
const good = { service: 'checkout-api', environment: 'production', version: '4.18.0' }
/** A good deployment with something added to its JSON text. */
const withMore = (more: string) => `${JSON.stringify(good).slice(0, -1)},${more}}`
const withAnother = (value: Record<string, unknown>) => JSON.stringify({ ...good, ...value })

describeOnEachEngine('bad input', (openTestStore) => {
  let api: Api
  let authorised: Record<string, string>
  beforeAll(async () => {
    api = await openApi(openTestStore)
    authorised = { ...JSON_TYPE, Authorization: `Bearer ${await api.token('deployments:write', 'defects:write')}` }
  })
  afterEach(async () => {
    await bodyOf(await api.app.request('/healthz'))
    await bodyOf(await api.get('/api/v1/deployments'))
  })

  const post = async (path: string, body: string | Uint8Array, headers = authorised) =>
    await api.app.request(path, { method: 'POST', headers, body })
  const count = async (table: 'deliveries' | 'deployments' | 'defects') =>
    (
      await api.store.db
        .selectFrom(table)
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
    ).n

  test.each<[string, string | Uint8Array, number, string, string]>([
    ['malformed JSON', '{"service":"a",', 400, '', 'is not JSON'],
    ['an empty body', '', 400, '', 'is empty'],
    ['no object', '"text"', 422, '', 'an object'],
    ['a missing field', JSON.stringify({ service: 'a', version: '1' }), 422, 'environment', 'is required'],
    ['a field of the wrong type', withAnother({ version: 4.18 }), 422, 'version', 'must be text'],
    ['a bad date', withAnother({ finishedAt: '2026-02-30T00:00:00Z' }), 422, 'finishedAt', 'RFC 3339'],
    ['a date without a zone', withAnother({ startedAt: '2026-02-20T00:00:00' }), 422, 'startedAt', 'zone'],
    ['a time in the future', withAnother({ finishedAt: '2026-06-09T00:06:00Z' }), 422, 'finishedAt', 'in the future'],
    ['the year 1', withAnother({ finishedAt: '0001-01-01T00:00:00Z' }), 422, 'finishedAt', 'before the year 2000'],
    ['an unknown status', withAnother({ status: 'happy' }), 422, 'status', '"happy"'],
    ['an unknown tier', withAnother({ tier: 'prd' }), 422, 'tier', '"prd"'],
    ['NUL in a name', withAnother({ service: 'check\u0000out' }), 422, 'service', 'control characters'],
    ['half a surrogate pair', withMore('"id":"\\ud83d"'), 422, 'id', ''],
    ['an address that runs code', withAnother({ url: 'javascript:alert(1)' }), 422, 'url', 'http'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xc0, 0xaf, 0x22]), 400, '', 'UTF-8'],
    ['a NUL byte', `${JSON.stringify(good)}\u0000`, 400, '', 'is not JSON'],
    ['deep nesting', `${'['.repeat(70)}${']'.repeat(70)}`, 400, '', '64 levels'],
    ['too many members', `[${'0,'.repeat(50_000)}0]`, 400, '', '50,000 members'],
    ['a key twice', withMore('"version":"4.17.0"'), 400, 'version', 'more than once'],
    ['__proto__ twice', withMore('"__proto__":1,"__proto__":2'), 400, '__proto__', 'more than once'],
    ['one bad item among good ones', `[${JSON.stringify(good)},{"service":"a"}]`, 422, '1.version', 'is required'],
    ['a list too long', JSON.stringify(Array(1_001).fill(good)), 422, '', '1000'],
  ])('%s is refused with path and reason, and nothing is kept', async (_, body, status, path, why) => {
    const before = [await count('deliveries'), await count('deployments')]
    const response = await post('/api/v1/deployments', body)
    expect(response.headers.get('Content-Type')).toBe('application/problem+json')
    expect(response.headers.get('X-Request-Id')).toMatch(/^[\da-f-]{36}$/)
    const problem = await bodyOf<{ errors: unknown[] }>(response, status)
    expect(problem).toMatchObject({
      type: 'about:blank',
      status,
      title: expect.any(String),
      detail: expect.any(String),
    })
    expect(problem.errors).toContainEqual({ path, message: expect.stringContaining(why) })
    expect([await count('deliveries'), await count('deployments')]).toEqual(before)
  })

  test.each<[string, Record<string, string>, number]>([
    ['the wrong content type', { 'Content-Type': 'text/xml' }, 415],
    ['another character set', { 'Content-Type': 'application/json; charset=utf-16' }, 415],
    ['a compressed body', { ...JSON_TYPE, 'Content-Encoding': 'gzip' }, 415],
    ['a huge body', { ...JSON_TYPE, 'Content-Length': '9999999999' }, 413],
  ])('%s is refused at the API and at a hook', async (_, headers, status) => {
    for (const path of ['/api/v1/deployments', '/api/v1/defects', '/hooks/github']) {
      const response = await post(path, JSON.stringify(good), { ...authorised, ...headers })
      expect(response.headers.get('Content-Type')).toBe('application/problem+json')
      await bodyOf(response, status)
    }
  })

  test('a body over the limit is refused though it announced nothing', async () => {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(100_000)),
    })
    const init = { method: 'POST', headers: authorised, body, duplex: 'half' } as RequestInit
    await bodyOf(await api.app.request('/api/v1/deployments', init), 413)
  })

  test('__proto__ and constructor are keys like any other unknown one, and pollute nothing', async () => {
    const body = withMore('"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}},"id":"proto-1"')
    await bodyOf(await post('/api/v1/deployments', body), 202)
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined()
    const { items } = await bodyOf<{ items: unknown[] }>(await api.get('/api/v1/deployments'))
    expect(items).toContainEqual(expect.objectContaining({ senderId: 'proto-1', commit: null }))
  })

  test('an id beyond 2^53 keeps every digit', async () => {
    await bodyOf(await post('/api/v1/deployments', withMore('"id":90071992547409931234')), 202)
    const { items } = await bodyOf<{ items: unknown[] }>(await api.get('/api/v1/deployments'))
    expect(items).toContainEqual(expect.objectContaining({ senderId: '90071992547409931234' }))
  })

  test('hostile text in a title is stored clean', async () => {
    const title = 'a\u0000b\u001b[31m \ud83d <script>'
    await bodyOf(await post('/api/v1/defects', JSON.stringify({ title })), 202)
    const { items } = await bodyOf<{ items: unknown[] }>(await api.get('/api/v1/defects?q=script'))
    expect(items).toMatchObject([{ title: 'ab[31m \ufffd <script>' }])
  })

  const signed = (body: string | Uint8Array, secret = SECRET) => ({
    ...JSON_TYPE,
    'X-GitHub-Event': 'deployment_status',
    'X-Hub-Signature-256': `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`,
  })

  test('a forged signature, none, and an unknown source are answered alike, and nothing is kept', async () => {
    const before = await count('deliveries')
    const body = '{}'
    const { 'X-Hub-Signature-256': _, ...unsigned } = signed(body)
    const answers = [
      await post('/hooks/github', body, signed(body, 'another secret')),
      await post('/hooks/github', body, unsigned),
      await post('/hooks/nobody', body, signed(body)),
      await post('/hooks/..%2Fgithub', body, signed(body)),
    ]
    const bodies = await Promise.all(answers.map((answer) => bodyOf(answer, 401)))
    expect(new Set(bodies.map((problem) => JSON.stringify(problem))).size).toBe(1)
    expect(await count('deliveries')).toBe(before)
  })

  test.each<[string, string | Uint8Array]>([
    ['malformed JSON', '{"action":'],
    ['bytes that are not UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
    ['deep nesting', '['.repeat(100)],
    ['a shape nobody knows', '[1,2,3]'],
  ])('authentic but unreadable (%s) is kept as a dead letter with its reason', async (_, body) => {
    const { delivery } = await bodyOf<{ delivery: string }>(await post('/hooks/github', body, signed(body)), 202)
    await api.deps.processor.runUntilIdle()
    const { items } = await bodyOf<{ items: Record<string, unknown>[] }>(
      await api.get('/api/v1/deliveries?state=failed&source=github'),
    )
    expect(items).toContainEqual(
      expect.objectContaining({ id: delivery, state: 'failed', reason: expect.stringMatching(/\w+/) }),
    )
  })
})
