import type { AfterSend } from '../../core/notifications/sending.ts'
import type { Db } from '../database.ts'
import { type Notification, toNotification } from './notifications.ts'

/** What is to be sent. Every change is a conditional update; who comes second finds nothing to change. */

/** Targets for which something is due, the longest waiting first. */
export async function listDueTargets(
  db: Db,
  now: number,
): Promise<{ readonly target: string; readonly channelId: number | undefined }[]> {
  const rows = await db
    .selectFrom('notifications')
    .select((eb) => ['target', 'channel_id', eb.fn.min('due_at').as('first')])
    .where('due_at', '<=', now)
    .groupBy(['target', 'channel_id'])
    .orderBy('first')
    .limit(50)
    .execute()
  return rows.map(({ target, channel_id }) => ({ target, channelId: channel_id ?? undefined }))
}

/** When the next one is due; undefined: none is. */
export async function findNextDue(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom('notifications')
    .select((eb) => eb.fn.min<number | null>('due_at').as('at'))
    .where('due_at', 'is not', null)
    .executeTakeFirst()
  return row?.at ?? undefined
}

/**
 * Who was sending these is gone; they are sent again, for whether they arrived is not known, and before what came after
 * them. @returns how many
 */
export async function loseSenders(trx: Db, target: string, now: number): Promise<number> {
  const lost = await trx
    .updateTable('notifications')
    .set((eb) => ({
      state: 'ready',
      owner: null,
      due_at: eb.ref('created_at'),
      reason: 'The server ended while it was sending.',
    }))
    .where('target', '=', target)
    .where('state', '=', 'sending')
    .where('due_at', '<=', now)
    .executeTakeFirst()
  return Number(lost.numUpdatedRows)
}

/** Somebody is sending there now. */
export async function isBeingSent(trx: Db, target: string): Promise<boolean> {
  const row = await trx
    .selectFrom('notifications')
    .select('id')
    .where('target', '=', target)
    .where('due_at', 'is not', null)
    .where('state', '=', 'sending')
    .executeTakeFirst()
  return row !== undefined
}

/** What is ready and due there: urgent ones first, then in the order in which they came due. */
export async function listReady(trx: Db, target: string, now: number, limit: number): Promise<Notification[]> {
  const rows = await trx
    .selectFrom('notifications')
    .selectAll()
    .where('target', '=', target)
    .where('state', '=', 'ready')
    .where('due_at', '<=', now)
    .orderBy('urgent', 'desc')
    .orderBy('due_at')
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(toNotification)
}

/**
 * When the target got something since an instant; what was put together counts once.
 * @returns instants, any order
 */
export async function listSentSince(trx: Db, target: string, since: number): Promise<number[]> {
  const rows = await trx
    .selectFrom('notifications')
    .select(['sent_at', 'digest'])
    .where('target', '=', target)
    .where('finished_at', '>', since)
    .where('state', '=', 'sent')
    .orderBy('id', 'desc')
    .limit(1_000)
    .execute()
  const alone = rows.filter(({ digest }) => digest === 0)
  const together = new Set(rows.filter(({ digest }) => digest === 1).map(({ sent_at }) => sent_at))
  return [...alone.map(({ sent_at }) => sent_at), ...together].filter((at): at is number => at !== null)
}

/** It waits until an instant, to go together with others. */
export async function putTogether(trx: Db, id: number, at: number): Promise<void> {
  await trx
    .updateTable('notifications')
    .set({ digest: 1, due_at: at })
    .where('id', '=', id)
    .where('state', '=', 'ready')
    .execute()
}

/** Nothing is sent there before an instant. */
export async function holdReady(trx: Db, target: string, until: number): Promise<void> {
  await trx
    .updateTable('notifications')
    .set({ due_at: until })
    .where('target', '=', target)
    .where('state', '=', 'ready')
    .where('due_at', '<', until)
    .execute()
}

/** What waits there is not sent any more. */
export async function giveUpReady(trx: Db, target: string, reason: string, now: number): Promise<void> {
  await trx
    .updateTable('notifications')
    .set({ state: 'failed', due_at: null, finished_at: now, reason })
    .where('target', '=', target)
    .where('state', '=', 'ready')
    .execute()
}

/**
 * Takes messages to send them, as one: before anything is sent this is on disk.
 * @returns those that were there to take
 */
export async function takeToSend(
  trx: Db,
  messages: readonly Notification[],
  { owner, now, until }: { readonly owner: string; readonly now: number; readonly until: number },
): Promise<Notification[]> {
  const taken: Notification[] = []
  for (const message of messages) {
    const fence = message.fence + 1
    const attempt = message.attempt + 1
    const updated = await trx
      .updateTable('notifications')
      .set({ state: 'sending', owner, fence, attempt, due_at: until, sent_at: now })
      .where('id', '=', message.id)
      .where('state', '=', 'ready')
      .where('fence', '=', message.fence)
      .executeTakeFirst()
    if (Number(updated.numUpdatedRows) === 1)
      taken.push({ ...message, state: 'sending', fence, attempt, sentAt: now, dueAt: until })
  }
  return taken
}

/**
 * Writes what came of sending one. Only who took it last may; that it was sent counts as well from a sender who was
 * believed to be gone, while nobody else has taken it.
 * @returns false when it is not his any more
 */
export async function concludeSending(
  trx: Db,
  { id, fence }: Pick<Notification, 'id' | 'fence'>,
  after: AfterSend,
  now: number,
): Promise<boolean> {
  const concluded = await trx
    .updateTable('notifications')
    .set({
      state: after.state,
      owner: null,
      due_at: after.state === 'ready' ? after.dueAt : null,
      finished_at: after.state === 'ready' ? null : now,
      reason: after.state === 'sent' ? null : after.reason.slice(0, 500),
    })
    .where('id', '=', id)
    .where('fence', '=', fence)
    .where('state', 'in', after.state === 'sent' ? ['sending', 'ready'] : ['sending'])
    .executeTakeFirst()
  return Number(concluded.numUpdatedRows) === 1
}
