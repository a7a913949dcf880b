import { refusalSentence } from '../../core/outbound-rule.ts'
import { cleanLine } from '../../core/text/text.ts'
import type { OutboundAnswer } from '../safe-request.ts'
import type { FireOutcome, LookOutcome, Reachability, Run } from './trigger.ts'

/**
 * What an answer of CI is worth. The one question is whether a run may have started: only what surely came before that
 * (no connection, a refusal by the protocol's own words) is a refusal, and everything else is not known.
 */

export type Answered = Extract<OutboundAnswer, { kind: 'answered' }>

/** How one system refuses. */
export interface SystemWords {
  readonly name: string
  /** What a person can do about a status: whole sentences. */
  readonly advice: Readonly<Record<number, string>>
  /** Its own words in the body of a refusal. */
  readonly said: (body: unknown) => string | undefined
}

export const isTaken = (answer: OutboundAnswer): answer is Answered =>
  answer.kind === 'answered' && answer.status >= 200 && answer.status < 300

/**
 * Statuses that say that nothing was done. Of those that are missing here, 408 and 409 may come from something between us
 * and CI after CI has begun, and so may every 5xx.
 */
const NOT_DONE: ReadonlySet<number> = new Set([
  400, 401, 402, 403, 404, 405, 406, 410, 411, 413, 414, 415, 422, 426, 431, 451,
])

/** What became of a request to start a run that was not answered with a 2xx. */
export function outcomeOfRefusal(answer: OutboundAnswer, words: SystemWords): FireOutcome {
  if (answer.kind === 'refused') return { kind: 'refused', reason: refusalSentence(answer.refusal), again: false }
  if (answer.kind === 'unreachable')
    return answer.sent
      ? { kind: 'unknown', reason: `${lost(answer, words)} A run may have started.` }
      : { kind: 'refused', reason: `${notReached(answer, words)} Nothing was sent.`, again: true }
  const { status } = answer
  if (isNotNow(answer)) return { kind: 'refused', reason: notNow(answer, words), again: true }
  // Redirects are not followed, so whatever it would have started there it did not.
  if (NOT_DONE.has(status) || (status >= 300 && status < 400))
    return { kind: 'refused', reason: refusalOf(answer, words), again: false }
  return { kind: 'unknown', reason: `${words.name} answered ${status}. A run may have started.` }
}

/** What looking for a run gave when it was not answered with a 2xx. */
export const lookOfRefusal = (answer: OutboundAnswer, words: SystemWords): LookOutcome => ({
  kind: 'cannot-tell',
  reason: reasonOf(answer, words),
})

export function reachabilityOfRefusal(answer: OutboundAnswer, words: SystemWords): Reachability {
  const isDown =
    answer.kind === 'unreachable' || (answer.kind === 'answered' && (answer.status >= 500 || isNotNow(answer)))
  return { kind: isDown ? 'unreachable' : 'refused', reason: reasonOf(answer, words) }
}

function reasonOf(answer: OutboundAnswer, words: SystemWords): string {
  if (answer.kind === 'refused') return refusalSentence(answer.refusal)
  if (answer.kind === 'unreachable') return answer.sent ? lost(answer, words) : notReached(answer, words)
  return isNotNow(answer) ? notNow(answer, words) : refusalOf(answer, words)
}

/** The status, what to do about it, and what it said itself. */
function refusalOf({ status, body }: Answered, { name, advice, said }: SystemWords): string {
  const own = cleanLine(said(jsonIn(body)) ?? '', 200)
  const moved = status >= 300 && status < 400 ? 'It lies elsewhere; redirects are not followed.' : undefined
  return [`${name} answered ${status}.`, advice[status] ?? moved, own && `It said: ${own}`].filter(Boolean).join(' ')
}

type Unreached = Extract<OutboundAnswer, { kind: 'unreachable' }>

const lost = ({ why, code }: Unreached, { name }: SystemWords): string =>
  why === 'time'
    ? `${name} was asked and did not answer in time.`
    : why === 'too-much' || why === 'not-http'
      ? `${name} was asked, and its answer cannot be read (${code}).`
      : why === 'stopped'
        ? `${name} was asked, and this server stopped before it answered.`
        : `${name} was asked, and the connection broke off (${code}).`

const notReached = ({ why, code }: Unreached, { name }: SystemWords): string =>
  why === 'tls'
    ? `The certificate of ${name} does not hold (${code}). NODE_EXTRA_CA_CERTS names one of your own.`
    : `${name} cannot be reached (${code}).`

/** 429; GitHub also says it by a 403 with these headers (docs.github.com, "Rate limits for the REST API", read 2026-11). */
const isNotNow = ({ status, headers }: Answered): boolean =>
  status === 429 ||
  (status === 403 && (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0'))

function notNow({ status, headers }: Answered, { name }: SystemWords): string {
  const wait = headers['retry-after'] ?? ''
  return `${name} answered ${status}: too many requests${/^\d{1,6}$/.test(wait) ? `, for ${wait} s` : ''}.`
}

/** Undefined for what is no JSON. */
export function jsonIn(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(body))
  } catch {
    return undefined
  }
}

/**
 * The first of those with our key. If CI started two for one key, its guard lets the first one through and stops the
 * second, which is none that anybody waits for.
 */
export const firstOf = <T extends { readonly id: number }>(runs: readonly T[]): T | undefined =>
  runs.reduce<T | undefined>((first, run) => (first && first.id < run.id ? first : run), undefined)

/** Only an address that a browser may follow is kept. */
export const runOf = (id: string | number | undefined, url: string | null | undefined): Run => ({
  id: id === undefined ? undefined : String(id).slice(0, 200),
  url: url && /^https?:\/\//i.test(url) && URL.canParse(url) ? url.slice(0, 2_000) : undefined,
})
