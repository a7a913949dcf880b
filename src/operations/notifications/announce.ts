import { type Announcement, isUrgent } from '../../core/notifications/announcement.ts'
import { isNews, wants } from '../../core/notifications/subscription.ts'
import type { Db } from '../../store/database.ts'
import { listListening } from '../../store/notifications/channels.ts'
import { insertNotification, type NotificationTarget } from '../../store/notifications/notifications.ts'

/** Whom to tell whatever channels are subscribed to: channels that are on, and people by mail. */
export interface Recipients {
  readonly channels?: readonly number[] | undefined
  /** Addresses, one each. */
  readonly mail?: readonly string[] | undefined
}

/**
 * Has people told of a fact, in the transaction that makes it one: either both are there afterwards or neither. Nothing
 * is sent in here. Old facts and those that a target was told of before are passed over, so that a replay says nothing.
 *
 * @param to those instead of the channels whose subscription asks for it
 * @returns how many are told
 */
export async function announce(trx: Db, announcement: Announcement, now: number, to?: Recipients): Promise<number> {
  if (!isNews(announcement, now)) return 0
  const fresh = {
    event: announcement.event,
    dedupeKey: announcement.key,
    announcementJson: JSON.stringify(announcement),
    urgent: isUrgent(announcement),
    happenedAt: announcement.at,
    now,
  }
  let told = 0
  for (const target of await targetsOf(trx, announcement, to))
    if ((await insertNotification(trx, target, fresh)) !== undefined) told++
  return told
}

async function targetsOf(trx: Db, announcement: Announcement, to?: Recipients): Promise<NotificationTarget[]> {
  if (to && !to.channels?.length) return (to.mail ?? []).map((mailTo) => ({ mailTo }))
  const listening = await listListening(trx)
  const channels = to
    ? listening.filter(({ id }) => to.channels?.includes(id))
    : listening.filter(({ subscription, madeAt }) => wants(announcement, { subscription, since: madeAt }))
  return [
    ...channels.map(({ id }): NotificationTarget => ({ channelId: id })),
    ...(to?.mail ?? []).map((mailTo): NotificationTarget => ({ mailTo })),
  ]
}
