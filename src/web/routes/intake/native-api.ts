import type { Conclusion } from '../../../core/conclusion.ts'
import type { Problem } from '../../../core/event.ts'
import { type NativeItems, submitNative } from '../../../operations/intake/submit-native.ts'
import type { Deps } from '../../deps.ts'
import type { Scope } from '../../env.ts'
import { badInput, problem } from '../../problems.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { readJsonBody } from '../../server/body.ts'

const LONGEST_IDEMPOTENCY_KEY = 255

/** Deployments and defects in our own JSON: one object, or an array of which all or none is taken. */
export function registerNativeApiRoutes(routes: Routes, deps: Deps): void {
  const take = (kind: NativeItems['kind'], scope: Scope) =>
    routes.post(`/api/v1/${kind}`, { scope }, (c) => takeItems(c, deps, kind))
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
  const submission = await submitNative(deps, { kind, items, idempotencyKey, receivedAt: deps.clock() })
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
