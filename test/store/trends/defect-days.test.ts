import fc from 'fast-check'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { type CalendarUnit, type Stretch, stretchesOver } from '../../../src/core/time/calendar.ts'
import type { CameAndWent } from '../../../src/core/trends/facts.ts'
import type { Db } from '../../../src/store/database.ts'
import { countCameAndWent, countOpenAt, countOpenDefects } from '../../../src/store/trends/defect-days.ts'
import { askedQueries } from '../../support/asked-queries.ts'
import { describeOnEachEngine, testStoresOn } from '../../support/stores.ts'

const DAY = 86_400_000
/** Around the night in which New York puts its clocks forward, and that in which it puts them back. */
const SPRING = Date.UTC(2026, 2, 8, 6)
const AUTUMN = Date.UTC(2026, 10, 1, 6)
/** Of the day before in New York. */
const NIGHT = Date.UTC(2026, 2, 5, 2)
const ZONES = ['UTC', 'America/New_York', 'Asia/Kathmandu']

interface State {
  readonly service_id: number | null
  readonly environment_id: number | null
  readonly severity: string
  readonly detection: string
  readonly status: string
  readonly first_seen_at: number
  readonly resolved_at: number | null
  readonly status_at: number
  readonly merged: boolean
}

const instants = fc
  .tuple(fc.constantFrom(SPRING, AUTUMN), fc.integer({ min: -4 * DAY, max: 4 * DAY }))
  .map(([around, by]) => around + by)
const states: fc.Arbitrary<State> = fc.record({
  service_id: fc.constantFrom(1, 1, 2, null),
  environment_id: fc.constantFrom(1, 1, 1, 2, null),
  severity: fc.constantFrom('S1', 'S2', 'S3', 'S4'),
  detection: fc.constantFrom('alert', 'error', 'issue'),
  status: fc.constantFrom('open', 'regressed', 'fixed', 'verified', 'wont-fix'),
  first_seen_at: instants,
  resolved_at: fc.option(instants, { nil: null }),
  status_at: instants,
  merged: fc.constantFrom(false, false, false, true),
})
type Step = { readonly id: number } & ({ readonly to: State } | { readonly gone: true })
const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.record({ id: fc.integer({ min: 2, max: 12 }), to: states }) },
    { weight: 1, arbitrary: fc.record({ id: fc.integer({ min: 2, max: 12 }), gone: fc.constant(true as const) }) },
  ),
  { maxLength: 25 },
)

const isOpen = ({ status }: State): boolean => status === 'open' || status === 'regressed'
const closedAt = ({ resolved_at, status_at }: State): number => resolved_at ?? status_at

describeOnEachEngine('defects that came and went', (openTestStore) => {
  test('are counted as one by one, in any zone, whatever became of them on the way', async () => {
    const { db, transaction } = await openTestStore()
    await addPlaces(db)
    const zones = fc.constantFrom(...ZONES)
    const units = fc.constantFrom<CalendarUnit>('day', 'week', 'month')
    await fc.assert(
      fc.asyncProperty(steps, zones, units, async (told, zone, unit) => {
        const kept = new Map<number, State>()
        await transaction(async (trx) => {
          await trx.deleteFrom('defects').where('id', '>', 1).execute()
          for (const step of told) await take(trx, kept, step)
        })

        const stretches = stretchesOver({ from: SPRING - 3 * DAY, to: AUTUMN + 3 * DAY }, unit, zone)
        const end = stretches.at(-1)?.to ?? 0
        const all = await countCameAndWent(db, { environmentId: 1 }, stretches)
        const one = await countCameAndWent(db, { environmentId: 1, serviceIds: [1] }, stretches)
        const counted = [...kept.values()].filter(
          (state) => !state.merged && state.environment_id === 1 && state.service_id !== null,
        )
        const nothing = stretches.map(() => emptyCounts)
        const expectedOf = (serviceId: number) =>
          stretches.map((stretch) => countedIn(stretch, counted, (state) => state.service_id === serviceId))
        // Who noticed them is counted for one service only.
        for (const serviceId of [1, 2])
          expect((all.get(serviceId) ?? nothing).map((counts) => ({ ...counts, byPeople: 0 }))).toEqual(
            expectedOf(serviceId).map((counts) => ({ ...counts, byPeople: 0 })),
          )
        expect(one.get(1) ?? nothing).toEqual(expectedOf(1))
        // One that names no service is nobody's.
        expect([...all.keys()].filter((serviceId) => serviceId !== 1 && serviceId !== 2)).toEqual([])
        expect(await countOpenDefects(db, { environmentId: 1 }, end)).toBe(
          counted.filter((state) => isOpen(state) && state.first_seen_at < end).length,
        )
        // Nothing is left of what was taken back.
        for (const table of ['defect_days', 'defect_hours'] as const) {
          const isNothing = sql<boolean>`s1 + s2 + s3 + s4 + fixed + given_up = 0`
          expect(await db.selectFrom(table).selectAll().where(isNothing).execute()).toEqual([])
        }
      }),
      { numRuns: openTestStore.engine === 'sqlite' ? 150 : 40 },
    )
  })

  test.each<[keyof State, Partial<State>, Partial<State>]>([
    ['service_id', {}, { service_id: 2 }],
    ['environment_id', {}, { environment_id: 2 }],
    ['severity', {}, { severity: 'S4' }],
    ['detection', {}, { detection: 'issue' }],
    ['first_seen_at', {}, { first_seen_at: NIGHT + 2 * DAY }],
    ['status', {}, { status: 'fixed' }],
    ['status', { status: 'fixed' }, { status: 'wont-fix' }],
    ['status_at', { status: 'fixed' }, { status_at: NIGHT + 2 * DAY }],
    ['resolved_at', { status: 'fixed' }, { resolved_at: NIGHT + 2 * DAY }],
    ['merged', {}, { merged: true }],
    ['merged', { merged: true }, { merged: false }],
  ])('follow a defect of which nothing but %s changes', async (_, more, change) => {
    const { db } = await openTestStore()
    await addPlaces(db)
    const before = { ...aState, environment_id: 1, detection: 'alert', first_seen_at: NIGHT, status_at: NIGHT, ...more }
    const after = { ...before, ...change }
    await take(db, new Map(), { id: 2, to: before })
    const [was, is] = [columnsOf(before), columnsOf(after)]
    const changed = (Object.keys(is) as (keyof typeof is)[]).filter((column) => is[column] !== was[column])
    await db
      .updateTable('defects')
      .set(Object.fromEntries(changed.map((column) => [column, is[column]])))
      .where('id', '=', 2)
      .execute()

    // Days that begin some hours after those of UTC: they are counted by day and by hour.
    const stretches = stretchesOver({ from: NIGHT - 3 * DAY, to: NIGHT + 5 * DAY }, 'day', 'America/New_York')
    for (const environmentId of [1, 2])
      for (const serviceId of [1, 2]) {
        const found = await countCameAndWent(db, { environmentId, serviceIds: [serviceId] }, stretches)
        const isThere = (state: State) =>
          !state.merged && state.environment_id === environmentId && state.service_id === serviceId
        expect(found.get(serviceId) ?? stretches.map(() => emptyCounts)).toEqual(
          stretches.map((stretch) => countedIn(stretch, [after], isThere)),
        )
      }
  })

  test('tell how many were open at an instant that is past', async () => {
    const { db, transaction } = await openTestStore()
    await addPlaces(db)
    const state = (more: Partial<State>): State => ({
      ...{ service_id: 1, environment_id: 1, severity: 'S2', detection: 'alert', status: 'open', merged: false },
      ...{ first_seen_at: SPRING - DAY, resolved_at: null, status_at: AUTUMN, ...more },
    })
    await transaction(async (trx) => {
      const kept = new Map<number, State>()
      const told = [
        state({}),
        state({ status: 'fixed' }),
        state({ status: 'wont-fix', resolved_at: SPRING + DAY }),
        state({ status: 'fixed', resolved_at: SPRING - 1 }),
        state({ first_seen_at: SPRING }),
        state({ environment_id: 2 }),
      ]
      for (const [i, to] of told.entries()) await take(trx, kept, { id: i + 2, to })
    })
    const place = { environmentId: 1 }
    expect(await countOpenAt(db, place, SPRING, AUTUMN + DAY)).toBe(3)
    expect(await countOpenAt(db, place, AUTUMN + 2 * DAY, AUTUMN + DAY)).toBe(2)
  })
})

