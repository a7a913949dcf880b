import { describe, expect, test } from 'vitest'
import { day, hours } from '../support/factories.ts'
import { deployed, type HistoryPages, iso, openHistory } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const DAY = day(2) - day(1)
const keyOf = (at: number) => iso(at).slice(0, 10)
const monthOf = (at: number) => iso(at).slice(0, 7)
const field = (at: number) => iso(at).slice(0, 16)

/** What a cell of the month says. */
const cellOf = (page: string, at: number): string =>
  textOf(
    page
      .split('<td')
      .find((cell) => cell.includes(`href="/calendar/${keyOf(at)}"`))
      ?.split('</td>')[0] ?? '',
  )

async function aBusyDay(openTestStore: OpenTestStore) {
  const pages = await openHistory(openTestStore)
  await pages.tell(
    'deployments',
    deployed('1.0.0', day(79)),
    deployed('1.1.0', day(80) + hours(1)),
    deployed('1.1.1', day(80) + hours(2), { kind: 'emergency' }),
    deployed('1.1.0', day(80) + hours(3)),
    deployed('1.2.0', day(80) + hours(4), { status: 'failed' }),
    deployed('1.2.0', day(80) + hours(5), { environment: 'staging' }),
    deployed('1.3.0', day(81)),
  )
  return pages
}

const freeze = (pages: HistoryPages, from: number, to: number, more: Record<string, string> = {}) =>
  pages.fillIn('/calendar/freezes/new', '/calendar/freezes/new', {
    service: '',
    environment: 'production',
    from: field(from),
    to: field(to),
    reason: 'Year end',
    ...more,
  })

describeOnEachEngine('the calendar', (openTestStore) => {
  test('counts the deployments of each day by environment, as the rows have them', async () => {
    const pages = await aBusyDay(openTestStore)
    const page = await pages.read(`/calendar?month=${monthOf(day(80))}`)
    const rows = await pages.store.db
      .selectFrom('deployments')
      .innerJoin('environments', 'environments.id', 'environment_id')
      .select(['status', 'effect'])
      .where('name', '=', 'production')
      .where('at', '>=', Math.floor(day(80) / DAY) * DAY)
      .where('at', '<', Math.floor(day(80) / DAY) * DAY + DAY)
      .execute()
    const succeeded = rows.filter(({ status }) => status === 'succeeded')
    expect(cellOf(page, day(80))).toContain(
      `production ${succeeded.length} deployments ${succeeded.filter(({ effect }) => effect === 'rollback').length} rolled back 1 emergency ${rows.length - succeeded.length} failed`,
    )
    expect(cellOf(page, day(80))).toContain('staging 1 deployment')
    expect(cellOf(page, day(79))).toContain('production 1 deployment')
    expect(cellOf(page, day(82))).not.toContain('production')
    const filtered = await pages.read(`/calendar?month=${monthOf(day(80))}&env=staging`)
    expect(cellOf(filtered, day(80))).not.toContain('production')
  })

  test('every count leads to its rows', async () => {
    const pages = await aBusyDay(openTestStore)
    const words = textOf(await pages.read(`/calendar/${keyOf(day(80))}`))
    for (const version of ['1.1.0', '1.1.1', '1.2.0']) expect(words).toContain(version)
    expect(words).toContain('Rolled back')
    expect(words).not.toContain('1.3.0')
    expect(textOf(await pages.read('/calendar/2019-02-03'))).toContain('Nothing was deployed on this day.')
    expect((await pages.visit('/calendar/2019-02-30')).status).toBe(404)
  })

  test('shows what is planned, until it is live', async () => {
    const pages = await aBusyDay(openTestStore)
    const at = pages.deps.clock() + 2 * DAY
    const planned = await pages.fillIn('/calendar/planned/new', '/calendar/planned/new', {
      service: 'checkout-api',
      version: '2.0.0',
      kind: 'major',
      plannedAt: field(at),
    })
    expect([planned.status, planned.headers.get('Location')]).toEqual([303, `/calendar?month=${monthOf(at)}`])
    const month = `/calendar?month=${monthOf(at)}`
    expect(await pages.read(month)).toContain('aria-label="Planned"')
    expect(cellOf(await pages.read(month), at)).toContain('checkout-api 2.0.0')
    expect(cellOf(await pages.read(`${month}&service=checkout-api`), at)).toContain('2.0.0')
    await pages.tell('releases', { service: 'checkout-api', version: '2.0.0', plannedAt: iso(at + DAY) })
    expect(cellOf(await pages.read(`/calendar?month=${monthOf(at + DAY)}`), at + DAY)).toContain('2.0.0')
    await pages.tell('deployments', deployed('2.0.0', pages.deps.clock()))
    expect(await pages.read(`/calendar?month=${monthOf(at + DAY)}`)).toContain('aria-label="Planned, live"')
  })

  test('a form that lacks something says what', async () => {
    const pages = await aBusyDay(openTestStore)
    const plan = await pages.submit('/calendar/planned/new', { service: '', version: '', plannedAt: 'x' })
    expect(plan.status).toBe(422)
    for (const said of ['Service: name one.', 'Version: name one.', 'Planned for: give a date and a time.'])
      expect(await plan.clone().text()).toContain(said)
    const now = pages.deps.clock()
    for (const [more, said] of [
      [{ from: 'x' }, 'From: give a date and a time.'],
      [{ to: field(now - DAY) }, 'To must be after from.'],
      [{ reason: ' ' }, 'Reason says why'],
      [{ service: 'nobody' }, 'Service there is no service'],
    ] as const) {
      const answer = await freeze(pages, now, now + DAY, more)
      expect(answer.status).toBe(422)
      expect(textOf(await answer.text())).toContain(said)
    }
  })

  test('days begin at midnight of whoever looks', async () => {
    const pages = await openHistory(openTestStore)
    const midnight = Math.floor(day(80) / DAY) * DAY
    await pages.tell('deployments', deployed('1.0.0', midnight - hours(0.5)))
    const month = `/calendar?month=${monthOf(midnight)}`
    expect(cellOf(await pages.read(month), midnight - DAY)).toContain('production 1')
    await pages.submit('/account/time-zone', { zone: 'Asia/Kathmandu' })
    const there = await pages.read(month)
    expect(textOf(there)).toContain('Days begin at midnight, Asia/Kathmandu.')
    expect(cellOf(there, midnight)).toContain('production 1')
    expect(cellOf(there, midnight - DAY)).not.toContain('production')
    expect(textOf(await pages.read(`/calendar/${keyOf(midnight)}`))).toContain('1.0.0')
    await freeze(pages, pages.deps.clock(), pages.deps.clock() + DAY)
    const { from_at } = await pages.store.db.selectFrom('freezes').select('from_at').executeTakeFirstOrThrow()
    expect(field(from_at + hours(5.75))).toBe(field(pages.deps.clock()))
  })

  test('what an address asks for and is not there is said', async () => {
    const pages = await aBusyDay(openTestStore)
    const words = textOf(await pages.read('/calendar?month=2026-13&service=none&env=prd&view=odd'))
    for (const what of ['month ‘2026-13’', 'service ‘none’', 'environment ‘prd’']) expect(words).toContain(what)
  })
})

