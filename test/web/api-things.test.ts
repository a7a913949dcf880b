import { beforeAll, expect, test } from 'vitest'
import { formatInstant } from '../../src/core/time/instant.ts'
import { type Api, bodyOf, openApi } from '../support/api.ts'
import { day } from '../support/factories.ts'
import { addPerson } from '../support/people.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const at = (n: number) => formatInstant(day(n))

/** Two releases of one service, then one defect in the second. */
async function apiWithDefect(openTestStore: OpenTestStore): Promise<Api> {
  const api = await openApi(openTestStore)
  const place = { service: 'shop/checkout', environment: 'production' }
  await bodyOf(
    await api.post('/api/v1/deployments', [
      { ...place, version: '1.0.0', finishedAt: at(1) },
      { ...place, version: '1.1.0', finishedAt: at(3), commits: [{ sha: 'c'.repeat(40), author: 'ana' }] },
    ]),
    202,
  )
  await bodyOf(await api.post('/api/v1/defects', { ...place, title: 'Old fault', occurredAt: at(2) }), 202)
  await bodyOf(
    await api.post('/api/v1/defects', {
      ...place,
      title: 'New fault',
      occurredAt: at(4),
      severity: 'S2',
      introducedIn: '1.1.0',
    }),
    202,
  )
  return api
}

interface Defect {
  id: string
  title: string
  status: string
  severity: string
  assignee: unknown
  fixedIn: string[]
  activityCount: number
  attribution: { state: string; decidedBy: string | null }
  suspects: { release: { service: string; version: string }; probability: number; evidence: unknown[] }[]
}

const newFault = async (api: Api): Promise<Defect> => {
  const { items } = await bodyOf<{ items: Defect[] }>(await api.get('/api/v1/defects?q=New'))
  return bodyOf<Defect>(await api.get(`/api/v1/defects/${items[0]?.id}`))
}

describeOnEachEngine('one release', (openTestStore) => {
  test('has its deployments and counts what it introduced, fixed and carried over', async () => {
    const api = await apiWithDefect(openTestStore)
    await bodyOf(
      await api.post('/api/v1/deployments', {
        service: 'shop/checkout',
        environment: 'production',
        version: '1.2.0',
        finishedAt: at(6),
      }),
      202,
    )
    const { id } = await newFault(api)
    const release = async (version: string) =>
      bodyOf<Record<string, unknown>>(await api.get(`/api/v1/releases/shop%2Fcheckout/${version}`))
    // What it introduced itself was first seen after it, so it did not carry that over.
    expect(await release('1.1.0')).toMatchObject({
      quarantine: null,
      emergency: { points: 0, verdict: 'normal', reasons: [] },
      defects: { introduced: 1, regressed: 0, fixed: 0, carriedOver: 1 },
    })
    await bodyOf(await api.patch(`/api/v1/defects/${id}`, { status: 'fixed', fixedIn: ['1.2.0'] }))
    expect(await release('1.1.0')).toMatchObject({
      kind: 'minor',
      previous: '1.0.0',
      commits: 1,
      firstProductionAt: at(3),
      defects: { introduced: 1, fixed: 0, carriedOver: 1 },
      deployments: [{ environment: 'production', at: at(3), replaced: '1.0.0', live: false, liveUntil: at(6) }],
    })
    // The defect that is fixed is not carried over, the old one still is.
    expect(await release('1.2.0')).toMatchObject({
      defects: { introduced: 0, fixed: 1, carriedOver: 1 },
      deployments: [{ live: true, liveUntil: null }],
    })
  })

  test('that is unknown is told apart from its neighbours', async () => {
    const api = await apiWithDefect(openTestStore)
    const problem = await bodyOf<{ detail: string }>(await api.get('/api/v1/releases/shop%2Fcheckout/1.0.5'), 404)
    expect(problem.detail).toContain('1.1.0')
    await bodyOf(await api.get('/api/v1/releases/nobody/1'), 404)
  })
})

