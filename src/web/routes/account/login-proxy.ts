import { signInFromOutside } from '../../../operations/access/sign-in-from-outside.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { clientAddress } from '../../middleware/client-address.ts'
import { proxyPersonOf } from '../../middleware/proxy-person.ts'
import type { Ctx } from '../../routes.ts'
import { letIn, loginPageWith, OUTSIDE_REFUSALS, signedIn } from './sign-in-answers.tsx'
import { visitorOf } from './sign-in-request.ts'

/** Signs in whom a trusted proxy names; undefined where none does. */
export async function signInByProxy(c: Ctx, deps: AccessDeps, next: string): Promise<Response | undefined> {
  const { proxy } = deps.config.signIn
  const person = proxyPersonOf(c, deps)
  if (!proxy || !person) return undefined
  const rules = { way: 'proxy', map: proxy.map, defaultRole: proxy.defaultRole, onlyFor: undefined } as const
  const outcome = await signInFromOutside(deps.store, person, rules, visitorOf(c, deps), deps.clock())
  if (outcome.kind === 'signed-in') {
    letIn(c, deps, outcome)
    return signedIn(c, next)
  }
  deps.metrics.signInFailed('refused')
  const address = clientAddress(c, deps.config)
  deps.log.info({ requestId: c.get('requestId'), address, because: outcome.because }, 'sign-in by the proxy failed')
  return await loginPageWith(c, deps, 422, { next, problem: OUTSIDE_REFUSALS[outcome.because] })
}
