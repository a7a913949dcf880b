import fc from 'fast-check'
import { expect, test } from 'vitest'
import { dateIn } from '../../../src/core/time/calendar.ts'
import { divisionsOf, type Trends, trendsOf } from '../../../src/core/trends/trends.ts'
import type { Db } from '../../../src/store/database.ts'
import { loadTrendFacts } from '../../../src/store/trends/load.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Some weeks after New York put its clocks back. */
const NOW = Date.UTC(2026, 10, 26, 3, 20)
const ZONES = ['UTC', 'America/New_York', 'Asia/Kathmandu']

interface Put {
  readonly service: number
  readonly release: number
  readonly effect: 'deploy' | 'rollback'
  readonly at: number
}
interface Seen {
  readonly service: number
  readonly release: number | null
  readonly severity: 'S1' | 'S2' | 'S3' | 'S4'
  readonly attribution: 'attributed' | 'suspected' | 'manual' | 'not-a-change'
  readonly status: 'open' | 'fixed' | 'wont-fix'
  readonly at: number
  readonly lasted: number
  readonly back: number | null
}

const ago = fc.integer({ min: 1, max: 80 * 24 * 60 }).map((minutes) => NOW - minutes * 60_000)
const services = fc.constantFrom(1, 2)
/** Two services with five releases each; every fifth is an emergency release. */
const releases = fc.integer({ min: 1, max: 5 })
const histories = fc.record({
  puts: fc.array(
    fc.record({
      service: services,
      release: releases,
      effect: fc.constantFrom('deploy', 'deploy', 'rollback'),
      at: ago,
    }),
    { maxLength: 25 },
  ),
  seen: fc.array(
    fc.record({
      service: services,
      release: fc.option(releases, { nil: null }),
      severity: fc.constantFrom('S1', 'S2', 'S3', 'S4'),
      attribution: fc.constantFrom('attributed', 'suspected', 'manual', 'not-a-change'),
      status: fc.constantFrom('open', 'fixed', 'wont-fix'),
      at: ago,
      lasted: fc.integer({ min: 0, max: 20 * 24 * 60 }).map((minutes) => minutes * 60_000),
      back: fc.option(ago, { nil: null }),
    }),
    { maxLength: 20 },
  ),
}) as fc.Arbitrary<{ puts: Put[]; seen: Seen[] }>

const closedAt = ({ at, lasted }: Seen): number => Math.min(NOW, at + lasted)
const idOf = (service: number, release: number): number => service * 10 + release

describeOnEachEngine('the numbers of the trends', (openTestStore) => {
  test('are those of a plain count over the rows, in any zone, for one service and for all', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    await fc.assert(
      fc.asyncProperty(
        histories,
        fc.constantFrom(...ZONES),
        fc.constantFrom(30, 90),
        fc.constantFrom(undefined, 1),
        async ({ puts, seen }, zone, days, serviceId) => {
          await transaction((trx) => write(trx, puts, seen))
          const divisions = divisionsOf({ from: NOW - days * DAY, to: NOW + 1 }, days, zone)
          const facts = await loadTrendFacts(db, { environmentId: 1, serviceId }, divisions, NOW)
          const trends = trendsOf(facts, divisions, { one: serviceId !== undefined, zone, now: NOW })
          const isOwn = ({ service }: { service: number }) => serviceId === undefined || service === serviceId
          compare(trends, puts.filter(isOwn), seen.filter(isOwn), zone, serviceId !== undefined)
        },
      ),
      { numRuns: openTestStore.engine === 'sqlite' ? 60 : 20 },
    )
  }, 120_000)
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

/** Rolled back by the next within 72 hours, or the last that brought a release with a severe defect of its own. */
function hasFailed(put: Put, puts: readonly Put[], seen: readonly Seen[]): boolean {
  const own = puts.filter(({ service }) => service === put.service).sort(byTime)
  const next = own[own.indexOf(put) + 1]
  if (next?.effect === 'rollback' && next.at <= put.at + 72 * HOUR) return true
  const placed = own.filter(({ release }) => release === put.release)
  const brought = placed.filter(({ effect }) => effect === 'deploy')
  const candidates = brought.length > 0 ? brought : placed
  return seen.some(
    ({ service, release, severity, attribution, at }) =>
      service === put.service &&
      release === put.release &&
      severity <= 'S2' &&
      (attribution === 'attributed' || attribution === 'manual') &&
      (candidates.findLast((one) => one.at <= at) ?? candidates[0]) === put,
  )
}

/** Of those at the same time the one that was written first comes first; `write` keeps to the order of the list. */
const byTime = (a: Put, b: Put): number => a.at - b.at

async function addReleases(db: Db): Promise<void> {
  await db
    .insertInto('sources')
    .values({ id: 1, slug: 'api', kind: 'native', name: 'API', enabled: 1, created_at: 0 })
    .execute()
  await db.insertInto('environments').values({ id: 1, name: 'production', tier: 'production', created_at: 0 }).execute()
  for (const service of [1, 2]) {
    await db
      .insertInto('services')
      .values({ id: service, name: `service-${service}`, order_policy: 'semver', created_at: 0 })
      .execute()
    for (const release of [1, 2, 3, 4, 5])
      await db
        .insertInto('releases')
        .values({
          ...{ id: idOf(service, release), service_id: service, version: `1.${release}.0`, facts_json: '{}' },
          ...{ kind: release === 5 ? 'emergency' : 'minor', order_key: '', withdrawn: 0, first_known_at: 0 },
        })
        .execute()
  }
}

async function write(db: Db, puts: readonly Put[], seen: readonly Seen[]): Promise<void> {
  for (const table of ['generations', 'defects', 'first_deployments', 'deployments'] as const)
    await db.deleteFrom(table).execute()
  for (const [i, { service, release, effect, at }] of puts.entries())
    await db
      .insertInto('deployments')
      .values({
        ...{ id: i + 1, natural_key: String(i), source_id: 1, service_id: service, environment_id: 1 },
        ...{ release_id: idOf(service, release), facts_json: '{}', status: 'succeeded', action: 'deploy' },
        ...{ effect, at },
      })
      .execute()
  const firsts = new Map<number, Put>()
  for (const put of [...puts].sort(byTime)) {
    const id = idOf(put.service, put.release)
    if (!firsts.has(id)) firsts.set(id, put)
  }
  for (const [release_id, { service, at }] of firsts)
    await db
      .insertInto('first_deployments')
      .values({ service_id: service, environment_id: 1, release_id, at })
      .execute()
  for (const [i, defect] of seen.entries()) {
    const open = defect.status === 'open'
    await db
      .insertInto('defects')
      .values({
        ...{ id: i + 1, title: 'A defect', service_id: defect.service, environment_id: 1, severity: defect.severity },
        ...{ status: defect.status, open: open ? 1 : 0, first_seen_at: defect.at, last_seen_at: defect.at },
        ...{ detected_at: defect.at, occurrences: 1, fixed_in_json: '[]', decisions_json: '{}' },
        ...{ status_at: open ? defect.at : closedAt(defect), resolved_at: open ? null : closedAt(defect) },
        ...{ attribution: defect.attribution, attribution_method: 'test' },
        suspect_release_id: defect.release === null ? null : idOf(defect.service, defect.release),
      })
      .execute()
    if (defect.back !== null)
      await db
        .insertInto('generations')
        .values({ defect_id: i + 1, number: 2, since_at: defect.back, fixed_in_json: '[]' })
        .execute()
  }
}
