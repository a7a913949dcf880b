import type { Db } from '../database.ts'

/** By id. */
export async function listServiceNames(db: Db): Promise<ReadonlyMap<number, string>> {
  const rows = await db.selectFrom('services').select(['id', 'name']).execute()
  return new Map(rows.map(({ id, name }) => [id, name]))
}
