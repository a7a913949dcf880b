import type { Problem } from '../../core/event.ts'
import type { Announcement } from '../../core/notifications/announcement.ts'
import type { SendOutcome } from '../../core/notifications/sending.ts'
import type { OutboundRules } from '../safe-request.ts'
import type { MailServer } from './mail-server.ts'

/** One way to reach people. */
export interface ChannelKind {
  readonly kind: string
  readonly label: string
  /** What the form asks for, in its order. */
  readonly fields: readonly ChannelField[]
  /**
   * Reads what was entered.
   * @param given by the names of `fields`; an empty secret field means that what there is stays
   * @param held the secret there is, opened
   */
  read(given: Readonly<Record<string, string>>, held: string | undefined): ChannelRead
  /** Hands one message over, or several put together. Never throws for what the other side does. */
  send(channel: OpenedChannel, outgoing: Outgoing, parts: SendParts): Promise<SendOutcome>
}

export interface ChannelField {
  readonly name: string
  readonly label: string
  readonly hint: string
  /** It is never shown again. */
  readonly secret: boolean
  readonly required: boolean
}

export type ChannelRead =
  | {
      readonly ok: true
      /** Not secret; shown in the form again. */
      readonly settings: Readonly<Record<string, string>>
      /** To be sealed; undefined: nothing is. */
      readonly secret: string | undefined
      /** Where it goes, for lists: a host, addresses of people. */
      readonly shown: string
      /** What will be called, to be judged before it is kept. */
      readonly addresses: readonly string[]
      /** A key that was made just now, to be shown once. */
      readonly made?: string | undefined
    }
  | { readonly ok: false; readonly problems: readonly Problem[] }

export interface OpenedChannel {
  readonly settings: Readonly<Record<string, string>>
  /** Empty where there is none. */
  readonly secret: string
}

export interface Outgoing {
  /** The same in every try, so that a receiver that cares takes it once. */
  readonly id: string
  readonly announcements: readonly [Announcement, ...Announcement[]]
}

export interface SendParts {
  readonly rules: OutboundRules
  /** Where people find this server; no slash at its end. */
  readonly publicUrl: string
  /** Undefined: none is configured. */
  readonly mailServer: MailServer | undefined
  readonly clock: () => number
  readonly signal: AbortSignal
}
