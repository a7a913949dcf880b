import { sql } from 'kysely'
import { openSecretBox } from '../../src/operations/access/secret-box.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { openStore, type Store, type StoreOptions } from '../../src/store/database.ts'
import { processingOn } from './processing.ts'

/** Makes the source `ci` that senders deliver to; its secret. */
export async function prepareSource(place: StoreOptions): Promise<string> {
  const store = await openStore(place)
  try {
    const box = openSecretBox(`${place.dataDir}/key`)
    const { secret } = await createSource(store, box, { kind: 'native', slug: 'ci' }, Date.now())
    return secret
  } finally {
    await store.close()
  }
}

/** What is left of what senders delivered, once everything kept has been worked out. */
export interface Outcome {
  /** What SQLite says of the file; `ok` on PostgreSQL, which is not asked. */
  readonly integrity: string
  readonly kept: number
  /** Acknowledged and not there. */
  readonly lost: readonly number[]
  /** Kept more than once. */
  readonly repeated: readonly number[]
  readonly unprocessed: number
  readonly effects: Effects
  /** What the kept deliveries should have had as effects. */
  readonly due: Effects
}

interface Effects {
  readonly deployments: number
  readonly occurrences: number
  /** Releases that run now. */
  readonly live: number
}

/** Opens the place, processes what waits in it, and compares. */
export async function readOutcome(place: StoreOptions, acknowledged: Iterable<number>): Promise<Outcome> {
  const store = await openStore(place)
  try {
    const integrity = await checkIntegrity(store)
    const { processor } = await processingOn(store)
    await processor.runUntilIdle()
    const rows = await store.db.selectFrom('deliveries').select(['delivery_key', 'state']).execute()
    const numbers = rows.map((row) => Number(/\d+$/.exec(row.delivery_key)?.[0]))
    const kept = new Set<number>()
    const repeated = numbers.filter((n) => kept.size === kept.add(n).size)
    return {
      integrity,
      kept: kept.size,
      lost: [...acknowledged].filter((n) => !kept.has(n)),
      repeated,
      unprocessed: rows.filter(({ state }) => state !== 'processed').length,
      effects: await readEffects(store),
      due: {
        deployments: [...kept].filter((n) => n % 2 === 0).length,
        occurrences: [...kept].filter((n) => n % 2 === 1).length,
        live: [...kept].some((n) => n % 2 === 0) ? 1 : 0,
      },
    }
  } finally {
    await store.close()
  }
}

async function checkIntegrity(store: Store): Promise<string> {
  if (store.engine === 'postgres') return 'ok'
  const { rows } = await sql<{ integrity_check: string }>`pragma integrity_check`.execute(store.db)
  return rows.map((row) => row.integrity_check).join('; ')
}

async function readEffects(store: Store): Promise<Effects> {
  const deployments = await store.db.selectFrom('deployments').select('sender_key').execute()
  const defects = await store.db.selectFrom('defects').select('occurrences').execute()
  const live = await store.db.selectFrom('live_intervals').selectAll().where('to_at', 'is', null).execute()
  return {
    deployments: deployments.length,
    occurrences: defects.reduce((sum, { occurrences }) => sum + occurrences, 0),
    live: live.length,
  }
}

/** Of an outcome in which every promise was kept. */
export const nothingLost = (outcome: Outcome) => ({
  integrity: 'ok',
  kept: outcome.kept,
  lost: [],
  repeated: [],
  unprocessed: 0,
  effects: outcome.due,
  due: outcome.due,
})
