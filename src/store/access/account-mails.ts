import type { AfterSend, NotificationState } from '../../core/notifications/sending.ts'
import type { Db } from '../database.ts'

/** The outbox of account_mails. Every change is a conditional update; who comes second finds nothing to change. */

/** One that was taken to be sent. */
export interface TakenMail {
  readonly linkId: number
  readonly sealedToken: string
  readonly createdAt: number
  readonly attempt: number
  readonly fence: number
}

/** How far the mail of a link is. */
export interface MailProgress {
  readonly state: NotificationState
  /** When it was sent or given up. */
  readonly finishedAt: number | undefined
  /** Why it was not sent, so far. */
  readonly reason: string | undefined
}

export async function insertAccountMail(
  trx: Db,
  mail: { readonly linkId: number; readonly sealedToken: string },
  now: number,
): Promise<void> {
  await trx
    .insertInto('account_mails')
    .values({
      link_id: mail.linkId,
      sealed_token: mail.sealedToken,
      state: 'ready',
      created_at: now,
      due_at: now,
      attempt: 0,
      fence: 0,
    })
    .execute()
}

/** Those that may be taken, the longest waiting first; by link. */
export async function listDueMails(db: Db, now: number, limit: number): Promise<number[]> {
  const rows = await db
    .selectFrom('account_mails')
    .select('link_id')
    .where('due_at', '<=', now)
    .orderBy('due_at')
    .limit(limit)
    .execute()
  return rows.map(({ link_id }) => link_id)
}

/** When the next one is due; undefined: none is. */
export async function findNextDueMail(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom('account_mails')
    .select((eb) => eb.fn.min<number | null>('due_at').as('at'))
    .where('due_at', 'is not', null)
    .executeTakeFirst()
  return row?.at ?? undefined
}

/**
 * Takes a mail to send it; before anything is sent this is on disk. One whose sender is gone is taken again.
 * @param until after which this sender counts as gone
 */
export async function takeMail(
  trx: Db,
  linkId: number,
  { now, until }: { readonly now: number; readonly until: number },
): Promise<TakenMail | undefined> {
  const row = await trx
    .updateTable('account_mails')
    .set((eb) => ({ state: 'sending', attempt: eb('attempt', '+', 1), fence: eb('fence', '+', 1), due_at: until }))
    .where('link_id', '=', linkId)
    .where('due_at', '<=', now)
    .returning(['sealed_token', 'created_at', 'attempt', 'fence'])
    .executeTakeFirst()
  if (!row) return undefined
  const { created_at: createdAt, attempt, fence } = row
  return { linkId, sealedToken: row.sealed_token ?? '', createdAt, attempt, fence }
}

/** Writes what came of sending one, which only who took it last may. The token goes with the last try. */
export async function concludeMail(
  trx: Db,
  { linkId, fence }: Pick<TakenMail, 'linkId' | 'fence'>,
  after: AfterSend,
  now: number,
): Promise<void> {
  await trx
    .updateTable('account_mails')
    .set({
      state: after.state,
      due_at: after.state === 'ready' ? after.dueAt : null,
      finished_at: after.state === 'ready' ? null : now,
      reason: after.state === 'sent' ? null : after.reason.slice(0, 500),
      ...(after.state !== 'ready' && { sealed_token: null }),
    })
    .where('link_id', '=', linkId)
    .where('fence', '=', fence)
    .execute()
}

/** How far the mails of these links are, by link; a link that was not to be mailed is not among them. */
export async function listMailProgress(db: Db, linkIds: readonly number[]): Promise<ReadonlyMap<number, MailProgress>> {
  if (linkIds.length === 0) return new Map()
  const rows = await db
    .selectFrom('account_mails')
    .select(['link_id', 'state', 'finished_at', 'reason'])
    .where('link_id', 'in', linkIds)
    .execute()
  return new Map(
    rows.map((row) => [
      row.link_id,
      {
        state: row.state as NotificationState,
        finishedAt: row.finished_at ?? undefined,
        reason: row.reason ?? undefined,
      },
    ]),
  )
}
