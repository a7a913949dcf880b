import { expect, test } from 'vitest'
import { hiddenInRelease } from '../../../src/core/signals/place-signals.ts'
import { judgeRelease, type VerdictFacts } from '../../../src/core/verdict/verdict.ts'
import { listLivePlaces } from '../../../src/store/measures/signal-facts.ts'
import { loadVerdictFactsOf } from '../../../src/store/measures/verdict-facts.ts'
import { findEnvironment } from '../../../src/store/services/services.ts'
import { qualityReader, StandingQuality } from '../../../src/web/pages/standing-quality.ts'
import { day, hours } from '../../support/factories.ts'
import { deployed, openHistory, seen } from '../../support/history-pages.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

describeOnEachEngine('the quality of what runs', (openTestStore) => {
  test('is judged together, anew for whom something has changed, and as the release’s own page does', async () => {
    const { store, tell } = await openHistory(openTestStore)
    const words = ['Cart', 'Search', 'Login', 'Mail', 'Stock']
    await tell(
      'deployments',
      ...words.map((_, i) => deployed(`4.${i}.0`, day(66 + 3 * i))),
      deployed('4.18.0', day(84)),
      deployed('1.0.0', day(84), { service: 'ledger' }),
    )
    await tell('defects', ...words.map((word, i) => seen(`${word} breaks`, day(84) + hours(i + 1))))
    const environment = await findEnvironment(store.db, 'production')
    if (!environment) throw new Error('no production')
    const judged: string[][] = []
    const standing = new StandingQuality(async (db, releases, place, now) => {
      judged.push(releases.map(({ service }) => service))
      return await loadVerdictFactsOf(db, releases, place, now)
    })
    const ask = async (now: number) => {
      judged.length = 0
      const places = await listLivePlaces(store.reader, environment.id, { limit: 10 })
      const qualityOf = await qualityReader(store, standing, environment, now)
      const found = await qualityOf(places)
      const facts = await loadVerdictFactsOf(store.reader, places, environment, now)
      return { places, found, facts, judged: [...judged] }
    }
    const now = day(86)
    const first = await ask(now)
    expect(first.judged).toEqual([['checkout-api', 'ledger']])
    for (const { releaseId } of first.places) {
      const facts = first.facts.get(releaseId) as VerdictFacts
      expect(first.found.get(releaseId)).toEqual({
        verdict: judgeRelease(facts, now),
        hidden: hiddenInRelease(facts, now),
      })
    }
    const second = await ask(now + 60_000)
    expect(second.judged).toEqual([])
    expect(second.found).toEqual(first.found)
    await tell('defects', seen('Captures fail', day(86)))
    expect((await ask(now + 120_000)).judged).toEqual([['checkout-api']])
    expect((await ask(now + hours(2))).judged).toEqual([['checkout-api', 'ledger']])
  })
})
