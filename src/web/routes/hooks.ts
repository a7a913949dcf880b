import { receiveDelivery } from '../../operations/receive-delivery.ts'
import { findSource, sources } from '../../sources/index.ts'
import { readBody } from '../body.ts'
import type { Deps } from '../deps.ts'
import { problem } from '../problems.ts'
import type { Ctx, Routes } from '../routes.ts'

/** Webhooks: one address per configured source. */
export function registerHookRoutes(routes: Routes, deps: Deps): void {
  routes.post('/hooks/:source', 'source', (c) => takeHook(c, deps))
}

/** What a stranger may send: as much as to a source that exists, so that the answer gives nothing away. */
const ANY_CONTENT_TYPE = [...new Set(sources.flatMap(({ contentTypes }) => contentTypes))]

async function takeHook(c: Ctx, deps: Deps): Promise<Response> {
  const startedAt = performance.now()
  const slug = c.req.param('source') ?? ''
  const known = await deps.sourceDirectory.find(slug)
  const respond = (response: Response): Response => {
    deps.metrics.hookAnswered(known?.slug, response.status, (performance.now() - startedAt) / 1000)
    return response
  }
  const contentTypes = (known && findSource(known.kind)?.contentTypes) ?? ANY_CONTENT_TYPE
  const body = await readBody(c, { maxBytes: deps.config.maxBodyBytes, contentTypes })
  if (body instanceof Response) return respond(body)

  const received = await receiveDelivery(deps, slug, {
    headers: c.req.header() as Record<string, string>,
    body,
    receivedAt: deps.clock(),
  })
  if (received.answer === 'unauthorised') {
    deps.metrics.signatureRefused(known?.slug)
    return respond(
      problem(c, 401, { title: 'Not authorised', detail: 'The source is unknown or the signature does not match.' }),
    )
  }
  if (received.answer === 'duplicate') deps.metrics.duplicateReceived(slug)
  return respond(
    c.json(
      { delivery: String(received.deliveryId), outcome: received.answer },
      received.answer === 'accepted' ? 202 : 200,
    ),
  )
}
