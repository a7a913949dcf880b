import { describe, expect, test } from 'vitest'
import { formatInstant } from '../../src/core/time/instant.ts'

import { bodyOf } from '../support/api.ts'
import { day, hours } from '../support/factories.ts'
import { seeOverview } from '../support/overview.ts'
import { openPages, type Pages, textOf } from '../support/pages.ts'
import { describeOnEachEngine, testStoresOn } from '../support/stores.ts'

const now = day(100)
const ago = (ms: number) => formatInstant(now - ms)
const onSqlite = testStoresOn('sqlite')

const deploy = (pages: Pages, ...items: Record<string, unknown>[]) =>
  pages
    .post(
      '/api/v1/deployments',
      items.map((item) => ({ service: 'checkout-api', environment: 'production', ...item })),
    )
    .then((answer) => bodyOf(answer, 202))

const report = (pages: Pages, ...items: Record<string, unknown>[]) =>
  pages
    .post(
      '/api/v1/defects',
      items.map((item, i) => ({ title: `Defect ${i}`, service: 'checkout-api', environment: 'production', ...item })),
    )
    .then((answer) => bodyOf(answer, 202))

describe('before anything was received', () => {
  test('the page shows lines that work, with the address of this server', async () => {
    const pages = await openPages(onSqlite, { env: { PUBLIC_URL: 'http://localhost:3999' } })
    const html = await pages.read('/')
    expect(html).toContain('curl -fsS http://localhost:3999/api/v1/deployments')
    expect(html).toContain('curl -fsS http://localhost:3999/api/v1/defects')
    expect(html).toContain('Waiting for the first delivery…')
    expect(html).toMatch(/data-live="[^"]*deployments/)
  })

  test('a first defect is enough to leave it', async () => {
    const pages = await openPages(onSqlite)
    await report(pages, { title: 'Totals are wrong', environment: undefined, service: undefined })
    const text = textOf(await pages.read('/'))
    expect(text).toContain('Totals are wrong')
    expect(text).toContain('No deployments yet.')
  })
})

describe('the frame', () => {
  test('a part that refreshes itself comes bare, with the counts of the sidebar', async () => {
    const pages = await openPages(onSqlite)
    await report(pages, { severity: 'S1' })
    const whole = await pages.visit('/')
    expect(whole.headers.get('Vary')).toContain('HX-Request-Type')
    expect(await whole.text()).toMatch(/^<!doctype html>/i)
    const part = await (await pages.visit('/', { part: true })).text()
    expect(part).not.toContain('<html')
    expect(part).toContain('<hx-partial hx-target="#nav"')
    expect(textOf(part)).toContain('Defects 1 open')
  })

  test('says when the history is simulated', async () => {
    const pages = await openPages(onSqlite)
    expect(await pages.read('/')).not.toContain('Simulated data')
    await pages.store.db.insertInto('settings').values({ name: 'demo', value: '1' }).execute()
    expect(await pages.read('/')).toContain('Simulated data')
  })

  test('markup in a title stays text', async () => {
    const pages = await openPages(onSqlite)
    await report(pages, { title: `<script>alert("x")</script>'"><img src=x onerror=alert(1)>`, severity: 'S1' })
    await deploy(pages, { version: '<u>1</u>', actor: '<i>Ana</i>', finishedAt: ago(hours(1)) })
    const html = await pages.read('/')
    expect(html).not.toMatch(/<script>alert|<img src=x|<u>1<|<i>Ana/)
    expect(html).toContain('&lt;script&gt;alert(&quot;x&quot;)&lt;/script&gt;')
  })

  test('the appearance is kept in a cookie and stands on the page', async () => {
    const pages = await openPages(onSqlite)
    const answer = await pages.submit('/preferences/theme', { theme: 'dark', next: '/deliveries' })
    expect([answer.status, answer.headers.get('Location')]).toEqual([303, '/deliveries'])
    expect(answer.headers.get('Set-Cookie')).toContain('theme=dark')
    const elsewhere = await pages.submit('/preferences/theme', { theme: 'dark', next: '//evil.example' })
    expect(elsewhere.headers.get('Location')).toBe('/')
  })
})

test('an environment that does not exist falls back to production and says so', async () => {
  const pages = await openPages(onSqlite)
  await deploy(pages, { version: '1.0.0', finishedAt: ago(hours(1)) })
  expect(textOf(await pages.read('/?env=prd'))).toContain('Unknown environment ‘prd’. Showing production.')
})

