import { describe, expect, test } from 'vitest'
import { bodyOf, openApi } from '../support/api.ts'
import { day } from '../support/factories.ts'
import { iso, openHistory, seen } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { testStoresOn } from '../support/stores.ts'

const openTestStore = testStoresOn('sqlite')

/** PF-1 and PF-2 alike, and PF-3 from two reports that share a fingerprint. */
async function withThreeDefects() {
  const pages = await openHistory()
  const same = { fingerprint: 'f' }
  await pages.tell(
    'defects',
    seen('Capture fails with 409', day(90), { id: 'BUG-1' }),
    seen('Capture fails with 500', day(90.1), { id: 'BUG-2', url: 'https://bugs.example/BUG-2' }),
    seen('Wrong total', day(91), { id: 'BUG-3', ...same }),
    seen('Wrong total', day(92), { id: 'BUG-4', ...same }),
  )
  return pages
}

describe('merging on the pages', () => {
  test('offers likely defects, says what will be true, and then it is', async () => {
    const { read, fillIn, visit } = await withThreeDefects()
    expect(await read('/defects/PF-1')).toContain('href="/defects/PF-1/merge"')
    const offered = textOf(await read('/defects/PF-1/merge'))
    expect(offered).toContain('Capture fails with 500')
    const asked = textOf(await read('/defects/PF-1/merge?into=PF-2'))
    expect(asked).toContain('PF-1 leads there from then on')
    expect(asked).toMatch(/PF-2 after it .* Known from 2 reports Occurrences 2/)

    const merged = await fillIn('/defects/PF-1/merge?into=PF-2', '/defects/PF-1/merge', {
      into: 'PF-2',
      reason: 'one stack',
    })
    expect([merged.status, merged.headers.get('Location')]).toEqual([303, '/defects/PF-2'])
    const old = await visit('/defects/PF-1')
    expect([old.status, old.headers.get('Location')]).toEqual([303, '/defects/PF-2'])
    const words = textOf(await read('/defects/PF-2'))
    expect(words).toContain('Known from 2 reports')
    expect(words).toContain('Ana merged PF-1 into this one one stack')
    expect(await read('/defects/PF-2')).toContain('href="https://bugs.example/BUG-2"')
  })

  test('what is refused is said where it was asked', async () => {
    const { read, fillIn } = await withThreeDefects()
    expect(textOf(await read('/defects/PF-1/merge?into=PF-1', 422))).toContain('is this defect itself')
    expect(textOf(await read('/defects/PF-1/merge?into=PF-99', 422))).toContain('There is no defect PF-99')
    const refused = await fillIn('/defects/PF-1/merge?into=PF-2', '/defects/PF-1/merge', { into: 'PF-2', reason: ' ' })
    expect(refused.status).toBe(422)
    expect(textOf(await refused.text())).toContain('Say why they are the same')
  })

  test('is taken back on the page, and refused there when it was before', async () => {
    const { read, fillIn, visit, submit } = await withThreeDefects()
    await fillIn('/defects/PF-1/merge?into=PF-2', '/defects/PF-1/merge', { into: 'PF-2', reason: 'one stack' })
    const [, word = ''] = /name="word" value="(\d+)"/.exec(await read('/defects/PF-2')) ?? []
    expect((await fillIn('/defects/PF-2', '/defects/PF-2/identity', { word })).status).toBe(303)
    expect((await visit('/defects/PF-1')).status).toBe(200)
    expect(textOf(await read('/defects/PF-2'))).toContain('Ana took back that Ana merged this and PF-1')
    const again = await submit('/defects/PF-2/identity', { word })
    expect(again.status).toBe(422)
    expect(textOf(await again.text())).toContain('Nothing was changed. That was taken back before.')
  })
})

