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
 * @returns false when the target has one of this fact already
 */
export async function insertNotification(
  trx: Db,
  target: NotificationTarget,
  fresh: FreshNotification,
): Promise<boolean> {
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
    .executeTakeFirst()
  return Number(inserted.numInsertedOrUpdatedRows ?? 0n) === 1
}

export const targetKey = (target: NotificationTarget): string =>
  'channelId' in target ? `channel:${target.channelId}` : `mail:${target.mailTo}`
