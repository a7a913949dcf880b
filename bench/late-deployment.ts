import { pino } from 'pino'
import { DeliveryProcessor } from '../src/operations/intake/process-deliveries.ts'
import { submitNative } from '../src/operations/intake/submit-native.ts'
import { LiveEvents } from '../src/operations/live-events.ts'
import { ensureBuiltInSource } from '../src/operations/sources/sources-admin.ts'
import { openStore, type Store, type StoreOptions } from '../src/store/database.ts'
import type { Engine } from '../src/store/dialect.ts'
import { SERVICES } from './populate.ts'

export interface LateRun {
  readonly engine: Engine
  /** By how much the deployment was late. */
  readonly late: string
  /** Defects that are judged anew because of it. */
  readonly defects: number
  /** Milliseconds from the delivery to the last of them. */
  readonly settled: number
}

const HOUR = 3_600_000
const LATENESS: readonly [string, number][] = [
  ['an hour', HOUR],
  ['a day', 24 * HOUR],
  ['a week', 7 * 24 * HOUR],
]

/** A deployment that is told of late moves the suspects of what was seen since: how long until all is as it should be. */
export async function measureLateDeployments(engine: Engine, place: StoreOptions, now: number): Promise<LateRun[]> {
  const store = await openStore(place)
  try {
    await ensureBuiltInSource(store.db, now)
    const liveEvents = new LiveEvents()
    const processor = new DeliveryProcessor({
      store,
      listener: { changed: (event) => liveEvents.publish(event) },
      log: pino({ level: 'silent' }),
      clock: Date.now,
    })
    await processor.runUntilIdle()
    const runs: LateRun[] = []
    for (const [i, [late, lateness]] of LATENESS.entries()) {
      const at = now - lateness
      const service = SERVICES[i] as string
      const startedAt = performance.now()
      const item = {
        service,
        environment: 'production',
        version: `0.0.${i}-late`,
        finishedAt: new Date(at).toISOString(),
      }
      await submitNative({ store, processor }, { kind: 'deployments', items: [item], receivedAt: now })
      await processor.runUntilIdle()
      runs.push({ engine, late, defects: await countSince(store, service, at), settled: performance.now() - startedAt })
    }
    return runs
  } finally {
    await store.close()
  }
}

async function countSince(store: Store, service: string, at: number): Promise<number> {
  const row = await store.reader
    .selectFrom('defects')
    .innerJoin('services', 'services.id', 'defects.service_id')
    .select((eb) => eb.fn.countAll<number>().as('defects'))
    .where('services.name', '=', service)
    .where('first_seen_at', '>=', at - 300_000)
    .where('merged_into_id', 'is', null)
    .executeTakeFirstOrThrow()
  return Number(row.defects)
}
