import { describe, expect, test } from 'vitest'
import type { Store } from '../../src/store/database.ts'
import { day, hours } from '../support/factories.ts'
import { deployed, iso, openHistory, seen } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const rowOf = (page: string, service: string): string =>
  textOf(
    page
      .split('<tr>')
      .find((row) => row.includes(`>${service}</a>`))
      ?.split('</tr>')[0] ?? '',
  )

/** Production is two releases behind staging; ledger runs the same everywhere; mailer was removed. */
async function someServices(openTestStore: OpenTestStore) {
  const pages = await openHistory(openTestStore)
  const commit = (letter: string) => ({ sha: letter.repeat(40), message: letter })
  await pages.tell(
    'deployments',
    deployed('4.16.0', day(80), { actor: 'ben', url: 'https://ci.example/1' }),
    deployed('4.17.0', day(82), { environment: 'staging', commits: [commit('a'), commit('b')] }),
    deployed('4.18.0', day(84), { environment: 'staging', commits: [commit('c')] }),
    deployed('4.17.0', day(85), { environment: 'testing' }),
    deployed('2.0', day(81), { service: 'ledger' }),
    deployed('2.0', day(80), { service: 'ledger', environment: 'staging' }),
    deployed('1.0', day(70), { service: 'mailer' }),
    deployed('1.0', day(75), { service: 'mailer', action: 'remove' }),
    deployed('4.19.0', day(86), { status: 'in-progress', finishedAt: undefined, startedAt: iso(day(86)), percent: 25 }),
  )
  return pages
}

