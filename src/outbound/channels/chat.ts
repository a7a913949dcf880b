import { digestOf, type Message, messageOf } from '../../core/notifications/message.ts'
import { discordMessage } from '../../core/notifications/render/discord.ts'
import { mattermostMessage } from '../../core/notifications/render/mattermost.ts'
import { slackMessage } from '../../core/notifications/render/slack.ts'
import { teamsMessage } from '../../core/notifications/render/teams.ts'
import { safeRequest } from '../safe-request.ts'
import { outcomeOf } from './answer.ts'
import { readAddress } from './channel-address.ts'
import type { ChannelKind, Outgoing } from './channel-kind.ts'

/** Chats that take a POST of JSON at an address of their own; who knows the address may post, so it is the secret. */
const chat = ({
  kind,
  label,
  hint,
  render,
}: {
  readonly kind: string
  readonly label: string
  readonly hint: string
  readonly render: (message: Message, publicUrl: string) => object
}): ChannelKind => ({
  kind,
  label,
  fields: [{ name: 'url', label: 'Webhook address', hint, secret: true, required: true }],
  read(given, held) {
    const address = readAddress(given.url ?? '', held)
    return address.ok
      ? { ok: true, settings: {}, secret: address.url, shown: address.host, addresses: [address.url] }
      : address
  },
  async send({ secret }, outgoing, { rules, publicUrl, clock, signal }) {
    const answer = await safeRequest(
      {
        method: 'POST',
        url: secret,
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify(render(wordsOf(outgoing), publicUrl)),
        signal,
      },
      rules,
    )
    return outcomeOf(answer, clock())
  },
})

/** What it says: the words of the one fact, or of all of them together. */
export function wordsOf({ announcements: [first, ...others] }: Outgoing): Message {
  return digestOf([messageOf(first), ...others.map(messageOf)])
}

export const slack = chat({
  kind: 'slack',
  label: 'Slack',
  hint: 'Of an app with an incoming webhook: https://hooks.slack.com/services/…',
  render: slackMessage,
})

export const teams = chat({
  kind: 'teams',
  label: 'Microsoft Teams',
  hint: 'Of a workflow that starts “When a Teams webhook request is received”.',
  render: teamsMessage,
})

export const discord = chat({
  kind: 'discord',
  label: 'Discord',
  hint: 'Channel settings, Integrations, Webhooks: https://discord.com/api/webhooks/…',
  render: discordMessage,
})

export const mattermost = chat({
  kind: 'mattermost',
  label: 'Mattermost',
  hint: 'Of an incoming webhook: https://chat.your-company.example/hooks/…',
  render: mattermostMessage,
})
