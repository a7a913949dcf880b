import { countRows } from '../counted-rows.ts'
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
  filter: AuditFilter,
  { before, limit }: { readonly before?: number | undefined; readonly limit: number },
): Promise<{ readonly rows: AuditRow[]; readonly more: boolean }> {
  let query = matching(db, filter).selectAll()
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

/**
 * How many match, counted up to one more than `most`; undefined where several things are asked of the entries and
 * there are more than these to look at.
 */
export async function countAudit(db: Db, filter: AuditFilter, most: number): Promise<number | undefined> {
  const count = (asked: AuditFilter) =>
    countRows(
      db,
      matching(db, asked)
        .select('number')
        .limit(most + 1),
    )
  // Each of these has an index of its own, and none has one of two.
  const { actor, actions, subjectKind, subjectId, from, to } = filter
  const parts = [[actor], [actions], [subjectKind, subjectId], [from, to]]
  const asked = parts.filter((part) => part.some((one) => one !== undefined)).length
  return asked <= 1 || (await count({})) <= most ? await count(filter) : undefined
}

function matching(db: Db, { actor, actions, subjectKind, subjectId, from, to }: AuditFilter) {
  let query = db.selectFrom('audit_entries')
  if (actor !== undefined) query = query.where('actor_name', '=', actor)
  if (actions !== undefined) query = query.where('action', 'in', actions)
  if (subjectKind !== undefined) query = query.where('subject_kind', '=', subjectKind)
  if (subjectId !== undefined) query = query.where('subject_id', '=', subjectId)
  if (from !== undefined) query = query.where('at', '>=', from)
  if (to !== undefined) query = query.where('at', '<', to)
  return query
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
