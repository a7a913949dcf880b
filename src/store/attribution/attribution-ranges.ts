import { sql } from 'kysely'
import type { Db } from '../database.ts'

/**
 * What is still to be attributed anew: the defects of a service from a place in their order on. Those that name no service
 * are a service of their own here, `undefined`.
 */
export interface AttributionRange {
  readonly serviceId: number | undefined
  /** The place after which they wait. */
  readonly after: { readonly firstSeenAt: number; readonly id: number }
}

/** Asks for a new attribution of the service's defects first seen at or after an instant; work under way starts over there. */
export async function markForAttribution(db: Db, serviceId: number | undefined, from: number): Promise<void> {
  if (serviceId === undefined)
    await db
      .insertInto('unplaced_attribution_range')
      .values({ id: 1, from_at: from, after_id: 0 })
      .onConflict((conflict) =>
        conflict
          .column('id')
          .doUpdateSet({ from_at: from, after_id: 0 })
          .where('unplaced_attribution_range.from_at', '>=', from),
      )
      .execute()
  else
    await db
      .insertInto('attribution_ranges')
      .values({ service_id: serviceId, from_at: from, after_id: 0 })
      .onConflict((conflict) =>
        conflict
          .column('service_id')
          .doUpdateSet({ from_at: from, after_id: 0 })
          .where('attribution_ranges.from_at', '>=', from),
      )
      .execute()
}

/** All that is under way, in the order in which it is worked off: services first. */
export async function listAttributionRanges(db: Db, limit: number): Promise<AttributionRange[]> {
  const { rows } = await sql<{ service_id: number | null; from_at: number; after_id: number }>`
    select service_id, from_at, after_id from (
      select service_id, from_at, after_id, 1 as turn from attribution_ranges
      union all select null, from_at, after_id, 2 from unplaced_attribution_range
    ) as ranges order by turn, service_id limit ${limit}`.execute(db)
  return rows.map((row) => ({
    serviceId: row.service_id ?? undefined,
    after: { firstSeenAt: row.from_at, id: row.after_id },
  }))
}

/** The next defects to attribute. */
export const findAttributionRange = async (db: Db): Promise<AttributionRange | undefined> =>
  (await listAttributionRanges(db, 1))[0]

/** Remembers how far the work has come; undefined: it is done. */
export async function moveAttributionRange(
  db: Db,
  serviceId: number | undefined,
  after: AttributionRange['after'] | undefined,
): Promise<void> {
  const place = after && { from_at: after.firstSeenAt, after_id: after.id }
  if (serviceId === undefined) {
    if (place) await db.updateTable('unplaced_attribution_range').set(place).execute()
    else await db.deleteFrom('unplaced_attribution_range').execute()
  } else if (place) await db.updateTable('attribution_ranges').set(place).where('service_id', '=', serviceId).execute()
  else await db.deleteFrom('attribution_ranges').where('service_id', '=', serviceId).execute()
}
