import type { SendOutcome } from '../../core/notifications/sending.ts'

/** The operator's mail server. It may stand anywhere: who set it runs this server. */
export interface MailServer {
  /** `smtp://user:password@host:587`, `smtps://…` */
  readonly url: string
  /** `Postflight <postflight@b.example>` */
  readonly from: string
}

export interface Mail {
  readonly to: readonly string[]
  /** The same in every try: mailboxes that care keep it once. Letters, digits, dashes. */
  readonly id: string
  readonly subject: string
  readonly text: string
  readonly html: string
}

const LIMITS = { connectionTimeout: 5_000, greetingTimeout: 5_000, socketTimeout: 10_000, dnsTimeout: 5_000 }
/** The whole of it, however slowly the other side goes on. */
const TOTAL_MS = 20_000

/** Hands one mail to the server. Never throws for what that does. */
export async function sendMail(server: MailServer, mail: Mail, signal: AbortSignal): Promise<SendOutcome> {
  const host = new URL(server.url).hostname
  // Loaded with the first mail: many servers send none.
  const { createTransport } = await import('nodemailer')
  const transport = createTransport({ url: server.url, ...LIMITS, ...protection(server.url) })
  const end = () => transport.close()
  const ended = AbortSignal.any([signal, AbortSignal.timeout(TOTAL_MS)])
  ended.addEventListener('abort', end, { once: true })
  try {
    const sending = transport.sendMail({
      from: server.from,
      to: [...mail.to],
      messageId: `<${mail.id}@${host}>`,
      headers: { 'Auto-Submitted': 'auto-generated' },
      subject: mail.subject,
      text: mail.text,
      html: mail.html,
      // Nothing of a message may name a file of ours, or an address to be fetched.
      disableFileAccess: true,
      disableUrlAccess: true,
    })
    const { rejected } = await unlessEnded(sending, ended)
    return rejected.length === 0
      ? { kind: 'sent', detail: `${host} took it.` }
      : { kind: 'sent', detail: `${host} took it, but not for ${rejected.map(addressOf).join(', ')}.` }
  } catch (error) {
    return failureOf(error as MailError, host)
  } finally {
    ended.removeEventListener('abort', end)
    transport.close()
  }
}

/** A password goes over an encrypted connection, or to this machine. */
function protection(url: string): { readonly requireTLS?: true } {
  const { protocol, username, hostname } = new URL(url)
  const isHere = hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d{1,3}){3}$/.test(hostname)
  return protocol === 'smtp:' && username !== '' && !isHere ? { requireTLS: true } : {}
}

const addressOf = (one: string | { readonly address: string }): string => (typeof one === 'string' ? one : one.address)

interface MailError extends Error {
  readonly code?: string
  readonly command?: string
  readonly responseCode?: number
}

class Ended extends Error {
  readonly code = 'ETIMEDOUT'
}

function unlessEnded<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(new Ended()), { once: true })
    work.then(resolve, reject)
  })
}

/**
 * The server's own words are left out: some repeat what was sent to them, a password among it. A refusal of the sign-in
 * is not for good, since the operator mends it and the messages wait.
 */
function failureOf({ code, responseCode }: MailError, host: string): SendOutcome {
  const failed = (reason: string, again: boolean): SendOutcome => ({ kind: 'failed', reason, again })
  if (code === 'EAUTH') return failed(`${host} refused the sign-in of SMTP_URL (${responseCode ?? code}).`, true)
  if (responseCode !== undefined && responseCode >= 500)
    return failed(`${host} refused the mail (${responseCode}).`, false)
  if (responseCode !== undefined) return failed(`${host} does not take mail now (${responseCode}).`, true)
  if (code === 'ETLS') return failed(`${host} offers no encrypted connection, or its certificate does not hold.`, true)
  return failed(`${host} cannot be reached (${code ?? 'no connection'}).`, true)
}
