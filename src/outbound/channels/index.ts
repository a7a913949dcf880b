import type { ChannelKind } from './channel-kind.ts'
import { discord, mattermost, slack, teams } from './chat.ts'
import { mail } from './mail.ts'
import { webhook } from './webhook.ts'

/** Every kind of channel, in the order of the form. */
export const CHANNEL_KINDS: readonly ChannelKind[] = [slack, teams, discord, mattermost, mail, webhook]

export const findChannelKind = (kind: string): ChannelKind | undefined =>
  CHANNEL_KINDS.find((known) => known.kind === kind)
