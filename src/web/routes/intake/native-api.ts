import { outOfBounds } from '../../../core/access/service-limit.ts'
import type { Conclusion } from '../../../core/conclusion.ts'
import type { Problem } from '../../../core/event.ts'
import { servicesOfItems } from '../../../operations/intake/services-of-items.ts'
import { type NativeItems, submitNative } from '../../../operations/intake/submit-native.ts'
import type { Deps } from '../../deps.ts'
import type { Scope } from '../../env.ts'
import { badInput, problem } from '../../problems.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { readJsonBody } from '../../server/body.ts'
import { limitWords } from '../../service-limit.ts'

const LONGEST_IDEMPOTENCY_KEY = 255

/** Deployments and defects in our own JSON: one object, or an array of which all or none is taken. */
export function registerNativeApiRoutes(routes: Routes, deps: Deps): void {
  const take = (kind: NativeItems['kind'], scope: Scope) =>
    routes.post(`/api/v1/${kind}`, { scope, perService: true }, (c) => takeItems(c, deps, kind))
  take('deployments', 'deployments:write')
  take('defects', 'defects:write')
}

async function takeItems(c: Ctx, deps: Deps, kind: NativeItems['kind']): Promise<Response> {
  const json = await readJsonBody(c, deps.config.maxBodyBytes)
  if (json instanceof Response) return json
  const idempotencyKey = c.req.header('Idempotency-Key')
  if (idempotencyKey !== undefined && !isIdempotencyKey(idempotencyKey))
    return badInput(c, [
      { path: 'Idempotency-Key', message: `must be 1 to ${LONGEST_IDEMPOTENCY_KEY} printable characters` },
    ])

  const single = !Array.isArray(json.value)
  const items = single ? [json.value] : (json.value as unknown[])
  const wanted = { kind, items, idempotencyKey, receivedAt: deps.clock() }
  const foreign = await itemsOutOfBounds(c, deps, wanted)
  if (foreign.length > 0) {
    deps.metrics.accessDenied('service')
    return problem(c, 403, {
      title: 'Nothing was taken',
      detail: `${foreign.length === 1 ? 'One item is' : `${foreign.length} items are`} about a service out of bounds: ${limitWordsOf(c)}.`,
      errors: single ? foreign.map(withoutIndex) : foreign,
    })
  }
  const submission = await submitNative(deps, wanted)
  if (submission.kind === 'refused')
    return problem(c, 422, {
      title: 'Nothing was taken',
      detail: `${submission.problems.length === 1 ? 'One thing is' : `${submission.problems.length} things are`} wrong with it.`,
      errors: single ? submission.problems.map(withoutIndex) : submission.problems,
    })

  const { deliveryId, results } = submission
  const answer = { delivery: String(deliveryId), outcome: submission.kind }
  const status = submission.kind === 'accepted' ? 202 : 200
  // Committed but not worked out: it is not lost, and a retry of ours will follow.
  if (!results) return c.json(answer, status)
  if (!single) return c.json({ ...answer, items: results.map(present) }, status)
  const [result] = results
  return c.json({ ...answer, ...(result && { [result.kind]: present(result) }) }, status)
}

/** What each item is about, for who is limited to some services. */
async function itemsOutOfBounds(c: Ctx, deps: Deps, wanted: NativeItems): Promise<Problem[]> {
  const limit = c.get('principal')?.services
  if (limit === undefined) return []
  const concerned = await servicesOfItems(deps.store.db, wanted)
  return concerned.flatMap((services, i) =>
    outOfBounds(limit, services).map((service) => ({
      path: `${i}.service`,
      message:
        service === undefined ? 'is required of who is limited to some services' : `is out of bounds: ${service}`,
    })),
  )
}

const limitWordsOf = (c: Ctx): string => {
  const principal = c.get('principal')
  return principal ? limitWords(principal) : ''
}

const isIdempotencyKey = (key: string): boolean => key.length <= LONGEST_IDEMPOTENCY_KEY && /^[\x21-\x7e]+$/.test(key)

const withoutIndex = ({ path, message }: Problem): Problem => ({ path: path.replace(/^0\.?/, ''), message })

/** A conclusion as the API tells it: ids are strings, a defect's the one people say. */
function present(conclusion: Conclusion): Record<string, unknown> {
  if (conclusion.kind === 'note') return { note: conclusion.text }
  // Never made from our own JSON, which has none of them.
  if (conclusion.kind === 'push' || conclusion.kind === 'sessions' || conclusion.kind === 'run') return {}
  const { kind: _, id, ...rest } = conclusion
  return { id: conclusion.kind === 'defect' ? `PF-${id}` : String(id), ...rest }
}
