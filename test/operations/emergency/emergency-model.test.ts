import fc from 'fast-check'
import { expect, test } from 'vitest'
import { readDispatchKey, SENDING_MOST_MS } from '../../../src/core/emergency/dispatch.ts'
import { nextState } from '../../../src/core/emergency/transitions.ts'
import { reportRun } from '../../../src/operations/emergency/report-run.ts'
import type { Store } from '../../../src/store/database.ts'
import { listSteps } from '../../../src/store/emergency/emergencies.ts'
import { dyingStore, type EmergencyWorld, openEmergencyWorld } from '../../support/emergency-world.ts'
import { CI_MOODS, type CiMood } from '../../support/fake-ci.ts'
import { deployed } from '../../support/history-pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

/**
 * An emergency release against everything that people, CI and the machine may do in any order, over a real database and
 * real HTTP. The receiver starts a run for every wish that it takes: what keeps runs single is on our side.
 */

const RUNS = Number(process.env.PROPERTY_RUNS ?? 12)

/** What the test itself saw. */
interface Seen {
  /** Wishes that arrived without a step that decided them. */
  readonly unapproved: string[]
  /** Keys of which a person said that no run started. */
  readonly denied: Set<string>
}

interface Real {
  readonly world: EmergencyWorld
  readonly seen: Seen
  /** Of each release, the step that an old page shows. */
  readonly stale: Map<number, number>
}

type Act = (real: Real) => Promise<unknown>

class Command {
  readonly name: string
  readonly act: Act
  constructor(name: string, act: Act) {
    this.name = name
    this.act = act
  }
  toString = () => this.name
}

/** The latest release; 0 while there is none. */
async function latest({ world }: Real): Promise<number> {
  const row = await world.store.db
    .selectFrom('emergency_releases')
    .select((eb) => eb.fn.max<number | null>('id').as('id'))
    .executeTakeFirst()
  return row?.id ?? 0
}

const on =
  (act: (real: Real, id: number) => Promise<unknown>): Act =>
  async (real) => {
    const id = await latest(real)
    if (id > 0) await act(real, id)
  }

const drive =
  (command: Parameters<EmergencyWorld['drive']>[1], how: 'once' | 'twice' | 'both' | 'stale'): Act =>
  (real) =>
    on(async ({ world, stale, seen }, id) => {
      const { step } = await world.get(id)
      const before = await world.dispatches()
      const requestKey = `key-${id}-${step}-${command.do}`
      const held = how === 'stale' ? (stale.get(id) ?? 0) : step
      stale.set(id, step)
      const ben = () => world.drive(id, command, { seen: held, requestKey })
      const ana = () => world.drive(id, command, { seen: held, actor: world.ana, requestKey: `${requestKey}-ana` })
      const results =
        how === 'both'
          ? await Promise.all([ben(), ana()])
          : how === 'twice'
            ? await Promise.all([ben(), ben()])
            : [await ben()]
      // Of two at once one is done at most; an old page changes nothing.
      expect(results.filter(({ kind }) => kind === 'done').length).toBeLessThanOrEqual(1)
      const isOld = how === 'stale' && held !== step
      expect(results.some(({ kind }) => kind === 'done') && isOld).toBe(false)
      if (command.do === 'send-again' && results.some(({ kind }) => kind === 'done'))
        for (const { key, state } of before) if (state === 'unknown') seen.denied.add(key)
    })(real)

const dispatch =
  (instances: number, crash: 'no' | 'before' | 'after'): Act =>
  async ({ world }) => {
    const { rules } = world.ci
    const wrap = (store: Store) => dyingStore(store)
    const dying = wrap(world.store)
    const { onWish } = world.ci
    if (crash === 'after')
      world.ci.onWish = async (key) => {
        await onWish?.(key)
        dying.die()
      }
    if (crash === 'before')
      world.ci.rules = {
        ...rules,
        resolve: async () => {
          dying.die()
          throw new Error('gone')
        },
      }
    const store = crash === 'no' ? world.store : dying.store
    await Promise.all(Array.from({ length: instances }, () => world.dispatcher(store).runDue()))
    world.ci.rules = rules
    world.ci.onWish = onWish
  }

const report =
  (status: 'started' | 'deploying' | 'failed' | 'succeeded', last: boolean): Act =>
  async ({ world }) => {
    const key = last ? world.ci.runs.at(-1) : world.ci.runs[0]
    const { emergencyId } = (key && readDispatchKey(key)) || { emergencyId: 0 }
    if (key) await reportRun(world.parts, emergencyId, { key, status }, world.time.now)
  }

