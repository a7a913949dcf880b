import type { Db } from '../database.ts'

/** The mapping of a source as JSON; undefined: there is none. */
export async function findMapping(db: Db, sourceId: number): Promise<string | undefined> {
  const row = await db
    .selectFrom('source_mappings')
    .select('mapping_json')
    .where('source_id', '=', sourceId)
    .executeTakeFirst()
  return row?.mapping_json
}

export async function saveMapping(db: Db, sourceId: number, mappingJson: string, savedAt: number): Promise<void> {
  const mapping = { mapping_json: mappingJson, saved_at: savedAt }
  await db
    .insertInto('source_mappings')
    .values({ source_id: sourceId, ...mapping })
    .onConflict((conflict) => conflict.column('source_id').doUpdateSet(mapping))
    .execute()
}

export interface ArrivedDelivery {
  readonly id: number
  readonly receivedAt: number
  readonly body: Uint8Array
}

/** What really arrived last, the newest first. */
export async function listArrived(db: Db, sourceId: number, limit: number): Promise<ArrivedDelivery[]> {
  const rows = await db
    .selectFrom('deliveries')
    .select(['id', 'received_at', 'body'])
    .where('source_id', '=', sourceId)
    .where('body_gone_at', 'is', null)
    .where('test', '=', 0)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ id: row.id, receivedAt: row.received_at, body: row.body }))
}