describeOnEachEngine('one defect', (openTestStore) => {
  test('has its suspects with evidence in words', async () => {
    const api = await apiWithDefect(openTestStore)
    const defect = await newFault(api)
    expect(defect).toMatchObject({
      title: 'New fault',
      severity: 'S2',
      firstSeenAt: at(4),
      occurrences: 1,
      reportCount: 1,
    })
    expect(defect.suspects[0]).toMatchObject({ rank: 1, release: { service: 'shop/checkout', version: '1.1.0' } })
    expect(defect.suspects[0]?.evidence).toContainEqual(
      expect.objectContaining({ verdict: 'for', sentence: expect.stringContaining('1.1.0') }),
    )
  })

  test('is found by PF-n and by n, and by nothing else', async () => {
    const api = await apiWithDefect(openTestStore)
    const { id } = await newFault(api)
    const digits = id.replace('PF-', '')
    for (const name of [digits, `PF-${digits}`, `pf-${digits}`])
      expect(await bodyOf(await api.get(`/api/v1/defects/${name}`))).toMatchObject({ id })
    for (const name of ['PF-999999', 'PF-', '0', `${digits}.0`, '-1', '1e1', '9'.repeat(30)])
      await bodyOf(await api.get(`/api/v1/defects/${name}`), 404)
  })

  test('that was merged is answered with its survivor', async () => {
    const api = await apiWithDefect(openTestStore)
    const { id } = await newFault(api)
    const merged = Number(id.replace('PF-', ''))
    await api.store.db.updateTable('defects').set({ merged_into_id: 1 }).where('id', '=', merged).execute()
    expect(await bodyOf(await api.get(`/api/v1/defects/${id}`))).toMatchObject({ id: 'PF-1', title: 'Old fault' })
  })
})

describeOnEachEngine('the times of a defect', (openTestStore) => {
  interface Times {
    readonly times: Readonly<Record<string, { at: string | null; setBy: string | null; setAt: string | null }>>
  }

  test('are told apart, with whose word each is, and a person may set them and take that back', async () => {
    const api = await apiWithDefect(openTestStore)
    const path = `/api/v1/defects/${(await newFault(api)).id}`
    const derived = { setBy: null, setAt: null }
    const { times } = await bodyOf<Times>(await api.get(path))
    expect(Object.keys(times)).toEqual(['occurred', 'detected', 'reported', 'acknowledged', 'mitigated', 'resolved'])
    expect(times).toMatchObject({ occurred: { at: at(4), ...derived }, mitigated: { at: null, ...derived } })

    const set = await bodyOf<Times>(await api.patch(path, { times: { mitigated: at(5), acknowledged: at(4.5) } }))
    expect(set.times).toMatchObject({
      acknowledged: { at: at(4.5), setBy: 'Test script', setAt: at(100) },
      mitigated: { at: at(5), setBy: 'Test script', setAt: at(100) },
      resolved: { at: null, ...derived },
    })
    const back = await bodyOf<Times>(await api.patch(path, { times: { mitigated: null } }))
    expect(back.times).toMatchObject({ mitigated: { at: null, ...derived }, acknowledged: { setBy: 'Test script' } })
  })

  test('that cannot be are refused with the reason', async () => {
    const api = await apiWithDefect(openTestStore)
    const path = `/api/v1/defects/${(await newFault(api)).id}`
    const { detail } = await bodyOf(await api.patch(path, { times: { resolved: at(5) } }), 422)
    expect(detail).toBe('It is not resolved yet: set its status first.')
    for (const [body, wrong] of [
      [{ times: {} }, 'times'],
      [{ times: { mitigated: 'yesterday' } }, 'times.mitigated'],
      [{ times: { closed: at(5) } }, 'times'],
      [{ times: { mitigated: at(5) }, severity: 'S1' }, 'times'],
    ] as const) {
      const { errors } = await bodyOf<{ errors: { path: string }[] }>(await api.patch(path, body), 400)
      expect([body, errors[0]?.path]).toEqual([body, wrong])
    }
  })
})

