import type { Refusal, RefusalReason } from '../../core/inbound/refusal.ts'
import type { Db } from '../database.ts'

/** Who was refused at the address of a source, and why; bounded, whatever strangers send. */

export const REFUSALS_KEPT = 20

/** Adds to what is known of a source's refusals; the newest `REFUSALS_KEPT` addresses and reasons stay. */
export async function addRefusals(db: Db, sourceId: number, refusals: readonly Refusal[]): Promise<void> {
  if (refusals.length === 0) return
  await db
    .insertInto('refusals')
    .values(
      refusals.map(({ reason, address, firstAt, lastAt, times }) => ({
        source_id: sourceId,
        reason,
        address,
        first_at: firstAt,
        last_at: lastAt,
        times,
      })),
    )
    .onConflict((conflict) =>
      conflict.columns(['source_id', 'reason', 'address']).doUpdateSet((eb) => ({
        last_at: eb.ref('excluded.last_at'),
        times: eb('refusals.times', '+', eb.ref('excluded.times')),
      })),
    )
    .execute()
  const oldest = await db
    .selectFrom('refusals')
    .select(['reason', 'address'])
    .where('source_id', '=', sourceId)
    .orderBy('last_at', 'desc')
    .orderBy('reason')
    .orderBy('address')
    .offset(REFUSALS_KEPT)
    .limit(REFUSALS_KEPT * 2)
    .execute()
  for (const { reason, address } of oldest)
    await db
      .deleteFrom('refusals')
      .where('source_id', '=', sourceId)
      .where('reason', '=', reason)
      .where('address', '=', address)
      .execute()
}

/** Of one source, the last first. */
export async function listRefusals(db: Db, sourceId: number): Promise<Refusal[]> {
  const rows = await db
    .selectFrom('refusals')
    .selectAll()
    .where('source_id', '=', sourceId)
    .orderBy('last_at', 'desc')
    .orderBy('reason')
    .orderBy('address')
    .execute()
  return rows.map(toRefusal)
}

/** The last one of each source since an instant, with how many of its requests were refused in all that is known. */
export async function listLastRefusals(
  db: Db,
  since: number,
): Promise<{ readonly sourceId: number; readonly last: Refusal; readonly times: number }[]> {
  const rows = await db.selectFrom('refusals').selectAll().where('last_at', '>=', since).orderBy('last_at').execute()
  const bySource = new Map<number, { last: Refusal; times: number }>()
  for (const row of rows) {
    const times = (bySource.get(row.source_id)?.times ?? 0) + row.times
    bySource.set(row.source_id, { last: toRefusal(row), times })
  }
  return [...bySource].map(([sourceId, { last, times }]) => ({ sourceId, last, times }))
}

const toRefusal = (row: {
  reason: string
  address: string
  first_at: number
  last_at: number
  times: number
}): Refusal => ({
  reason: row.reason as RefusalReason,
  address: row.address,
  firstAt: row.first_at,
  lastAt: row.last_at,
  times: row.times,
})
