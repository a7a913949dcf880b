import { receiveDelivery } from '../../operations/receive-delivery.ts'
import type { KnownSource } from '../../operations/source-directory.ts'
import { sources } from '../../sources/index.ts'
import { readBody } from '../body.ts'
import type { Deps } from '../deps.ts'
import { problem } from '../problems.ts'
import type { Ctx, Routes } from '../routes.ts'

/** Webhooks: one address per configured source. */
export function registerHookRoutes(routes: Routes, deps: Deps): void {
  routes.post('/hooks/:source', 'source', (c) => takeHook(c, deps))
}

/** The same for every address, so that the answer to a stranger does not tell which sources exist. */
const CONTENT_TYPES = [...new Set(sources.flatMap(({ contentTypes }) => contentTypes))]

async function takeHook(c: Ctx, deps: Deps): Promise<Response> {
  const startedAt = performance.now()
  const known = await deps.sourceDirectory.find(c.req.param('source') ?? '')
  const answered = (code: number) =>
    deps.metrics.hookAnswered(known?.slug, code, (performance.now() - startedAt) / 1000)
  try {
    const response = await receive(c, deps, known)
    answered(response.status)
    return response
  } catch (error) {
    // Overloaded or the disk is full: web/errors.ts says so to the sender.
    answered(503)
    throw error
  }
}

async function receive(c: Ctx, deps: Deps, known: KnownSource | undefined): Promise<Response> {
  const body = await readBody(c, { maxBytes: deps.config.maxBodyBytes, contentTypes: CONTENT_TYPES })
  if (body instanceof Response) return body
  const headers = c.req.header() as Record<string, string>
  const received = await receiveDelivery(deps, known, { headers, body, receivedAt: deps.clock() })
  if (received.answer === 'unauthorised') {
    deps.metrics.signatureRefused(known?.slug)
    return problem(c, 401, {
      title: 'Not authorised',
      detail: 'The source is unknown or the signature does not match.',
    })
  }
  if (received.answer === 'duplicate' && known) deps.metrics.duplicateReceived(known.slug)
  const answer = { delivery: String(received.deliveryId), outcome: received.answer }
  return c.json(answer, received.answer === 'accepted' ? 202 : 200)
}
