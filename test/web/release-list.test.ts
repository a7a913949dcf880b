import { beforeEach, describe, expect, test } from 'vitest'
import { listReleases, type ReleaseListRow } from '../../src/store/releases/release-list.ts'
import { FOUND_STEP_MS, FOUND_STEPS } from '../../src/store/releases/release-outcomes.ts'
import { day, hours } from '../support/factories.ts'
import { deployed, type HistoryPages, iso, openHistory, seen } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const bug = { service: 'checkout-api', title: 'Capture fails', environment: 'production' }

/** Of 2.0.0 four defects, one of which came back in 2.2.0; 2.0.1 is its hotfix, 2.1.0 was rolled back. */
async function tellHistory({ tell }: HistoryPages): Promise<void> {
  await tell(
    'deployments',
    deployed('1.0.0', day(60)),
    deployed('2.0.0', day(68), { environment: 'staging' }),
    deployed('2.0.0', day(70)),
    deployed('2.0.1', day(72), { kind: 'emergency' }),
    deployed('2.1.0', day(75)),
    deployed('2.0.1', day(76)),
    deployed('2.2.0', day(80)),
    deployed('2.2.0', day(81), { environment: 'canary', tier: 'production', status: 'failed' }),
    deployed('1.0.0', day(60), { service: 'search' }),
  )
  await tell(
    'defects',
    seen('Capture fails', day(70) + hours(3), { severity: 'S1', introducedIn: '2.0.0' }),
    seen('Total is stale', day(70) + hours(13), { severity: 'S3', introducedIn: '2.0.0' }),
    seen('Slow', day(78), { severity: 'S3', introducedIn: '2.0.0', status: 'fixed' }),
    seen('Before it went live', day(69), { environment: 'staging', severity: 'S4', introducedIn: '2.0.0' }),
    seen('Nothing is shown', day(75) + hours(1), { severity: 'S2', introducedIn: '2.1.0' }),
  )
  await tell('defects', { ...bug, status: 'fixed', fixedIn: '2.1.0', resolvedAt: iso(day(76)) })
  await tell('defects', { ...bug, version: '2.2.0', occurredAt: iso(day(82)) })
}

const rowOf = (page: string, version: string): string =>
  page.split('<tr>').find((row) => row.includes(`>checkout-api ${version}<`)) ?? ''
const linkIn = (row: string, text: RegExp): string =>
  [...row.matchAll(/<a [^>]*href="([^"]+)"[^>]*>(.*?)<\/a>/g)]
    .find(([, , content]) => text.test(textOf(content as string)))?.[1]
    ?.replaceAll('&amp;', '&') ?? ''

