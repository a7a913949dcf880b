import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { fill as fillDays } from '../../../migrations/20261222T0900_count_unplaced_by_service.ts'
import { fill as fillOpen } from '../../../migrations/20261224T0300_count_open_defects.ts'
import { fill as fillHours } from '../../../migrations/20261225T0900_count_defects_by_hour.ts'
import type { Stretch } from '../../../src/core/time/calendar.ts'
import { type Step, stepsOver } from '../../../src/core/time/steps.ts'
import type { Db } from '../../../src/store/database.ts'
import { countOpen } from '../../../src/store/overview/overview-queries.ts'
import { countDeployments, countNewDefects } from '../../../src/store/overview/period-counts.ts'
import { askedQueries, plansOf } from '../../support/asked-queries.ts'
import { describeOnEachEngine, testStoresOn } from '../../support/stores.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Around the night in which New York puts its clocks forward. */
const SPRING = Date.UTC(2026, 2, 8, 6)
const ZONES = ['UTC', 'America/New_York', 'Asia/Kathmandu']
const STEPS: readonly Step[] = [HOUR, 6 * HOUR, 'day', 'week', 'month']

interface Seen {
  readonly service_id: number | null
  readonly environment_id: number | null
  readonly severity: 'S1' | 'S2' | 'S3' | 'S4'
  readonly open: 0 | 1
  readonly first_seen_at: number
  readonly merged: boolean
}
interface Put {
  readonly service_id: number
  readonly environment_id: number
  readonly release_id: number
  readonly effect: 'deploy' | 'rollback' | 'redeploy' | 'removal' | null
  readonly status: 'succeeded' | 'failed'
  readonly at: number
}

/** Midnights and ends of columns among them. */
const instants = fc.oneof(
  fc.integer({ min: -12 * DAY, max: 12 * DAY }).map((by) => SPRING + by),
  fc.integer({ min: -48, max: 48 }).map((by) => SPRING + by * 6 * HOUR),
)
const environments = fc.constantFrom(1, 1, 2)
const seen: fc.Arbitrary<Seen> = fc.record({
  service_id: fc.constantFrom(1, 2, null),
  environment_id: fc.constantFrom(1, 1, 2, null),
  severity: fc.constantFrom('S1', 'S2', 'S3', 'S4'),
  open: fc.constantFrom(0, 1),
  first_seen_at: instants,
  merged: fc.constantFrom(false, false, false, true),
})
/** What the timeline makes of one that did not succeed is nothing. */
const put: fc.Arbitrary<Put> = fc
  .record({
    service_id: fc.constantFrom(1, 2),
    environment_id: environments,
    release_id: fc.constantFrom(1, 2, 3),
    effect: fc.constantFrom('deploy', 'deploy', 'rollback', 'redeploy', 'removal', null),
    status: fc.constantFrom('succeeded', 'succeeded', 'failed'),
    at: instants,
  })
  .map((one) => (one.status === 'failed' ? { ...one, effect: null } : one)) as fc.Arbitrary<Put>

const id = fc.integer({ min: 2, max: 12 })
/** Written over what the number had, or taken away. */
const changes = <Item>(item: fc.Arbitrary<Item>) =>
  fc.array(fc.record({ id, to: fc.option(item, { nil: undefined, freq: 8 }) }), { maxLength: 25 })