describe('splitting on the pages', () => {
  test('lets choose reports, says what will be true, and leads to the part', async () => {
    const { read, submit } = await withThreeDefects()
    const choice = await read('/defects/PF-3/split')
    const [first = ''] = [...choice.matchAll(/name="report" value="(\d+)"/g)].map(([, id]) => id)
    const asked = textOf(await read(`/defects/PF-3/split?report=${first}`))
    expect(asked).toContain('1 report become')
    const done = await submit('/defects/PF-3/split', { report: first, reason: 'another place' })
    const part = done.headers.get('Location') ?? ''
    expect([done.status, part]).toEqual([303, '/defects/PF-4'])
    expect(textOf(await read(part))).toContain('Ana split this off PF-3')
    expect(textOf(await read('/defects/PF-3'))).toContain('Ana split PF-4 off')
  })

  test('none or all cannot be split off', async () => {
    const { read, submit } = await withThreeDefects()
    expect(textOf(await read('/defects/PF-3/split?report=0', 422))).toContain('leave at least one')
    expect((await submit('/defects/PF-3/split', { reason: 'x' })).status).toBe(422)
    expect(textOf(await read('/defects/PF-1/split'))).toContain('one report alone')
  })
})

test('who may only read is led back', async () => {
  const { visit, tell } = await openHistory(openTestStore, { role: 'viewer' })
  await tell('defects', seen('Wrong total', day(91), { id: 'BUG-3' }))
  expect((await visit('/defects/PF-1/merge')).status).toBe(303)
  expect(await (await visit('/defects/PF-1')).text()).not.toContain('Merge into')
})

describe('merging and splitting by the API', () => {
  interface Details {
    id: string
    reports: { id: string; externalId: string }[]
    identity: { id: string; kind: string }[]
  }

  async function withDefects() {
    const api = await openApi(openTestStore)
    const report = (id: string) => ({ title: id, service: 'checkout', id, occurredAt: iso(day(2)) })
    await bodyOf(await api.post('/api/v1/defects', [report('BUG-1'), report('BUG-2')]), 202)
    return api
  }

  test('answers with the defect that stays, and takes it back', async () => {
    const api = await withDefects()
    const merge = () => api.post('/api/v1/defects/PF-1/merge', { into: 'PF-2', reason: 'one stack' })
    const merged = await bodyOf<Details>(await merge())
    expect(merged).toMatchObject({ id: 'PF-2', identity: [{ kind: 'merge', from: 'PF-1', into: 'PF-2' }] })
    expect(merged.reports.map(({ externalId }) => externalId)).toEqual(['BUG-1', 'BUG-2'])
    expect((await merge()).status).toBe(409)
    const undo = () => api.post('/api/v1/defects/PF-2/undo', { decision: merged.identity[0]?.id })
    expect(await bodyOf<Details>(await undo())).toMatchObject({ id: 'PF-2', identity: [] })
    expect((await undo()).status).toBe(409)
    expect(await bodyOf<Details>(await api.get('/api/v1/defects/PF-1'))).toMatchObject({ id: 'PF-1' })
  })

  test('a decision is taken back on a defect that it concerns', async () => {
    const api = await withDefects()
    await bodyOf(await api.post('/api/v1/defects', { title: 'Other', id: 'BUG-3' }), 202)
    const merged = await bodyOf<Details>(await api.post('/api/v1/defects/PF-1/merge', { into: 'PF-2', reason: 'x' }))
    expect((await api.post('/api/v1/defects/PF-3/undo', { decision: merged.identity[0]?.id })).status).toBe(404)
  })

  test('a split answers with what was split off', async () => {
    const api = await withDefects()
    const merged = await bodyOf<Details>(await api.post('/api/v1/defects/PF-1/merge', { into: 'PF-2', reason: 'x' }))
    const reports = merged.reports.filter(({ externalId }) => externalId === 'BUG-1').map(({ id }) => id)
    const split = () => api.post('/api/v1/defects/PF-2/split', { reports, reason: 'another place' })
    const answer = await split()
    expect(answer.headers.get('Location')).toBe('/api/v1/defects/PF-1')
    expect(await bodyOf<Details>(answer, 201)).toMatchObject({
      id: 'PF-1',
      identity: [{ kind: 'split' }, { kind: 'merge' }],
    })
    expect((await split()).status).toBe(409)
  })

  test('bad input is named', async () => {
    const api = await withDefects()
    expect((await api.post('/api/v1/defects/PF-1/merge', { into: 'BUG-2', reason: 'x' })).status).toBe(400)
    expect((await api.post('/api/v1/defects/PF-1/merge', { into: 'PF-9', reason: 'x' })).status).toBe(422)
    expect((await api.post('/api/v1/defects/PF-9/merge', { into: 'PF-1', reason: 'x' })).status).toBe(404)
    expect((await api.post('/api/v1/defects/PF-1/split', { reports: [], reason: 'x' })).status).toBe(400)
  })
})
