import type { Db } from '../database.ts'

/** Defects that are to be held against the rules, in no particular order. Triggers write them. */
export async function listDueChecks(db: Db, limit: number): Promise<number[]> {
  const rows = await db.selectFrom('rule_checks').select('defect_id').orderBy('defect_id').limit(limit).execute()
  return rows.map(({ defect_id }) => defect_id)
}

/** Only inside the transaction that holds them against the rules: what changes later is noted anew. */
export async function endChecks(trx: Db, defectIds: readonly number[]): Promise<void> {
  if (defectIds.length > 0)
    await trx
      .deleteFrom('rule_checks')
      .where('defect_id', 'in', [...defectIds])
      .execute()
}