describeOnEachEngine('what came in a stretch of time', (openTestStore) => {
  test('is as counted one by one, in columns of any zone and length, whatever became of it on the way', async () => {
    const { db, transaction } = await openTestStore()
    await addPlaces(db)
    const ends = fc.tuple(instants, instants).filter(([a, b]) => a !== b)
    await fc.assert(
      fc.asyncProperty(
        fc.record({ defects: changes(seen), deployments: changes(put) }),
        ...([ends, fc.constantFrom(...STEPS), fc.constantFrom(...ZONES)] as const),
        async (told, [one, other], step, zone) => {
          const { defects, deployments } = await transaction((trx) => write(trx, told))
          const stretch = { from: Math.min(one, other), to: Math.max(one, other) }
          for (const stretches of [stepsOver(stretch, step, zone), [stretch]]) {
            for (const serviceIds of [undefined, [2], [1, 2], []]) {
              const isOf = (id: number | null) => serviceIds === undefined || (id !== null && serviceIds.includes(id))
              for (const places of [[1, null], [2], [null]]) {
                const own = defects.filter(
                  ({ merged, environment_id, service_id }) =>
                    !merged && places.includes(environment_id) && isOf(service_id),
                )
                expect(await countNewDefects(db, places, stretches, serviceIds)).toEqual(
                  stretches.map((part) => newIn(part, own)),
                )
                expect((await countOpen(db, places, serviceIds)).total).toEqual(
                  newIn(
                    ALWAYS,
                    own.filter(({ open }) => open === 1),
                  ),
                )
              }
              const there = deployments.filter(
                ({ environment_id, service_id }) => environment_id === 1 && isOf(service_id),
              )
              expect(await countDeployments(db, { environmentId: 1, serviceIds }, stretches)).toEqual(
                stretches.map((part) => putIn(part, there)),
              )
            }
          }
          for (const [table, fill] of [
            ['unplaced_defect_days', fillDays],
            ['open_defects', fillOpen],
            ['defect_hours', fillHours],
          ] as const) {
            const kept = await db.selectFrom(table).selectAll().execute()
            await transaction(async (trx) => {
              await trx.deleteFrom(table).execute()
              for (const statement of fill) await sql.raw(statement).execute(trx)
            })
            const filled = await db.selectFrom(table).selectAll().execute()
            expect(sorted(kept)).toEqual(sorted(filled))
          }
        },
      ),
      { numRuns: openTestStore.engine === 'sqlite' ? 60 : 20 },
    )
  })
})

const ALWAYS: Stretch = { from: 0, to: Number.MAX_SAFE_INTEGER }

const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(Object.entries(row).sort())).sort()

function newIn({ from, to }: Stretch, own: readonly Seen[]) {
  const isIn = ({ first_seen_at }: Seen) => first_seen_at >= from && first_seen_at < to
  const of = (severity: string) => own.filter((one) => one.severity === severity && isIn(one)).length
  return { S1: of('S1'), S2: of('S2'), S3: of('S3'), S4: of('S4') }
}

function putIn({ from, to }: Stretch, own: readonly Put[]) {
  const within = own.filter(({ at, status }) => at >= from && at < to && status === 'succeeded')
  return {
    deployments: within.filter(({ effect }) => effect !== 'removal').length,
    rollbacks: within.filter(({ effect }) => effect === 'rollback').length,
  }
}

async function addPlaces(db: Db): Promise<void> {
  const source = { id: 1, slug: 'api', kind: 'native', name: 'API', enabled: 1 as const, created_at: 0 }
  await db.insertInto('sources').values(source).execute()
  for (const id of [1, 2]) {
    await db
      .insertInto('services')
      .values({ id, name: `service-${id}`, order_policy: 'auto', created_at: 0 })
      .execute()
    await db
      .insertInto('environments')
      .values({ id, name: `place-${id}`, tier: 'other', created_at: 0 })
      .execute()
  }
  for (const id of [1, 2, 3])
    await db
      .insertInto('releases')
      .values({
        ...{ id, service_id: 1, version: `1.${id}.0`, facts_json: '{}', kind: id === 3 ? 'emergency' : 'minor' },
        ...{ order_key: '', withdrawn: 0, first_known_at: 0 },
      })
      .execute()
  // What others are merged into; in a place of which nothing is asked.
  await db.insertInto('environments').values({ id: 3, name: 'elsewhere', tier: 'other', created_at: 0 }).execute()
  const other: Seen = { service_id: 1, environment_id: 3, severity: 'S1', open: 1, first_seen_at: 0, merged: false }
  await db
    .insertInto('defects')
    .values({ id: 1, ...defectOf(other) })
    .execute()
}

