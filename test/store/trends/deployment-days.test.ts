import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { fill } from '../../../migrations/20261220T1300_add_deployment_days.ts'
import { NO_CHANGES } from '../../../src/core/delivery/changes.ts'
import { failedDeployments } from '../../../src/core/delivery/failed-deployments.ts'
import { type CalendarUnit, stretchesOver } from '../../../src/core/time/calendar.ts'
import type { PlacedCounts } from '../../../src/core/trends/change-failures.ts'
import { judgedAtomsOf } from '../../../src/core/trends/trends.ts'
import type { Db } from '../../../src/store/database.ts'
import { countPlaced } from '../../../src/store/trends/deployment-days.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
/** Around the night in which New York puts its clocks forward. */
const SPRING = Date.UTC(2026, 2, 8, 6)
const NOW = SPRING + 3 * DAY + 5 * HOUR
const ZONES = ['UTC', 'America/New_York', 'Asia/Kathmandu']

interface Placed {
  readonly service_id: number
  readonly environment_id: number
  readonly release_id: number | null
  readonly effect: string | null
  readonly at: number
}
interface Seen {
  readonly service_id: number | null
  readonly environment_id: number | null
  readonly suspect_release_id: number | null
  readonly severity: string
  readonly attribution: string
  readonly first_seen_at: number
  readonly merged: boolean
}

/** Few, so that many meet, some at the same instant. */
const instants = fc.integer({ min: -48, max: 48 }).map((steps) => SPRING + steps * 3 * HOUR)
const releases = fc.constantFrom(1, 2, 3, 4, null)
const placed: fc.Arbitrary<Placed> = fc.record({
  service_id: fc.constantFrom(1, 1, 2),
  environment_id: fc.constantFrom(1, 1, 1, 2),
  release_id: releases,
  effect: fc.constantFrom('deploy', 'deploy', 'deploy', 'rollback', 'rollback', 'redeploy', 'removal', null),
  at: instants,
})
const seen: fc.Arbitrary<Seen> = fc.record({
  service_id: fc.constantFrom(1, 1, 1, 2, null),
  environment_id: fc.constantFrom(1, 1, 2, null),
  suspect_release_id: releases,
  severity: fc.constantFrom('S1', 'S2', 'S2', 'S3'),
  attribution: fc.constantFrom('attributed', 'attributed', 'manual', 'suspected', 'not-a-change'),
  first_seen_at: instants,
  merged: fc.constantFrom(false, false, false, true),
})
/** Few defects, so that most are changed several times. */
const ids = { put: fc.integer({ min: 2, max: 8 }), seen: fc.integer({ min: 2, max: 4 }) }
type Step =
  | { readonly what: 'put'; readonly id: number; readonly to: Placed | undefined }
  | { readonly what: 'seen'; readonly id: number; readonly to: Seen | undefined }
  | { readonly what: 'kind'; readonly id: number; readonly to: string }
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        what: fc.constant('put' as const),
        id: ids.put,
        to: fc.option(placed, { nil: undefined, freq: 8 }),
      }),
    },
    {
      weight: 6,
      arbitrary: fc.record({
        what: fc.constant('seen' as const),
        id: ids.seen,
        to: fc.option(seen, { nil: undefined, freq: 8 }),
      }),
    },
    {
      weight: 1,
      arbitrary: fc.record({
        what: fc.constant('kind' as const),
        id: fc.integer({ min: 1, max: 4 }),
        to: fc.constantFrom('emergency', 'minor', 'patch'),
      }),
    },
  ),
  { minLength: 12, maxLength: 40, size: 'max' },
)

class History {
  readonly puts = new Map<number, Placed>()
  readonly seen = new Map<number, Seen>()
  readonly kinds = new Map<number, string>()

  kindOf({ effect, release_id }: Placed): 'deployments' | 'rollbacks' | 'emergencies' {
    if (effect === 'rollback') return 'rollbacks'
    return this.kinds.get(release_id ?? 0) === 'emergency' ? 'emergencies' : 'deployments'
  }

