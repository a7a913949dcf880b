import { sql } from 'kysely'
import type { Db } from '../database.ts'

/** The emergency releases among those that were ever deployed. */
export async function listEmergencyReleases(db: Db): Promise<ReadonlySet<number>> {
  const rows = await db.selectFrom('releases').select('id').where(sql<boolean>`kind = 'emergency'`).execute()
  return new Set(rows.map(({ id }) => id))
}
