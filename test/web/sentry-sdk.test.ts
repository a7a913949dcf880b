import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { Overloaded } from '../../src/store/inbox/group-commit.ts'
import { bodyOf, openApi } from '../support/api.ts'
import { openPages, textOf } from '../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore, testStoresOn } from '../support/stores.ts'

const ID = '0b7c0b5a5c444aaeab6ae3b3326aabd3'
const EVENT = {
  event_id: ID,
  release: 'checkout@2.4.1',
  environment: 'production',
  exception: { values: [{ type: 'TypeError', value: 'order 17 has no total' }] },
}
const ENVELOPE = [{ event_id: ID }, { type: 'event' }, EVENT].map((line) => JSON.stringify(line)).join('\n')

async function openSdk(openTestStore: OpenTestStore, env: Record<string, string> = {}) {
  const api = await openApi(openTestStore, { env })
  const { app } = createApp(api.deps)
  const { id, secret: key } = await createSource(
    api.store,
    api.deps.secretBox,
    { kind: 'sentry-sdk', slug: 'checkout-api' },
    api.deps.clock(),
  )
  const post = (path: string, body: string | Uint8Array = ENVELOPE, headers: Record<string, string> = {}) =>
    app.request(path, { method: 'POST', body: Buffer.from(body), headers })
  const address = `/api/${id}/envelope/?sentry_key=${key}`
  const deliveries = () => api.store.db.selectFrom('deliveries').selectAll().execute()
  return { ...api, app, id, key, post, address, deliveries }
}

describeOnEachEngine('what an SDK reports', (openTestStore) => {
  test('is on disk when it is answered with its id, once however often it comes, and becomes a defect', async () => {
    const { post, address, deliveries, deps, store } = await openSdk(openTestStore)
    for (let i = 0; i < 2; i++) {
      const answer = await post(address)
      expect([answer.status, await answer.json()]).toEqual([200, { id: ID }])
    }
    expect(await deliveries()).toMatchObject([{ state: 'accepted', body: Buffer.from(ENVELOPE) }])
    await deps.processor.runUntilIdle()
    expect(await deliveries()).toMatchObject([{ state: 'processed', event: 'event' }])
    const defects = await store.db
      .selectFrom('defects')
      .innerJoin('services', 'services.id', 'defects.service_id')
      .select(['title', 'services.name as service', 'stated_version', 'occurrences'])
      .execute()
    expect(defects).toEqual([
      { title: 'TypeError: order 17 has no total', service: 'checkout-api', stated_version: '2.4.1', occurrences: 1 },
    ])
  })

  test('is taken at the older address, by the key in the header', async () => {
    const { post, id, key, deps, deliveries } = await openSdk(openTestStore)
    const headers = { 'x-sentry-auth': `Sentry sentry_version=7, sentry_client=raven-java, sentry_key=${key}` }
    const answer = await post(`/api/${id}/store/`, JSON.stringify(EVENT), headers)
    expect([answer.status, await answer.json()]).toEqual([200, { id: ID }])
    await deps.processor.runUntilIdle()
    expect(await deliveries()).toMatchObject([{ state: 'processed' }])
    // Whichever way it comes, it is the same error.
    await post(`/api/${id}/envelope/`, ENVELOPE, headers)
    expect(await deliveries()).toHaveLength(1)
  })

  test('counts each time the same envelope says nothing of when it was sent', async () => {
    const { post, address, deliveries } = await openSdk(openTestStore)
    const counted = '{}\n{"type":"sessions"}\n{"aggregates":[]}'
    for (let i = 0; i < 2; i++) expect(await (await post(address, counted)).json()).toEqual({})
    expect(await deliveries()).toHaveLength(2)
  })
})

const onSqlite = testStoresOn('sqlite')

test('the wrong key, no key, and the key of another project are refused alike, and nothing is kept', async () => {
  const { post, id, key, deps, store, deliveries } = await openSdk(onSqlite)
  const other = await createSource(store, deps.secretBox, { kind: 'sentry-sdk', slug: 'other' }, deps.clock())
  const hook = await createSource(store, deps.secretBox, { kind: 'sentry' }, deps.clock())
  const refused = [
    `/api/${id}/envelope/?sentry_key=${other.secret}`,
    `/api/${id}/envelope/`,
    `/api/${id}/envelope/?sentry_key=${key}&sentry_key=${key}`,
    `/api/${id}/envelope/?sentry_key=${key}x`,
    `/api/99/envelope/?sentry_key=${key}`,
    `/api/0/envelope/?sentry_key=${key}`,
    `/api/${'9'.repeat(40)}/envelope/?sentry_key=${key}`,
    `/api/${id}/store/?sentry_key=${other.secret}`,
    // A source that believes its secret in an address, but in that of its hook.
    `/api/${hook.id}/envelope/?sentry_key=${hook.secret}`,
  ]
  const answers: Response[] = []
  for (const path of refused) answers.push(await post(path))
  expect(answers.map(({ status }) => status)).toEqual(refused.map(() => 401))
  expect(new Set(await Promise.all(answers.map((answer) => answer.text()))).size).toBe(1)
  expect(await deliveries()).toEqual([])
})

test('the key of the DSN that an envelope brings along will do', async () => {
  const { post, id, key } = await openSdk(onSqlite)
  const tunnelled = ENVELOPE.replace('{', `{"dsn":"http://${key}@127.0.0.1:3000/${id}",`)
  expect((await post(`/api/${id}/envelope/`, tunnelled)).status).toBe(200)
})

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
])('a body packed with %s is unpacked, and one that unpacks to too much is refused', async (encoding, pack) => {
  const { post, address, deliveries } = await openSdk(onSqlite, { MAX_BODY_BYTES: '100000' })
  const send = (body: Uint8Array) => post(address, body, { 'content-encoding': encoding })
  expect((await send(pack(Buffer.alloc(50_000_000)))).status).toBe(413)
  expect((await send(Buffer.from(ENVELOPE))).status).toBe(400)
  expect((await send(pack(Buffer.from(ENVELOPE)).subarray(0, -6))).status).toBe(400)
  expect(await deliveries()).toEqual([])
  expect((await send(pack(Buffer.from(ENVELOPE)))).status).toBe(200)
  expect(await deliveries()).toMatchObject([{ body: Buffer.from(ENVELOPE) }])
})

