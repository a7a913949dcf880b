import { sql } from 'kysely'
import type { Db } from '../database.ts'
import { saveCulprits } from './defect-evidence.ts'
import { addToBucket } from './reports.ts'

const HOUR_MS = 3_600_000
const CHUNK = 500

/** Moves reports from one defect to another, with what was counted of them in each hour. */
export async function moveReports(
  db: Db,
  reports: readonly { readonly id: number; readonly key: string }[],
  from: number,
  to: number,
): Promise<void> {
  // Integer division must stay one: a bound parameter would make it real on SQLite.
  const hour = sql<number>`cast(seen_at / ${sql.lit(HOUR_MS)} as bigint) * ${sql.lit(HOUR_MS)}`
  for (let start = 0; start < reports.length; start += CHUNK) {
    const chunk = reports.slice(start, start + CHUNK)
    const ids = chunk.map(({ id }) => id)
    const counted = await db
      .selectFrom('sightings')
      .select(hour.as('at'))
      .select((eb) => eb.fn.sum<number>('count').as('count'))
      .where('report_id', 'in', ids)
      .groupBy(hour)
      .execute()
    for (const { at, count } of counted) {
      await addToBucket(db, from, at, -Number(count))
      await addToBucket(db, to, at, Number(count))
    }
    await db.updateTable('reports').set({ defect_id: to }).where('id', 'in', ids).execute()
    await db
      .updateTable('defect_keys')
      .set({ defect_id: to })
      .where(
        'key',
        'in',
        chunk.map(({ key }) => key),
      )
      .execute()
  }
}

export async function placeKey(db: Db, key: string, defectId: number): Promise<void> {
  await db
    .insertInto('defect_keys')
    .values({ key, defect_id: defectId })
    .onConflict((conflict) => conflict.column('key').doUpdateSet({ defect_id: defectId }))
    .execute()
}

/** Leaves of a number nothing but the way to the defect that its reports are part of now. */
export async function retireNumber(db: Db, id: number, into: number): Promise<void> {
  await db.updateTable('defect_keys').set({ defect_id: into }).where('defect_id', '=', id).execute()
  await db.deleteFrom('suspects').where('defect_id', '=', id).execute()
  await saveCulprits(db, id, [])
  await db.deleteFrom('generations').where('defect_id', '=', id).execute()
  // Of sightings that are kept no longer only these counts remain.
  const buckets = await db
    .selectFrom('occurrence_buckets')
    .select(['bucket_at', 'count'])
    .where('defect_id', '=', id)
    .execute()
  for (const bucket of buckets) await addToBucket(db, into, bucket.bucket_at, bucket.count)
  await db.deleteFrom('occurrence_buckets').where('defect_id', '=', id).execute()
  await db
    .updateTable('defects')
    .set({ merged_into_id: into, open: 0, suspect_release_id: null, attribution_json: '{}' })
    .where('id', '=', id)
    .execute()
}

/** Where a number leads; undefined: it is a defect itself. */
export async function setMergedInto(db: Db, id: number, into: number | undefined): Promise<void> {
  await db
    .updateTable('defects')
    .set({ merged_into_id: into ?? null })
    .where('id', '=', id)
    .execute()
}