const sqliteStores = testStoresOn('sqlite')

test('are added up from what is counted where a zone is whole hours from UTC, and no defect is read', async () => {
  const { db } = await sqliteStores()
  const stretches = stretchesOver({ from: SPRING - 30 * DAY, to: SPRING + 30 * DAY }, 'day', 'America/New_York')
  const asked = await askedQueries(db, (noting) => countCameAndWent(noting, { environmentId: 1 }, stretches))
  expect(asked.map(({ sql: text }) => /cross join "?(\w+)/.exec(text)?.[1])).toEqual(['defect_days', 'defect_hours'])
})

function countedIn({ from, to }: Stretch, states: readonly State[], isOwn: (state: State) => boolean): CameAndWent {
  const own = states.filter(isOwn)
  const isIn = (at: number) => at >= from && at < to
  const came = own.filter(({ first_seen_at }) => isIn(first_seen_at))
  const went = own.filter((state) => !isOpen(state) && isIn(closedAt(state)))
  const fixed = went.filter(({ status }) => status !== 'wont-fix').length
  const of = (severity: string) => came.filter((state) => state.severity === severity).length
  return {
    ...{ s1: of('S1'), s2: of('S2'), s3: of('S3'), s4: of('S4') },
    byPeople: came.filter(({ detection }) => detection === 'issue').length,
    ...{ fixed, givenUp: went.length - fixed },
  }
}

const emptyCounts: CameAndWent = { s1: 0, s2: 0, s3: 0, s4: 0, byPeople: 0, fixed: 0, givenUp: 0 }

async function addPlaces(db: Db): Promise<void> {
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
  // What the others are merged into; in another place.
  await db
    .insertInto('defects')
    .values({ id: 1, ...columnsOf(aState), environment_id: null })
    .execute()
}

async function take(db: Db, kept: Map<number, State>, step: Step): Promise<void> {
  if ('gone' in step) {
    await db.deleteFrom('defects').where('id', '=', step.id).execute()
    kept.delete(step.id)
    return
  }
  const columns = columnsOf(step.to)
  if (kept.has(step.id)) await db.updateTable('defects').set(columns).where('id', '=', step.id).execute()
  else
    await db
      .insertInto('defects')
      .values({ id: step.id, ...columns })
      .execute()
  kept.set(step.id, step.to)
}

const aState: State = {
  ...{ service_id: 1, environment_id: null, severity: 'S1', detection: 'issue', status: 'open' },
  ...{ first_seen_at: SPRING, resolved_at: null, status_at: SPRING, merged: false },
}

const columnsOf = ({ merged, ...state }: State) => ({
  ...state,
  title: 'A defect',
  open: isOpen({ ...state, merged }) ? (1 as const) : (0 as const),
  last_seen_at: state.first_seen_at,
  detected_at: state.first_seen_at,
  occurrences: 1,
  fixed_in_json: '[]',
  decisions_json: '{}',
  attribution: 'unattributed',
  attribution_method: 'test',
  merged_into_id: merged ? 1 : null,
})
