import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type DeliveryMetrics, deliveryMetrics } from '../../../src/core/delivery/delivery-metrics.ts'
import { loadDeliveryFacts, loadDeliveryFactsOf } from '../../../src/store/measures/delivery-facts.ts'
import { countBroughtCommits } from '../../../src/store/releases/brought-commits.ts'
import { stateReleaseCommits } from '../../../src/store/releases/release-content.ts'
import { describeOnEachEngine } from '../../support/stores.ts'
import {
  addReleases,
  DAY,
  HOUR,
  hasFailed,
  histories,
  NOW,
  type Put,
  type Seen,
  writeHistory,
} from '../../support/written-histories.ts'

const SERVICES = [
  { id: 2, name: 'service-2' },
  { id: 1, name: 'service-1' },
]
const PRODUCTION = { id: 1, name: 'production' }
/** What is read from thirty days before is all there is. */
const PERIOD = { from: NOW - 55 * DAY, to: NOW + 1 }

describeOnEachEngine('the delivery metrics of several services', (openTestStore) => {
  test('are those of each alone and of a plain count over the rows, with suspicions read or not', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    await fc.assert(
      fc.asyncProperty(histories, async ({ puts, seen }) => {
        await transaction(async (trx) => {
          await writeHistory(trx, puts, seen)
          // What is fixed is said to be fixed in the third release.
          await trx.updateTable('defects').set({ fixed_in_json: '["1.3.0"]' }).where('status', '=', 'fixed').execute()
        })
        const together = [...(await loadDeliveryFactsOf(db, SERVICES, PRODUCTION, PERIOD, { suspicions: false }))]
        expect(together.map(({ service }) => service)).toEqual(['service-2', 'service-1'])
        const everything = [...(await loadDeliveryFactsOf(db, SERVICES, PRODUCTION, PERIOD))]
        for (const [i, { id, name }] of SERVICES.entries()) {
          const place = { serviceId: id, service: name, environmentId: 1, environment: 'production' }
          const own = await loadDeliveryFacts(db, place, PERIOD)
          expect(everything[i]).toEqual(own)
          const alone = deliveryMetrics(own, PERIOD, NOW)
          const metrics = deliveryMetrics(together[i] as (typeof together)[number], PERIOD, NOW)
          expect(withoutSuspicions(metrics)).toEqual(withoutSuspicions(alone))
          compare(
            metrics,
            puts.filter(({ service }) => service === id),
            seen.filter(({ service }) => service === id),
          )
        }
      }),
      { numRuns: openTestStore.engine === 'sqlite' ? 60 : 20 },
    )
  })

  test('know by what each was replaced that was taken back, also where another does not say', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    const [deploy, rollback] = ['deploy' as const, 'rollback' as const]
    const puts = [
      { service: 1, release: 1, effect: deploy, at: NOW - 9 * DAY },
      { service: 1, release: 2, effect: deploy, at: NOW - 8 * DAY },
      { service: 1, release: 1, effect: rollback, at: NOW - 7 * DAY },
      { service: 1, release: 3, effect: deploy, at: NOW - 6 * DAY },
      { service: 1, release: 1, effect: rollback, at: NOW - 5 * DAY },
    ]
    await transaction((trx) => writeHistory(trx, puts, []))
    await db.updateTable('deployments').set({ replaced_release_id: 13 }).where('id', '=', 5).execute()
    const place = { serviceId: 1, service: 'service-1', environmentId: 1, environment: 'production' }
    const { deployments } = await loadDeliveryFacts(db, place, PERIOD)
    expect(deployments.map(({ id, effect, recoveredById }) => [id, effect, recoveredById])).toEqual([
      [1, 'deploy', undefined],
      [2, 'deploy', undefined],
      [3, 'rollback', undefined],
      [4, 'deploy', 5],
      [5, 'rollback', undefined],
    ])
  })

  test('are counted from defects in the order of their ids, in whichever the database tells them', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    const seen = [1, 5, 2, 4, 3].map((days, i) => ({
      ...{ service: 1, release: 1, severity: 'S1' as const, attribution: 'suspected' as const, lasted: 0, back: null },
      ...{ status: i % 2 === 0 ? ('fixed' as const) : ('open' as const), at: NOW - days * DAY },
    }))
    await transaction(async (trx) => {
      await writeHistory(trx, [{ service: 1, release: 3, effect: 'deploy', at: NOW - HOUR }], seen)
      await trx.updateTable('defects').set({ fixed_in_json: '["1.3.0"]' }).where('status', '=', 'fixed').execute()
      await trx.updateTable('defects').set({ environment_id: null }).where('id', '=', 1).execute()
    })
    const place = { serviceId: 1, service: 'service-1', environmentId: 1, environment: 'production' }
    const { defects, deployments } = await loadDeliveryFacts(db, place, PERIOD)
    expect(defects.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5])
    expect(deployments.map(({ fixesDefectIds }) => fixesDefectIds)).toEqual([[1, 3, 5]])
  })

  test('tell commits by the release that brought them, those listed under an earlier name of it included', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    await transaction((trx) =>
      writeHistory(
        trx,
        [1, 2].map((service) => ({ service, release: 1, effect: 'deploy' as const, at: NOW - DAY })),
        [],
      ),
    )
    await db
      .updateTable('releases')
      .set({ alias_of_id: 11 })
      .where('service_id', '=', 1)
      .where('version', '=', '1.2.0')
      .execute()
    const basket = { sha: 'a', message: 'Add a basket', at: NOW - DAY - 4 * HOUR }
    await transaction(async (trx) => {
      await stateReleaseCommits(trx, 11, [basket, { sha: 'b', message: "Merge branch 'basket'", at: NOW - DAY }])
      await stateReleaseCommits(trx, 12, [
        basket,
        { sha: 'c', message: 'Merger of two baskets', at: NOW - DAY - 6 * HOUR },
        { sha: 'd' },
      ])
    })
    const facts = await loadDeliveryFactsOf(db, SERVICES, PRODUCTION, PERIOD)
    const [other, own] = [...facts].map((one) => deliveryMetrics(one, PERIOD, NOW).changeLeadTime)
    expect(own).toMatchObject({ value: 5, numerator: 2, denominator: 3 })
    expect(other).toMatchObject({ value: null, denominator: 0 })
    const behind = { deploymentIds: own?.denominatorIds ?? [], timed: false }
    expect(await countBroughtCommits(db, behind), 'its rows').toBe(3)
    expect(await countBroughtCommits(db, { ...behind, timed: true })).toBe(2)
  })
})

