import { join } from 'node:path'
import type { Actor } from '../../src/core/emergency/approval.ts'
import { SENDING_MOST_MS, TRY_FOR_MS } from '../../src/core/emergency/dispatch.ts'
import { openSecretBox, type SecretBox } from '../../src/operations/access/secret-box.ts'
import { saveTarget } from '../../src/operations/emergency/ci-targets.ts'
import { driveEmergency } from '../../src/operations/emergency/drive-emergency.ts'
import { openEmergency } from '../../src/operations/emergency/open-emergency.ts'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { Random } from '../../src/simulation/random.ts'
import { openStore, type Store } from '../../src/store/database.ts'
import { CI_MOODS, type FakeCi, startFakeCi } from '../support/fake-ci.ts'
import { processingOn } from '../support/processing.ts'
import type { Ending, LaunchedServer } from '../support/server-process.ts'
import { type Claim, type DrillReport, inFolder, killed, launch, placeIn, prepareIn } from './drill.ts'

const DAY = 86_400_000
const ENVIRONMENT = 'production'
/** Fires that are under way at a time. */
const AT_A_TIME = 100
/** As long as the server may take: what CI does not take now is tried again for five minutes, then a run is looked for. */
const SETTLES_WITHIN_MS = TRY_FOR_MS + 2 * SENDING_MOST_MS

/**
 * Emergency releases of as many services, approved by the hundred, towards a CI that starts a run for every request it
 * gets and answers each in another way, while the server is killed as a request arrives, as one is answered, or at any
 * moment, and started again.
 */
export function drillEmergency(fires: number, seed: number): Promise<DrillReport> {
  return inFolder(async (folder) => {
    const random = new Random(seed).fork('emergency')
    await prepareIn(folder)
    const store = await openStore(placeIn(folder))
    const ci = await startFakeCi('127.0.0.1')
    const kills: string[] = []
    try {
      const services = Array.from({ length: fires }, (_, i) => `service-${i + 1}`)
      await prepareServices(store, openSecretBox(join(folder, 'key')), ci, services)
      ci.moodFor = () => random.pick(CI_MOODS)
      for (let from = 0; from < fires; from += AT_A_TIME) {
        ci.lookup = random.chance(0.8) ? 'true' : 'broken'
        await fireAll(folder, store, ci, { services: services.slice(from, from + AT_A_TIME), random, kills })
      }
      return { ...(await judged(store, ci, kills)), times: fires }
    } finally {
      await ci.close()
      await store.close()
    }
  })
}

/** Each ran `a` for weeks and runs `b` now. */
async function prepareServices(store: Store, secretBox: SecretBox, ci: FakeCi, services: readonly string[]) {
  const now = Date.now()
  const parts = await processingOn(store, Date.now)
  const told = (service: string, version: string, daysAgo: number) => ({
    service,
    version,
    environment: ENVIRONMENT,
    finishedAt: new Date(now - daysAgo * DAY).toISOString(),
  })
  for (let from = 0; from < services.length; from += 400) {
    const items = services.slice(from, from + 400).flatMap((service) => [told(service, 'a', 20), told(service, 'b', 2)])
    const submission = await submitNative(parts, { kind: 'deployments', items, receivedAt: now })
    if (submission.kind === 'refused') throw new Error(JSON.stringify(submission.problems))
    await parts.processor.runUntilIdle()
  }
  for (const service of services) {
    const wanted = { service, environment: ENVIRONMENT, kind: 'webhook', secret: '' }
    const settings = { url: ci.url, lookupUrl: ci.lookupUrl }
    const parts = { store, secretBox, allow: ci.rules.allow }
    const saved = await saveTarget(parts, { ...wanted, settings }, { name: 'Ana', now })
    if (saved.kind === 'refused') throw new Error(JSON.stringify(saved.problems))
  }
}

const person = (id: string, name: string): Actor => ({
  id,
  name,
  kind: 'person',
  mayFire: true,
  signedInAt: Date.now(),
})

async function approve(store: Store, service: string): Promise<void> {
  const parts = await processingOn(store, Date.now)
  const wish = { service, environment: ENVIRONMENT, strategy: 'rollback' as const, version: 'a', reason: 'It fails.' }
  const opening = await openEmergency(
    parts,
    { ...wish, defectIds: [] },
    { actor: person('user:1', 'Ana'), formKey: `open-${service}`, now: Date.now() },
  )
  if (opening.kind !== 'opened') throw new Error(`${service}: ${JSON.stringify(opening)}`)
  const { id, step } = opening.emergency
  const result = await driveEmergency(
    { store, liveEvents: parts.liveEvents, publicUrl: 'http://127.0.0.1', onReady: () => {} },
    { emergencyId: id, actor: person('user:2', 'Ben'), seen: step, requestKey: `approve-${service}`, now: Date.now() },
    { do: 'approve' },
  )
  if (result.kind !== 'done') throw new Error(`${service}: ${JSON.stringify(result)}`)
}

/** Approves all, and kills and starts the server until nothing is on its way any more. */
async function fireAll(
  folder: string,
  store: Store,
  ci: FakeCi,
  { services, random, kills }: { services: readonly string[]; random: Random; kills: string[] },
): Promise<void> {
  for (const service of services) await approve(store, service)
  const start = () => launch(folder, { environment: { OUTBOUND_ALLOW: '127.0.0.1' } })
  for (let times = random.whole(2, 5); times > 0; times--) {
    const server = start()
    const when = await killSomewhere(server, ci, random)
    if (when === undefined) {
      // Nothing was asked of CI any more; a server that is killed at rest tells nothing.
      await killed(server)
      break
    }
    kills.push(when)
    await asIfItsTimeWereUp(store)
  }
  const server = start()
  await server.listening
  for (const until = Date.now() + SETTLES_WITHIN_MS; Date.now() < until && (await countOnTheirWay(store)) > 0; ) {
    const how = await endingWithin(server, 200)
    if (how !== undefined) throw new Error(`the server ended by itself (${how}):\n${server.said()}`)
  }
  await killed(server)
}

