import { randomBytes } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { Actor } from '../../src/core/emergency/approval.ts'
import { SecretBox } from '../../src/operations/access/secret-box.ts'
import { saveTarget } from '../../src/operations/emergency/ci-targets.ts'
import { Dispatcher } from '../../src/operations/emergency/dispatch-emergencies.ts'
import { driveEmergency, type EmergencyCommand } from '../../src/operations/emergency/drive-emergency.ts'
import type { StepResult } from '../../src/operations/emergency/emergency-step.ts'
import { followEmergencies } from '../../src/operations/emergency/follow-emergencies.ts'
import { type EmergencyWish, type Opening, openEmergency } from '../../src/operations/emergency/open-emergency.ts'
import { type NativeItems, submitNative } from '../../src/operations/intake/submit-native.ts'
import type { Store } from '../../src/store/database.ts'
import { type Emergency, findEmergency } from '../../src/store/emergency/emergencies.ts'
import { day } from './factories.ts'
import { type FakeCi, startFakeCi } from './fake-ci.ts'
import { deployed } from './history-pages.ts'
import { processingOn, silentLog } from './processing.ts'
import type { OpenTestStore } from './stores.ts'

/** `checkout-api` in production: `a` ran for eight days without harm, `b` has been live since day 9; it is day 10. */
export interface EmergencyWorld {
  readonly store: Store
  readonly parts: Awaited<ReturnType<typeof processingOn>>
  readonly ci: FakeCi
  readonly secret: string
  readonly time: { now: number }
  readonly ana: Actor
  readonly ben: Actor
  /** May propose, and no more. */
  readonly cleo: Actor
  tell(kind: NativeItems['kind'], ...items: readonly Record<string, unknown>[]): Promise<void>
  open(wish?: Partial<EmergencyWish>, request?: { actor?: Actor; formKey?: string }): Promise<Opening>
  /** Opened by Ana, for `a`. */
  opened(wish?: Partial<EmergencyWish>): Promise<Emergency>
  drive(
    id: number,
    command: EmergencyCommand,
    request?: { actor?: Actor; seen?: number; requestKey?: string },
  ): Promise<StepResult>
  /** Opened by Ana, approved by Ben. */
  approved(): Promise<Emergency>
  get(id: number): Promise<Emergency>
  /** Another instance, over the same database. */
  dispatcher(on?: Store): Dispatcher
  follow(): Promise<void>
  /** Rows as they stand. */
  /** Ends what it has open before the test does. */
  close(): Promise<void>
  dispatches(): Promise<{ key: string; state: string; due_at: number | null; attempt: number; reason: string | null }[]>
}

let forms = 0

export async function openEmergencyWorld(
  openTestStore: OpenTestStore,
  {
    store: given,
    withTarget = true,
    withLookup = true,
    host,
    secretBox = new SecretBox(randomBytes(32)),
  }: { store?: Store; withTarget?: boolean; withLookup?: boolean; host?: string; secretBox?: SecretBox } = {},
): Promise<EmergencyWorld> {
  const store = given ?? (await openTestStore())
  const time = { now: day(10) }
  const clock = () => time.now
  const parts = await processingOn(store, clock)
  const ci = await startFakeCi(host)
  onTestFinished(ci.close)
  const tell: EmergencyWorld['tell'] = async (kind, ...items) => {
    const submission = await submitNative(parts, { kind, items, receivedAt: time.now })
    if (submission.kind === 'refused') throw new Error(JSON.stringify(submission.problems))
    await parts.processor.runUntilIdle()
  }
  await tell('deployments', deployed('a', day(1)), deployed('b', day(9)))
  let secret = ''
  if (withTarget) {
    const saved = await saveTarget(
      { store, secretBox, allow: ci.rules.allow },
      {
        service: 'checkout-api',
        environment: 'production',
        kind: 'webhook',
        settings: { url: ci.url, ...(withLookup && { lookupUrl: ci.lookupUrl }) },
        secret: '',
      },
      { name: 'Ana', now: time.now },
    )
    if (saved.kind === 'refused') throw new Error(JSON.stringify(saved.problems))
    secret = saved.secret ?? ''
  }
  const person = (number: number, name: string, mayFire = true): Actor => ({
    id: `user:${number}`,
    name,
    kind: 'person',
    mayFire,
    // Just now, whatever time it is in the test.
    get signedInAt() {
      return time.now
    },
  })
  const [ana, ben, cleo] = [person(1, 'Ana'), person(2, 'Ben'), person(3, 'Cleo', false)]
  const world: EmergencyWorld = {
    store,
    parts,
    ci,
    secret,
    time,
    ana,
    ben,
    cleo,
    tell,
    open: (wish = {}, { actor = ana, formKey = `form-${forms++}` } = {}) =>
      openEmergency(
        parts,
        {
          service: 'checkout-api',
          environment: 'production',
          strategy: 'rollback',
          version: 'a',
          reason: 'Captures fail.',
          defectIds: [],
          ...wish,
        },
        { actor, formKey, now: time.now },
      ),
    async opened(wish) {
      const opening = await world.open(wish)
      if (opening.kind !== 'opened') throw new Error(JSON.stringify(opening))
      return opening.emergency
    },
    async drive(id, command, { actor = ben, seen, requestKey } = {}) {
      return driveEmergency(
        { store, liveEvents: parts.liveEvents, publicUrl: 'https://postflight.example', onReady: () => {} },
        { emergencyId: id, actor, seen: seen ?? (await world.get(id)).step, requestKey, now: time.now },
        command,
      )
    },
    async approved() {
      const { id } = await world.opened()
      const result = await world.drive(id, { do: 'approve' })
      if (result.kind !== 'done') throw new Error(JSON.stringify(result))
      return result.emergency
    },
    async get(id) {
      const found = await findEmergency(store.db, id)
      if (!found) throw new Error(`no ER-${id}`)
      return found
    },
    dispatcher: (on = store) =>
      new Dispatcher({
        store: on,
        secretBox,
        rules: ci.rules,
        liveEvents: parts.liveEvents,
        log: silentLog,
        clock,
        random: () => 0.5,
      }),
    follow: () => followEmergencies({ store, liveEvents: parts.liveEvents, clock }),
    close: () => ci.close(),
    dispatches: () =>
      store.db
        .selectFrom('emergency_dispatches')
        .select(['key', 'state', 'due_at', 'attempt', 'reason'])
        .orderBy('id')
        .execute(),
  }
  return world
}

/** Writes nothing any more once it has died, as a process that was killed. */
export function dyingStore(store: Store) {
  let dead = false
  return {
    die: () => {
      dead = true
    },
    store: new Proxy(store, {
      get: (target, name) =>
        name === 'transaction'
          ? async (work: never) => {
              if (dead) throw new Error('killed')
              return await target.transaction(work)
            }
          : Reflect.get(target, name),
    }),
  }
}