describeOnEachEngine('a defect that comes back', (openTestStore) => {
  test('has its fixes with where they are live, the comparison in words and its generations, and counts', async () => {
    const api = await apiWithDefect(openTestStore)
    const { id } = await newFault(api)
    const place = { service: 'shop/checkout', environment: 'production' }
    await bodyOf(
      await api.post('/api/v1/defects', {
        ...place,
        title: 'New fault',
        status: 'fixed',
        fixedIn: ['1.1.1', 'next-release'],
        resolvedAt: at(5),
      }),
      202,
    )
    expect(await bodyOf(await api.get(`/api/v1/defects/${id}`))).toMatchObject({
      status: 'fixed',
      fixedIn: ['1.1.1'],
      fixes: [
        { said: '1.1.1', version: '1.1.1', saidAt: at(5), saidBy: 'api', liveIn: [] },
        { said: 'next-release', version: null, liveIn: [] },
      ],
      regression: null,
    })
    await bodyOf(await api.post('/api/v1/deployments', { ...place, version: '1.1.2', finishedAt: at(6) }), 202)
    await api.deps.processor.runUntilIdle()
    await bodyOf(
      await api.post('/api/v1/defects', { ...place, title: 'New fault', version: '1.1.2', occurredAt: at(7) }),
      202,
    )
    expect(await bodyOf(await api.get(`/api/v1/defects/${id}`))).toMatchObject({
      status: 'regressed',
      open: true,
      seenIn: [{ version: '1.1.2', first: at(7), last: at(7), occurrences: 1 }],
      fixedIn: [],
      regression: { answer: 'regression', sentence: 'Seen in 1.1.2, the release that fixes it.', at: at(7) },
      generations: [
        { number: 1, since: at(4), seenIn: null, reason: null, fixedAt: at(5), fixedIn: ['1.1.1', '1.1.2'] },
        { number: 2, since: at(7), seenIn: '1.1.2', fixedAt: null, fixedIn: [] },
      ],
    })
    expect(await bodyOf(await api.get('/api/v1/releases/shop%2Fcheckout/1.1.2'))).toMatchObject({
      defects: { regressed: 1, fixed: 0, carriedOver: 2 },
    })
    const patched = await bodyOf(await api.patch(`/api/v1/defects/${id}`, { fixedIn: ['1.1.3'] }))
    expect(patched).toMatchObject({ status: 'regressed', fixedIn: ['1.1.3'], fixes: [{ saidBy: 'Test script' }] })
  })
})

