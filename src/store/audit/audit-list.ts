import type { Db } from '../database.ts'
import { type AuditRow, auditRowOf } from './audit-entries.ts'

export interface AuditFilter {
  /** The name of who did it, as it was then. */
  readonly actor?: string | undefined
  readonly actions?: readonly string[] | undefined
  readonly subjectKind?: string | undefined
  readonly subjectId?: string | undefined
  readonly from?: number | undefined
  /** Not included. */
  readonly to?: number | undefined
}

/** Newest first. @param before only entries with lower numbers */
export async function listAudit(
  db: Db,
  { actor, actions, subjectKind, subjectId, from, to }: AuditFilter,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<{ readonly rows: AuditRow[]; readonly more: boolean }> {
  let query = db.selectFrom('audit_entries').selectAll()
  if (actor !== undefined) query = query.where('actor_name', '=', actor)
  if (actions !== undefined) query = query.where('action', 'in', actions)
  if (subjectKind !== undefined) query = query.where('subject_kind', '=', subjectKind)
  if (subjectId !== undefined) query = query.where('subject_id', '=', subjectId)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
  if (before !== undefined) query = query.where('number', '<', before)
  const rows = await query
    .orderBy('number', 'desc')
    .limit(limit + 1)
    .execute()
  return {
    more: rows.length > limit,
    rows: rows.slice(0, limit).map(auditRowOf),
  }
}

const LOOKED_AT = 1_000

/** Names of those who did something lately, sorted. */
export async function listRecentActors(db: Db): Promise<string[]> {
  const rows = await db
    .selectFrom((eb) =>
      eb.selectFrom('audit_entries').select('actor_name').orderBy('number', 'desc').limit(LOOKED_AT).as('latest'),
    )
    .select('actor_name')
    .distinct()
    .execute()
  return rows.map((row) => row.actor_name).sort()
}
