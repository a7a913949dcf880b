import { HTTPException } from 'hono/http-exception'
import { ChannelsPage, type MessageRow } from '../../../../views/channels/list-page.tsx'
import type { Announcement } from '../../../core/notifications/announcement.ts'
import { messageOf } from '../../../core/notifications/message.ts'
import { channelKinds } from '../../../operations/notifications/channel-kinds.ts'
import { type Channel, listChannels } from '../../../store/notifications/channels.ts'
import {
  countSentSince,
  findNotification,
  listNotifications,
  type Notification,
} from '../../../store/notifications/notifications.ts'
import type { Deps } from '../../deps.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { ADMINS, adminOf, CHANNEL, CHANNELS } from './channel-admin.ts'
import { registerChannelForms } from './channel-forms.tsx'

const MESSAGES_SHOWN = 50
const DAY_MS = 86_400_000

/** Whom people are told through: for admins. */
export function registerChannelRoutes(routes: Routes, deps: Deps): void {
  routes.get(CHANNELS, ADMINS, (c) => show(c, deps))
  registerChannelForms(routes, deps)

  routes.post(`${CHANNEL}/test`, ADMINS, async (c) => {
    const { name, userId } = adminOf(c)
    const id = Number(c.req.param('id'))
    const tested = await deps.notifier.test(id, name)
    if (!tested) throw new HTTPException(404, { message: 'There is no such channel.' })
    deps.log.info(
      { requestId: c.get('requestId'), userId, channelId: id, outcome: tested.outcome.kind },
      'test message sent',
    )
    return c.redirect(`${CHANNELS}?tested=${tested.id}`, 303)
  })

  routes.post(`${CHANNELS}/messages/:id{[0-9]{1,15}}/resending`, ADMINS, async (c) => {
    const { userId } = adminOf(c)
    const id = Number(c.req.param('id'))
    if (!(await deps.notifier.resend(id)))
      throw new HTTPException(404, { message: 'There is no such message that has ended.' })
    deps.notifier.wake()
    deps.log.info({ requestId: c.get('requestId'), userId, messageId: id }, 'message sent again')
    return c.redirect(`${CHANNELS}#messages`, 303)
  })
  for (const path of [`${CHANNEL}/test`, `${CHANNELS}/messages/:id{[0-9]{1,15}}/resending`])
    routes.get(path, 'session', (c) => c.redirect(CHANNELS, 303))
}

async function show(c: Ctx, deps: Deps): Promise<Response> {
  const db = deps.store.reader
  const now = deps.clock()
  const failedOnly = c.req.query('failed') === '1'
  const [channels, messages, sentToday, tested] = await Promise.all([
    listChannels(db),
    listNotifications(db, { failedOnly, limit: MESSAGES_SHOWN }),
    countSentSince(db, now - (now % DAY_MS)),
    findTested(deps, c.req.query('tested')),
  ])
  const rowOf = messageRow(channels)
  return await page(
    c,
    deps,
    { title: 'Channels', active: 'setup', crumbs: [{ text: 'Set up', href: '/setup' }, { text: 'Channels' }] },
    <ChannelsPage
      channels={channels.map((channel) => ({
        ...channel,
        kindLabel: channelKinds.find(({ kind }) => kind === channel.kind)?.label ?? channel.kind,
        sentToday: sentToday.get(channel.id) ?? 0,
      }))}
      messages={messages.map(rowOf)}
      failedOnly={failedOnly}
      tested={tested && rowOf(tested)}
      hasMailServer={deps.config.mailServer !== undefined}
      csrfToken={adminOf(c).csrfToken}
      now={now}
    />,
  )
}

async function findTested(deps: Deps, id: string | undefined): Promise<Notification | undefined> {
  const found = /^\d{1,15}$/.test(id ?? '') ? await findNotification(deps.store.reader, Number(id)) : undefined
  return found?.event === 'channel-test' ? found : undefined
}

const messageRow =
  (channels: readonly Channel[]) =>
  (notification: Notification): MessageRow => {
    const { title, path } = messageOf(JSON.parse(notification.announcementJson) as Announcement)
    const { id, createdAt, channelId, state, dueAt, reason } = notification
    return {
      id,
      at: createdAt,
      channel: channels.find((channel) => channel.id === channelId)?.name,
      title,
      path,
      state,
      waitsUntil: state === 'ready' ? dueAt : undefined,
      reason,
    }
  }