const withoutSuspicions = ({ changeFailRate, ...others }: DeliveryMetrics) => ({
  ...others,
  changeFailRate: { ...changeFailRate, expectedFailures: undefined },
})

function compare(metrics: DeliveryMetrics, puts: readonly Put[], seen: readonly Seen[]): void {
  const counted = puts.filter(({ at }) => at >= PERIOD.from)
  expect(metrics.deploymentFrequency.numerator).toBe(counted.length)
  const ripe = counted.filter(({ at }) => at + 72 * HOUR <= NOW)
  expect(metrics.changeFailRate).toMatchObject({
    numerator: ripe.filter((put) => hasFailed(put, puts, seen)).length,
    denominator: ripe.length,
  })
  const bringsFix = (put: Put): boolean =>
    put.release === 3 &&
    put === puts.filter(({ release, effect }) => release === 3 && effect === 'deploy').sort((a, b) => a.at - b.at)[0] &&
    seen.some(
      (defect) =>
        defect.status === 'fixed' &&
        defect.severity <= 'S2' &&
        defect.attribution !== 'not-a-change' &&
        defect.at < put.at,
    )
  const unplanned = counted.filter((put) => put.effect === 'rollback' || put.release === 5 || bringsFix(put))
  expect(metrics.deploymentReworkRate.numerator).toBe(unplanned.length)
}