  /** Ids of the deployments that failed, by the rule for one service in one environment. */
  failed(): number[] {
    const places = [1, 2].flatMap((serviceId) => [1, 2].map((environmentId) => [serviceId, environmentId] as const))
    return places
      .flatMap(([serviceId, environmentId]) =>
        failedDeployments({
          ...{ service: '', environment: '', knownSince: 0 },
          deployments: [...this.puts]
            .filter(([, one]) => one.service_id === serviceId && one.environment_id === environmentId)
            .map(([id, { release_id, effect, at }]) => ({
              ...{ id, releaseId: release_id ?? undefined, status: 'succeeded' as const, finishedAt: at },
              effect: (effect ?? undefined) as 'deploy' | undefined,
              ...{ changes: NO_CHANGES, emergencyScore: 0, mendsDeploymentIds: [], fixesDefectIds: [] },
            })),
          defects: [...this.seen]
            .filter(
              ([, one]) =>
                one.service_id === serviceId && (one.environment_id ?? environmentId) === environmentId && !one.merged,
            )
            .map(([id, { severity, first_seen_at, suspect_release_id, attribution }]) => ({
              ...{ id, severity: severity as 'S1', openedAt: first_seen_at, suspects: [] },
              attributedReleaseId:
                attribution === 'attributed' || attribution === 'manual'
                  ? (suspect_release_id ?? undefined)
                  : undefined,
            })),
        }),
      )
      .map(({ deployment }) => deployment.id)
      .sort((a, b) => a - b)
  }

  counts(failed: readonly number[], isOwn: (one: Placed) => boolean): PlacedCounts {
    const counts = { deployments: 0, rollbacks: 0, emergencies: 0, failed: 0 }
    for (const [id, one] of this.puts) {
      if ((one.effect !== 'deploy' && one.effect !== 'rollback') || !isOwn(one)) continue
      counts[this.kindOf(one)]++
      if (failed.includes(id)) counts.failed++
    }
    return counts
  }
}

describeOnEachEngine('deployments by day, and those that failed', (openTestStore) => {
  test('are kept as they would be counted, whatever became of deployments, defects and releases on the way', async () => {
    const { db, transaction } = await openTestStore()
    await addPlaces(db)
    const zones = fc.constantFrom(...ZONES)
    const units = fc.constantFrom<CalendarUnit>('day', 'week')
    await fc.assert(
      fc.asyncProperty(steps, zones, units, async (told, zone, unit) => {
        const history = new History()
        await transaction(async (trx) => {
          await trx.deleteFrom('defects').where('id', '>', 1).execute()
          await trx.deleteFrom('deployments').execute()
          await trx.updateTable('releases').set({ kind: 'minor' }).execute()
          for (const step of told) await take(trx, history, step)
        })
        const failed = history.failed()
        const kept = await db.selectFrom('failed_deployments').selectAll().orderBy('deployment_id').execute()
        expect(kept).toEqual(
          failed.map((deployment_id) => {
            const { environment_id, service_id, at } = history.puts.get(deployment_id) as Placed
            return { deployment_id, environment_id, service_id, at }
          }),
        )
        const days = await db.selectFrom('deployment_days').selectAll().execute()
        const dayOf = (at: number) => Math.floor(at / DAY)
        for (const { environment_id, day, service_id, ...counts } of days)
          expect(counts).toEqual(
            history.counts(
              failed,
              (one) => one.environment_id === environment_id && one.service_id === service_id && dayOf(one.at) === day,
            ),
          )
        const places = [...history.puts.values()]
          .filter(({ effect }) => effect === 'deploy' || effect === 'rollback')
          .map((one) => `${one.environment_id} ${dayOf(one.at)} ${one.service_id}`)
        // Nothing is left of what was taken back.
        expect(days.map((one) => `${one.environment_id} ${one.day} ${one.service_id}`).sort()).toEqual(
          [...new Set(places)].sort(),
        )

        // A database that had all of it before gets the same.
        await transaction(async (trx) => {
          for (const table of ['failed_deployments', 'deployment_days'] as const) await trx.deleteFrom(table).execute()
          for (const statement of fill) await sql.raw(statement).execute(trx)
        })
        const filled = await db.selectFrom('deployment_days').selectAll().execute()
        expect(sorted(filled)).toEqual(sorted(days))
        expect(await db.selectFrom('failed_deployments').selectAll().orderBy('deployment_id').execute()).toEqual(kept)

        const stretches = judgedAtomsOf(
          stretchesOver({ from: SPRING - 7 * DAY, to: SPRING + 7 * DAY }, unit, zone),
          NOW,
        )
        const all = await countPlaced(db, { environmentId: 1 }, stretches)
        const one = await countPlaced(db, { environmentId: 1, serviceIds: [1] }, stretches)
        const expectedOf = (serviceId: number) =>
          stretches.map(({ from, to }) =>
            history.counts(
              failed,
              (put) => put.environment_id === 1 && put.service_id === serviceId && put.at >= from && put.at < to,
            ),
          )
        const nothing = stretches.map(() => ({ deployments: 0, rollbacks: 0, emergencies: 0, failed: 0 }))
        for (const serviceId of [1, 2]) expect(all.get(serviceId) ?? nothing).toEqual(expectedOf(serviceId))
        expect(one.get(1) ?? nothing).toEqual(expectedOf(1))
        expect(one.has(2)).toBe(false)
      }),
      { numRuns: openTestStore.engine === 'sqlite' ? 150 : 40 },
    )
  }, 120_000)
})

