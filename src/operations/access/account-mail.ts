import type { Logger } from 'pino'
import { accountMail, afterAccountMail } from '../../core/access/account-mail.ts'
import { SENDING_MOST_MS, type SendOutcome } from '../../core/notifications/sending.ts'
import { isMailAddress } from '../../outbound/channels/mail.ts'
import { type MailServer, sendMail } from '../../outbound/channels/mail-server.ts'
import { type AccountLink, findAccountLinkById } from '../../store/access/account-links.ts'
import {
  concludeMail,
  findNextDueMail,
  listDueMails,
  type TakenMail,
  takeMail,
} from '../../store/access/account-mails.ts'
import type { Store } from '../../store/database.ts'
import { RepeatingJob } from '../repeating-job.ts'
import { accountLink } from './account-link.ts'
import { answerPasswordRequests } from './forgotten-password.ts'
import { openMailedToken } from './mail-link.ts'
import type { SecretBox } from './secret-box.ts'

/** When nobody wakes it: what another instance wrote, or left behind, is seen within it. Without a mail server: at the start. */
const SEE_WHAT_IS_DUE_EVERY_MS = 5_000
const MOST_AT_ONCE = 20

export interface AccountMailerParts {
  readonly store: Store
  readonly secretBox: SecretBox
  readonly publicUrl: string
  readonly mailServer: MailServer | undefined
  readonly log: Logger
  readonly clock: () => number
  /** In [0, 1). */
  readonly random?: () => number
}

/**
 * Looks up who forgot their password, and mails links to accounts. A mail is marked as being sent before it is: after a
 * crash it is sent again, so it comes at least once and may come twice. Its token is let go of with the last try.
 */
export class AccountMailer {
  readonly #parts: AccountMailerParts
  readonly #stopping = new AbortController()
  readonly #job: RepeatingJob

  constructor(parts: AccountMailerParts) {
    this.#parts = parts
    this.#job = new RepeatingJob({
      name: 'sending mail for accounts',
      everyMs: parts.mailServer && SEE_WHAT_IS_DUE_EVERY_MS,
      log: parts.log,
      turn: () => this.runDue(),
      due: { next: () => findNextDueMail(parts.store.db), clock: parts.clock },
    })
  }

  start(): void {
    this.#job.start()
  }

  /** Something may be due. */
  wake(): void {
    this.#job.wake()
  }

  /** Lets the mail under way come to its end; stops it after `graceMs`. */
  async stop(graceMs = 3_000): Promise<void> {
    const timer = setTimeout(() => this.#stopping.abort(), graceMs)
    await this.#job.stop()
    clearTimeout(timer)
    this.#stopping.abort()
  }

  /** Answers what was asked and sends what is due now. @throws what the store throws */
  async runDue(): Promise<void> {
    const { store, clock } = this.#parts
    await answerPasswordRequests(this.#parts)
    // One after another: a server that takes no mail is not asked by many at once.
    for (const linkId of await listDueMails(store.db, clock(), MOST_AT_ONCE)) {
      if (this.#stopping.signal.aborted) return
      await this.#sendOne(linkId)
    }
  }

  async #sendOne(linkId: number): Promise<void> {
    const { store, log, clock } = this.#parts
    const now = clock()
    const taken = await store.transaction((trx) => takeMail(trx, linkId, { now, until: now + SENDING_MOST_MS }))
    const link = taken && (await findAccountLinkById(store.db, linkId))
    if (!taken || !link) return
    const outcome = await this.#send(taken, link, now)
    if (outcome.kind === 'failed')
      log.warn({ link: linkId, reason: outcome.reason }, 'a mail for an account was not taken')
    const { attempt, createdAt } = taken
    const facts = { attempt, createdAt, now: clock(), expiresAt: link.expiresAt }
    const after = afterAccountMail(outcome, facts, (this.#parts.random ?? Math.random)())
    await store.transaction((trx) => concludeMail(trx, taken, after, facts.now))
  }

  async #send(taken: TakenMail, link: AccountLink, now: number): Promise<SendOutcome> {
    const { secretBox, publicUrl, mailServer } = this.#parts
    const never = (reason: string): SendOutcome => ({ kind: 'failed', reason, again: false })
    if (link.expiresAt <= now) return never('The link ended before it could be sent.')
    if (!mailServer) return never('There is no mail server: set SMTP_URL and MAIL_FROM.')
    // Whoever chose it as an address must not begin another recipient.
    if (!isMailAddress(link.email)) return never('No mail can be sent to this address.')
    const token = openMailedToken(secretBox, taken)
    if (token === undefined) return never('The link cannot be opened with this key file; make another one.')
    const mail = accountMail({ ...link, publicUrl, link: accountLink(publicUrl, link.kind, token) })
    const id = `postflight-account-${link.id}-${taken.createdAt}`
    return await sendMail(mailServer, { to: [link.email], id, ...mail }, this.#stopping.signal)
  }
}
