import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { atMost } from '../dialect.ts'
import { OPEN_STATES } from '../emergency/emergencies.ts'

/** What the frame around every page says. */
export interface ShellFacts {
  readonly openDefects: number
  /** Counted up to `cap` + 1 and no further. */
  readonly failedDeliveries: number
  readonly openEmergencies: number
  /** The history here is simulated. */
  readonly demo: boolean
}

/** One round trip: a row for each place with open defects, and an index range of at most `cap` + 1 entries. */
export async function readShellFacts(db: Db, cap: number): Promise<ShellFacts> {
  const row = await db
    .selectNoFrom((eb) => [
      eb
        .selectFrom('open_defects')
        .select((sum) => sum.fn.sum<number>('defects').as('n'))
        .as('open_defects'),
      eb
        .selectFrom(
          eb
            .selectFrom('deliveries')
            .select('id')
            .where('state', '=', 'failed')
            .limit(atMost(cap + 1))
            .as('failed_deliveries'),
        )
        .select((count) => count.fn.countAll<number>().as('n'))
        .as('failed_deliveries'),
      eb
        .selectFrom('emergency_releases')
        .select((count) => count.fn.countAll<number>().as('n'))
        .where('state', 'in', [...OPEN_STATES])
        .as('open_emergencies'),
      eb.selectFrom('settings').select('value').where('name', '=', sql.lit('demo')).as('demo'),
    ])
    .executeTakeFirstOrThrow()
  return {
    openDefects: row.open_defects ?? 0,
    failedDeliveries: row.failed_deliveries ?? 0,
    openEmergencies: row.open_emergencies ?? 0,
    demo: row.demo === '1',
  }
}
