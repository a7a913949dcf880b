import type { RefusalReason } from '../../../core/inbound/refusal.ts'
import { receiveDelivery } from '../../../operations/intake/receive-delivery.ts'
import type { KnownSource } from '../../../operations/sources/source-directory.ts'
import { sources } from '../../../sources/index.ts'
import type { Deps } from '../../deps.ts'
import { onError } from '../../errors.ts'
import { clientAddress } from '../../middleware/client-address.ts'
import { nameRequest } from '../../middleware/request-id.ts'
import { securityHeaderTable } from '../../middleware/security-headers.ts'
import { comeBackLater, problem } from '../../problems.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { readBody } from '../../server/body.ts'
import { requestHeaders } from '../../server/request-headers.ts'

/** The same for every address, so that the answer to a stranger does not tell which sources exist. */
const CONTENT_TYPES = [...new Set(sources.flatMap(({ contentTypes }) => contentTypes))]

/**
 * Webhooks: one address per configured source. They go past the middleware, which costs more than taking a delivery
 * in, so every answer gets its headers and its request id here.
 */
export function registerHookRoutes(routes: Routes, deps: Deps): void {
  const headers = securityHeaderTable(deps.config)
  // Every name is in it already: a copy of an object that gains none is thirty times as cheap as of one that does.
  const acceptedHeaders = { ...headers, 'X-Request-Id': '', 'Content-Type': 'application/json' }
  const failed = onError(deps)

  const takeIn = async (c: Ctx) => {
    const startedAt = performance.now()
    const requestId = c.get('requestId') ?? nameRequest(c)
    let known: KnownSource | undefined
    let answer: Accepted | Response
    try {
      known = await deps.sourceDirectory.find(c.req.param('source') ?? '')
      answer = await receive(c, deps, known, startedAt)
    } catch (error) {
      // Overloaded or the disk is full: web/errors.ts says so to the sender.
      answer = await failed(error as Error, c)
    }
    const response =
      answer instanceof Response
        ? withHeaders(answer, headers)
        : // In one piece and with a plain object: the server writes that out as it is, without web Headers.
          new Response(JSON.stringify(answer.body), {
            status: answer.status,
            headers: { ...acceptedHeaders, 'X-Request-Id': requestId },
          })
    deps.metrics.hookAnswered(known?.slug, response.status, (performance.now() - startedAt) / 1000)
    return response
  }
  routes.post('/hooks/:source', 'source', takeIn)
  // For senders that can neither sign nor send a header along.
  routes.post('/hooks/:source/:token', 'source', takeIn)
}

const REFUSED_BODIES: Readonly<Record<number, RefusalReason>> = { 413: 'too-large', 415: 'media-type' }

/** For the operator, who cannot see it otherwise: nothing of it was kept. */
export function noteRefusal(c: Ctx, deps: Deps, known: KnownSource, because: RefusalReason | undefined): void {
  if (because) deps.refusals.note(known.id, because, clientAddress(c, deps.config), deps.clock())
}

export function tooMany(c: Ctx, deps: Deps, known: KnownSource | undefined): Response {
  if (known) deps.metrics.rateLimited(known.slug)
  return comeBackLater(c, 'This source sends more than it may. Nothing was kept; send it again.')
}

interface Accepted {
  readonly status: 200 | 202
  readonly body: { readonly delivery: string; readonly outcome: 'accepted' | 'duplicate' }
}

async function receive(
  c: Ctx,
  deps: Deps,
  known: KnownSource | undefined,
  startedAt: number,
): Promise<Accepted | Response> {
  const body = await readBody(c, { maxBytes: deps.config.maxBodyBytes, contentTypes: CONTENT_TYPES })
  if (body instanceof Response) {
    if (known) noteRefusal(c, deps, known, REFUSED_BODIES[body.status])
    return body
  }
  const delivery = {
    headers: requestHeaders(c),
    body,
    pathToken: c.req.param('token'),
    receivedAt: deps.clock(),
  }
  const received = await receiveDelivery(deps, known, delivery, startedAt)
  if (received.answer === 'unauthorised') {
    deps.metrics.signatureRefused(known?.slug)
    if (known) noteRefusal(c, deps, known, received.because)
    return problem(c, 401, {
      title: 'Not authorised',
      detail: 'The source is unknown or the signature does not match.',
    })
  }
  if (received.answer === 'too-many') return tooMany(c, deps, known)
  if (received.answer === 'duplicate' && known) deps.metrics.duplicateReceived(known.slug)
  return {
    status: received.answer === 'accepted' ? 202 : 200,
    body: { delivery: String(received.deliveryId), outcome: received.answer },
  }
}

function withHeaders(response: Response, headers: Readonly<Record<string, string>>): Response {
  for (const [name, value] of Object.entries(headers)) response.headers.set(name, value)
  return response
}
