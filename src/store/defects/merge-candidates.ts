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
  const services = serviceId === undefined ? [null] : [serviceId, null]
  const near = async (before: boolean) => {
    const found = await Promise.all(
      services.map((service) => selectNear(db, service, { id, firstSeenAt, before }).execute()),
    )
    const sign = before ? -1 : 1
    const inOrder = found.flat().sort((a, b) => sign * (a.first_seen_at - b.first_seen_at || a.id - b.id))
    return inOrder.slice(0, EACH_WAY)
  }
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

/** Of one service, or of none: asked for both at once, SQLite reads all there are of the service. */
export function selectNear(
  db: Db,
  service: number | null,
  { id, firstSeenAt, before }: { readonly id: number; readonly firstSeenAt: number; readonly before: boolean },
) {
  const direction = before ? 'desc' : 'asc'
  return db
    .selectFrom('defects')
    .select(['id', 'title', 'severity', 'open', 'first_seen_at', 'last_seen_at'])
    .where('merged_into_id', 'is', null)
    .where('id', '<>', id)
    .where('service_id', service === null ? 'is' : '=', service)
    .where('first_seen_at', before ? '<=' : '>', firstSeenAt)
    .orderBy('first_seen_at', direction)
    .orderBy('id', direction)
    .limit(EACH_WAY)
}