interface Told {
  readonly defects: readonly { readonly id: number; readonly to: Seen | undefined }[]
  readonly deployments: readonly { readonly id: number; readonly to: Put | undefined }[]
}

/** In place of what was written before; what there is then. */
async function write(trx: Db, told: Told): Promise<{ defects: Seen[]; deployments: Put[] }> {
  await trx.deleteFrom('defects').where('id', '>', 1).execute()
  await trx.deleteFrom('deployments').execute()
  const defects = new Map<number, Seen>()
  for (const { id, to } of told.defects) {
    if (to && defects.has(id)) await trx.updateTable('defects').set(defectOf(to)).where('id', '=', id).execute()
    else if (to)
      await trx
        .insertInto('defects')
        .values({ id, ...defectOf(to) })
        .execute()
    else await trx.deleteFrom('defects').where('id', '=', id).execute()
    if (to) defects.set(id, to)
    else defects.delete(id)
  }
  const deployments = new Map<number, Put>()
  for (const { id, to } of told.deployments) {
    if (to && deployments.has(id)) await trx.updateTable('deployments').set(to).where('id', '=', id).execute()
    else if (to)
      await trx
        .insertInto('deployments')
        .values({ id, natural_key: String(id), source_id: 1, facts_json: '{}', action: 'deploy', ...to })
        .execute()
    else await trx.deleteFrom('deployments').where('id', '=', id).execute()
    if (to) deployments.set(id, to)
    else deployments.delete(id)
  }
  return { defects: [...defects.values()], deployments: [...deployments.values()] }
}

const defectOf = ({ merged, ...columns }: Seen) => ({
  ...columns,
  ...{ title: 'A defect', status: columns.open === 1 ? 'open' : 'fixed', status_at: columns.first_seen_at },
  ...{ last_seen_at: columns.first_seen_at, detected_at: columns.first_seen_at, occurrences: 1 },
  ...{ fixed_in_json: '[]', decisions_json: '{}', attribution: 'unattributed', attribution_method: 'test' },
  merged_into_id: merged ? 1 : null,
})

const sqliteStores = testStoresOn('sqlite')

test('months are added up from days, and what is cut off them is found by index', async () => {
  const { db } = await sqliteStores()
  const stretches = stepsOver({ from: SPRING - 183 * DAY, to: SPRING }, 'week', 'Asia/Kathmandu')
  const plans = await plansOf(db, async (noting) => {
    await countNewDefects(noting, [1, null], stretches)
    await countDeployments(noting, { environmentId: 1 }, stretches)
  })
  expect(
    plans.filter((detail) => /SEARCH d USING PRIMARY KEY|SEARCH d USING INDEX sqlite_autoindex/.test(detail)),
  ).toHaveLength(4)
  const ofRows = plans.filter((detail) =>
    /(SEARCH|SCAN) (?:(defects|deployments)\b|d USING .*INDEX defects_)|SCAN d\b/.test(detail),
  )
  expect(new Set(ofRows.map((detail) => detail.replace(/COVERING | \(.*/g, '')))).toEqual(
    new Set([
      'SEARCH d USING INDEX defects_by_environment',
      'SEARCH deployments USING INDEX deployments_placed',
      'SEARCH deployments USING INDEX deployments_of_no_effect',
    ]),
  )
})

test('columns of hours are added up from hours, and only what is cut off at an end is counted', async () => {
  const { db } = await sqliteStores()
  const from = SPRING - DAY - 20 * 60_000
  const [first, ...others] = stepsOver({ from, to: SPRING }, HOUR, 'UTC')
  const asked = await askedQueries(db, (noting) => countNewDefects(noting, [1], [first as Stretch, ...others]))
  expect(
    asked.map(({ sql }) =>
      [...sql.matchAll(/\b(?:defect\w*|unplaced\w*)(?="? d\b|$|\s+where)/gm)].map(([name]) => name),
    ),
  ).toEqual([['defect_hours'], ['defects']])
  expect(asked[1]?.parameters[0]).toBe(JSON.stringify([[0, from, from + 20 * 60_000]]))
})
