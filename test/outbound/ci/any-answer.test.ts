import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MINUTE, SYSTEMS, standing } from '../../support/ci/systems.ts'

/** JSON in the systems' own words, so that it comes near to what they send. */
const { json } = fc.letrec((tie) => ({
  json: fc.oneof(
    { maxDepth: 5 },
    fc.constantFrom(null, 0, -1, 4_711, 1e21, true, '', 'ER-27-1', 'ER-9-9', 'x', '2026-08-14T03:20:00Z'),
    fc.array(tie('json'), { maxLength: 3 }),
    fc.dictionary(
      fc.constantFrom(
        ...['id', 'workflow_run_id', 'html_url', 'total_count', 'workflow_runs', 'event', 'display_title', 'name'],
        ...['web_url', 'value', 'key', 'items', 'actions', 'parameters', 'builds', 'number', 'timestamp', 'url'],
        ...['nextBuildNumber', 'templateParameters', 'buildNumber', 'metadata', 'operation', 'info', 'status'],
        ...['operationState', 'startedAt', 'state', 'permissions', 'push', 'buildable', 'property', '__proto__'],
      ),
      tie('json'),
      { maxKeys: 6 },
    ),
  ),
}))

describe.each(SYSTEMS)('$name', (system) => {
  test('any JSON with any status is one of the answers, and a refusal is one only by its status', async () => {
    const { ci, fire, find, check, time } = await standing(system)
    time.now += 60 * MINUTE
    await fc.assert(
      fc.asyncProperty(
        json,
        fc.constantFrom(200, 201, 202, 203, 204, 206, 301, 400, 403, 500, 599),
        async (body, status) => {
          ci.answer = () => ({ status, body: body ?? 'null' })
          const [outcome, look, reach] = [await fire(), await find(), await check()]
          expect(['started', 'refused', 'unknown']).toContain(outcome.kind)
          expect(['found', 'surely-none', 'cannot-tell']).toContain(look.kind)
          expect(['reachable', 'refused', 'unreachable']).toContain(reach.kind)
          // Success is never refused, and failure is never success.
          expect(outcome.kind === 'refused').toBe([301, 400, 403].includes(status))
          expect(status < 300 || look.kind === 'cannot-tell').toBe(true)
          expect('reason' in outcome ? outcome.reason : outcome.detail).toMatch(/^[A-Z].{5,600}\.$|It said: /)
        },
      ),
      { numRuns: 25, seed: 27 },
    )
  })
})
