import { expect, test } from 'vitest'
import { findRetention } from '../../src/operations/retention/retention-setting.ts'
import { listAuditChain } from '../../src/store/audit/audit-entries.ts'
import { replaceSetting } from '../../src/store/settings.ts'
import { day } from '../support/factories.ts'
import { deployed, openHistory } from '../support/history-pages.ts'
import { textOf, YES } from '../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const PAGE = '/admin/retention'

async function withDeliveries(openTestStore: OpenTestStore, role = 'admin') {
  const pages = await openHistory(openTestStore, { role })
  await pages.tell('deployments', deployed('1.0', day(1)))
  await pages.tell('deployments', deployed('1.1', day(1)))
  const tenDaysAgo = pages.deps.clock() - 10 * 86_400_000
  await pages.store.db.updateTable('deliveries').set({ received_at: tenDaysAgo }).where('id', '=', 1).execute()
  const configured = pages.deps.config.retention
  const retention = async () => (await findRetention(pages.store.db, configured)).retention
  return { ...pages, configured, retention }
}

describeOnEachEngine('the page of retention', (openTestStore) => {
  test('shows what is kept how long and who says so, and counts when it is asked', async () => {
    const { read } = await withDeliveries(openTestStore)
    const page = await read(PAGE)
    expect(textOf(page)).toContain('Deliveries 400 days the configuration, KEEP_DELIVERIES_DAYS')
    expect(textOf(page)).toContain('Let go of last Every night at 03:00 UTC Not yet.')
    expect(textOf(page)).not.toContain('There are')
    expect(textOf(await read(`${PAGE}?count=1`))).toMatch(/Deliveries 400 days .* There are: 2 Older now: 0 Messages/)
    expect(await read('/admin')).toContain(`href="${PAGE}"`)
  })

  test('sets a longer limit at once, and gives it back to the configuration', async () => {
    const { read, fillIn, retention, configured, store } = await withDeliveries(openTestStore)
    const saved = await fillIn(PAGE, PAGE, { notificationsDays: '120' })
    expect([saved.status, saved.headers.get('Location')]).toEqual([303, PAGE])
    expect(await retention()).toEqual({ ...configured, notificationsDays: 120 })
    const page = await read(PAGE)
    expect(textOf(page)).toContain('120 days Ana,')
    expect(page).toContain('value="120"')
    expect(textOf(await read('/deliveries'))).toContain('Deliveries')
    const asked = await (await fillIn(PAGE, PAGE, { notificationsDays: '' })).text()
    expect(textOf(asked)).toContain('90 days instead of 120')
    await fillIn(PAGE, PAGE, { notificationsDays: '', ...YES })
    expect(await retention()).toEqual(configured)
    const entries = (await listAuditChain(store.db, 0, 100)).filter(({ subjectKind }) => subjectKind === 'retention')
    expect(entries.map(({ changeJson }) => changeJson)).toEqual([
      '{"notificationsDays":{"from":90,"to":120}}',
      '{"notificationsDays":{"asConfigured":true,"from":120,"to":90}}',
    ])
  })

  test('keeps reports for good until somebody says how long, and asks before that takes any', async () => {
    const { read, fillIn, retention } = await withDeliveries(openTestStore)
    expect(textOf(await read(PAGE))).toContain(
      'Reports, with the links to them for good the configuration, KEEP_REPORTS_DAYS',
    )
    expect(textOf(await read(PAGE))).toContain('KEEP_REPORTS_DAYS is 36,500 days: for good.')
    const asked = await (await fillIn(PAGE, PAGE, { reportsDays: '30' })).text()
    expect(textOf(asked)).toContain('Reports, with the links to them 30 days instead of for good')
    await fillIn(PAGE, PAGE, { reportsDays: '30', ...YES })
    expect((await retention()).reportsDays).toBe(30)
  })

  test('counts nothing of what an earlier version did not let go of yet', async () => {
    const { read, store } = await withDeliveries(openTestStore)
    const record = { at: day(1), counts: { bodies: 7, counted_sessions: 0, failed_bodies: 0, deliveries: 0 } }
    await replaceSetting(store.db, 'pruning', undefined, JSON.stringify(record))
    expect(textOf(await read(PAGE))).toMatch(/single sessions 7 .*Reports, with the links to them 0 All of it/)
  })

  test('says how much a shorter limit takes, and sets it when that is confirmed', async () => {
    const { fillIn, submit, retention, configured } = await withDeliveries(openTestStore)
    const shorter = { bodiesDays: '5', failedDays: '5', deliveriesDays: '5' }
    const asked = await fillIn(PAGE, PAGE, shorter)
    const html = await asked.text()
    expect([asked.status, textOf(html)]).toEqual([
      200,
      expect.stringMatching(/Deliveries 5 days instead of 400 Goes anyway: 0 Would go: 1 /),
    ])
    expect(await retention()).toEqual(configured)
    const form = html.split('<form').find((part) => part.includes('name="confirmed"')) as string
    const inputs = [...form.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]*)"/g)]
    const saved = await submit(
      PAGE,
      Object.fromEntries(inputs.map(([, name, value]) => [name, value]) as [string, string][]),
    )
    expect(saved.status).toBe(303)
    expect(await retention()).toEqual({ ...configured, bodiesDays: 5, failedDays: 5, deliveriesDays: 5 })
  })

  test.each([
    [{ bodiesDays: 'soon' }, 'a whole number of days from 1 to 36500'],
    [{ bodiesDays: '0' }, 'a whole number of days from 1 to 36500'],
    [{ notificationsDays: '1' }, 'Messages to people, what rules held back: a whole number of days from 2 to 36500'],
    [{ deliveriesDays: '30', ...YES }, 'a delivery is kept at least as long as its body'],
  ])('refuses %j', async (fields: Record<string, string>, told) => {
    const { submit, retention, configured } = await withDeliveries(openTestStore)
    const refused = await submit(PAGE, fields)
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining(told)])
    expect(await retention()).toEqual(configured)
  })

  test('is for admins', async () => {
    const { read, submit, retention, configured } = await withDeliveries(openTestStore, 'release-manager')
    await read(PAGE, 403)
    expect((await submit(PAGE, { notificationsDays: '120' })).status).toBe(403)
    expect(await retention()).toEqual(configured)
  })
})
