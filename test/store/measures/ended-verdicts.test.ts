import { expect, test } from 'vitest'
import { judgeRelease, type VerdictFacts } from '../../../src/core/verdict/verdict.ts'
import { EndedVerdicts } from '../../../src/store/measures/ended-verdicts.ts'
import { loadVerdictFactsOf } from '../../../src/store/measures/verdict-facts.ts'
import { findEnvironment } from '../../../src/store/services/services.ts'
import { day, hours } from '../../support/factories.ts'
import { deployed, openHistory, seen } from '../../support/history-pages.ts'
import { textOf } from '../../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

/** Numbers would make the titles of one defect. */
const WORDS = ['Cart', 'Search', 'Login', 'Mail', 'Stock', 'Basket', 'Refund', 'Voucher']
const START = 60
const DAYS_EACH = 3

/** Eight releases of three days with a defect each; 4.7.0 runs. */
async function eightReleases(openTestStore: OpenTestStore) {
  const pages = await openHistory(openTestStore)
  const went = WORDS.map((_, i) => day(START + DAYS_EACH * i))
  await pages.tell('deployments', ...went.map((at, i) => deployed(`4.${i}.0`, at)))
  await pages.tell('defects', ...went.map((at, i) => seen(`${WORDS[i]} breaks`, at + hours(5))))
  return pages
}

/** What is asked of the verdicts on 4.5.0, 4.6.0 and what runs, who was judged for it, and what a first look says. */
async function watching(openTestStore: OpenTestStore, most?: number) {
  const pages = await eightReleases(openTestStore)
  const { db, reader } = pages.store
  const judged: string[] = []
  const counted = (facts: VerdictFacts, now: number) => {
    judged.push(facts.release.version)
    return judgeRelease(facts, now)
  }
  const ended = new EndedVerdicts(counted, most)
  const environment = await findEnvironment(db, 'production')
  if (!environment) throw new Error('no production')
  return {
    ...pages,
    ended,
    async ask(now: number, ...versions: string[]) {
      judged.length = 0
      const rows = await reader
        .selectFrom('releases')
        .select(['id as releaseId', 'service_id as serviceId', 'version'])
        .where('version', 'in', versions)
        .orderBy('id')
        .execute()
      const releases = rows.map((row) => ({ ...row, serviceId: row.serviceId as number, service: 'checkout-api' }))
      const verdicts = await ended.of(reader, releases, environment, now)
      const facts = await loadVerdictFactsOf(reader, releases, environment, now)
      const afresh = releases.map(({ releaseId }) => judgeRelease(facts.get(releaseId) as VerdictFacts, now))
      expect([...verdicts.values()].map(({ word }) => word)).toEqual(afresh.map(({ word }) => word))
      expect([...verdicts.values()].map(({ comparison }) => comparison?.lifeDays)).toEqual(
        afresh.map(({ comparison }) => comparison?.lifeDays),
      )
      return [...judged]
    },
  }
}

const NOW = day(START + DAYS_EACH * WORDS.length)