test('a body that is too large or packed in another way is refused', async () => {
  const { post, address, deliveries } = await openSdk(onSqlite, { MAX_BODY_BYTES: '2000' })
  expect((await post(address, `${ENVELOPE}${' '.repeat(2000)}`)).status).toBe(413)
  expect((await post(address, ENVELOPE, { 'content-encoding': 'gzip, gzip' })).status).toBe(415)
  expect(await deliveries()).toEqual([])
})

test('no media type is needed, and none changes what is read', async () => {
  const { post, address, deps, deliveries } = await openSdk(onSqlite)
  expect((await post(address, ENVELOPE, { 'content-type': 'application/json' })).status).toBe(200)
  await deps.processor.runUntilIdle()
  expect(await deliveries()).toMatchObject([{ state: 'processed', event: 'event' }])
})

test('scripts of any site may report, without cookies and at these addresses alone', async () => {
  const { app, post, id, address } = await openSdk(onSqlite)
  const origin = { origin: 'https://shop.example' }
  const asked = await app.request(`/api/${id}/envelope/`, {
    method: 'OPTIONS',
    headers: { ...origin, 'access-control-request-method': 'POST', 'access-control-request-headers': 'x-sentry-auth' },
  })
  expect(asked.status).toBe(204)
  expect(asked.headers.get('access-control-allow-methods')).toBe('POST')
  expect(asked.headers.get('access-control-allow-headers')).toMatch(/X-Sentry-Auth/)
  const answers = [asked, await post(address, ENVELOPE, origin), await post('/api/99/envelope/', ENVELOPE, origin)]
  expect(answers.map(({ status }) => status)).toEqual([204, 200, 401])
  for (const { headers } of answers) {
    expect(headers.get('access-control-allow-origin')).toBe('*')
    expect(headers.get('access-control-allow-credentials')).toBeNull()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
  }
  for (const path of ['/api/v1/defects', '/hooks/checkout-api', '/login']) {
    const { headers } = await app.request(path, { method: 'OPTIONS', headers: origin })
    expect(headers.get('access-control-allow-origin')).toBeNull()
  }
})

test('an SDK is told to pause, in its own words, when too much is waiting', async () => {
  const { post, address, deps, store } = await openSdk(onSqlite)
  const { inbox } = store
  Object.assign(deps.store, { inbox: { ...inbox, append: () => Promise.reject(new Overloaded('full')) } })
  const answer = await post(address)
  Object.assign(deps.store, { inbox })
  expect(answer.status).toBe(429)
  const seconds = Number(answer.headers.get('retry-after'))
  expect(seconds).toBeGreaterThan(0)
  expect(answer.headers.get('x-sentry-rate-limits')).toBe(`${seconds}::organization`)
  expect(answer.headers.get('access-control-expose-headers')).toMatch(/X-Sentry-Rate-Limits/)
})

test('what fails otherwise is our fault, and the log has no key', async () => {
  const { post, address, deps, store, key, logged } = await openSdk(onSqlite)
  const { inbox } = store
  Object.assign(deps.store, { inbox: { ...inbox, append: () => Promise.reject(new Error('no such table')) } })
  expect((await post(address)).status).toBe(500)
  Object.assign(deps.store, { inbox })
  expect(JSON.stringify(logged)).toContain('/envelope/')
  expect(JSON.stringify(logged)).not.toContain(key)
})

test('crash-free sessions are told on the page of the release and in the API', async () => {
  const pages = await openPages(onSqlite)
  const { deps, store } = pages
  const source = await createSource(store, deps.secretBox, { kind: 'sentry-sdk', slug: 'checkout-api' }, deps.clock())
  const item = { service: 'checkout-api', version: '2.4.1', environment: 'production' }
  await bodyOf(await pages.post('/api/v1/deployments', item), 202)
  expect(await pages.read('/releases/checkout-api/2.4.1')).not.toContain('Crash-free')
  const attrs = { release: 'checkout@2.4.1', environment: 'production' }
  const started = '2026-05-02T10:00:00Z'
  const counted = { aggregates: [{ started, exited: 12_000, errored: 34, crashed: 97 }], attrs }
  const lines = [{}, { type: 'sessions' }, counted]
  const sent = await pages.app.request(`/api/${source.id}/envelope/?sentry_key=${source.secret}`, {
    method: 'POST',
    body: lines.map((line) => JSON.stringify(line)).join('\n'),
  })
  expect(sent.status).toBe(200)
  await deps.processor.runUntilIdle()
  const words = textOf(await pages.read('/releases/checkout-api/2.4.1'))
  expect(words).toContain('Crash-free sessions 99.2 % (12,034 of 12,131)')
  expect(words).toContain('production 97 crashed')
  const release = await bodyOf(await pages.get('/api/v1/releases/checkout-api/2.4.1'))
  expect(release.sessions).toEqual([
    {
      environment: 'production',
      total: 12_131,
      crashed: 97,
      crashFree: 12_034 / 12_131,
      firstDay: '2026-05-02',
      lastDay: '2026-05-02',
    },
  ])
  const list = await pages.read('/deliveries')
  expect(textOf(list)).toContain('12,131 sessions, 97 crashes')
})