const endingWithin = ({ ended }: LaunchedServer, ms: number): Promise<Ending | undefined> =>
  Promise.race([ended, new Promise<undefined>((resolve) => setTimeout(() => resolve(undefined), ms))])

/** @returns when; undefined when half a minute passed without it */
async function killSomewhere(server: LaunchedServer, ci: FakeCi, random: Random): Promise<string | undefined> {
  const when = random.pick(['as a request arrives', 'as one is answered', 'at any moment'] as const)
  let left = random.whole(1, 40)
  let patience: NodeJS.Timeout | undefined
  const isHit = new Promise<boolean>((resolve) => {
    const count = () => {
      left--
      if (left === 0) {
        server.process.kill('SIGKILL')
        resolve(true)
      }
    }
    if (when === 'as a request arrives') ci.onWish = count
    else if (when === 'as one is answered') ci.onAnswered = count
    else
      server.listening.then(
        () => setTimeout(() => resolve(server.process.kill('SIGKILL')), random.between(0, 6_000)),
        () => resolve(true),
      )
    patience = setTimeout(() => resolve(false), 30_000)
  })
  const hit = await isHit
  clearTimeout(patience)
  ci.onWish = undefined
  ci.onAnswered = undefined
  if (hit) await killed(server)
  return hit ? when : undefined
}

/** Whoever was sending is gone for good; three quarters of a minute need not be waited for. */
const asIfItsTimeWereUp = (store: Store) =>
  store.db.updateTable('emergency_dispatches').set({ due_at: 1 }).where('state', '=', 'sending').execute()

async function countOnTheirWay(store: Store): Promise<number> {
  const { n } = await store.db
    .selectFrom('emergency_dispatches')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('due_at', 'is not', null)
    .executeTakeFirstOrThrow()
  return Number(n)
}

async function judged(store: Store, ci: FakeCi, kills: readonly string[]): Promise<Omit<DrillReport, 'times'>> {
  const rows = await store.db
    .selectFrom('emergency_dispatches as d')
    .innerJoin('emergency_releases as e', 'e.id', 'd.emergency_id')
    .select(['d.key', 'd.state', 'd.due_at', 'd.attempt', 'e.id', 'e.state as release_state', 'e.step', 'e.trouble'])
    .execute()
  const steps = await store.db
    .selectFrom('emergency_steps')
    .select((eb) => ['emergency_id', eb.fn.countAll<number>().as('n'), eb.fn.max('number').as('last')])
    .groupBy('emergency_id')
    .execute()
  const runsOf = (key: string) => ci.runs.filter((run) => run === key).length
  const doubled = rows.filter(({ key }) => runsOf(key) > 1)
  const unknownKeys = ci.runs.filter((run) => !rows.some(({ key }) => key === run))
  const forgotten = rows.filter(
    ({ state, due_at }) => due_at !== null || !['sent', 'failed', 'unknown'].includes(state),
  )
  const untrue = rows.filter(
    ({ key, state }) => (state === 'sent' && runsOf(key) === 0) || (state === 'failed' && runsOf(key) > 0),
  )
  const untold = rows.filter(
    ({ state, trouble, release_state }) =>
      (state === 'sent' ? release_state !== 'building' : trouble === null) ||
      (state !== 'sent' && release_state !== 'approved'),
  )
  const gaps = steps.filter(({ n, last }) => Number(n) !== Number(last))
  const keysOf = (list: readonly { key: string }[]) =>
    list
      .slice(0, 5)
      .map(({ key }) => key)
      .join(', ')
  const none = (promise: string, list: readonly { key: string }[]): Claim => ({
    promise,
    seen: list.length === 0 ? `0 of ${rows.length}` : `${list.length}: ${keysOf(list)}`,
    kept: list.length === 0 && rows.length > 0,
  })
  return {
    drill: 'emergency releases, killed while they are sent',
    acknowledged: rows.length,
    lost: forgotten.length,
    claims: [
      none('no run is started twice', doubled),
      {
        promise: 'nothing is sent that nobody approved',
        seen: `${unknownKeys.length} runs with another key`,
        kept: unknownKeys.length === 0,
      },
      {
        ...none('each ends as sent, as failed, or waits for a person', forgotten),
        ...(forgotten.length > 0 && {
          seen: `${forgotten.length}: ${forgotten.slice(0, 20).map(toldFully).join('; ')}`,
        }),
      },
      none('sent means that a run started, failed that none did', untrue),
      none('the release says so', untold),
      {
        promise: 'one record for each accepted step',
        seen: `${gaps.length} of ${steps.length} releases with a gap`,
        kept: gaps.length === 0,
      },
    ],
    measured: {
      runs: ci.runs.length,
      requests: ci.wishes.length,
      ended: countBy(rows.map(({ state }) => state)),
      kills: countBy(kills),
    },
  }
}

const toldFully = (row: { key: string; state: string; due_at: number | null; attempt: number }): string =>
  `${row.key} ${row.state}, attempt ${row.attempt}, due ${row.due_at === null ? 'never' : `in ${row.due_at - Date.now()} ms`}`

function countBy(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const word of words) counts[word] = (counts[word] ?? 0) + 1
  return counts
}