describeOnEachEngine('the live board', (openTestStore) => {
  test('says what runs where, by whom, and what is on its way', async () => {
    const { read } = await someServices(openTestStore)
    const page = await read('/live')
    expect(textOf(page.split('<thead>')[1]?.split('</thead>')[0] ?? '')).toBe(
      'Service production staging testing Differences',
    )
    expect(rowOf(page, 'checkout-api')).toMatch(
      /production 4\.16\.0 .*2 behind.* ben .*In progress 4\.19\.0 25 % of traffic/,
    )
    expect(rowOf(page, 'ledger')).toMatch(/production 2\.0 .*staging 2\.0 .*testing – never ran there Same$/)
    expect(rowOf(page, 'mailer')).toMatch(/production Removed \d+ d ago staging – never ran there/)
    expect(page).toContain('href="https://ci.example/1"')
    expect(page).toContain('href="/services/checkout-api"')
  })

  test('counts how far an environment is behind as the rows have it', async () => {
    const { read, store, deps } = await someServices(openTestStore)
    const between = await store.db
      .selectFrom('releases')
      .select(['id', 'version'])
      .where('version', 'in', ['4.17.0', '4.18.0'])
      .execute()
    const commits = await store.db
      .selectFrom('release_commits')
      .select('sha')
      .distinct()
      .where(
        'release_id',
        'in',
        between.map(({ id }) => id),
      )
      .execute()
    expect(commits).toHaveLength(3)
    const words = rowOf(await read('/live'), 'checkout-api')
    const days = Math.floor((deps.clock() - day(82)) / (day(2) - day(1)))
    expect(words).toContain(`production ${between.length} releases, ${commits.length} commits behind staging`)
    expect(words).toMatch(new RegExp(`for ${days} d`))
    expect(words).toContain('1 more behind')
  })

  test('what a rollback took out is missing since the rollback', async () => {
    const { tell, read, deps } = await openHistory(openTestStore)
    await tell(
      'deployments',
      deployed('1.0.0', day(70)),
      deployed('1.1.0', day(71), { environment: 'staging' }),
      deployed('1.1.0', day(72)),
      deployed('1.0.0', day(88)),
    )
    const days = Math.floor((deps.clock() - day(88)) / (day(2) - day(1)))
    expect(rowOf(await read('/live'), 'checkout-api')).toMatch(
      new RegExp(`Rolled back .*production 1 release behind staging for ${days} d`),
    )
  })

  test('is filtered by name, environment and difference', async () => {
    const { read } = await someServices(openTestStore)
    const services = (page: string) =>
      [...page.matchAll(/<a class="ttl" href="[^"]+">([^<]+)</g)].map(([, name]) => name)
    expect(services(await read('/live'))).toEqual(['checkout-api', 'ledger', 'mailer'])
    expect(services(await read('/live?q=LED'))).toEqual(['ledger'])
    expect(services(await read('/live?q=%25'))).toEqual([])
    expect(services(await read('/live?show=differing'))).toEqual(['checkout-api'])
    expect(services(await read('/live?env=testing'))).toEqual(['checkout-api'])
    expect(textOf(await read('/live?env=prd'))).toContain('Unknown environment ‘prd’')
    expect(textOf(await read('/live?q=nothing'))).toContain('No service matches these filters.')
    expect(textOf(await read('/live?after=x'))).toContain('does not exist')
  })

  test('has the verdict of what runs in production', async () => {
    const { tell, read } = await openHistory(openTestStore)
    await tell('deployments', deployed('1.0.0', day(70)), deployed('1.1.0', day(71), { environment: 'staging' }))
    await tell(
      'defects',
      seen('Fails', day(70) + hours(1), { severity: 'S1', introducedIn: '1.0.0', version: '1.0.0' }),
    )
    expect(rowOf(await read('/live'), 'checkout-api').match(/Too early|Watch|Suspect|Healthy/g)).toHaveLength(1)
  })
})

/** Services that run what the first one runs: row by row through the front door would take a minute. */
async function copyPlaces({ db }: Store, names: readonly string[]): Promise<void> {
  const copy = async (
    table: 'releases' | 'deployments' | 'live_intervals' | 'first_deployments',
    change: (row: Row, n: number) => Row,
  ) => {
    const rows = (await db.selectFrom(table).selectAll().execute()) as unknown as Row[]
    for (let start = 0; start < names.length; start += 20) {
      const some = names.slice(start, start + 20).flatMap((_, i) => rows.map((row) => change(row, start + i + 2)))
      await db
        .insertInto(table)
        .values(some as never)
        .execute()
    }
  }
  for (let start = 0; start < names.length; start += 50)
    await db
      .insertInto('services')
      .values(names.slice(start, start + 50).map((name, i) => ({ ...SERVICE, id: start + i + 2, name })))
      .execute()
  await copy('releases', (row, n) => ({ ...row, id: n, service_id: n }))
  await copy('deployments', (row, n) => ({
    ...row,
    id: n * 10 + row.id,
    natural_key: `${n} ${row.natural_key}`,
    service_id: n,
    release_id: n,
    named_release_id: n,
  }))
  await copy('live_intervals', (row, n) => ({
    ...row,
    id: n * 10 + row.id,
    service_id: n,
    release_id: n,
    deployment_id: n * 10 + row.deployment_id,
  }))
  await copy('first_deployments', (row, n) => ({ ...row, service_id: n, release_id: n }))
}

type Row = Record<string, unknown> & { readonly id: number; readonly deployment_id: number }
const SERVICE = { owner: null, order_policy: 'semver', repository_url: null, created_at: 0 }

describe('the live board at volume', () => {
  test('shows a thousand services page by page, each once', async () => {
    const { tell, read, store } = await openHistory()
    await tell('deployments', deployed('1.0', day(80)), deployed('1.0', day(80), { environment: 'staging' }))
    const name = (i: number) => `service-${String(i).padStart(4, '0')}`
    await copyPlaces(
      store,
      Array.from({ length: 999 }, (_, i) => name(i)),
    )
    const found: string[] = []
    for (let path: string | undefined = '/live'; path; ) {
      const page: string = await read(path)
      found.push(...[...page.matchAll(/<a class="ttl" href="[^"]+">([^<]+)</g)].map(([, one]) => one as string))
      path = /href="([^"]+)" rel="next"/.exec(page)?.[1]?.replaceAll('&amp;', '&')
    }
    expect(found).toEqual(['checkout-api', ...Array.from({ length: 999 }, (_, i) => name(i))])
  })
})
