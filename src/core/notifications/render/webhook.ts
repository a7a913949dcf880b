import type { Announcement } from '../announcement.ts'
import { messageOf } from '../message.ts'
import { linkOf } from './limits.ts'

/**
 * A message for a program: the facts as they are, with the words beside them. Several that were put together come as
 * `postflight.digest`. Escaping is left to who shows it.
 */
export function webhookMessage(
  announcements: readonly [Announcement, ...Announcement[]],
  publicUrl: string,
  now: number,
): object {
  const [first] = announcements
  const isOne = announcements.length === 1
  return {
    type: isOne ? `postflight.${first.event}` : 'postflight.digest',
    timestamp: new Date(isOne ? first.at : now).toISOString(),
    data: isOne
      ? factsOf(first, publicUrl)
      : {
          messages: announcements.map((announcement) => ({
            type: `postflight.${announcement.event}`,
            timestamp: new Date(announcement.at).toISOString(),
            data: factsOf(announcement, publicUrl),
          })),
        },
  }
}

function factsOf(announcement: Announcement, publicUrl: string): object {
  const { title, lines, path } = messageOf(announcement)
  const { at: _, event: __, ...facts } = announcement
  return { ...facts, title, lines: lines.map(({ label, text }) => ({ label, text })), url: linkOf(publicUrl, path) }
}
