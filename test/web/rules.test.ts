import { expect, test } from 'vitest'
import { listSchedules } from '../../src/store/oncall/on-call-schedules.ts'
import { listRuleRollbacks } from '../../src/store/rules/rule-rollbacks.ts'
import { findRule, listRules } from '../../src/store/rules/rules.ts'
import { deployed, openHistory, seen } from '../support/history-pages.ts'
import { textOf, YES } from '../support/pages.ts'

const HOUR = 3_600_000

const FORM = {
  name: 'Page us',
  trigger: 'attributed',
  probability: '60',
  verdict: 'suspect',
  severity: 'S2',
  releaseAgeHours: '24',
  'tier-production': '1',
  services: '',
  notify: '1',
  aDay: '3',
  oncePer: 'release',
  on: '1',
  do: 'save',
}

test('the list shows each rule as a sentence, whether it is on, and that it never fired', async () => {
  const { read } = await openHistory()
  const page = await read('/rules')
  expect(page).toContain(
    'When a defect of S1 or S2 is attributed with at least 80 % to a release less than 24 h old in production, and not by the time alone, page on-call and draft an emergency release.',
  )
  expect(page).toContain('Never fired.')
  expect(page).toContain('Nowhere: every rollback waits for a person.')
})

test('a rule is made, changed, switched, muted and removed', async () => {
  const { submit, store, read, deps } = await openHistory()
  const made = await submit('/rules', FORM)
  expect([made.status, made.headers.get('Location')]).toEqual([303, '/rules/5'])
  expect(await findRule(store.db, 5)).toMatchObject({
    name: 'Page us',
    isOn: true,
    watchesSince: deps.clock(),
    rule: { trigger: { kind: 'attributed', probability: 0.6 } },
  })
  await submit('/rules/5', { ...FORM, severity: 'S1', on: '' })
  expect(await findRule(store.db, 5)).toMatchObject({ isOn: false, rule: { conditions: { severity: 'S1' } } })
  await submit('/rules/5/switch', { on: '1' })
  await submit('/rules/5/mute', { hours: '8' })
  expect(await findRule(store.db, 5)).toMatchObject({ isOn: true, mutedUntil: deps.clock() + 8 * HOUR })
  expect(await read('/rules/5')).toContain('Unmute')
  await submit('/rules/5/mute', { hours: '0' })
  expect((await findRule(store.db, 5))?.mutedUntil).toBeUndefined()
  expect((await submit('/rules/5/mute', { hours: '99999' })).status).toBe(422)
  await submit('/rules/5/removal', YES)
  await read('/rules/5', 404)
})

test('a form with mistakes is shown again with what was typed, and saves nothing', async () => {
  const { submit, store } = await openHistory()
  const answer = await submit('/rules', { ...FORM, name: '', probability: '500', notify: '' })
  expect(answer.status).toBe(422)
  const page = await answer.text()
  for (const text of ['Give it a name.', 'Give a whole number from 1 to 100.', 'value="500"', 'Choose at least one'])
    expect(page).toContain(text)
  expect(await listRules(store.db)).toHaveLength(4)
})

test('trying a rule says what it would have fired for, and saves nothing', async () => {
  const { submit, store, tell, deps } = await openHistory()
  const now = deps.clock()
  await tell('deployments', deployed('a', now - 72 * HOUR), deployed('b', now - 3 * HOUR))
  await tell('defects', seen('Capture fails', now - 2 * HOUR, { severity: 'S1', version: 'b' }))
  const answer = await submit('/rules', { ...FORM, do: 'try' })
  const page = await answer.text()
  expect(answer.status).toBe(200)
  expect(page).toContain('Would have fired once:')
  expect(page).toContain('href="/defects/PF-1"')
  expect(page).toContain('Tried on the past, not saved.')
  const none = await (await submit('/rules/1', { ...FORM, severity: 'S1', services: 'web', do: 'try' })).text()
  expect(none).toContain('Would not have fired.')
  expect(none).toContain('It is of checkout-api; the rule is for web.')
  expect((await listRules(store.db)).map(({ savedAt }) => savedAt)).toEqual([0, 0, 0, 0])
})

