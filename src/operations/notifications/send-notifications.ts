import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import type { Announcement } from '../../core/notifications/announcement.ts'
import { CAP_WINDOW_MS, paceOf } from '../../core/notifications/pace.ts'
import {
  type AfterSend,
  afterSend,
  BEGIN_WITHIN_MS,
  healthAfter,
  SENDING_MOST_MS,
  type SendOutcome,
} from '../../core/notifications/sending.ts'
import type { Outgoing } from '../../outbound/channels/channel-kind.ts'
import { findChannelKind } from '../../outbound/channels/index.ts'
import type { MailServer } from '../../outbound/channels/mail-server.ts'
import type { OutboundRules } from '../../outbound/safe-request.ts'
import type { Db, Store } from '../../store/database.ts'
import { type Channel, findChannel, saveHealth, takeTurn } from '../../store/notifications/channels.ts'
import {
  findNotification,
  insertNotification,
  type Notification,
  sendAgain,
} from '../../store/notifications/notifications.ts'
import {
  concludeSending,
  findNextDue,
  giveUpReady,
  holdReady,
  isBeingSent,
  listDueTargets,
  listReady,
  listSentSince,
  loseSenders,
  putTogether,
  takeToSend,
} from '../../store/notifications/outbox.ts'
import type { SecretBox } from '../access/secret-box.ts'
import { RepeatingJob } from '../repeating-job.ts'
import { openChannel } from './channels.ts'

/** When nobody wakes it: what another thread or instance wrote, or left behind, is seen within it. */
const SEE_WHAT_IS_DUE_EVERY_MS = 2_000
/** Messages that are looked at, or put together, at once. */
const MOST_AT_ONCE = 200
/** Messages to one target before it is another's turn. */
const MOST_IN_A_ROW = 50

export interface NotifierParts {
  readonly store: Store
  readonly secretBox: SecretBox
  readonly rules: OutboundRules
  readonly publicUrl: string
  readonly mailServer: MailServer | undefined
  readonly log: Logger
  readonly clock: () => number
  /** In [0, 1). */
  readonly random?: () => number
  readonly seeWhatIsDueEveryMs?: number
}

/** What was taken to be sent as one. */
interface Taken {
  readonly messages: readonly [Notification, ...Notification[]]
  readonly channel: Channel | undefined
  readonly takenAt: number
}

/**
 * Sends what people are to be told. A message is marked as being sent before it is, and one at a time goes to a channel,
 * whichever instance sends it: after a crash at most one is in doubt, and that one is sent again. So every message comes
 * at least once, and one may come twice.
 */
export class Notifier {
  readonly #parts: NotifierParts
  readonly #owner = randomUUID()
  readonly #stopping = new AbortController()
  readonly #job: RepeatingJob

