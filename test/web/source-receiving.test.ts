import { createHmac } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { sources } from '../../src/sources/index.ts'
import { openPages, type Pages, textOf } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'
import { visibleState } from '../support/visible-state.ts'

const onSqlite = testStoresOn('sqlite')
const PATH = '/setup/sources/github/receiving'
const SECRET = 'a-secret-for-the-tests'

let sent = 0
const send = (pages: Pages, over: { secret?: string; headers?: Record<string, string>; body?: string } = {}) => {
  const body = over.body ?? '{"action":"created"}'
  const signature = createHmac('sha256', over.secret ?? SECRET)
    .update(body)
    .digest('hex')
  return pages.app.request('/hooks/github', {
    method: 'POST',
    body,
    headers: {
      'Content-Type': 'application/json',
      'X-GitHub-Event': 'star',
      'X-GitHub-Delivery': `g-${++sent}`,
      'X-Hub-Signature-256': `sha256=${signature}`,
      ...over.headers,
    },
  })
}

describe('what was refused', () => {
  test('is told with its reason, and what to do, on the pages and to nobody outside', async () => {
    const pages = await openPages(onSqlite)
    const forged = await send(pages, { secret: 'another' })
    const { 'X-Hub-Signature-256': _, ...unsigned } = { 'X-Hub-Signature-256': '' }
    const bare = await pages.app.request('/hooks/github', {
      method: 'POST',
      body: '{}',
      headers: { 'Content-Type': 'application/json', ...unsigned },
    })
    expect(await forged.json()).toEqual(await bare.json())
    expect((await send(pages, { headers: { 'Content-Type': 'text/plain' } })).status).toBe(415)
    await pages.deps.refusals.write()
    const text = textOf(await pages.read(PATH))
    expect(text).toContain('The signature or token did not match. The secret was last changed')
    expect(text).toContain('It carried no signature or token.')
    expect(text).toContain('Its media type or encoding is not taken.')
    expect(textOf(await pages.read('/deliveries'))).toContain('GitHub: 3 requests refused, the last')
    expect(textOf(await pages.read('/deliveries?source=api'))).not.toContain('requests refused')
    expect(textOf(await pages.read('/setup'))).toContain('3 refused')
    expect(textOf(await pages.read('/setup/github'))).toContain('3 requests refused, the last')
    expect(await pages.store.db.selectFrom('deliveries').selectAll().execute()).toEqual([])
  })

  test('tells a clock that is off from a wrong secret', async () => {
    const pages = await openPages(onSqlite)
    const { store, secretBox, clock } = pages.deps
    const { secret } = await createSource(store, secretBox, { kind: 'standard-webhooks', slug: 'own' }, clock())
    const timestamp = String(Math.floor(clock() / 1000) - 3_600)
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    const signature = createHmac('sha256', key).update(`m1.${timestamp}.{}`).digest('base64')
    const answer = await pages.app.request('/hooks/own', {
      method: 'POST',
      body: '{}',
      headers: {
        'Content-Type': 'application/json',
        'webhook-id': 'm1',
        'webhook-timestamp': timestamp,
        'webhook-signature': `v1,${signature}`,
      },
    })
    expect(answer.status).toBe(401)
    await pages.deps.refusals.write()
    expect(textOf(await pages.read('/setup/sources/own/receiving'))).toContain('Set the clock of the sender')
  })
})

