import type { NotificationState } from '../../core/notifications/sending.ts'
import type { Db } from '../database.ts'

/** Who is told: a channel, or one person by mail. */
export type NotificationTarget = { readonly channelId: number } | { readonly mailTo: string }

export interface FreshNotification {
  readonly event: string
  readonly dedupeKey: string
  readonly announcementJson: string
  readonly urgent: boolean
  readonly happenedAt: number
  readonly now: number
}

/**
 * Writes a message down to be sent.
 * @returns its id; undefined when the target has one of this fact already
 */
export async function insertNotification(
  trx: Db,
  target: NotificationTarget,
  fresh: FreshNotification,
): Promise<number | undefined> {
  const inserted = await trx
    .insertInto('notifications')
    .values({
      target: targetKey(target),
      channel_id: 'channelId' in target ? target.channelId : null,
      mail_to: 'mailTo' in target ? target.mailTo : null,
      event: fresh.event,
      dedupe_key: fresh.dedupeKey,
      announcement_json: fresh.announcementJson,
      urgent: fresh.urgent ? 1 : 0,
      happened_at: fresh.happenedAt,
      created_at: fresh.now,
      state: 'ready',
      due_at: fresh.now,
      digest: 0,
      attempt: 0,
      fence: 0,
    })
    .onConflict((conflict) => conflict.columns(['target', 'dedupe_key']).doNothing())
    .returning('id')
    .executeTakeFirst()
  // Looked at afterwards: whoever lets go of the message beside us has then noted that it was told.
  if (!inserted || !(await wasTold(trx, target, fresh.dedupeKey))) return inserted?.id
  await trx.deleteFrom('notifications').where('id', '=', inserted.id).execute()
  return undefined
}

async function wasTold(trx: Db, target: NotificationTarget, dedupeKey: string): Promise<boolean> {
  const row = await trx
    .selectFrom('told_facts')
    .select('target')
    .where('target', '=', targetKey(target))
    .where('dedupe_key', '=', dedupeKey)
    .executeTakeFirst()
  return row !== undefined
}

export const targetKey = (target: NotificationTarget): string =>
  'channelId' in target ? `channel:${target.channelId}` : `mail:${target.mailTo}`

/** A message as it stands. */
export interface Notification {
  readonly id: number
  readonly target: string
  readonly channelId: number | undefined
  readonly mailTo: string | undefined
  readonly event: string
  readonly announcementJson: string
  readonly urgent: boolean
  readonly happenedAt: number
  readonly createdAt: number
  readonly state: NotificationState
  readonly dueAt: number | undefined
  /** It waits to be put together with others, or was. */
  readonly digest: boolean
  readonly attempt: number
  readonly fence: number
  readonly sentAt: number | undefined
  readonly finishedAt: number | undefined
  readonly reason: string | undefined
}

/** Newest first. */
export async function listNotifications(
  db: Db,
  { channelId, failedOnly = false, limit }: { channelId?: number; failedOnly?: boolean; limit: number },
): Promise<Notification[]> {
  let query = db.selectFrom('notifications').selectAll().orderBy('id', 'desc').limit(limit)
  if (channelId !== undefined) query = query.where('target', '=', targetKey({ channelId }))
  if (failedOnly) query = query.where('state', '=', 'failed')
  return (await query.execute()).map(toNotification)
}

export async function findNotification(db: Db, id: number): Promise<Notification | undefined> {
  const row = await db.selectFrom('notifications').selectAll().where('id', '=', id).executeTakeFirst()
  return row && toNotification(row)
}

/** How many messages each channel took since an instant, by its id. */
export async function countSentSince(db: Db, since: number): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom('notifications')
    .select((eb) => ['channel_id', eb.fn.countAll<number | string>().as('n')])
    .where('finished_at', '>=', since)
    .where('state', '=', 'sent')
    .where('channel_id', 'is not', null)
    .groupBy('channel_id')
    .execute()
  return new Map(rows.map(({ channel_id, n }) => [channel_id as number, Number(n)]))
}

/** Has one that ended tried once more, from the start. @returns whether it had ended */
export async function sendAgain(trx: Db, id: number, now: number): Promise<boolean> {
  const updated = await trx
    .updateTable('notifications')
    .set({ state: 'ready', due_at: now, digest: 0, attempt: 0, created_at: now, finished_at: null, reason: null })
    .where('id', '=', id)
    .where('state', 'in', ['failed', 'sent'])
    .executeTakeFirst()
  return Number(updated.numUpdatedRows) === 1
}

export const toNotification = (row: {
  id: number
  target: string
  channel_id: number | null
  mail_to: string | null
  event: string
  announcement_json: string
  urgent: 0 | 1
  happened_at: number
  created_at: number
  state: string
  due_at: number | null
  digest: 0 | 1
  attempt: number
  fence: number
  sent_at: number | null
  finished_at: number | null
  reason: string | null
}): Notification => ({
  id: row.id,
  target: row.target,
  channelId: row.channel_id ?? undefined,
  mailTo: row.mail_to ?? undefined,
  event: row.event,
  announcementJson: row.announcement_json,
  urgent: row.urgent === 1,
  happenedAt: row.happened_at,
  createdAt: row.created_at,
  state: row.state as NotificationState,
  dueAt: row.due_at ?? undefined,
  digest: row.digest === 1,
  attempt: row.attempt,
  fence: row.fence,
  sentAt: row.sent_at ?? undefined,
  finishedAt: row.finished_at ?? undefined,
  reason: row.reason ?? undefined,
})
