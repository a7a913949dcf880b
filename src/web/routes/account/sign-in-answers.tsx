import type { FC } from 'hono/jsx'
import { LoginPage, type LoginPageProps } from '../../../../views/account/login-page.tsx'
import type { SignInPlace } from '../../../../views/account/sign-in-frame.tsx'
import { relyingParty } from '../../../operations/access/passkeys.ts'
import type { SignedIn, SignInFailure } from '../../../operations/access/sign-in.ts'
import type { OutsideRefusal } from '../../../operations/access/sign-in-from-outside.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { clientAddress } from '../../middleware/client-address.ts'
import { KEPT_FORMS } from '../../middleware/kept-form.ts'
import { clearPendingCookie } from '../../middleware/pending-cookie.ts'
import { writeSessionCookie } from '../../middleware/session-cookie.ts'
import { forgetServices } from '../../pages/scope.ts'
import { page } from '../../render.tsx'
import type { Ctx } from '../../routes.ts'
import { wantsPart } from '../../wants-part.ts'

export const OUTSIDE_REFUSALS: Record<OutsideRefusal, string> = {
  'no-email': 'Where you come from names no verified e-mail address for you.',
  'no-role': 'You are in none of the groups that may use this server.',
  disabled: 'Your account on this server is disabled.',
  'other-person': 'You came back as somebody else. Sign out first to change who you are.',
}

/** Hands the session to the browser, whichever way it was begun. */
export function letIn(c: Ctx, deps: AccessDeps, { sessionId, userId }: Omit<SignedIn, 'kind'>): void {
  deps.log.info({ requestId: c.get('requestId'), userId }, 'signed in')
  writeSessionCookie(c, deps.config, sessionId)
  clearPendingCookie(c, deps.config)
  forgetServices(c)
}

/** What follows when somebody is signed in: where they wanted to go; 204 for the dialog, whose page stays. */
export const signedIn = (c: Ctx, next: string): Response => (wantsPart(c) ? c.body(null, 204) : c.redirect(next, 303))

/** Answers with a step of signing in: a page, or what the dialog over a page shows. */
export async function signInStep(
  c: Ctx,
  deps: AccessDeps,
  status: 200 | 422 | 429 | 503,
  Step: FC<{ place: SignInPlace }>,
): Promise<Response> {
  if (!wantsPart(c)) return await page(c, deps, { title: 'Sign in', status }, <Step place="page" />)
  c.header('Vary', 'HX-Request-Type')
  return c.html(<Step place="dialog" />, status)
}

/** Counts and logs a failure. @returns the status it is answered with, and why, as a sentence for who tried */
export function signInFailure(
  c: Ctx,
  deps: AccessDeps,
  failure: SignInFailure,
  refusal: string,
): { status: 422 | 429 | 503; problem: string } {
  deps.metrics.signInFailed(failure.kind)
  deps.log.info(
    { requestId: c.get('requestId'), address: clientAddress(c, deps.config), outcome: failure.kind },
    'sign-in failed',
  )
  switch (failure.kind) {
    case 'refused':
      return { status: 422, problem: refusal }
    case 'throttled':
      return {
        status: 429,
        problem: `There were too many attempts; try again in ${askToWait(c, failure.until - deps.clock())}.`,
      }
    case 'busy':
      c.header('Retry-After', '5')
      return { status: 503, problem: 'Many people are signing in right now; try again in a moment.' }
  }
}

/** Tells programs when to come back. @returns the same for people */
export function askToWait(c: Ctx, ms: number): string {
  const seconds = Math.max(1, Math.ceil(ms / 1000))
  c.header('Retry-After', String(seconds))
  return seconds <= 60 ? `${seconds} s` : `${Math.ceil(seconds / 60)} min`
}

type Typed = Omit<LoginPageProps, 'place' | 'passkeys' | 'passwords' | 'oidc' | 'again' | 'kept'>

/** The first step of signing in, after a failure with what was typed but the password, and why. */
export async function loginPageWith(
  c: Ctx,
  deps: AccessDeps,
  status: 200 | 422 | 429 | 503,
  { problem, ...typed }: Typed,
  again?: LoginPageProps['again'],
): Promise<Response> {
  const { passwords, oidc } = deps.config.signIn
  const props: Omit<LoginPageProps, 'place'> = {
    ...typed,
    again,
    kept: typed.next.startsWith(`${KEPT_FORMS}/`),
    passwords,
    passkeys: relyingParty(deps.config) !== undefined,
    oidc: oidc?.label,
    problem: problem && `Not signed in. ${problem}`,
  }
  return await signInStep(c, deps, status, ({ place }) => <LoginPage {...props} place={place} />)
}