describe('what a source may send', () => {
  test('is set on its page, by admins, and holds at once', async () => {
    const pages = await openPages(onSqlite)
    expect(textOf(await pages.read(PATH))).toContain('200 deliveries a second in the long run, 1,000 at once')
    expect((await pages.submit(`${PATH}/rate`, { perSecond: '1', burst: '2' })).status).toBe(303)
    const statuses = [await send(pages), await send(pages), await send(pages)].map(({ status }) => status)
    expect(statuses).toEqual([202, 202, 503])
    const refused = await send(pages)
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(await refused.json()).toMatchObject({ detail: expect.stringContaining('more than it may') })
    expect(await pages.deps.metrics.text(noReadings, 0)).toContain('rate_limited_total{source="github"} 2')
    // A stranger does not use it up.
    await pages.submit(`${PATH}/rate`, { perSecond: '', burst: '' })
    for (let i = 0; i < 5; i++) await send(pages, { secret: 'another' })
    expect((await send(pages)).status).toBe(202)
    expect(textOf(await pages.read(PATH))).toContain('As the configuration says.')
  })

  test('is refused with the reason when it is no number', async () => {
    const pages = await openPages(onSqlite)
    const answer = await pages.submit(`${PATH}/rate`, { perSecond: 'many', burst: '' })
    expect(answer.status).toBe(422)
    expect(await answer.text()).toContain('Give a whole number from 0')
    const member = await openPages(onSqlite, { role: 'engineer' })
    expect((await member.submit(`${PATH}/rate`, { perSecond: '1', burst: '2' })).status).toBe(403)
    expect((await member.submit(`${PATH}/test`)).status).toBe(403)
  })

  test('strangers use none of it up', async () => {
    const pages = await openPages(onSqlite, { env: { SOURCE_RATE: '1', SOURCE_BURST: '1' } })
    for (let i = 0; i < 3; i++) expect((await send(pages, { secret: 'another' })).status).toBe(401)
    expect((await send(pages)).status).toBe(202)
    expect((await send(pages)).status).toBe(503)
  })
})

const noReadings = {
  inboxDepth: 0,
  attributionsWaiting: 0,
  oldestWaitingAt: undefined,
  dead: 0,
  diskFreeBytes: undefined,
  walBytes: undefined,
  lastDeliveryAt: [],
  liveStreams: 0,
}

describe('a test', () => {
  test('of every kind of source is taken, read, told as a test, and changes nothing', async () => {
    const pages = await openPages(onSqlite)
    const { store, secretBox, clock, processor } = pages.deps
    const before = await visibleState(store.db)
    for (const { kind } of sources) {
      const slug = kind === 'github' ? 'github' : `of-${kind}`
      if (slug !== 'github') await createSource(store, secretBox, { kind, slug }, clock())
      const answer = await pages.submit(`/setup/sources/${slug}/receiving/test`)
      expect([kind, answer.status]).toEqual([kind, 303])
      await processor.runUntilIdle()
      const text = textOf(await pages.read(answer.headers.get('Location') as string))
      expect(text).toMatch(kind === 'generic' ? /Ignored The test of/ : /Processed The test of/)
    }
    expect(await visibleState(store.db)).toEqual(before)
    const rows = await store.db.selectFrom('deliveries').selectAll().execute()
    expect(rows).toHaveLength(sources.length)
    expect(rows.every(({ test: isTest }) => isTest === 1)).toBe(true)
    for (const table of [
      'seen_bodies',
      'unmapped_origins',
      'source_hours',
      'severity_words',
      'counted_sessions',
    ] as const)
      expect(await store.db.selectFrom(table).selectAll().execute()).toEqual([])
    const used = await store.db.selectFrom('source_secrets').select('last_used_at').execute()
    expect(used.every(({ last_used_at: at }) => at === null)).toBe(true)
    const listed = textOf(await pages.read('/deliveries'))
    expect(listed).toContain('A test Changes nothing')
    expect(textOf(await pages.read('/setup/github'))).toContain('Waiting for the first delivery')
  })

  test('cannot be faked by a sender', async () => {
    const pages = await openPages(onSqlite)
    await send(pages, { headers: { 'postflight-test': 'yes' } })
    await pages.deps.processor.runUntilIdle()
    expect(await pages.store.db.selectFrom('deliveries').select('test').execute()).toEqual([{ test: 0 }])
  })

  test('is not there for the built-in source, nor for one that is not', async () => {
    const pages = await openPages(onSqlite)
    expect((await pages.submit('/setup/sources/api/receiving/test')).status).toBe(404)
    expect((await pages.submit('/setup/sources/nobody/receiving/test')).status).toBe(404)
    expect(textOf(await pages.read('/setup/sources/api/receiving'))).toContain('no address of its own')
  })
})