test('trying a rule names what the daily cap would have held back', async () => {
  const { submit, tell, deps } = await openHistory()
  const now = deps.clock()
  await tell('deployments', deployed('a', now - 72 * HOUR), deployed('b', now - 3 * HOUR))
  const titles = ['Capture fails', 'Refund breaks', 'Mail hangs']
  await tell(
    'defects',
    ...titles.map((title, i) => seen(title, now - (2 - i / 4) * HOUR, { severity: 'S1', version: 'b' })),
  )
  const page = await (await submit('/rules', { ...FORM, oncePer: 'defect', aDay: '1', do: 'try' })).text()
  expect(page).toContain('Would have fired once:')
  const held = page.split('The daily cap would have held back 2 more')[1]?.split('</section>')[0] ?? ''
  expect(textOf(held)).toContain('Refund breaks')
  expect(textOf(held)).toContain('Mail hangs')
  expect(textOf(held)).not.toContain('Capture fails')
})

test.each(['viewer', 'engineer'])(
  'a person with the role %s reads rules and schedules, and changes none',
  async (role) => {
    const { submit, read, visit, store } = await openHistory(undefined, { role })
    expect(await read('/rules')).not.toContain('Switch off')
    expect(await read('/rules/1')).not.toContain('Try on the last')
    expect(await read('/on-call')).not.toContain('New schedule')
    expect((await visit('/rules/new')).status).toBe(403)
    for (const [path, form] of Object.entries({
      '/rules': FORM,
      '/rules/1': FORM,
      '/rules/1/switch': { on: '0' },
      '/rules/1/mute': { hours: '1' },
      '/rules/1/removal': YES,
      '/rules/rollbacks': {},
      '/on-call': {},
      '/on-call/1/removal': YES,
    }))
      expect([path, (await submit(path, form)).status]).toEqual([path, 403])
    expect((await listRules(store.db)).map(({ savedAt }) => savedAt)).toEqual([0, 0, 0, 0])
  },
)

test('only an admin lets rules roll back a place', async () => {
  const place = { service: 'checkout-api', environment: 'production', mostADay: '2' }
  const manager = await openHistory(undefined, { role: 'release-manager' })
  await manager.tell('deployments', deployed('a', manager.deps.clock() - HOUR))
  expect((await manager.submit('/rules/rollbacks', place)).status).toBe(403)
  expect(await listRuleRollbacks(manager.store.db)).toEqual([])

  const { submit, store, read, tell, deps } = await openHistory()
  await tell('deployments', deployed('a', deps.clock() - HOUR))
  expect((await submit('/rules/rollbacks', { ...place, mostADay: '11' })).status).toBe(422)
  expect((await submit('/rules/rollbacks', { ...place, service: 'nobody' })).status).toBe(422)
  expect((await submit('/rules/rollbacks', place)).status).toBe(303)
  expect(await listRuleRollbacks(store.db)).toMatchObject([{ service: 'checkout-api', mostADay: 2 }])
  expect(await read('/rules')).toContain('at most 2 times a day')
  await submit('/rules/rollbacks/removal', place)
  expect(await listRuleRollbacks(store.db)).toEqual([])
})

test('who is on call is set on its page, and told on the service’s page and by the API', async () => {
  const { submit, store, read, tell, deps, get } = await openHistory()
  await tell('deployments', deployed('a', deps.clock() - HOUR))
  const before = await get('/api/v1/on-call?service=checkout-api')
  expect(await before.json()).toMatchObject({ schedule: null, now: null, next: null })
  const form = {
    kind: 'rotation',
    service: '',
    zone: 'Europe/Berlin',
    names: 'Ana <ana@on-call.example>\nBen',
    starts: '2026-01-05T09:00',
    every: '1',
    unit: 'weeks',
    overrides: '',
  }
  const refused = await submit('/on-call', { ...form, names: '' })
  expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('Name at least one person.')])
  expect((await submit('/on-call', form)).status).toBe(303)
  expect(await read('/on-call')).toContain('Ana and Ben, a handover every week')
  const service = await read('/services/checkout-api')
  expect(service).toMatch(/On call<\/a>: .*<b>(Ana|Ben)<\/b>/s)
  expect(service).not.toContain('ana@on-call.example')
  expect(await (await get('/api/v1/on-call?service=checkout-api')).json()).toMatchObject({
    service: 'checkout-api',
    schedule: 'all-services',
    now: { name: expect.stringMatching(/^(Ana|Ben)$/), until: expect.any(String) },
    next: { name: expect.stringMatching(/^(Ana|Ben)$/) },
    trouble: null,
  })
  expect((await get('/api/v1/on-call?service=nobody')).status).toBe(400)
  expect(await read('/on-call?edit=1')).toContain('Change: all services')
  await submit('/on-call/1', { ...form, names: 'Cleo' })
  expect(await read('/on-call')).toContain('<b>Cleo</b>')
  await submit('/on-call/1/removal', YES)
  expect(await listSchedules(store.db)).toEqual([])
})