const sorted = (rows: readonly unknown[]): string[] => rows.map((row) => JSON.stringify(row)).sort()

async function addPlaces(db: Db): Promise<void> {
  await db
    .insertInto('sources')
    .values({ id: 1, slug: 'api', kind: 'native', name: 'API', enabled: 1, created_at: 0 })
    .execute()
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
  for (const id of [1, 2, 3, 4])
    await db
      .insertInto('releases')
      .values({
        ...{ id, service_id: 1, version: `1.${id}.0`, facts_json: '{}', kind: 'minor', order_key: '' },
        ...{ withdrawn: 0, first_known_at: 0 },
      })
      .execute()
  // What the others are merged into.
  await db
    .insertInto('defects')
    .values({ id: 1, ...columnsOf(HARMLESS) })
    .execute()
}

async function take(db: Db, history: History, step: Step): Promise<void> {
  if (step.what === 'kind') {
    await db.updateTable('releases').set({ kind: step.to }).where('id', '=', step.id).execute()
    history.kinds.set(step.id, step.to)
  } else if (step.what === 'put') await put(db, history.puts, step)
  else await see(db, history.seen, step)
}

async function put(
  db: Db,
  kept: Map<number, Placed>,
  { id, to }: { readonly id: number; readonly to: Placed | undefined },
): Promise<void> {
  if (!to) {
    await db.deleteFrom('deployments').where('id', '=', id).execute()
    kept.delete(id)
    return
  }
  if (kept.has(id)) await db.updateTable('deployments').set(to).where('id', '=', id).execute()
  else
    await db
      .insertInto('deployments')
      .values({
        ...{ id, natural_key: String(id), source_id: 1, facts_json: '{}', status: 'succeeded', action: 'deploy' },
        ...to,
      })
      .execute()
  kept.set(id, to)
}

async function see(
  db: Db,
  kept: Map<number, Seen>,
  { id, to }: { readonly id: number; readonly to: Seen | undefined },
): Promise<void> {
  if (!to) {
    await db.deleteFrom('defects').where('id', '=', id).execute()
    kept.delete(id)
    return
  }
  if (kept.has(id)) await db.updateTable('defects').set(columnsOf(to)).where('id', '=', id).execute()
  else
    await db
      .insertInto('defects')
      .values({ id, ...columnsOf(to) })
      .execute()
  kept.set(id, to)
}

const HARMLESS: Seen = {
  ...{ service_id: null, environment_id: null, suspect_release_id: null, severity: 'S4' },
  ...{ attribution: 'suspected', first_seen_at: SPRING, merged: false },
}

const columnsOf = ({ merged, ...state }: Seen) => ({
  ...state,
  ...{ title: 'A defect', status: 'open', open: 1 as const, status_at: state.first_seen_at },
  ...{ last_seen_at: state.first_seen_at, detected_at: state.first_seen_at, occurrences: 1 },
  ...{ fixed_in_json: '[]', decisions_json: '{}', attribution_method: 'test', merged_into_id: merged ? 1 : null },
})