describeOnEachEngine('a freeze on the calendar', (openTestStore) => {
  test('is made, changed and ended by people who are named', async () => {
    const pages = await aBusyDay(openTestStore)
    const now = pages.deps.clock()
    const begin = Math.floor(now / DAY) * DAY + DAY
    expect((await freeze(pages, begin, begin + 3 * DAY)).status).toBe(303)
    const month = `/calendar?month=${monthOf(begin)}&view=list`
    const shown = textOf(await pages.read(month))
    expect(shown).toContain('Frozen: all services in production. Year end')
    expect(shown).toMatch(/Planned All services in production Year end .* Ana/)

    await pages.fillIn('/calendar/freezes/1', '/calendar/freezes/1', {
      from: field(begin),
      to: field(begin + 2 * DAY),
      reason: 'Audit',
    })
    const changed = textOf(await pages.read(month))
    expect(changed).toContain('Audit')
    expect(changed).toContain('changed by Ana')
    expect(changed.split('Frozen: all services').length - 1).toBe(
      new Set([begin, begin + DAY].map(monthOf)).size === 1 ? 2 : 1,
    )

    expect((await pages.fillIn('/calendar/freezes/1', '/calendar/freezes/1/end', {})).status).toBe(303)
    const ended = textOf(await pages.read(month))
    expect(ended).not.toContain('Frozen:')
    expect(ended).not.toContain('Audit')
    const again = await pages.submit('/calendar/freezes/1/end')
    expect([again.status, textOf(await again.text())]).toEqual([422, expect.stringContaining('this freeze is over')])
  })

  test('that has begun cannot begin at another time, but end at one', async () => {
    const pages = await aBusyDay(openTestStore)
    const now = pages.deps.clock()
    await freeze(pages, now - DAY, now + DAY)
    const change = (from: number, to: number) =>
      pages.fillIn('/calendar/freezes/1', '/calendar/freezes/1', {
        from: field(from),
        to: field(to),
        reason: 'Year end',
      })
    expect((await change(now - 2 * DAY, now + DAY)).status).toBe(422)
    expect((await change(now - DAY, now + 2 * DAY)).status).toBe(303)
    const { to_at } = await pages.store.db.selectFrom('freezes').select('to_at').executeTakeFirstOrThrow()
    expect(field(to_at)).toBe(field(now + 2 * DAY))
  })
})

describe('somebody who may only read', () => {
  test('sees the calendar without its forms, and cannot send them', async () => {
    const pages = await openHistory(undefined, { role: 'viewer' })
    await pages.tell('deployments', deployed('1.0.0', day(80)))
    const page = await pages.read('/calendar')
    expect(page).not.toContain('/calendar/freezes/new')
    expect((await pages.visit('/calendar/freezes/new')).status).toBe(403)
    expect((await pages.submit('/calendar/freezes/new', { environment: 'production' })).status).toBe(403)
    expect(await pages.store.db.selectFrom('freezes').selectAll().execute()).toEqual([])
  })
})