test('another environment is in the title and shows its own releases', async () => {
  const pages = await openPages(onSqlite)
  await deploy(
    pages,
    { version: '1.0.0', finishedAt: ago(hours(3)) },
    { version: '1.1.0', environment: 'staging', finishedAt: ago(hours(1)) },
  )
  const staging = textOf(await pages.read('/?env=staging'))
  expect(staging).toContain('Overview, staging')
  expect(staging).toContain('checkout-api 1.1.0')
  expect(staging).not.toContain('1.0.0')
})

interface Life {
  readonly status: string
  readonly first_seen_at: number
  readonly resolved_at: number | null
}
const isFixed = ({ status }: Life): boolean => status === 'fixed' || status === 'verified'

/** By the product limit, step by step: how many are left after each fix, of those that had lived so long. */
function halfFixedBy(lives: readonly Life[], until: number): number | undefined {
  const told = lives.map((life) => ({ isFixed: isFixed(life), ms: (life.resolved_at ?? until) - life.first_seen_at }))
  let left = 1
  for (const ms of [...new Set(told.filter((one) => one.isFixed).map((one) => one.ms))].sort((a, b) => a - b)) {
    const atRisk = told.filter((one) => one.ms >= ms).length
    left *= 1 - told.filter((one) => one.isFixed && one.ms === ms).length / atRisk
    if (left <= 0.5 + 1e-12) return ms
  }
  return undefined
}

