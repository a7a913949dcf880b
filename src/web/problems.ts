import { STATUS_CODES } from 'node:http'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Problem } from '../core/event.ts'
import type { Ctx } from './routes.ts'

/** An RFC 9457 problem document, as it goes over the wire. */
export interface ProblemDocument {
  /** `about:blank`: the status says what kind of problem it is. */
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail?: string
  /** For bad input: where and what; the path as in `commits.3.sha`, empty for the whole. */
  readonly errors?: readonly Problem[]
}

export interface ProblemWords {
  /** The same for every problem of its kind; the name of the status when left out. */
  readonly title?: string
  /** This one: what happened and what to do. */
  readonly detail?: string
  readonly errors?: readonly Problem[]
  readonly headers?: Readonly<Record<string, string>>
}

/** A thousand bad rows are named; past that the sender knows enough. */
const MAX_ERRORS = 1_000

/** Answers with a problem document. */
export function problem(c: Ctx, status: ContentfulStatusCode, words: ProblemWords): Response {
  const document: ProblemDocument = {
    type: 'about:blank',
    title: words.title ?? STATUS_CODES[status] ?? 'Error',
    status,
    ...(words.detail && { detail: words.detail }),
    ...(words.errors && { errors: words.errors.slice(0, MAX_ERRORS) }),
  }
  return c.body(JSON.stringify(document), status, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Request-Id': c.get('requestId') ?? '',
    ...words.headers,
  })
}

/** 400 for input that does not hold what it should, each fault with its path. */
export const badInput = (c: Ctx, errors: readonly Problem[]): Response =>
  problem(c, 400, { title: 'Bad input', detail: summaryOf(errors), errors })

export const notFoundProblem = (c: Ctx, detail: string): Response => problem(c, 404, { title: 'Not found', detail })

/** For `Retry-After`: four to eight, so that those refused together do not come back all at once. */
export const secondsToComeBack = (): string => String(4 + Math.floor(Math.random() * 5))

export const comeBackLater = (c: Ctx, detail: string): Response =>
  problem(c, 503, { title: 'Try again shortly', detail, headers: { 'Retry-After': secondsToComeBack() } })

function summaryOf(errors: readonly Problem[]): string {
  const first = errors[0]
  if (!first) return 'The input cannot be used.'
  const sentence = first.path ? `${first.path}: ${first.message}` : first.message
  return errors.length === 1 ? sentence : `${sentence} (and ${errors.length - 1} more)`
}
