import { createHmac } from 'node:crypto'
import { once } from 'node:events'
import { type IncomingMessage, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve } from '@hono/node-server'
import { expect, onTestFinished, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { replayDelivery } from '../../src/operations/intake/replay-delivery.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { findSource } from '../../src/sources/index.ts'
import { hasToken } from '../../src/sources/proof/signature.ts'
import type { Source } from '../../src/sources/source.ts'
import type { Store } from '../../src/store/database.ts'
import { Overloaded } from '../../src/store/inbox/group-commit.ts'
import { openApi } from '../support/api.ts'
import { describeOnEachEngine, lockedByAnother, type OpenTestStore, testStoresOn } from '../support/stores.ts'

const BODY = JSON.stringify({
  action: 'created',
  deployment_status: { state: 'success', created_at: '2026-02-01T10:00:00Z', environment: 'production' },
  deployment: {
    id: 7,
    sha: 'c0ffee254729296a45a3885639ac7e10f9d54979',
    ref: 'v1.2.3',
    created_at: '2026-02-01T09:59:00Z',
    environment: 'production',
    payload: {},
  },
  repository: { full_name: 'acme/checkout' },
})

async function openHooks(openTestStore: OpenTestStore) {
  const api = await openApi(openTestStore)
  const { app } = createApp(api.deps)
  const { secret } = await createSource(
    api.store,
    api.deps.secretBox,
    { kind: 'github', slug: 'hub' },
    api.deps.clock(),
  )
  const send = (over: { slug?: string; body?: string; secret?: string; headers?: Record<string, string> } = {}) => {
    const body = over.body ?? BODY
    const signature = createHmac('sha256', over.secret ?? secret)
      .update(body)
      .digest('hex')
    return app.request(`/hooks/${over.slug ?? 'hub'}`, {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'deployment_status',
        'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
        'x-hub-signature-256': `sha256=${signature}`,
        ...over.headers,
      },
    })
  }
  return { ...api, send, secret }
}

const deliveries = (store: Store) => store.db.selectFrom('deliveries').selectAll().execute()

