import { ForgotPage, type ForgotPageProps } from '../../../../views/account/forgot-page.tsx'
import { JoinPage, LinkEndedPage, LinkUsedPage, NewPasswordPage } from '../../../../views/account/link-pages.tsx'
import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { acceptInvitation, findLink, type LinkUse, resetPassword } from '../../../operations/access/account-links.ts'
import { askForPassword } from '../../../operations/access/forgotten-password.ts'
import type { Invitation, ResetLink } from '../../../store/access/account-links.ts'
import type { AccessDeps } from '../../middleware/access.ts'
import { clientAddress } from '../../middleware/client-address.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { mustBeFromOurPages, notKept, readForm, smallBody } from './login.tsx'
import { askToWait } from './sign-in-answers.tsx'

/**
 * Links that lead to an account: an invitation, and a new password. Looking at one does not use it up, since mail servers
 * look at links; afterwards people sign in as always, whatever else that asks of them.
 */
export function registerAccountLinkRoutes(routes: Routes, deps: AccessDeps): void {
  routes.get('/join', 'open', notKept, async (c) => {
    const token = c.req.query('token') ?? ''
    const link = await findLink(deps.store.db, token, deps.clock())
    return link?.kind === 'invitation' ? await joinPage(c, deps, token, link) : await linkEnded(c, deps)
  })

  routes.post('/join', 'open', notKept, smallBody, async (c) => {
    mustBeFromOurPages(c, deps)
    const form = await readForm(c)
    const token = form('token')
    const given = { name: form('name'), password: form('password') }
    const link = await findLink(deps.store.db, token, deps.clock())
    if (link?.kind !== 'invitation') return await linkEnded(c, deps)
    const used = await acceptInvitation(deps.store, token, given, clientAddress(c, deps.config), deps.clock())
    const again = (problems: FormProblems) => joinPage(c, deps, token, { ...link, name: given.name }, problems)
    return await answer(c, deps, used, again, {
      title: 'Welcome',
      sentence: 'Your account is made. Sign in with the password you chose.',
    })
  })

  routes.get('/reset-password', 'open', notKept, async (c) => {
    const token = c.req.query('token') ?? ''
    const link = await findLink(deps.store.db, token, deps.clock())
    return link?.kind === 'reset' ? await passwordPage(c, deps, token, link) : await linkEnded(c, deps)
  })

  routes.post('/reset-password', 'open', notKept, smallBody, async (c) => {
    mustBeFromOurPages(c, deps)
    const form = await readForm(c)
    const token = form('token')
    const link = await findLink(deps.store.db, token, deps.clock())
    if (link?.kind !== 'reset') return await linkEnded(c, deps)
    const used = await resetPassword(deps.store, token, form('password'), clientAddress(c, deps.config), deps.clock())
    const again = (problems: FormProblems) => passwordPage(c, deps, token, link, problems)
    return await answer(c, deps, used, again, {
      title: 'Password set',
      sentence: 'Your new password is set, and all your sessions have ended.',
    })
  })

  routes.get('/forgot', 'open', notKept, (c) => forgotPage(c, deps))
  routes.post('/forgot', 'open', notKept, smallBody, async (c) => {
    mustBeFromOurPages(c, deps)
    if (wayOut(deps) !== 'mail') return await forgotPage(c, deps)
    const email = (await readForm(c))('email')
    const address = clientAddress(c, deps.config)
    const asked = await askForPassword(deps.store, deps.secretBox, { email, address }, deps.clock())
    // Whoever has the address: nothing here knows whether somebody does.
    deps.log.info({ requestId: c.get('requestId'), address, outcome: asked.kind }, 'a forgotten password')
    if (asked.kind === 'throttled') return await forgotPage(c, deps, { wait: askToWait(c, asked.until - deps.clock()) })
    deps.accountMailer.wake()
    return await forgotPage(c, deps, 'asked')
  })
}

/** What helps who forgot their password. */
const wayOut = ({ config }: AccessDeps): ForgotPageProps['wayOut'] =>
  config.signIn.passwords ? (config.mailServer ? 'mail' : 'admin') : 'elsewhere'

const forgotPage = (c: Ctx, deps: AccessDeps, answer?: 'asked' | { readonly wait: string }) =>
  page(
    c,
    deps,
    { title: 'Forgotten password', status: typeof answer === 'object' ? 429 : 200 },
    <ForgotPage wayOut={wayOut(deps)} answer={answer} />,
  )

async function answer(
  c: Ctx,
  deps: AccessDeps,
  used: LinkUse,
  again: (problems: FormProblems) => Promise<Response>,
  done: { readonly title: string; readonly sentence: string },
): Promise<Response> {
  switch (used.kind) {
    case 'done':
      deps.log.info({ requestId: c.get('requestId'), userId: used.userId }, 'a link to an account was used')
      return await page(c, deps, { title: done.title }, <LinkUsedPage {...done} />)
    case 'refused':
      return await again({ fields: Object.fromEntries(used.problems.map(({ field, message }) => [field, message])) })
    case 'busy':
      return await again({ fields: {}, form: 'Nothing was changed. The server is busy; try again in a moment.' })
    case 'link-not-valid':
      return await linkEnded(c, deps)
  }
}

const statusOf = (problems: FormProblems) => (problems === noProblems ? 200 : 422)

const joinPage = (
  c: Ctx,
  deps: AccessDeps,
  token: string,
  { email, name, role, services }: Pick<Invitation, 'email' | 'name' | 'role' | 'services'>,
  problems: FormProblems = noProblems,
) =>
  page(
    c,
    deps,
    { title: 'Join', status: statusOf(problems) },
    <JoinPage {...{ token, email, name, role, services, problems }} />,
  )

const passwordPage = (
  c: Ctx,
  deps: AccessDeps,
  token: string,
  { email }: ResetLink,
  problems: FormProblems = noProblems,
) =>
  page(
    c,
    deps,
    { title: 'Choose a new password', status: statusOf(problems) },
    <NewPasswordPage {...{ token, email, problems }} />,
  )

function linkEnded(c: Ctx, deps: AccessDeps): Promise<Response> {
  deps.metrics.accessDenied('token')
  return page(c, deps, { title: 'This link does not work', status: 403 }, <LinkEndedPage />)
}