describeOnEachEngine('verdicts on releases that were replaced', (openTestStore) => {
  test('are kept while nothing about them changes, however much is new of what runs', async () => {
    const { ask, tell } = await watching(openTestStore)
    expect(await ask(NOW, '4.5.0', '4.6.0')).toEqual(['4.5.0', '4.6.0'])
    expect(await ask(NOW + hours(1), '4.5.0', '4.6.0')).toEqual([])
    await tell('defects', seen('Totals are wrong', NOW - hours(1)))
    await tell('deployments', deployed('4.8.0', NOW))
    expect(await ask(NOW + hours(9), '4.5.0', '4.6.0')).toEqual([])
  })

  test.each<{ what: string; told: Parameters<Awaited<ReturnType<typeof openHistory>>['tell']>; anew: string[] }>([
    {
      what: 'a defect seen late',
      told: ['defects', seen('Totals are wrong', day(START + 19))],
      anew: ['4.6.0'],
    },
    {
      what: 'a defect of an earlier release',
      told: ['defects', seen('Totals are wrong', day(START + 1))],
      anew: ['4.5.0', '4.6.0'],
    },
    {
      what: 'a deployment told late',
      told: ['deployments', deployed('4.5.1', day(START + 17))],
      anew: ['4.5.0', '4.6.0'],
    },
    {
      what: 'a severe defect that is said to be its own',
      told: ['defects', seen('Money is lost', NOW - hours(1), { severity: 'S1', introducedIn: '4.5.0' })],
      anew: ['4.5.0'],
    },
    {
      what: 'an earlier release put back over it',
      told: ['deployments', deployed('4.5.0', day(START + 20), { rollback: true })],
      anew: ['4.5.0', '4.6.0'],
    },
  ])('are made anew after $what', async ({ told, anew }) => {
    const { ask, tell } = await watching(openTestStore)
    await ask(NOW, '4.5.0', '4.6.0')
    await tell(...told)
    expect(await ask(NOW, '4.5.0', '4.6.0')).toEqual(anew)
    expect(await ask(NOW, '4.5.0', '4.6.0')).toEqual([])
  })

  test('are made anew after a defect turns out to be of no change, and after two are one', async () => {
    const { ask, store } = await watching(openTestStore)
    await ask(NOW, '4.5.0', '4.6.0')
    const own = await store.db
      .selectFrom('defects')
      .select('id')
      .where('title', '=', 'Refund breaks')
      .executeTakeFirst()
    if (!own) throw new Error('no such defect')
    await store.db.updateTable('defects').set({ attribution: 'not-a-change' }).where('id', '=', own.id).execute()
    expect(await ask(NOW, '4.5.0', '4.6.0')).toEqual(['4.6.0'])
    await store.db.updateTable('defects').set({ merged_into_id: own.id }).where('title', '=', 'Basket breaks').execute()
    expect(await ask(NOW, '4.5.0', '4.6.0')).toEqual(['4.5.0', '4.6.0'])
  })

  test('are those of now where one runs, or is put there later', async () => {
    const { ask, tell } = await watching(openTestStore)
    expect(await ask(NOW, '4.6.0', '4.7.0')).toEqual(['4.6.0', '4.7.0'])
    expect(await ask(NOW + hours(1), '4.6.0', '4.7.0')).toEqual(['4.7.0'])
    await tell('deployments', deployed('4.8.0', NOW + hours(2)))
    // As somebody sees it who looks before.
    expect(await ask(NOW + hours(1), '4.7.0')).toEqual(['4.7.0'])
    expect(await ask(NOW + hours(1), '4.7.0')).toEqual(['4.7.0'])
    expect(await ask(NOW + hours(3), '4.7.0')).toEqual(['4.7.0'])
    expect(await ask(NOW + hours(9), '4.7.0')).toEqual([])
  })

  test('are forgotten, those first that were asked for longest ago', async () => {
    const { ask } = await watching(openTestStore, 2)
    await ask(NOW, '4.4.0', '4.5.0')
    expect(await ask(NOW, '4.4.0')).toEqual([])
    expect(await ask(NOW, '4.6.0')).toEqual(['4.6.0'])
    expect(await ask(NOW, '4.4.0')).toEqual([])
    expect(await ask(NOW, '4.5.0')).toEqual(['4.5.0'])
  })

  test('stand on the page of the service, and follow what comes late', async () => {
    const { read, tell } = await eightReleases(openTestStore)
    const wordOf = async (version: string) =>
      textOf((await read('/services/checkout-api')).split('<tr').find((row) => row.includes(`/${version}"`)) ?? '')
    expect(await wordOf('4.5.0')).toMatch(/Replaced.*ended (unclear|healthy)/)
    await tell('defects', seen('Money is lost', day(START + 17), { severity: 'S1', introducedIn: '4.5.0' }))
    expect(await wordOf('4.5.0')).toMatch(/Replaced.*ended suspect/)
  })
})