describeOnEachEngine('a webhook', (openTestStore) => {
  test('is on disk when it is answered, and a repeat is told the id of the first', async () => {
    const { send, store } = await openHooks(openTestStore)
    const first = await send()
    expect(first.status).toBe(202)
    const answer = (await first.json()) as { delivery: string; outcome: string }
    expect(answer.outcome).toBe('accepted')
    expect(await deliveries(store)).toMatchObject([{ id: Number(answer.delivery), state: 'accepted' }])
    const again = await send()
    expect(again.status).toBe(200)
    expect(await again.json()).toEqual({ delivery: answer.delivery, outcome: 'duplicate' })
  })

  test('becomes a deployment, and its delivery says so', async () => {
    const { send, store, deps } = await openHooks(openTestStore)
    await send()
    await deps.processor.runUntilIdle()
    expect(await deliveries(store)).toMatchObject([{ state: 'processed', event: 'deployment_status' }])
    const deployments = await store.db
      .selectFrom('deployments')
      .innerJoin('releases', 'releases.id', 'deployments.release_id')
      .select(['version', 'status'])
      .execute()
    expect(deployments).toEqual([{ version: 'v1.2.3', status: 'succeeded' }])
  })

  test('with a forged signature is refused as one to an unknown address is, and nothing is kept', async () => {
    const { send, store } = await openHooks(openTestStore)
    const forged = await send({ secret: 'not the secret of this source' })
    const unknown = await send({ slug: 'nobody' })
    expect([forged.status, unknown.status]).toEqual([401, 401])
    expect(await forged.json()).toEqual(await unknown.json())
    const typed = { headers: { 'content-type': 'text/plain' } }
    expect([(await send(typed)).status, (await send({ ...typed, slug: 'nobody' })).status]).toEqual([415, 415])
    expect(await deliveries(store)).toEqual([])
  })

  test('that cannot be read is kept as a dead letter with the reason', async () => {
    const { send, store, deps } = await openHooks(openTestStore)
    expect((await send({ body: '{"deployment":' })).status).toBe(202)
    await deps.processor.runUntilIdle()
    expect(await deliveries(store)).toMatchObject([{ state: 'failed', reason: expect.stringContaining('JSON') }])
  })

  test('of a kind we do not use is ignored with the reason', async () => {
    const { send, store, deps } = await openHooks(openTestStore)
    await send({ headers: { 'x-github-event': 'star' } })
    await deps.processor.runUntilIdle()
    expect(await deliveries(store)).toMatchObject([{ state: 'ignored', reason: expect.stringMatching(/star/) }])
  })

  test('whose body came before under another id is marked, a replay of its own is not', async () => {
    const { send, store, deps } = await openHooks(openTestStore)
    await send()
    await send({ headers: { 'x-github-delivery': 'a1b2c3d4-cc78-11e3-81ab-4c9367dc0958' } })
    await deps.processor.runUntilIdle()
    const marks = async () =>
      (await store.db.selectFrom('deliveries').select(['id', 'replay_suspect']).orderBy('id').execute()).map(
        (row) => row.replay_suspect,
      )
    expect(await marks()).toEqual([0, 1])
    const [first] = await deliveries(store)
    await replayDelivery(deps, first?.id as number, { now: 0 })
    await deps.processor.runUntilIdle()
    expect(await marks()).toEqual([0, 1])
    expect(await store.db.selectFrom('deployments').selectAll().execute()).toHaveLength(1)
  })

  test('keeps no credential beside it', async () => {
    const { send, store } = await openHooks(openTestStore)
    await send({ headers: { authorization: 'Bearer of-something-else', cookie: 'sid=1' } })
    const [row] = await deliveries(store)
    expect(Object.keys(JSON.parse(row?.headers_json ?? '')).sort()).toEqual([
      'content-type',
      'x-github-delivery',
      'x-github-event',
    ])
  })

  test('is told to come back, with 503, when too much is waiting, and that is counted', async () => {
    const { send, store, deps } = await openHooks(openTestStore)
    const { inbox } = store
    // The queue is full: what a storm on a stalled disk looks like from here.
    Object.assign(deps.store, { inbox: { ...inbox, append: () => Promise.reject(new Overloaded('full')) } })
    const answer = await send()
    Object.assign(deps.store, { inbox })
    expect(answer.status).toBe(503)
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    const metrics = await deps.metrics.text(
      {
        inboxDepth: 0,
        oldestWaitingAt: undefined,
        dead: 0,
        attributionsWaiting: 0,
        diskFreeBytes: undefined,
        walBytes: undefined,
        lastDeliveryAt: [],
        liveStreams: 0,
      },
      0,
    )
    expect(metrics).toContain('hook_requests_total{source="hub",code="503"} 1')
  })

  test('is answered with the security headers and the request id that every page has, whatever the answer', async () => {
    const { send, store, deps } = await openHooks(openTestStore)
    const page = await createApp(deps).app.request('/login')
    const answers = [await send(), await send(), await send({ secret: 'not the secret of this source' })]
    answers.push(await send({ headers: { 'content-type': 'text/plain' } }))
    const { inbox } = store
    Object.assign(deps.store, { inbox: { ...inbox, append: () => Promise.reject(new Error('no such table')) } })
    answers.push(await send())
    Object.assign(deps.store, { inbox })
    expect(answers.map(({ status }) => status)).toEqual([202, 200, 401, 415, 500])
    const ofPagesAlone = ['cache-control', 'content-type', 'set-cookie', 'vary', 'x-request-id']
    const standing = [...page.headers].filter(([name]) => !ofPagesAlone.includes(name))
    expect(standing.length).toBeGreaterThan(10)
    for (const answer of answers) expect([...answer.headers]).toEqual(expect.arrayContaining(standing))
    const ids = answers.map(({ headers }) => headers.get('x-request-id'))
    expect(ids).toEqual(ids.map(() => expect.stringMatching(/^[0-9a-f-]{36}$/)))
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('that proves itself twice in one request, on a real socket, has not proved itself', async () => {
    const { secret, deps, store } = await openHooks(openTestStore)
    const token = 'a-token-of-a-pipeline-that-reports'
    await createSource(store, deps.secretBox, { kind: 'cdevents', slug: 'pipeline', secret: token }, deps.clock())
    const server = serve({ fetch: createApp(deps).app.fetch, port: 0, hostname: '127.0.0.1' })
    onTestFinished(() => void server.close())
    await once(server, 'listening')
    const { port } = server.address() as AddressInfo
    const post = async (path: string, headers: Record<string, string | string[]>) => {
      const sent = request({ port, host: '127.0.0.1', path, method: 'POST', headers }).end(BODY)
      const [answer] = (await once(sent, 'response')) as [IncomingMessage]
      answer.resume()
      return answer.statusCode
    }
    const signature = `sha256=${createHmac('sha256', secret).update(BODY).digest('hex')}`
    const type = { 'Content-Type': 'application/json' }
    expect(await post('/hooks/hub', { ...type, 'X-Hub-Signature-256': signature })).toBe(202)
    expect(await post('/hooks/hub', { ...type, 'X-Hub-Signature-256': [signature, signature] })).toBe(401)
    const bearer = `Bearer ${token}`
    expect(await post('/hooks/pipeline', { ...type, Authorization: bearer })).toBe(202)
    expect(await post('/hooks/pipeline', { ...type, Authorization: [bearer, 'Bearer of-another'] })).toBe(401)
  })
})

test('a webhook of a sender in a hurry is answered in its time, and kept when that was too short', async () => {
  const { send, store } = await openHooks(testStoresOn('sqlite'))
  const github = findSource('github') as { answerWithinMs?: number }
  github.answerWithinMs = 30
  onTestFinished(() => {
    delete github.answerWithinMs
  })
  const unlock = await lockedByAnother(store)
  const answer = await send()
  expect(answer.status).toBe(503)
  expect(await answer.json()).toMatchObject({ detail: expect.stringMatching(/takes too long/) })
  unlock()
  await expect.poll(() => deliveries(store)).toHaveLength(1)
  expect((await send()).status).toBe(200)
})

test('a webhook with its secret in the address is taken at that address alone, and no log has the secret', async () => {
  const { app, deps, store, secret, logged } = await openHooks(testStoresOn('sqlite'))
  const github = findSource('github') as { verify: Source['verify'] }
  const { verify } = github
  github.verify = ({ pathToken }, secrets) => hasToken(pathToken, secrets)
  onTestFinished(() => {
    github.verify = verify
  })
  const post = async (path: string) => {
    const headers = { 'content-type': 'application/json', 'x-github-event': 'star' }
    return (await app.request(path, { method: 'POST', body: '{}', headers })).status
  }
  expect(await post(`/hooks/hub/${secret}`)).toBe(202)
  expect(await post(`/hooks/hub/${secret}x`)).toBe(401)
  expect(await post('/hooks/hub/')).toBe(404)
  expect(await post('/hooks/hub')).toBe(401)
  const { inbox } = store
  Object.assign(deps.store, { inbox: { ...inbox, append: () => Promise.reject(new Error('no such table')) } })
  expect(await post(`/hooks/hub/${secret}`)).toBe(500)
  Object.assign(deps.store, { inbox })
  expect(JSON.stringify(logged)).toContain('/hooks/hub/…')
  expect(JSON.stringify(logged)).not.toContain(secret)
})