describeOnEachEngine('the numbers in the list of releases', (openTestStore) => {
  let pages: HistoryPages
  let rows: readonly ReleaseListRow[]
  beforeEach(async () => {
    pages = await openHistory(openTestStore)
    await tellHistory(pages)
    rows = (await listReleases(pages.deps.store.reader, {}, { limit: 50 })).rows
  })

  test('are those that the rows of the tables add up to', async () => {
    const { db } = pages.store
    const defects = await db.selectFrom('defects').selectAll().where('merged_into_id', 'is', null).execute()
    const lives = await db.selectFrom('generations').selectAll().execute()
    const releases = await db.selectFrom('releases').selectAll().execute()
    const deployments = await db.selectFrom('deployments').selectAll().execute()
    const kindOf = (id: number | null) => releases.find((release) => release.id === id)?.kind
    const recounted = rows.map(({ id, firstProductionAt = Number.POSITIVE_INFINITY }) => {
      const own = defects.filter((defect) => defect.suspect_release_id === id)
      const counts = (some: typeof own) =>
        Object.fromEntries(['S1', 'S2', 'S3', 'S4'].map((one) => [one, some.filter((d) => d.severity === one).length]))
      const after = deployments.filter((deployment) => deployment.replaced_release_id === id)
      return {
        id,
        defects: own.length,
        bySeverity: counts(own),
        openDefects: counts(own.filter(({ open }) => open === 1)),
        foundBy: Array.from(
          { length: FOUND_STEPS + 1 },
          (_, i) => own.filter((defect) => defect.first_seen_at < firstProductionAt + i * FOUND_STEP_MS).length,
        ),
        regressions: new Set(lives.filter(({ release_id }) => release_id === id).map((life) => life.defect_id)).size,
        failedDeployments: deployments.filter((one) => one.release_id === id && one.status === 'failed').length,
        rolledBack: after.filter(({ effect }) => effect === 'rollback').length,
        hotfixes: after
          .filter((one) => one.effect === 'deploy' && kindOf(one.release_id) === 'emergency')
          .map((one) => releases.find((release) => release.id === one.release_id)?.version),
      }
    })
    expect(rows).toMatchObject(recounted)
  })

  test('are not all nothing', () => {
    const of = (version: string) => rows.find((row) => row.version === version)
    expect(of('2.0.0')).toMatchObject({ defects: 4, bySeverity: { S1: 1, S3: 2, S4: 1 }, hotfixes: ['2.0.1'] })
    expect(of('2.0.0')?.foundBy.slice(0, 3)).toEqual([1, 2, 3])
    expect(of('2.1.0')).toMatchObject({ rolledBack: 1, bySeverity: { S2: 1 } })
    expect(of('2.2.0')).toMatchObject({ regressions: 1, failedDeployments: 1, liveIn: ['production'] })
  })

  test('leave out what was merged into another defect', async () => {
    await pages.store.db
      .updateTable('defects')
      .set({ merged_into_id: 5 })
      .where('title', 'in', ['Capture fails', 'Slow'])
      .execute()
    const after = (await listReleases(pages.deps.store.reader, {}, { limit: 50 })).rows
    const of = (version: string) => after.find((row) => row.version === version)
    expect(of('2.0.0')).toMatchObject({ defects: 2, bySeverity: { S1: 0, S3: 1 }, openDefects: { S1: 0, S3: 1 } })
    expect(of('2.2.0')?.regressions).toBe(0)
  })

  test('an emergency release counts for what it was opened on and what it led to', async () => {
    const opened = { form_key: 'a', opened_by: 'user:1', opened_name: 'Ana', opened_at: day(75), reason: 'It fails' }
    const { id: environment_id } = await pages.store.db
      .selectFrom('environments')
      .select('id')
      .where('name', '=', 'production')
      .executeTakeFirstOrThrow()
    await pages.store.db
      .insertInto('emergency_releases')
      .values({
        ...{ ...opened, service_id: 1, environment_id, strategy: 'rollback', state: 'closed', step: 6, generation: 1 },
        ...{ from_version: '2.1.0', target_version: '1.0.0', checks_json: '[]', ticks_json: '{}', needs_review: 0 },
      })
      .execute()
    const { rows: some } = await listReleases(pages.deps.store.reader, { hasEmergency: true }, { limit: 50 })
    expect(some.map(({ service, version }) => `${service} ${version}`)).toEqual([
      'checkout-api 2.1.0',
      'checkout-api 2.0.0',
      'checkout-api 1.0.0',
    ])
  })

  test.each([
    ['verdict=suspect', ['2.2.0']],
    ['verdict=healthy', []],
    ['verdict=too-early', ['search 1.0.0']],
    ['verdict=suspect&service=search', []],
    ['verdict=suspect&kind=minor', ['2.2.0']],
    ['emergency=yes', ['2.0.0']],
    ['emergency=yes&service=search', []],
    ['range=7d', []],
  ])('?%s leaves what matches', async (query, versions) => {
    const page = await pages.read(`/releases?${query}`)
    const found = [...page.matchAll(/<a class="ttl"[^>]*>([^<]+)</g)].map(([, text]) =>
      text?.replace('checkout-api ', ''),
    )
    expect(found).toEqual(versions)
  })
})

