import { receiveDelivery } from '../../../operations/intake/receive-delivery.ts'
import type { KnownSource } from '../../../operations/sources/source-directory.ts'
import { eventIdOf, sentrySdk } from '../../../sources/sentry-sdk/index.ts'
import type { Deps } from '../../deps.ts'
import { onError } from '../../errors.ts'
import { nameRequest } from '../../middleware/request-id.ts'
import { securityHeaderTable } from '../../middleware/security-headers.ts'
import { problem, secondsToComeBack } from '../../problems.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { readPackedBody } from '../../server/body.ts'
import { requestHeaders } from '../../server/request-headers.ts'
import { noteRefusal, tooMany } from './hooks.ts'

/** The two addresses that an SDK makes of its DSN, and what each of them takes whatever media type is sent. */
const ADDRESSES = [
  { path: '/api/:project{[0-9]+}/envelope/', contentType: 'application/x-sentry-envelope' },
  { path: '/api/:project{[0-9]+}/store/', contentType: 'application/json' },
]

/**
 * Scripts of any site may report here, for that is where browser SDKs run; no cookie comes along, and nothing but the
 * key in what they send opens anything.
 */
const FROM_ANY_SITE = {
  'Access-Control-Allow-Origin': '*',
  'Access-Control-Expose-Headers': 'Retry-After, X-Sentry-Rate-Limits',
  'Cross-Origin-Resource-Policy': 'cross-origin',
}

const PREFLIGHT = {
  'Access-Control-Allow-Methods': 'POST',
  'Access-Control-Allow-Headers': 'Content-Type, Content-Encoding, X-Sentry-Auth, X-Requested-With',
  'Access-Control-Max-Age': '86400',
}

/** What Sentry's SDKs send, taken in as webhooks are. Past the middleware as well, so headers are put on here. */
export function registerSentrySdkRoutes(routes: Routes, deps: Deps): void {
  const headers = { ...securityHeaderTable(deps.config), ...FROM_ANY_SITE }
  const failed = onError(deps)
  for (const { path, contentType } of ADDRESSES) {
    routes.options(path, 'open', () => new Response(null, { status: 204, headers: { ...headers, ...PREFLIGHT } }))
    routes.post(path, 'source', async (c) => {
      const startedAt = performance.now()
      const requestId = nameRequest(c)
      let known: KnownSource | undefined
      let answer: Response
      try {
        known = await deps.sourceDirectory.findNumbered(c.req.param('project') ?? '')
        if (known?.kind !== sentrySdk.kind) known = undefined
        answer = slowedDown(c, await receive(c, deps, known, contentType, startedAt))
      } catch (error) {
        answer = slowedDown(c, await failed(error as Error, c))
      }
      for (const [name, value] of Object.entries(headers)) answer.headers.set(name, value)
      answer.headers.set('X-Request-Id', requestId)
      deps.metrics.hookAnswered(known?.slug, answer.status, (performance.now() - startedAt) / 1000)
      return answer
    })
  }
}

async function receive(
  c: Ctx,
  deps: Deps,
  known: KnownSource | undefined,
  contentType: string,
  startedAt: number,
): Promise<Response> {
  const body = await readPackedBody(c, { maxBytes: deps.config.maxBodyBytes })
  if (body instanceof Response) return body
  const delivery = {
    headers: { ...requestHeaders(c), 'content-type': contentType },
    body,
    pathToken: keyInAddress(c),
    receivedAt: deps.clock(),
  }
  const received = await receiveDelivery(deps, known, delivery, startedAt)
  if (received.answer === 'unauthorised') {
    deps.metrics.signatureRefused(known?.slug)
    if (known) noteRefusal(c, deps, known, received.because)
    return problem(c, 401, { title: 'Not authorised', detail: 'The project is unknown or the key is not its own.' })
  }
  if (received.answer === 'too-many') return tooMany(c, deps, known)
  if (received.answer === 'duplicate' && known) deps.metrics.duplicateReceived(known.slug)
  // Of an envelope without an error there is no id to tell.
  return c.json({ id: eventIdOf(delivery) })
}

/** Given twice, neither is believed. */
function keyInAddress(c: Ctx): string | undefined {
  const keys = c.req.queries('sentry_key')
  return keys && (keys.length === 1 ? keys[0] : '')
}

/**
 * Where a webhook is told 503, because several senders drop for good what any 4xx refuses, an SDK is told 429: it sends
 * nothing a second time whatever the status, but only these headers make it pause, and a fleet of browsers that does not
 * pause keeps an overloaded server overloaded. No category is named, so it pauses all of them.
 */
function slowedDown(c: Ctx, answer: Response): Response {
  if (answer.status !== 503) return answer
  const seconds = answer.headers.get('Retry-After') ?? secondsToComeBack()
  return problem(c, 429, {
    detail: 'This server takes no more reports for a moment.',
    headers: { 'Retry-After': seconds, 'X-Sentry-Rate-Limits': `${seconds}::organization` },
  })
}