describeOnEachEngine('the numbers of the overview', (openTestStore) => {
  test('agree with counting one by one', async () => {
    const pages = await openPages(openTestStore, { clock: () => now })
    const HOUR = hours(1)
    const versions = Array.from({ length: 30 }, (_, i) => ({
      version: `1.${i}.0`,
      finishedAt: ago(HOUR * (1 + i * 22)),
      status: i % 7 === 3 ? 'failed' : 'succeeded',
      environment: i % 5 === 4 ? 'staging' : 'production',
      id: `run-${i}`,
    }))
    const backAgain = [
      { version: '1.28.0', finishedAt: ago(HOUR / 2), id: 'back' },
      { version: '1.21.0', finishedAt: ago(HOUR * 410), id: 'back long ago' },
    ]
    const ofAnother = [3, 30, 500].map((h, i) => ({
      ...{ service: 'search', version: `3.${i}.0`, finishedAt: ago(HOUR * h), id: `search-${i}` },
    }))
    await deploy(pages, ...versions, ...backAgain, ...ofAnother)
    await report(
      pages,
      ...Array.from({ length: 60 }, (_, i) => ({
        id: `D-${i}`,
        severity: ['S1', 'S2', 'S3', 'S4'][i % 4],
        environment: i % 6 === 5 ? 'staging' : i % 6 === 4 ? undefined : 'production',
        service: i % 11 === 0 ? 'search' : 'checkout-api',
        occurredAt: ago(HOUR * (1 + i * 13)),
        status: i % 3 === 0 ? 'fixed' : 'open',
      })),
    )

    const { store } = pages
    const defects = await store.db
      .selectFrom('defects as d')
      .leftJoin('environments as e', 'e.id', 'd.environment_id')
      .leftJoin('services as s', 's.id', 'd.service_id')
      .select(['d.id', 'd.severity', 'd.open', 'd.status', 'd.first_seen_at', 'd.resolved_at'])
      .select(['e.name as environment', 's.name as service'])
      .where('d.merged_into_id', 'is', null)
      .execute()
    const deployments = await store.db
      .selectFrom('deployments as d')
      .innerJoin('environments as e', 'e.id', 'd.environment_id')
      .leftJoin('failed_deployments as f', 'f.deployment_id', 'd.id')
      .innerJoin('services as s', 's.id', 'd.service_id')
      .select(['d.at', 'd.status', 'd.effect', 'd.release_id', 'f.deployment_id as failed', 'e.name as environment'])
      .select('s.name as service')
      .execute()
    expect(defects).toHaveLength(60)

    let halves = 0
    let judged = 0
    for (const [env, range, ms, ...services] of [
      ['production', '14d', 14 * 24 * HOUR],
      ['production', '14d', 14 * 24 * HOUR, 'search'],
      ['production', '24h', 24 * HOUR, 'search'],
      ['production', '6mo', 183 * 24 * HOUR, 'search'],
      ['production', '30d', 30 * 24 * HOUR, 'search,checkout-api'],
      ['production', '7d', 7 * 24 * HOUR],
      ['staging', '30d', 30 * 24 * HOUR],
      ['production', '24h', 24 * HOUR],
      ['production', '6mo', 183 * 24 * HOUR],
      ['staging', '6mo', 183 * 24 * HOUR],
    ] as const) {
      const seen = await seeOverview(pages.deps, { env, range, services })
      const isAsked = ({ service }: { service: string | null }) =>
        services.length === 0 || (service !== null && services[0]?.split(',').includes(service) === true)
      const here = defects
        .filter(({ environment }) => environment === env || (environment === null && env === 'production'))
        .filter(isAsked)
      const within = <Item>(items: readonly Item[], at: (item: Item) => number, from: number, to: number) =>
        items.filter((item) => at(item) > from && at(item) <= to).length
      const open = here.filter((defect) => defect.open === 1)
      const bySeverity = Object.fromEntries(
        ['S1', 'S2', 'S3', 'S4'].map((severity) => [severity, open.filter((d) => d.severity === severity).length]),
      )
      expect(seen.numbers.open).toEqual(bySeverity)
      const firstSeen = (defect: (typeof here)[number]) => defect.first_seen_at
      expect(seen.numbers.now.newDefects).toBe(within(here, firstSeen, now - ms, now))
      expect(seen.numbers.before.newDefects).toBe(within(here, firstSeen, now - 2 * ms, now - ms))
      const succeeded = deployments
        .filter(({ environment, status }) => environment === env && status === 'succeeded')
        .filter(isAsked)
      expect(seen.numbers.deployments).toEqual({
        now: within(succeeded, ({ at }) => at, now - ms, now),
        before: within(succeeded, ({ at }) => at, now - 2 * ms, now - ms),
      })
      const firstAt = new Map<number | null, number>()
      for (const { release_id, at, effect } of succeeded)
        if (effect !== null) firstAt.set(release_id, Math.min(at, firstAt.get(release_id) ?? at))
      const placed = succeeded.filter(({ effect }) => effect === 'deploy' || effect === 'rollback')
      const isRipe = ({ at }: { at: number }) => at <= now - 72 * HOUR
      const severe = here.filter(({ severity }) => severity === 'S1' || severity === 'S2')
      for (const [numbers, from, to] of [
        [seen.numbers.now, now - ms, now],
        [seen.numbers.before, now - 2 * ms, now - ms],
      ] as const) {
        expect(numbers.releases).toBe(within([...firstAt.values()], (at) => at, from, to))
        expect(numbers.placed).toEqual({
          failed: within(
            placed.filter(isRipe).filter(({ failed }) => failed !== null),
            ({ at }) => at,
            from,
            to,
          ),
          ripe: within(placed.filter(isRipe), ({ at }) => at, from, to),
          unripe: within(
            placed.filter((one) => !isRipe(one)),
            ({ at }) => at,
            from,
            to,
          ),
        })
        const grave = severe.filter(({ first_seen_at: at }) => at > from && at <= to)
        expect(numbers.lives).toMatchObject({ defects: grave.length, fixed: grave.filter(isFixed).length })
        expect(numbers.lives.half).toBe(halfFixedBy(grave, now))
        halves += numbers.lives.half === undefined ? 0 : 1
        judged += numbers.placed.failed
      }
      const rollbacks = succeeded.filter(({ effect }) => effect === 'rollback')
      expect(seen.numbers.rollbacks.now).toBe(within(rollbacks, ({ at }) => at, now - ms, now))
      for (const column of seen.columns)
        expect(column.defects.S1 + column.defects.S2 + column.defects.S3 + column.defects.S4).toBe(
          within(here, firstSeen, column.from - 1, column.to - 1),
        )
      const running = seen.running.find(({ service }) => service === 'checkout-api')
      expect(running?.open.S1 ?? 0).toBe(
        open.filter((d) => d.service === 'checkout-api' && d.severity === 'S1' && running !== undefined).length,
      )
      const worst = [...open].sort(
        (a, b) => (a.severity < b.severity ? -1 : a.severity > b.severity ? 1 : 0) || b.first_seen_at - a.first_seen_at,
      )
      expect(seen.openDefects.map(({ id }) => id)).toEqual(worst.slice(0, 6).map(({ id }) => id))
    }
    expect([halves > 0, judged > 0]).toEqual([true, true])
    // The last one put 1.28.0 back.
    const seen = await seeOverview(pages.deps, { services: ['checkout-api'] })
    expect(seen.numbers.rollbacks.now).toBe(1)
    expect(seen.running).toMatchObject([{ service: 'checkout-api', version: '1.28.0' }])
    expect(seen.changes.map(({ service }) => service)).not.toContain('search')
    const both = await seeOverview(pages.deps, { services: ['checkout-api', 'search'] })
    const all = await seeOverview(pages.deps, {})
    expect(both.changes).toEqual(all.changes)
    expect(new Set(both.changes.map(({ service }) => service))).toEqual(new Set(['checkout-api', 'search']))
  })

  test('of some services are of nothing else, and so is all that they lead to', async () => {
    const pages = await openPages(openTestStore, { clock: () => now })
    for (const [i, service] of ['checkout-api', 'search', 'mailer'].entries()) {
      await deploy(
        pages,
        { service, version: '1.0.0', finishedAt: ago(hours(24 * (20 + i))), id: `${service} 1` },
        { service, version: '1.1.0', finishedAt: ago(hours(5 + i)), id: `${service} 2` },
      )
      await report(
        pages,
        ...Array.from({ length: i + 2 }, (_, n) => ({
          ...{ id: `${service} ${n}`, title: `${service} loses ${n}`, service, severity: n === 0 ? 'S1' : 'S3' },
          ...{ environment: n === 1 ? undefined : 'production', occurredAt: ago(hours(n + 1)) },
        })),
      )
    }
    await report(pages, { id: 'whose', title: 'Whose is this', service: undefined, severity: 'S1' })
    const html = await pages.read('/?service=search,mailer&range=14d')
    const text = textOf(html)
    expect(text).toContain('Service 2 chosen')
    expect(text).not.toMatch(/checkout-api (1\.|loses)|Whose is this/)
    expect(text).toContain('2 open S1 and S2 defects have no owner')
    expect(text).toContain('All 7 open')
    const links = [...html.matchAll(/href="(\/(?:defects|deployments|releases)\?[^"]*)"/g)].map(([, href]) =>
      (href as string).replaceAll('&amp;', '&'),
    )
    expect(links.length).toBeGreaterThan(20)
    for (const href of new Set(links)) {
      expect(href).toMatch(/[?&]service=(search,mailer|search|mailer)(&|$)/)
      const list = textOf((await pages.read(href)).split('<section class="panel')[1] ?? '')
      expect(list).not.toMatch(/checkout-api|Whose is this/)
    }
    expect(await (await pages.visit('/overview/running.csv?service=search')).text()).not.toMatch(/mailer|checkout-api/)
  })

  test('are not compared with a time of which not everything is known', async () => {
    const pages = await openPages(openTestStore, { clock: () => now })
    await deploy(pages, { version: '1.0.0', finishedAt: ago(hours(30 * 24)), id: 'first' })
    await deploy(pages, { version: '1.1.0', finishedAt: ago(hours(2)), id: 'second' })
    await report(pages, { id: 'a', severity: 'S1', occurredAt: ago(1000) })
    const numbers = async (range: string) =>
      textOf((await pages.read(`/?range=${range}`)).split('<dl class="panel kpi')[1]?.split('</dl>')[0] ?? '')
    expect(await numbers('14d')).toMatch(/1 new defects ▲ up by 1 0 in the previous 14 days/)
    const cut = await numbers('30d')
    expect(cut).toContain('known since')
    expect(cut).not.toMatch(/up by|previous|\(was|\(before/)
  })

  test('are not compared where that is switched off', async () => {
    const pages = await openPages(openTestStore, { clock: () => now })
    for (const [i, days] of [40, 10].entries())
      await deploy(pages, { version: `1.${i}.0`, finishedAt: ago(hours(days * 24)), id: `run-${i}` })
    await report(pages, { id: 'a', severity: 'S1', occurredAt: ago(1000) })
    const numbers = async (query: string) =>
      textOf((await pages.read(`/?range=14d${query}`)).split('<dl class="panel kpi')[1]?.split('</dl>')[0] ?? '')
    expect(await numbers('')).toMatch(/up by 1 0 in the previous 14 days/)
    const off = await numbers('&compare=off')
    expect(off).not.toMatch(/up by|previous|\(was|\(before|known since/)
    expect(off).toMatch(/^.*1 new defects.*0 rollbacks.*$/s)
    expect(textOf(await pages.read('/?compare=lastyear'))).toContain(
      'Unknown comparison ‘lastyear’. Comparing with the period before.',
    )
  })

  test('a merged defect counts once', async () => {
    const pages = await openPages(openTestStore, { clock: () => now })
    await report(
      pages,
      { id: 'a', severity: 'S1', occurredAt: ago(1000) },
      { id: 'b', severity: 'S1', occurredAt: ago(1000), title: 'Other' },
    )
    const [first, second] = await pages.store.db.selectFrom('defects').select('id').orderBy('id').execute()
    await pages.store.db
      .updateTable('defects')
      .set({ merged_into_id: first?.id as number })
      .where('id', '=', second?.id as number)
      .execute()
    const seen = await seeOverview(pages.deps, {})
    expect(seen.numbers.open?.S1).toBe(1)
    expect(seen.numbers.now.newDefects).toBe(1)
    expect(seen.openDefects).toHaveLength(1)
    expect(seen.attention[0]?.title).toContain('PF-')
  })
})