  constructor(parts: NotifierParts) {
    this.#parts = parts
    this.#job = new RepeatingJob({
      name: 'sending messages',
      everyMs: parts.seeWhatIsDueEveryMs ?? SEE_WHAT_IS_DUE_EVERY_MS,
      log: parts.log,
      turn: async () => {
        if ((await this.runDue()) === 'more') this.wake()
      },
      due: { next: () => findNextDue(parts.store.db), clock: parts.clock },
    })
  }

  start(): void {
    this.#job.start()
  }

  /** Something may be due. */
  wake(): void {
    this.#job.wake()
  }

  /** Lets the calls under way come to their end; stops them after `graceMs`. */
  async stop(graceMs = 3_000): Promise<void> {
    const timer = setTimeout(() => this.#stopping.abort(), graceMs)
    await this.#job.stop()
    clearTimeout(timer)
    this.#stopping.abort()
  }

  /** Sends what is due now. @returns whether some target has more. @throws what the store throws */
  async runDue(): Promise<'all' | 'more'> {
    const due = await listDueTargets(this.#parts.store.db, this.#parts.clock())
    const served = await Promise.all(due.map(({ target, channelId }) => this.#serve(target, channelId)))
    return served.includes('more') ? 'more' : 'all'
  }

  /**
   * Sends a test to a channel at once, whatever its pace is and whether it is on. It is among its messages afterwards.
   * @returns what came of it, and the message; undefined when there is no such channel
   */
  async test(channelId: number, by: string): Promise<{ id: number; outcome: SendOutcome } | undefined> {
    const { store, clock } = this.#parts
    const now = clock()
    const taken = await store.transaction(async (trx): Promise<Taken | undefined> => {
      const channel = await findChannel(trx, channelId)
      if (!channel) return undefined
      const id = await insertTest(trx, channel, by, now)
      const fresh = id === undefined ? undefined : await findNotification(trx, id)
      return fresh && this.#take(trx, [fresh], channel, now)
    })
    if (!taken) return undefined
    const outcome = await this.#send(taken)
    // A person looks at it: it is not tried again behind their back.
    await this.#conclude(taken, outcome.kind === 'failed' ? { ...outcome, again: false } : outcome)
    return { id: taken.messages[0].id, outcome }
  }

  /** Makes a message that ended due once more. @returns whether there was one that had */
  resend(id: number): Promise<boolean> {
    const { store, clock } = this.#parts
    return store.transaction((trx) => sendAgain(trx, id, clock()))
  }

  /** One after another, as long as something is due there. */
  async #serve(target: string, channelId: number | undefined): Promise<'all' | 'more'> {
    try {
      for (let count = 0; count < MOST_IN_A_ROW && !this.#stopping.signal.aborted; count++) {
        const taken = await this.#parts.store.transaction((trx) => this.#takeNext(trx, target, channelId))
        if (!taken) return 'all'
        await this.#conclude(taken, await this.#send(taken))
      }
      return 'more'
    } catch (error) {
      this.#parts.log.error({ err: error, target: shownTarget(target) }, 'messages could not be sent')
      return 'all'
    }
  }

  /** What goes next to a target; undefined: nothing does now. */
  async #takeNext(trx: Db, target: string, channelId: number | undefined): Promise<Taken | undefined> {
    const now = this.#parts.clock()
    const channel = channelId === undefined ? undefined : await findChannel(trx, channelId)
    // Whoever else wants to send there now waits for this, and finds the turn gone.
    if (channel && !(await takeTurn(trx, channel))) return undefined
    if ((await loseSenders(trx, target, now)) > 0)
      this.#parts.log.warn({ target: shownTarget(target) }, 'who was sending a message is gone; it is sent again')
    if (await isBeingSent(trx, target)) return undefined
    if (channelId !== undefined && !channel?.enabled) {
      await giveUpReady(trx, target, 'The channel is off.', now)
      return undefined
    }
    if (channel?.heldUntil !== undefined && channel.heldUntil > now) {
      await holdReady(trx, target, channel.heldUntil)
      return undefined
    }
    const next = await this.#nextOf(trx, channel, await listReady(trx, target, now, MOST_AT_ONCE), now)
    return next.length === 0 ? undefined : this.#take(trx, next, channel, now)
  }

  /** One, or those that waited to go together; what may not go yet is put back. */
  async #nextOf(
    trx: Db,
    channel: Channel | undefined,
    ready: readonly Notification[],
    now: number,
  ): Promise<readonly Notification[]> {
    if (!channel) return ready.slice(0, 1)
    const { digestMinutes, capPerHour } = channel
    const sentAt = await listSentSince(trx, `channel:${channel.id}`, now - CAP_WINDOW_MS)
    for (const message of ready) {
      if (message.digest) return ready.filter(({ digest }) => digest)
      // What was tried already had its turn.
      if (message.attempt > 0) return [message]
      const pace = paceOf({ urgent: message.urgent, digestMinutes, capPerHour, sentAt }, now)
      if (pace.kind === 'now') return [message]
      await putTogether(trx, message.id, pace.at)
    }
    return []
  }

  async #take(
    trx: Db,
    messages: readonly Notification[],
    channel: Channel | undefined,
    now: number,
  ): Promise<Taken | undefined> {
    const claim = { owner: this.#owner, now, until: now + SENDING_MOST_MS }
    const [first, ...others] = await takeToSend(trx, messages, claim)
    return first && { messages: [first, ...others], channel, takenAt: now }
  }

  async #send({ messages: [first, ...others], channel, takenAt }: Taken): Promise<SendOutcome> {
    const { secretBox, rules, publicUrl, mailServer, clock, log } = this.#parts
    const later = (reason: string): SendOutcome => ({ kind: 'failed', reason, again: true })
    // Asleep for so long that another may believe it gone: it does not begin any more.
    const waited = clock() - takenAt
    if (waited < 0 || waited > BEGIN_WITHIN_MS) return later('It took too long to begin; nothing was sent.')
    const opened = channel ? openChannel(secretBox, channel) : mailTo(first.mailTo)
    if (!opened.ok) return { kind: 'failed', reason: opened.reason, again: false }
    try {
      const outgoing: Outgoing = {
        id: `postflight-${first.id}-${first.createdAt}`,
        announcements: [factOf(first), ...others.map(factOf)],
      }
      return await opened.kind.send(opened.channel, outgoing, {
        rules,
        publicUrl,
        mailServer,
        clock,
        signal: this.#stopping.signal,
      })
    } catch (error) {
      log.error({ err: error, message: first.id }, 'a message could not be sent for a fault of our own')
      return later('Something went wrong on our side.')
    }
  }

  async #conclude({ messages, channel }: Taken, outcome: SendOutcome): Promise<void> {
    const { store, clock, log } = this.#parts
    const spread = (this.#parts.random ?? Math.random)()
    const [first] = messages
    if (outcome.kind === 'failed')
      log.warn(
        { message: first.id, target: shownTarget(first.target), reason: outcome.reason },
        'a message was not taken',
      )
    await store.transaction(async (trx) => {
      const now = clock()
      for (const message of messages) {
        const { attempt, createdAt } = message
        const after: AfterSend = afterSend(outcome, { attempt, createdAt, now }, spread)
        await concludeSending(trx, message, after, now)
      }
      const held = channel && (await findChannel(trx, channel.id))
      if (!held) return
      const last = outcome.kind === 'sent' ? { sentAt: now } : { failedAt: now, failure: outcome.reason }
      await saveHealth(trx, held.id, healthAfter(held, outcome, now), last)
    })
  }
}

const factOf = ({ announcementJson }: Notification): Announcement => JSON.parse(announcementJson) as Announcement

/** Who gets a mail is nobody's business in a log. */
const shownTarget = (target: string): string => (target.startsWith('mail:') ? 'mail' : target)

function mailTo(address: string | undefined): ReturnType<typeof openChannel> {
  const kind = findChannelKind('mail')
  if (!kind || address === undefined) return { ok: false, reason: 'It has no recipient.' }
  return { ok: true, kind, channel: { settings: { to: address }, secret: '' } }
}

async function insertTest(trx: Db, channel: Channel, by: string, now: number): Promise<number | undefined> {
  const test: Announcement = {
    event: 'channel-test',
    key: `channel-test:${randomUUID()}`,
    at: now,
    service: undefined,
    environment: undefined,
    channel: channel.name,
    by,
  }
  return insertNotification(
    trx,
    { channelId: channel.id },
    {
      event: test.event,
      dedupeKey: test.key,
      announcementJson: JSON.stringify(test),
      urgent: true,
      happenedAt: now,
      now,
    },
  )
}
