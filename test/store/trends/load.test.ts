import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { dateIn } from '../../../src/core/time/calendar.ts'
import { divisionsOf, type Trends, trendsOf } from '../../../src/core/trends/trends.ts'
import { listDefects } from '../../../src/store/defects/defect-list.ts'
import { selectDefectsOf } from '../../../src/store/trends/arrivals.ts'
import { countOpenDefects } from '../../../src/store/trends/defect-days.ts'
import { listSevereLives, listSevereLivesAt } from '../../../src/store/trends/lives.ts'
import { loadTrendFacts } from '../../../src/store/trends/load.ts'
import { describeOnEachEngine, testStoresOn } from '../../support/stores.ts'
import {
  addReleases,
  closedAt,
  DAY,
  HOUR,
  hasFailed,
  histories,
  idOf,
  NOW,
  type Put,
  type Seen,
  writeHistory,
} from '../../support/written-histories.ts'

const ZONES = ['UTC', 'America/New_York', 'Asia/Kathmandu']

describeOnEachEngine('the numbers of the trends', (openTestStore) => {
  test('are those of a plain count over the rows, in any zone, for some services and for all', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.constantFrom(...ZONES),
        fc.constantFrom(30, 90),
        fc.constantFrom<readonly number[] | undefined>(undefined, [1], [1, 2]),
        async ({ puts, seen }, zone, days, serviceIds) => {
          await transaction((trx) => writeHistory(trx, puts, seen))
          const divisions = divisionsOf({ from: NOW - days * DAY, to: NOW + 1 }, days, zone)
          const one = serviceIds?.length === 1
          const facts = await loadTrendFacts(db, { environmentId: 1, serviceIds }, divisions, NOW)
          const trends = trendsOf(facts, divisions, { one, zone, now: NOW })
          const isOwn = ({ service }: { service: number }) => serviceIds === undefined || serviceIds.includes(service)
          compare(trends, puts.filter(isOwn), seen.filter(isOwn), zone, one)
        },
      ),
      { numRuns: openTestStore.engine === 'sqlite' ? 60 : 20 },
    )
  })
})

describeOnEachEngine('what is open', (openTestStore) => {
  test('is counted without what was first seen at an instant or later, whatever else is open', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    const seen = Array.from(
      { length: 12 },
      (_, i): Seen => ({
        ...{ service: 1 + (i % 2), release: 1, attribution: 'suspected', lasted: HOUR, back: null },
        ...{ severity: i % 3 === 0 ? 'S1' : 'S4', status: i === 5 ? 'fixed' : 'open', at: NOW - i * DAY },
      }),
    )
    await transaction((trx) => writeHistory(trx, [], seen))
    const before = NOW - 3 * DAY
    const counted = seen.filter(({ status, at }) => status === 'open' && at < before)
    expect(await countOpenDefects(db, { environmentId: 1, serviceIds: undefined }, before)).toBe(counted.length)
    const own = counted.filter(({ service }) => service === 1)
    expect(await countOpenDefects(db, { environmentId: 1, serviceIds: [1] }, before)).toBe(own.length)
    expect([counted.length, own.length]).toEqual([7, 4])
  })
})

describeOnEachEngine('the lives of S1 and S2', (openTestStore) => {
  test('that are read are all that were first seen from an instant on', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    const seen = Array.from(
      { length: 20 },
      (_, i): Seen => ({
        ...{ service: 1, release: 1, severity: 'S2', attribution: 'suspected', status: 'open', lasted: 0, back: null },
        // Two at a time.
        at: NOW - (1 + Math.floor(i / 2)) * DAY,
      }),
    )
    await transaction((trx) => writeHistory(trx, [], seen))
    const place = { environmentId: 1, serviceId: 1 }
    const stretch = { from: NOW - 30 * DAY, to: NOW + 1 }
    for (const [most, read] of [
      [3, 2],
      [4, 4],
      [19, 18],
      [20, 20],
    ] as const) {
      const [lives] = await listSevereLives(db, place, [stretch], most)
      const { total } = await listDefects(
        db,
        { ...place, severities: ['S1', 'S2'], seen: { from: lives?.from, to: stretch.to } },
        { sort: 'worst', limit: 1 },
      )
      expect([lives?.list.length, lives?.cut, total?.count]).toEqual([read, read < 20, read])
      const [ofPlaces] = await listSevereLivesAt(db, [1, null], [stretch], most)
      expect([ofPlaces?.list.length, ofPlaces?.from]).toEqual([read, lives?.from])
    }
  })
})

