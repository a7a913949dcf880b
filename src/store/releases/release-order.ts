import type { ReleaseKind } from '../../core/event.ts'
import { verdictOn } from '../../core/release/emergency-score.ts'
import type { KindStatements } from '../../core/release/release-kind.ts'
import type { Containment, UnorderedRelease } from '../../core/release/version-order.ts'
import type { Db } from '../database.ts'

/** A release and the place it has so far. */
export interface PlacedRelease extends UnorderedRelease {
  readonly orderKey: string
  readonly quarantine: string | undefined
  readonly kind: ReleaseKind
  readonly kinds: KindStatements
}

/** All releases of a service. */
export async function listReleasesToOrder(db: Db, serviceId: number): Promise<PlacedRelease[]> {
  const rows = await db
    .selectFrom('releases')
    .select(['id', 'version', 'first_deployed_at', 'first_known_at', 'alias_of_id', 'order_key', 'quarantine'])
    .select(['kind', 'stated_kind', 'content_kind', 'order_kind', 'emergency_points'])
    .where('service_id', '=', serviceId)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    version: row.version,
    since: row.first_deployed_at ?? row.first_known_at,
    deployed: row.first_deployed_at !== null,
    isAlias: row.alias_of_id !== null,
    orderKey: row.order_key,
    quarantine: row.quarantine ?? undefined,
    kind: row.kind as ReleaseKind,
    kinds: kindStatements(row),
  }))
}

export const kindStatements = (row: {
  stated_kind: string | null
  content_kind: string | null
  order_kind: string
  emergency_points: number
}): KindStatements => ({
  stated: (row.stated_kind as ReleaseKind | null) ?? undefined,
  isEmergency: verdictOn(row.emergency_points).verdict === 'emergency',
  byContent: (row.content_kind as ReleaseKind | null) ?? undefined,
  byOrder: row.order_kind as ReleaseKind,
})

/** Which releases of a service are part of which others, by the commits that are listed for those. */
export async function listContainments(db: Db, serviceId: number): Promise<Containment[]> {
  const rows = await db
    .selectFrom('releases as part')
    .innerJoin('release_commits as c', (join) =>
      join.on((eb) => eb('c.sha', '=', eb.fn.coalesce('part.commit_sha', 'part.version'))),
    )
    .innerJoin('releases as listing', 'listing.id', 'c.release_id')
    .select('part.id as partId')
    .select((eb) => eb.fn.coalesce('listing.alias_of_id', 'listing.id').as('wholeId'))
    .where('part.service_id', '=', serviceId)
    .where('part.alias_of_id', 'is', null)
    .where('listing.service_id', '=', serviceId)
    .execute()
  return rows.filter(({ partId, wholeId }) => partId !== wholeId)
}

export async function savePlace(
  db: Db,
  id: number,
  place: { orderKey: string; quarantine: string | undefined; kind: ReleaseKind; orderKind: ReleaseKind },
): Promise<void> {
  await db
    .updateTable('releases')
    .set({
      order_key: place.orderKey,
      quarantine: place.quarantine ?? null,
      kind: place.kind,
      order_kind: place.orderKind,
    })
    .where('id', '=', id)
    .execute()
}

/** The next service whose releases wait to be put in order; none is marked in the ordinary course, only by an upgrade. */
export async function takeOrderMark(db: Db): Promise<number | undefined> {
  const row = await db.selectFrom('order_marks').select('service_id').orderBy('service_id').limit(1).executeTakeFirst()
  if (row) await db.deleteFrom('order_marks').where('service_id', '=', row.service_id).execute()
  return row?.service_id
}

/** Whether the releases of any service wait to be put in order. */
export const hasOrderMarks = async (db: Db): Promise<boolean> =>
  (await db.selectFrom('order_marks').select('service_id').limit(1).executeTakeFirst()) !== undefined
