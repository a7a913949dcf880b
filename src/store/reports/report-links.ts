import type { Db } from '../database.ts'

/** A link with which others read a report; the store has the hash of its token alone. */
export interface ReportShare {
  readonly id: number
  readonly reportId: number
  readonly hidesPeople: boolean
  readonly madeBy: string
  readonly madeAt: number
  readonly expiresAt: number
  /** Ended before its time. */
  readonly endedAt: number | undefined
  readonly endedBy: string | undefined
  readonly opened: number
  readonly lastOpenedAt: number | undefined
}

export async function insertLink(
  trx: Db,
  link: {
    readonly reportId: number
    readonly tokenHash: string
    readonly hidesPeople: boolean
    readonly madeBy: string
    readonly madeAt: number
    readonly expiresAt: number
  },
): Promise<number> {
  const { id } = await trx
    .insertInto('report_links')
    .values({
      report_id: link.reportId,
      token_hash: link.tokenHash,
      hides_people: link.hidesPeople ? 1 : 0,
      made_by: link.madeBy,
      made_at: link.madeAt,
      expires_at: link.expiresAt,
      opened: 0,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

/** All there ever were, newest first. */
export async function listLinks(db: Db, reportId: number, limit: number): Promise<ReportShare[]> {
  const rows = await db
    .selectFrom('report_links')
    .selectAll()
    .where('report_id', '=', reportId)
    .orderBy('id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toShare)
}

/** How many of a report are in force. */
export async function countLinks(db: Db, reportId: number, now: number): Promise<number> {
  const { n } = await db
    .selectFrom('report_links')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('report_id', '=', reportId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirstOrThrow()
  return Number(n)
}

/** Counts one more opening of the link with this hash, if it is in force. @returns the link */
export async function openLink(db: Db, tokenHash: string, now: number): Promise<ReportShare | undefined> {
  const row = await db
    .updateTable('report_links')
    .set((eb) => ({ opened: eb('opened', '+', 1), last_opened_at: now }))
    .where('token_hash', '=', tokenHash)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .returningAll()
    .executeTakeFirst()
  return row && toShare(row)
}

/** Ends one that is in force. @returns whether it was */
export async function endLink(
  trx: Db,
  { id, reportId }: { readonly id: number; readonly reportId: number },
  by: string,
  now: number,
): Promise<boolean> {
  const updated = await trx
    .updateTable('report_links')
    .set({ ended_at: now, ended_by: by })
    .where('id', '=', id)
    .where('report_id', '=', reportId)
    .where('ended_at', 'is', null)
    .where('expires_at', '>', now)
    .executeTakeFirst()
  return Number(updated.numUpdatedRows) === 1
}

const toShare = (row: {
  id: number
  report_id: number
  hides_people: 0 | 1
  made_by: string
  made_at: number
  expires_at: number
  ended_at: number | null
  ended_by: string | null
  opened: number
  last_opened_at: number | null
}): ReportShare => ({
  id: row.id,
  reportId: row.report_id,
  hidesPeople: row.hides_people === 1,
  madeBy: row.made_by,
  madeAt: row.made_at,
  expiresAt: row.expires_at,
  endedAt: row.ended_at ?? undefined,
  endedBy: row.ended_by ?? undefined,
  opened: row.opened,
  lastOpenedAt: row.last_opened_at ?? undefined,
})