const commands = [
  new Command('open', ({ world }) => world.open({ version: 'a' })),
  new Command('open twice', async ({ world }) => {
    const formKey = `form-${world.time.now}`
    const both = await Promise.all([world.open({}, { formKey }), world.open({}, { formKey })])
    expect(both.filter(({ kind }) => kind === 'opened').length).toBeLessThanOrEqual(1)
  }),
  ...(['once', 'twice', 'both', 'stale'] as const).flatMap((how) => [
    new Command(`approve ${how}`, drive({ do: 'approve', reason: 'Nobody else is here.' }, how)),
    new Command(`send again ${how}`, drive({ do: 'send-again' }, how)),
    new Command(`cancel ${how}`, drive({ do: 'cancel', reason: 'Not wanted.' }, how)),
    new Command(`a run started ${how}`, drive({ do: 'run-started' }, how)),
  ]),
  new Command('give up', drive({ do: 'give-up', reason: 'It did not work.' }, 'once')),
  new Command('the run failed', drive({ do: 'run-failed', reason: 'Tests are red.' }, 'once')),
  new Command('deployed by hand', drive({ do: 'deployed', reason: 'I did it.' }, 'once')),
  new Command('verify', drive({ do: 'verify', reason: 'I checked.' }, 'twice')),
  new Command('close', drive({ do: 'close' }, 'both')),
  ...[1, 2].flatMap((instances) =>
    (['no', 'before', 'after'] as const).map(
      (crash) => new Command(`${instances} send, crash: ${crash}`, dispatch(instances, crash)),
    ),
  ),
  ...CI_MOODS.map(
    (mood) =>
      new Command(`CI ${mood}`, async ({ world }) => {
        world.ci.mood = mood
      }),
  ),
  ...(['true', 'broken'] as const).map(
    (lookup) =>
      new Command(`look-ups are ${lookup}`, async ({ world }) => {
        world.ci.lookup = lookup
      }),
  ),
  ...[1_000, 15_000, SENDING_MOST_MS + 1, 10 * 60_000].map(
    (ms) =>
      new Command(`${ms} ms pass`, async ({ world }) => {
        world.time.now += ms
      }),
  ),
  ...(['in-progress', 'succeeded', 'failed'] as const).map(
    (status) =>
      new Command(`a deployment of a ${status}`, async ({ world }) => {
        await world.tell('deployments', deployed('a', world.time.now, { status, id: `run-${world.time.now}` }))
        await world.follow()
      }),
  ),
  new Command('b is deployed again', async ({ world }) => {
    await world.tell('deployments', deployed('b', world.time.now))
    await world.follow()
  }),
  ...(['started', 'deploying', 'failed', 'succeeded'] as const).flatMap((status) => [
    new Command(`the last run says ${status}`, report(status, true)),
    new Command(`the first run says ${status}`, report(status, false)),
  ]),
]

/** What leads far comes often, what ends everything seldom. */
const weightOf = (name: string): number => {
  if (/^(open|CI takes|approve once)$/.test(name)) return 12
  if (/^[12] send|^approve|^send again/.test(name)) return 5
  if (/ms pass$|^look-ups/.test(name)) return 4
  return /^(cancel|give up)/.test(name) ? 1 : 2
}

/** Long ones: the short have been tried soon, and what goes wrong takes a few turns. */
const anyCommands = fc.array(
  fc.constantFrom(...commands.flatMap((one) => Array.from({ length: weightOf(one.name) }, () => one))),
  { minLength: 30, maxLength: 40, size: 'max' },
)

/** What holds at every moment. */
async function expectSound({ world, seen }: Real): Promise<void> {
  expect(seen.unapproved).toEqual([])
  expect(new Set(world.ci.runs).size).toBe(world.ci.runs.length)
  const releases = await world.store.db
    .selectFrom('emergency_releases')
    .select(['id', 'state', 'step'])
    .orderBy('id')
    .execute()
  for (const { id, state, step } of releases) {
    const steps = await listSteps(world.store.db, id)
    // One record for each step, and they tell the whole story.
    expect(steps.map(({ number }) => number)).toEqual(Array.from({ length: step }, (_, i) => i + 1))
    expect(steps[0]).toMatchObject({ action: 'open', to: 'requested' })
    const misfits = steps.slice(1).filter(({ action, from, to }, i) => {
      const isOurs = from !== undefined && from === steps[i]?.to && action !== 'open'
      return !isOurs || nextState(from, action) !== to
    })
    expect(misfits).toEqual([])
    expect(steps.at(-1)?.to).toBe(state)
  }
  const open = releases.filter(({ state }) => !['closed', 'cancelled', 'failed'].includes(state))
  expect(open.length).toBeLessThanOrEqual(1)
  // What the server said surely did not start, did not.
  const untrue = (await world.dispatches()).filter(
    ({ key, state }) =>
      world.ci.runs.includes(key) && (state === 'withdrawn' || (state === 'failed' && !seen.denied.has(key))),
  )
  expect(untrue).toEqual([])
}

/** Once nothing happens any more, each request has ended, or a person knows that it waits. */
async function expectSettled(real: Real, mood: CiMood): Promise<void> {
  const { world } = real
  world.ci.mood = mood
  for (let i = 0; i < 12; i++) {
    world.time.now += SENDING_MOST_MS + 1
    await world.dispatcher().runDue()
    await expectSound(real)
  }
  for (const { state, due_at } of await world.dispatches()) {
    expect(due_at).toBeNull()
    expect(['sent', 'failed', 'withdrawn', 'unknown']).toContain(state)
  }
}

async function setUp(openTestStore: OpenTestStore): Promise<Real> {
  const world = await openEmergencyWorld(openTestStore)
  const seen: Seen = { unapproved: [], denied: new Set() }
  world.ci.onWish = async (key) => {
    const { emergencyId } = readDispatchKey(key) ?? { emergencyId: 0 }
    const decided = (await listSteps(world.store.db, emergencyId)).some(
      ({ action, detail }) => (action === 'approve' || action === 'send-again') && detail.key === key,
    )
    const row = (await world.dispatches()).find((one) => one.key === key)
    if (!decided || row?.state !== 'sending') seen.unapproved.push(`${key} ${row?.state}`)
  }
  return { world, seen, stale: new Map() }
}

describeOnEachEngine('an emergency release, whatever happens', (openTestStore) => {
  const runs = openTestStore.engine === 'sqlite' ? RUNS : Math.ceil(RUNS / 4)
  test('sends nothing unapproved, nothing twice, forgets nothing, and records every step once', async () => {
    await fc.assert(
      fc.asyncProperty(anyCommands, fc.constantFrom(...CI_MOODS), async (given, mood) => {
        const real = await setUp(openTestStore)
        try {
          for (const { act } of given) {
            await act(real)
            await expectSound(real)
          }
          await expectSettled(real, mood)
        } finally {
          await real.world.close()
        }
      }),
      { numRuns: runs },
    )
  }, 620_000)
})