describe('the list of releases', () => {
  let pages: HistoryPages
  let page: string
  beforeEach(async () => {
    pages = await openHistory()
    await tellHistory(pages)
    page = await pages.read('/releases')
  })

  test.each([
    ['2.0.0', /^4 defects$/, ['Capture fails', 'Total is stale', 'Slow', 'Before it went live']],
    ['2.0.0', /^3 open$/, ['Capture fails', 'Total is stale', 'Before it went live']],
    ['2.0.0', /^1 S1$/, ['Capture fails']],
    ['2.0.0', /^2 S3$/, ['Total is stale', 'Slow']],
    ['2.1.0', /^1 S2$/, ['Nothing is shown']],
  ])('%s: %s leads to these rows', async (version, text, titles) => {
    const found = await pages.read(linkIn(rowOf(page, version), text))
    const shown = ['Capture fails', 'Total is stale', 'Slow', 'Before it went live', 'Nothing is shown']
    expect(shown.filter((title) => found.includes(`>${title}<`)).sort()).toEqual([...titles].sort())
  })

  test('what came back, what failed and what took a release out lead to where that is told', async () => {
    expect(linkIn(rowOf(page, '2.2.0'), /^1 came back$/)).toBe('/releases/checkout-api/2.2.0?defects=regressed#defects')
    expect(linkIn(rowOf(page, '2.2.0'), /^1 failed$/)).toBe('/releases/checkout-api/2.2.0#deployments')
    expect(linkIn(rowOf(page, '2.1.0'), /^1 rollback$/)).toBe('/releases/checkout-api/2.1.0#deployments')
    expect(linkIn(rowOf(page, '2.0.0'), /^2\.0\.1$/)).toBe('/releases/checkout-api/2.0.1')
  })

  test('draws the first week as far as it has gone', async () => {
    await pages.tell('deployments', deployed('2.3.0', pages.deps.clock() - hours(30)))
    page = await pages.read('/releases')
    const pointsOf = (version: string) => / points="([^"]+)"/.exec(rowOf(page, version))?.[1]?.split(' ').length
    expect(pointsOf('2.0.0')).toBe(FOUND_STEPS + 1)
    expect(pointsOf('2.3.0')).toBe(4)
  })

  test('says beside a dash why a release was not judged', () => {
    expect(rowOf(page, '2.1.0')).toContain('title="Not judged here: it no longer runs.')
    expect(rowOf(page, '2.2.0')).toMatch(/>\d+<\/a><\/b> <span class="t3">vs<\/span> \d+\.\d/)
  })

  test('says that a filter by verdict finds only what runs', async () => {
    expect(textOf(await pages.read('/releases?verdict=healthy'))).toContain(
      'A verdict is found only of releases that run in production now.',
    )
    expect(textOf(page)).not.toContain('A verdict is found only')
    expect(textOf(await pages.read('/releases?verdict=odd&emergency=odd'))).toMatch(/verdict ‘odd’.*emergency ‘odd’/)
  })

  test('judges no more than fifty for a filter, and says so', async () => {
    const at = pages.deps.clock() - hours(1)
    await pages.tell(
      'deployments',
      ...Array.from({ length: 50 }, (_, i) => deployed('1.0.0', at + i, { service: `s${i}` })),
    )
    const early = await pages.read('/releases?verdict=too-early')
    expect(early.match(/<a class="ttl"/g)).toHaveLength(50)
    expect(textOf(early)).toContain('of the 50 deployed last of those that run in production now')
    expect(textOf(await pages.read('/releases?verdict=suspect'))).toContain('No release matches these filters.')
  })

  test('has the same numbers as a file', async () => {
    const csv = await (await pages.visit('/releases.csv?service=checkout-api')).text()
    const [head, ...lines] = csv.replace(/^\uFEFF/, '').split('\r\n')
    const columns = (head as string).split(',')
    const of = (version: string) => {
      const cells = lines.find((line) => line.startsWith(`checkout-api,${version},`))?.split(',') ?? []
      return Object.fromEntries(columns.map((column, i) => [column, cells[i]]))
    }
    expect(of('2.0.0')).toMatchObject({
      defects: '4',
      s1: '1',
      s2: '0',
      s3: '2',
      s4: '1',
      open_s3: '1',
      verdict: 'replaced',
    })
    expect(of('2.0.0')).toMatchObject({ hotfixes: '2.0.1', regressions: '0', rolled_back: '0' })
    expect(of('2.2.0')).toMatchObject({ verdict: 'suspect', regressions: '1', failed_deployments: '1' })
    expect(of('2.2.0').expected).toMatch(/^\d+\.\d$/)
  })
})