describeOnEachEngine('deciding about a defect', (openTestStore) => {
  test('status with the fix, severity, assignee and comment, each answered with the defect as it is then', async () => {
    const api = await apiWithDefect(openTestStore)
    const ben = await addPerson(api.store.db, { name: 'Ben', email: 'ben@example.com' })
    const { id, activityCount } = await newFault(api)
    const decide = async (value: unknown) => bodyOf<Defect>(await api.patch(`/api/v1/defects/${id}`, value))
    expect(await decide({ status: 'fixed', fixedIn: ['1.1.1'] })).toMatchObject({ status: 'fixed', fixedIn: ['1.1.1'] })
    expect(await decide({ severity: 'S1' })).toMatchObject({ severity: 'S1', status: 'fixed' })
    expect(await decide({ assignee: String(ben) })).toMatchObject({ assignee: { id: String(ben), name: 'Ben' } })
    expect(await decide({ assignee: null })).toMatchObject({ assignee: null })
    expect(await decide({ comment: 'Seen in the logs too.' })).toMatchObject({ activityCount: activityCount + 5 })
  })

  test('attribution: confirm, choose another, say it was no change, take it back', async () => {
    const api = await apiWithDefect(openTestStore)
    const { id, attribution } = await newFault(api)
    const decide = async (value: unknown) =>
      (await bodyOf<Defect>(await api.patch(`/api/v1/defects/${id}`, value))).attribution
    expect(attribution.decidedBy).toBeNull()
    expect(await decide({ attribution: { decision: 'confirmed' } })).toMatchObject({
      state: 'manual',
      decidedBy: 'Test script',
    })
    const chosen = { attribution: { decision: 'chosen', release: 'shop/checkout@1.0.0' }, reason: 'Bisected.' }
    expect(await decide(chosen)).toMatchObject({ state: 'manual' })
    expect(await bodyOf(await api.get('/api/v1/defects?release=shop/checkout@1.0.0&q=New'))).toMatchObject({
      items: [{ id }],
    })
    const noChange = { attribution: { decision: 'not-a-change' }, reason: 'The provider was down.' }
    expect(await decide(noChange)).toMatchObject({ state: 'not-a-change' })
    expect(await decide({ attribution: { decision: 'undone' } })).toEqual(attribution)
  })

  test('what the rules refuse is a 422 with the rule', async () => {
    const api = await apiWithDefect(openTestStore)
    const { id } = await newFault(api)
    const problem = await bodyOf<{ detail: string }>(
      await api.patch(`/api/v1/defects/${id}`, { status: 'wont-fix' }),
      422,
    )
    expect(problem.detail).toContain('why')
  })

  test('needs the scope to write defects, and a defect', async () => {
    const api = await apiWithDefect(openTestStore)
    const token = await api.token('read', 'deployments:write')
    const asked = await api.app.request('/api/v1/defects/PF-1', {
      method: 'PATCH',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body: '{"severity":"S1"}',
    })
    expect(asked.status).toBe(403)
    await bodyOf(await api.patch('/api/v1/defects/PF-404', { severity: 'S1' }), 404)
    await bodyOf(await api.patch('/api/v1/defects/x', { severity: 'S1' }), 404)
  })
})

describeOnEachEngine('a decision that cannot be right', (openTestStore) => {
  let api: Api
  beforeAll(async () => {
    api = await apiWithDefect(openTestStore)
  })

  test.each([
    [{}, '', 'exactly one of'],
    [{ severity: 'S1', comment: 'and' }, 'comment', 'exactly one of'],
    [{ severity: 'S9' }, 'severity', '"S9"'],
    [{ colour: 'red', severity: 'S1' }, '', 'colour'],
    [{ severity: 'S1', fixedIn: ['1'] }, 'fixedIn', 'goes with status'],
    [{ status: 'fixed', fixedIn: ['1\u00002'] }, 'fixedIn.0', 'is not a version'],
    [{ severity: 'S1', reason: 'because' }, 'reason', 'goes with'],
    [{ assignee: '999' }, 'assignee', 'no such user'],
    [{ assignee: 'ana' }, 'assignee', ''],
    [{ attribution: { decision: 'chosen' }, reason: 'x' }, 'attribution.release', 'is required'],
    [{ attribution: { decision: 'undone', release: 'a@1' } }, 'attribution.release', 'does not go with'],
    [{ attribution: { decision: 'chosen', release: 'a@1' }, reason: 'x' }, 'attribution.release', 'no such release'],
    [
      { attribution: { decision: 'chosen', release: 'a\u0000@1' }, reason: 'x' },
      'attribution.release',
      'service@version',
    ],
    [[], '', 'an object'],
    [null, '', 'an object'],
  ])('%j is refused at %j', async (value, path, why) => {
    const { id, activityCount } = await newFault(api)
    const problem = await bodyOf<{ errors: unknown[] }>(await api.patch(`/api/v1/defects/${id}`, value), 400)
    expect(problem.errors).toContainEqual({ path, message: expect.stringContaining(why) })
    expect((await newFault(api)).activityCount).toBe(activityCount)
  })
})
