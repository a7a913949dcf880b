import type { LookProblem } from '../core/inbound/gap-repair.ts'
import { type OutboundAnswer, type OutboundRules, safeRequest } from './safe-request.ts'

/** One hook in GitHub's API, on github.com or an Enterprise Server. */
export interface GithubHookParts {
  /** `https://api.github.com/repos/{owner}/{repo}/hooks/{id}`, no slash at its end. */
  readonly hookUrl: string
  readonly token: string
  readonly rules: OutboundRules
  readonly clock: () => number
  readonly signal: AbortSignal
}

export type HookAnswer =
  | { readonly ok: true; readonly body: Uint8Array; readonly link: string | undefined }
  | {
      readonly ok: false
      readonly problem: LookProblem
      /** False when it surely did not happen; true when it was refused for itself, or nobody knows. */
      readonly maybeDone: boolean
    }

/** A page of 100 attempts has some 50 KB; a hook's settings less than 2. */
const MAX_BYTES = 1024 * 1024
const LEAST_PAUSE_MS = 60_000

export class GithubHook {
  readonly #parts: GithubHookParts

  constructor(parts: GithubHookParts) {
    this.#parts = parts
  }

  /** Where it delivers to, and whether. */
  settings(): Promise<HookAnswer> {
    return this.#call('GET', '')
  }

  /** A page of its log, newest first; the first one without a cursor. */
  attempts(cursor: string | undefined): Promise<HookAnswer> {
    const query = new URLSearchParams({ per_page: '100', ...(cursor === undefined ? {} : { cursor }) })
    return this.#call('GET', `/deliveries?${query}`)
  }

  /** Asks for one more attempt of the delivery that this attempt was of. */
  redeliver(attemptId: string): Promise<HookAnswer> {
    return this.#call('POST', `/deliveries/${encodeURIComponent(attemptId)}/attempts`)
  }

  async #call(method: 'GET' | 'POST', path: string): Promise<HookAnswer> {
    const { hookUrl, token, rules, clock, signal } = this.#parts
    const answer = await safeRequest(
      {
        method,
        url: hookUrl + path,
        headers: {
          Accept: 'application/vnd.github+json',
          Authorization: `Bearer ${token}`,
          'X-GitHub-Api-Version': '2022-11-28',
        },
        ...(method === 'POST' && { body: '' }),
        maxBytes: MAX_BYTES,
        signal,
      },
      rules,
    )
    const problem = problemOf(answer, clock())
    if (problem) return { ok: false, problem, maybeDone: maybeDone(answer) }
    const { body, headers } = answer as Extract<OutboundAnswer, { kind: 'answered' }>
    return { ok: true, body, link: headers.link }
  }
}

/** What the answer says about the look as a whole; undefined for a success. */
function problemOf(answer: OutboundAnswer, now: number): LookProblem | undefined {
  if (answer.kind === 'refused') return { kind: 'refused', refusal: answer.refusal }
  if (answer.kind === 'unreachable')
    return answer.why === 'too-much' || answer.why === 'not-http'
      ? { kind: 'unreadable', what: answer.why === 'too-much' ? 'more than 1 MiB' : 'no HTTP' }
      : { kind: 'unreachable', why: answer.why }
  const { status, headers } = answer
  if (status >= 200 && status < 300) return undefined
  const until = limitedUntil(status, headers, now)
  if (until !== undefined) return { kind: 'rate-limited', until }
  if (status === 401 || status === 403) return { kind: 'unauthorised' }
  if (status === 404) return { kind: 'not-found' }
  // A repository that was renamed or handed on. The token goes nowhere it was not given for.
  if (status >= 300 && status < 400) return { kind: 'moved' }
  return { kind: 'failed', status }
}

/**
 * docs.github.com, "Rate limits for the REST API" (read 2026-11): 403 or 429; `retry-after` in seconds, else until
 * `x-ratelimit-reset`, epoch seconds, when nothing remains, else a minute at least.
 */
function limitedUntil(status: number, headers: Readonly<Record<string, string>>, now: number): number | undefined {
  if (status !== 403 && status !== 429) return undefined
  const seconds = (text: string | undefined) => (text && /^\d{1,12}$/.test(text) ? Number(text) * 1000 : undefined)
  const retryAfter = headers['retry-after']
  const wait = seconds(retryAfter) ?? (retryAfter ? Date.parse(retryAfter) - now : undefined)
  const reset = headers['x-ratelimit-remaining'] === '0' ? seconds(headers['x-ratelimit-reset']) : undefined
  const until = wait !== undefined && Number.isFinite(wait) ? now + wait : reset
  if (until === undefined && status !== 429) return undefined
  return Math.max(until ?? 0, now + LEAST_PAUSE_MS)
}

/** GitHub took it, or refused this one delivery, or nobody knows: then it counts as asked. */
function maybeDone(answer: OutboundAnswer): boolean {
  if (answer.kind !== 'answered') return answer.kind === 'unreachable' && answer.sent
  return ![401, 403, 429].includes(answer.status)
}
