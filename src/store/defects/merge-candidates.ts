import type { Severity } from '../../core/event.ts'
import type { Db } from '../database.ts'

/** A defect with which another may be merged. */
export interface NearbyDefect {
  readonly id: number
  readonly title: string
  readonly severity: Severity
  readonly open: boolean
  readonly firstSeenAt: number
  readonly lastSeenAt: number
}

const EACH_WAY = 150

/** Defects of the same service (or of none) that were first seen nearest to this one, before it and after. */
export async function listNearby(
  db: Db,
  defect: { readonly id: number; readonly serviceId: number | undefined; readonly firstSeenAt: number },
): Promise<NearbyDefect[]> {
  const { id, serviceId, firstSeenAt } = defect
  const near = (before: boolean) =>
    db
      .selectFrom('defects')
      .select(['id', 'title', 'severity', 'open', 'first_seen_at', 'last_seen_at'])
      .where('merged_into_id', 'is', null)
      .where('id', '<>', id)
      .where((eb) =>
        serviceId === undefined
          ? eb('service_id', 'is', null)
          : eb.or([eb('service_id', '=', serviceId), eb('service_id', 'is', null)]),
      )
      .where('first_seen_at', before ? '<=' : '>', firstSeenAt)
      .orderBy('first_seen_at', before ? 'desc' : 'asc')
      .limit(EACH_WAY)
      .execute()
  const rows = [...(await near(true)), ...(await near(false))]
  return rows.map((row) => ({
    id: row.id,
    title: row.title,
    severity: row.severity as Severity,
    open: row.open === 1,
    firstSeenAt: row.first_seen_at,
    lastSeenAt: row.last_seen_at,
  }))
}
