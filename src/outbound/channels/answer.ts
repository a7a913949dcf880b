import type { SendOutcome } from '../../core/notifications/sending.ts'
import { refusalSentence } from '../../core/outbound-rule.ts'
import type { OutboundAnswer } from '../safe-request.ts'

/**
 * What an answer to a message is worth. Nothing of its body is repeated but a single word such as `no_service`: pages of
 * errors often quote the address that was called, and the address is the secret.
 */
export function outcomeOf(answer: OutboundAnswer, now: number): SendOutcome {
  if (answer.kind === 'refused') return failed(refusalSentence(answer.refusal), false)
  if (answer.kind === 'unreachable') return unreached(answer)
  const { status, headers } = answer
  if (status >= 200 && status < 300) return { kind: 'sent', detail: `It answered ${status}.` }
  if (status >= 300 && status < 400)
    return failed(
      `It answered ${status}: it lies elsewhere, and redirects are not followed. Enter its new address.`,
      false,
    )
  const word = wordIn(answer.body)
  const said = `It answered ${status}${word === undefined ? '' : ` (${word})`}.`
  if (AGAIN.has(status) || status >= 500)
    return { ...failed(said, true), retryAfterMs: retryAfterIn(headers['retry-after'], now) }
  return failed(
    GONE.has(status) ? `${said} The address is not valid there any more: make a new one and enter it.` : said,
    false,
  )
}

const failed = (reason: string, again: boolean) => ({ kind: 'failed' as const, reason, again })

/** Time-out, too early, too many; all else below 500 will be the same next time. */
const AGAIN: ReadonlySet<number> = new Set([408, 425, 429])
const GONE: ReadonlySet<number> = new Set([401, 403, 404, 410])

function unreached({ why, code, sent }: Extract<OutboundAnswer, { kind: 'unreachable' }>): SendOutcome {
  switch (why) {
    case 'name':
      return failed(`Its host is not known (${code}).`, true)
    case 'tls':
      return failed(`Its certificate does not hold (${code}). NODE_EXTRA_CA_CERTS names one of your own.`, true)
    case 'time':
      return failed(sent ? 'It did not answer in time.' : 'No connection in time.', true)
    case 'too-much':
      // It may well have taken the message; a day of repeats would not make that better known.
      return failed('Its answer was larger than 64 KiB. Whether it took the message is not known.', false)
    case 'not-http':
      return failed(`What answers there speaks no HTTP (${code}).`, true)
    case 'stopped':
      return failed('This server stopped before it answered.', true)
    case 'connection':
      return failed(sent ? `The connection broke off (${code}).` : `No connection (${code}).`, true)
  }
}

/** Seconds or a date (RFC 9110, 10.2.3), as milliseconds from now. */
export function retryAfterIn(text: string | undefined, now: number): number | undefined {
  if (text === undefined) return undefined
  // Discord says it in fractions of seconds as well.
  if (/^\d{1,9}(\.\d{1,6})?$/.test(text)) return Math.ceil(Number(text) * 1000)
  const at = Date.parse(text)
  return Number.isFinite(at) ? Math.max(0, at - now) : undefined
}

function wordIn(body: Uint8Array): string | undefined {
  if (body.byteLength > 40) return undefined
  const text = new TextDecoder().decode(body).trim()
  return /^[a-z]+(_[a-z]+){0,4}$/.test(text) ? text : undefined
}
