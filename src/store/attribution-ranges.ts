import type { Db } from './database.ts'

/** What is still to be attributed anew: the defects of a service from a place in their order on. */

/** Asks for a new attribution of the service's defects first seen at or after an instant; work under way starts over there. */
export async function markForAttribution(db: Db, serviceId: number, from: number): Promise<void> {
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

/** The next service with defects to attribute, and the place in their order after which they wait. */
export async function findAttributionRange(
  db: Db,
): Promise<{ serviceId: number; after: { firstSeenAt: number; id: number } } | undefined> {
  const row = await db.selectFrom('attribution_ranges').selectAll().orderBy('service_id').executeTakeFirst()
  return row && { serviceId: row.service_id, after: { firstSeenAt: row.from_at, id: row.after_id } }
}

/** Remembers how far the work has come; undefined: it is done. */
export async function moveAttributionRange(
  db: Db,
  serviceId: number,
  after: { readonly firstSeenAt: number; readonly id: number } | undefined,
): Promise<void> {
  if (after)
    await db
      .updateTable('attribution_ranges')
      .set({ from_at: after.firstSeenAt, after_id: after.id })
      .where('service_id', '=', serviceId)
      .execute()
  else await db.deleteFrom('attribution_ranges').where('service_id', '=', serviceId).execute()
}
