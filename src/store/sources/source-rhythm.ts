import { hourOf, RHYTHM_HOURS } from '../../core/inbound/silence.ts'
import type { Db } from '../database.ts'

/** When sources deliver: the last time, and the hours in which they did. */

/** Notes that a source delivered at these instants, in any order, late ones too. */
export async function noteDelivered(db: Db, sourceId: number, instants: readonly number[]): Promise<void> {
  const lastAt = Math.max(...instants)
  await db
    .updateTable('sources')
    .set({ last_delivery_at: lastAt })
    .where('id', '=', sourceId)
    .where((eb) => eb.or([eb('last_delivery_at', 'is', null), eb('last_delivery_at', '<', lastAt)]))
    .execute()
  const hours = [...new Set(instants.map(hourOf))]
  const added = await db
    .insertInto('source_hours')
    .values(hours.map((hour) => ({ source_id: sourceId, hour_at: hour })))
    .onConflict((conflict) => conflict.columns(['source_id', 'hour_at']).doNothing())
    .executeTakeFirst()
  if (Number(added.numInsertedOrUpdatedRows) > 0) await forgetOldHours(db, sourceId)
}

async function forgetOldHours(db: Db, sourceId: number): Promise<void> {
  await db
    .deleteFrom('source_hours')
    .where('source_id', '=', sourceId)
    .where('hour_at', '<=', (eb) =>
      eb
        .selectFrom('source_hours')
        .select('hour_at')
        .where('source_id', '=', sourceId)
        .orderBy('hour_at', 'desc')
        .limit(1)
        .offset(RHYTHM_HOURS),
    )
    .execute()
}

/** By source id, the hours in which each of these sources delivered, newest `RHYTHM_HOURS`; absent when in none. */
export async function listHours(db: Db, sourceIds: readonly number[]): Promise<Map<number, number[]>> {
  const rows = await db
    .selectFrom('source_hours')
    .select(['source_id', 'hour_at'])
    .where('source_id', 'in', sourceIds)
    .execute()
  const hours = new Map<number, number[]>()
  for (const { source_id, hour_at } of rows) {
    const known = hours.get(source_id)
    if (known) known.push(hour_at)
    else hours.set(source_id, [hour_at])
  }
  return hours
}