/** The date in the zone says in which stretch an instant is, whatever the stretches say. */
const dayText = (at: number, zone: string): string => {
  const { year, month, day } = dateIn(at, zone)
  return new Date(Date.UTC(year, month - 1, day)).toISOString().slice(0, 10)
}
const weekText = (at: number, zone: string): string => {
  const midnight = Date.parse(dayText(at, zone))
  return new Date(midnight - ((new Date(midnight).getUTCDay() + 6) % 7) * DAY).toISOString().slice(0, 10)
}

function compare(trends: Trends, puts: readonly Put[], seen: readonly Seen[], zone: string, one: boolean): void {
  const keyOf = trends.fineUnit === 'day' ? dayText : weekText
  for (const stretch of trends.fine) {
    const isIn = (at: number) => keyOf(at, zone) === keyOf(stretch.from, zone)
    const closed = seen.filter((defect) => defect.status !== 'open' && isIn(closedAt(defect)))
    expect(stretch).toMatchObject({
      found: seen.filter(({ at }) => isIn(at)).length,
      fixed: closed.filter(({ status }) => status === 'fixed').length,
      givenUp: closed.filter(({ status }) => status === 'wont-fix').length,
      backlog: seen.filter(
        (defect) => defect.at < stretch.to && (defect.status === 'open' || closedAt(defect) >= stretch.to),
      ).length,
    })
  }
  for (const stretch of trends.coarse) {
    const isIn = (at: number) => weekText(at, zone) === weekText(stretch.from, zone)
    const severe = seen.filter(({ severity, at }) => severity <= 'S2' && isIn(at))
    const placed = puts.filter(({ at }) => isIn(at))
    expect(stretch).toMatchObject({
      lives: { defects: severe.length, fixed: severe.filter(({ status }) => status === 'fixed').length },
      rollbacks: placed.filter(({ effect }) => effect === 'rollback').length,
      emergencies: placed.filter(({ effect, release }) => effect === 'deploy' && release === 5).length,
      regressions: one ? seen.filter(({ back }) => back !== null && isIn(back)).length : 0,
    })
  }
  for (const week of trends.weeks) {
    const isIn = (at: number) => weekText(at, zone) === weekText(week.from, zone)
    const ripe = puts.filter(({ at }) => isIn(at) && at + 72 * HOUR <= NOW)
    expect(week.ripe).toBe(ripe.length)
    expect(week.failed).toBe(ripe.filter((put) => hasFailed(put, puts, seen)).length)
  }
  for (const { service, months } of trends.services)
    for (const [i, { defects, deployments }] of months.entries()) {
      const month = dayText(trends.months[i]?.from ?? 0, zone).slice(0, 7)
      const isIn = (item: { service: number; at: number }) =>
        `service-${item.service}` === service && dayText(item.at, zone).slice(0, 7) === month
      expect([defects, deployments]).toEqual([seen.filter(isIn).length, puts.filter(isIn).length])
    }
  for (const { release, total } of trends.releases.columns) {
    const own = seen.filter(
      (defect) =>
        defect.release !== null &&
        idOf(defect.service, defect.release) === release.releaseId &&
        defect.attribution !== 'not-a-change' &&
        defect.at < release.at + 14 * DAY,
    )
    expect(total).toBe(own.length)
  }
}

const sqliteStores = testStoresOn('sqlite')

test('the defects of releases are found by these, though SQLite takes an environment for a few rows', async () => {
  const { db } = await sqliteStores()
  await sql`analyze`.execute(db)
  // As it counted half a million defects in each environment, from some rows of the index.
  for (const [index, counted] of [
    ['defects_by_environment', '994958 744 744 744 1 1 1'],
    ['defects_by_suspect', '994958 149 115 37 1 1'],
  ])
    await sql`insert into sqlite_stat1 (tbl, idx, stat) values ('defects', ${index}, ${counted})`.execute(db)
  await sql`analyze sqlite_schema`.execute(db)
  const releases = Array.from({ length: 179 }, (_, i) => i + 1)
  const plan = await selectDefectsOf(db, 1, releases).explain<{ detail: string }>(undefined, sql`query plan`)
  expect(plan.map(({ detail }) => detail).join()).toContain('USING INDEX defects_by_suspect')
})
