import { expect, test } from 'vitest'
import type { Announcement, ReportMade } from '../../../src/core/notifications/announcement.ts'
import { messageOf } from '../../../src/core/notifications/message.ts'
import { planReports, removeSchedule, switchReports } from '../../../src/operations/reports/report-schedules.ts'
import { runSchedules } from '../../../src/operations/reports/run-schedules.ts'
import { readSnapshot } from '../../../src/operations/reports/stored-snapshot.ts'
import { listAuditChain } from '../../../src/store/audit/audit-entries.ts'
import type { Store } from '../../../src/store/database.ts'
import { listNotifications } from '../../../src/store/notifications/notifications.ts'
import { findReport, listReports } from '../../../src/store/reports/report-snapshots.ts'
import { listeningChannel } from '../../support/channels.ts'
import { openEmergencyWorld } from '../../support/emergency-world.ts'
import { day, hours } from '../../support/factories.ts'
import { deployed, openHistory, seen } from '../../support/history-pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const ACTOR = { kind: 'person', id: 'user:1', name: 'Ana', address: null } as const
const WEEK = 7 * 86_400_000
/** A Monday, at the beginning of its week in UTC. */
const MONDAY = Date.parse('2026-05-18T00:00:00Z')

async function weekly(openTestStore: OpenTestStore) {
  const time = { now: MONDAY + hours(10) }
  const pages = await openHistory(openTestStore, { clock: () => time.now })
  await listeningChannel(pages.store)
  await pages.tell('deployments', deployed('a', MONDAY - WEEK), deployed('b', MONDAY + hours(2)))
  await pages.tell('defects', seen('Capture fails', MONDAY + hours(5), { severity: 'S1', version: 'b' }))
  const plan = { cadence: 'weekly', service: '', zone: 'UTC' }
  expect(await planReports(pages.store, plan, { actor: ACTOR, now: time.now })).toBeUndefined()
  const { store } = pages
  return { ...pages, time, run: (on: Store = store) => runSchedules({ store: on, clock: () => time.now }) }
}

const told = async (store: Store): Promise<Announcement[]> =>
  (await listNotifications(store.db, { limit: 100 })).map(
    ({ announcementJson }) => JSON.parse(announcementJson) as Announcement,
  )
const reportsTold = async (store: Store) =>
  (await told(store)).filter((one): one is ReportMade => one.event === 'report-made')

describeOnEachEngine('planned reports', (openTestStore) => {
  test('are made and told once a week, when it is over', async () => {
    const { store, time, run } = await weekly(openTestStore)
    expect(await run()).toBe(0)
    time.now = MONDAY + WEEK
    expect([await run(), await run()]).toEqual([1, 0])
    const { rows } = await listReports(store.db, {}, { limit: 10 })
    expect(rows.map(({ title, madeBy }) => [title, madeBy])).toEqual([
      ['All services in production, 18 to 24 May 2026', 'Postflight'],
    ])
    const [one, ...others] = await reportsTold(store)
    expect(others).toEqual([])
    expect(one).toMatchObject({ reportId: rows[0]?.id, environment: 'production' })
    const report = readSnapshot((await findReport(store.db, rows[0]?.id ?? 0))?.snapshotJson ?? '')
    const message = messageOf(one as ReportMade)
    expect(message.path).toBe(`/reports/${rows[0]?.id}`)
    expect(message.lines).toEqual([
      { text: report?.sentence },
      ...(report?.numbers ?? []).map(({ name, text }) => ({ label: name, text })),
    ])
    expect(message.lines).toHaveLength(5)
    time.now += WEEK
    expect(await run()).toBe(1)
    expect((await reportsTold(store)).map(({ key }) => key)).toEqual([
      'report-made:1:2026-05-25',
      'report-made:1:2026-05-18',
    ])
  })

  test('are made by one of two instances that look at the same time', async () => {
    const { store, time, run } = await weekly(openTestStore)
    time.now = MONDAY + WEEK
    const made = await Promise.all([run(), run(), run()])
    expect(made.reduce((sum, n) => sum + n, 0)).toBe(1)
    expect((await listReports(store.db, {}, { limit: 10 })).rows).toHaveLength(1)
    expect(await reportsTold(store)).toHaveLength(1)
  })

  test('are made later when the server was down, of the last week alone', async () => {
    const { store, time, run } = await weekly(openTestStore)
    time.now = MONDAY + 3 * WEEK + hours(50)
    expect(await run()).toBe(1)
    expect((await reportsTold(store)).map(({ key }) => key)).toEqual(['report-made:1:2026-06-01'])
  })

  test('are not made while switched off, nor of what was over when switched on again', async () => {
    const { store, time, run } = await weekly(openTestStore)
    await switchReports(store, 1, false, { actor: ACTOR, now: time.now })
    time.now = MONDAY + WEEK + hours(1)
    expect(await run()).toBe(0)
    await switchReports(store, 1, true, { actor: ACTOR, now: time.now })
    expect(await run()).toBe(0)
    time.now += WEEK
    expect(await run()).toBe(1)
  })

  test('stay when their plan is removed, of which the audit log has each step', async () => {
    const { store, time, run } = await weekly(openTestStore)
    time.now = MONDAY + WEEK
    await run()
    const by = { actor: ACTOR, now: time.now }
    expect([await removeSchedule(store, 1, by), await removeSchedule(store, 1, by)]).toEqual([true, false])
    expect((await listReports(store.db, {}, { limit: 10 })).rows).toHaveLength(1)
    const entries = await listAuditChain(store.db, 0, 100)
    expect(entries.map(({ action, subjectName }) => [action, subjectName]).slice(-2)).toEqual([
      ['report-schedule.created', 'weekly of all services'],
      ['report-schedule.removed', 'weekly of all services'],
    ])
  })

  test('are planned once of each kind', async () => {
    const { store } = await weekly(openTestStore)
    const by = { actor: ACTOR, now: day(1) }
    const plan = (more: object) => planReports(store, { cadence: 'weekly', service: '', zone: 'UTC', ...more }, by)
    expect(await plan({})).toBe('This is planned already.')
    expect(await plan({ cadence: 'hourly' })).toBe('Choose when reports are made.')
    expect(await plan({ service: 'nobody' })).toBe('There is no service ‘nobody’.')
    expect(await plan({ service: 'checkout-api' })).toBeUndefined()
    expect(await plan({ zone: 'Mars/Olympus' })).toBe('This time zone is not known.')
  })

  test('are made of the release that an emergency release was about, once it is closed', async () => {
    const world = await openEmergencyWorld(openTestStore)
    const { store, time } = world
    const run = () => runSchedules({ store, clock: () => time.now })
    await planReports(store, { cadence: 'emergency-closed', service: '', zone: 'UTC' }, { actor: ACTOR, now: time.now })
    const { id } = await world.approved()
    await world.dispatcher().runDue()
    time.now += 180_000
    await world.tell('deployments', deployed('a', time.now))
    await world.follow()
    await world.drive(id, { do: 'verify', reason: 'Paid with my own card.' })
    expect(await run()).toBe(0)
    await world.drive(id, { do: 'close' })
    expect([await run(), await run()]).toEqual([1, 0])
    const [report] = (await listReports(store.db, {}, { limit: 10 })).rows
    expect(report).toMatchObject({ title: 'checkout-api b', kind: 'release', service: 'checkout-api' })
    const kept = readSnapshot((await findReport(store.db, report?.id ?? 0))?.snapshotJson ?? '')
    expect(kept?.emergencies.rows).toMatchObject([{ id, state: 'closed', strategy: 'rollback', version: 'a' }])
  })
})
