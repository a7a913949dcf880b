import { HTTPException } from 'hono/http-exception'
import { InvitePage, type InviteValues, LinkMadePage } from '../../../../views/admin/invite-page.tsx'
import { UserPage } from '../../../../views/admin/user-page.tsx'
import { disableQuestion, unlinkQuestion, withdrawQuestion } from '../../../../views/admin/user-questions.tsx'
import { UsersPage } from '../../../../views/admin/users-page.tsx'
import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { parseServiceNames } from '../../../core/access/service-limit.ts'
import { accountLink } from '../../../operations/access/account-link.ts'
import { inviteUser, makeResetLink, withdrawInvitation } from '../../../operations/access/account-links.ts'
import { changeAccess, disableUser, enableUser, type UserChange } from '../../../operations/access/manage-users.ts'
import { unlinkIdentity } from '../../../operations/access/outside-identities.ts'
import {
  endSessionOf,
  endSessionsOf,
  listLiveSessions,
  sessionHandle,
} from '../../../operations/access/own-sessions.ts'
import { hashSecretToken } from '../../../operations/access/secret-token.ts'
import { listInvitations } from '../../../store/access/account-links.ts'
import { listMailProgress } from '../../../store/access/account-mails.ts'
import { findUser, listUsers, type UserRow } from '../../../store/access/users.ts'
import { listServiceNames } from '../../../store/services/services.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { readSessionCookie } from '../../middleware/session-cookie.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { identitiesOf, openWays } from '../account/identities.ts'
import { readForm } from '../account/login.tsx'
import { registerConfirmed } from '../confirmed.tsx'

const SERVICES_OFFERED = 500
const USERS = '/admin/users'
const ONE = `${USERS}/:id{[0-9]{1,15}}`
const CRUMBS = [{ text: 'Admin', href: '/admin' }]
const USER_CRUMBS = [...CRUMBS, { text: 'Users', href: USERS }]

/** People: invited, given roles and limits, disabled, helped back in. Every change asks for a recent sign-in. */
export function registerUserRoutes(routes: Routes, deps: Deps): void {
  const byOf = (c: Ctx) => ({ actor: auditActorOf(c, deps.config), now: deps.clock() })

  routes.get(USERS, { role: 'admin' }, async (c) => {
    const now = deps.clock()
    const { db } = deps.store
    const [users, invitations] = [await listUsers(db), await listInvitations(db, now)]
    const mails = await listMailProgress(
      db,
      invitations.map(({ id }) => id),
    )
    const mailed = invitations.map((invitation) => ({ ...invitation, mail: mails.get(invitation.id) }))
    const meta = { title: 'Users', active: 'admin', crumbs: [...CRUMBS, { text: 'Users' }] } as const
    const props = { users, invitations: mailed, now }
    return page(c, deps, meta, <UsersPage {...props} />)
  })

  routes.get(`${USERS}/new`, { role: 'admin' }, (c) =>
    invitePage(
      c,
      deps,
      valuesIn(() => ''),
      noProblems,
    ),
  )

  routes.post(`${USERS}/new`, ADMINS_NOW, async (c) => {
    const values = valuesIn(await readForm(c))
    const wanted = { ...values, services: limitIn(values.services) }
    const { mailServer } = deps.config
    const made = await inviteUser(deps.store, wanted, byOf(c), mailServer && deps.secretBox)
    if (made.kind !== 'made')
      return await invitePage(c, deps, values, made.kind === 'refused' ? fieldsOf(made.problems) : noProblems)
    if (mailServer) deps.accountMailer.wake()
    deps.log.info({ requestId: c.get('requestId'), actor: byOf(c).actor.id }, 'somebody was invited')
    // Not a redirect: this answer is the one place where the link is ever shown.
    return await page(
      c,
      deps,
      { title: 'Invitation', active: 'admin', crumbs: [...USER_CRUMBS, { text: 'Invitation' }] },
      <LinkMadePage
        title={`Invitation for ${values.email}`}
        sentence="With this link they make their account."
        mailedTo={mailServer && values.email}
        link={accountLink(deps.config.publicUrl, 'invitation', made.token)}
        expiresAt={made.expiresAt}
        back={USERS}
        now={deps.clock()}
      />,
    )
  })

  registerConfirmed(routes, deps, `${USERS}/invitations/:id{[0-9]{1,15}}/withdrawal`, ADMINS_NOW, {
    find: async (c) => (await listInvitations(deps.store.db, deps.clock())).find(({ id }) => id === idIn(c)),
    ask: (_c, invitation) => ({ ...IN_USERS, ...withdrawQuestion(invitation, deps.clock()) }),
    does: async (c, { id }) => {
      if (!(await withdrawInvitation(deps.store, id, byOf(c))))
        throw new HTTPException(404, { message: 'There is no such invitation.' })
      return c.redirect(USERS, 303)
    },
  })

  routes.get(ONE, { role: 'admin' }, async (c) => {
    const user = await findUser(deps.store.db, idIn(c))
    return user ? await userPage(c, deps, user, noProblems) : c.notFound()
  })

  routes.post(`${ONE}/access`, ADMINS_NOW, async (c) => {
    const form = await readForm(c)
    const wanted = { role: form('role'), services: limitIn(form('services')) }
    return await answer(c, deps, await changeAccess(deps.store, idIn(c), wanted, byOf(c)))
  })

  registerConfirmed(routes, deps, `${ONE}/disable`, ADMINS_NOW, {
    find: (c) => findUser(deps.store.db, idIn(c)),
    ask: async (c, user) => {
      const now = deps.clock()
      const sessions = (await listLiveSessions(deps.store.db, user.id, now)).length
      return { ...inUser(user), ...disableQuestion(user, { isYou: isYou(c, user), sessions, now }) }
    },
    does: async (c, user) => answer(c, deps, await disableUser(deps.store, user.id, byOf(c))),
  })

  routes.post(`${ONE}/enable`, ADMINS_NOW, async (c) => answer(c, deps, await enableUser(deps.store, idIn(c), byOf(c))))

  routes.post(`${ONE}/reset-link`, ADMINS_NOW, async (c) => {
    const made = await makeResetLink(deps.store, idIn(c), byOf(c))
    const user = await findUser(deps.store.db, idIn(c))
    if (made.kind === 'not-found' || !user) return c.notFound()
    if (made.kind === 'refused') return await userPage(c, deps, user, fieldsOf(made.problems))
    return await page(
      c,
      deps,
      { title: 'New password', active: 'admin', crumbs: [...USER_CRUMBS, { text: user.name }] },
      <LinkMadePage
        title={`A new password for ${user.name}`}
        sentence="With this link they choose a new password; their sessions end then."
        link={accountLink(deps.config.publicUrl, 'reset', made.token)}
        expiresAt={made.expiresAt}
        back={`${USERS}/${user.id}`}
        now={deps.clock()}
      />,
    )
  })

  routes.post(`${ONE}/sessions/end`, ADMINS_NOW, async (c) => {
    const user = await findUser(deps.store.db, idIn(c))
    if (!user) return c.notFound()
    await endSessionsOf(deps.store, user, thisSession(c, deps), byOf(c))
    return c.redirect(`${USERS}/${user.id}#sessions`, 303)
  })

  routes.post(`${ONE}/sessions/:handle/end`, ADMINS_NOW, async (c) => {
    const user = await findUser(deps.store.db, idIn(c))
    if (!user || !(await endSessionOf(deps.store, user, c.req.param('handle') ?? '', byOf(c)))) return c.notFound()
    return c.redirect(`${USERS}/${user.id}#sessions`, 303)
  })

  registerConfirmed(routes, deps, `${ONE}/identities/removal`, ADMINS_NOW, {
    find: async (c, form) => {
      const user = await findUser(deps.store.db, idIn(c))
      const identities = user ? await identitiesOf(deps.store.db, user.id) : []
      const identity = identities.find(({ handle }) => handle === form('identity'))
      return user && identity && { user, identity }
    },
    ask: (_c, { user, identity }) => ({ ...inUser(user), ...unlinkQuestion(user, identity, deps.clock()) }),
    does: async (c, { user, identity }) => {
      const how = { open: openWays(deps.config), session: thisSession(c, deps) }
      const outcome = await unlinkIdentity(deps.store, user, identity.handle, how, byOf(c))
      if (outcome.kind === 'refused') return await userPage(c, deps, user, fieldsOf([outcome]))
      return c.redirect(`${USERS}/${user.id}#identities`, 303)
    },
  })

  // Where a refused form leaves the address.
  for (const act of ['access', 'enable', 'reset-link'])
    routes.get(`${ONE}/${act}`, { role: 'admin' }, (c) => c.redirect(`${USERS}/${idIn(c)}`, 303))
}

const ADMINS_NOW = { role: 'admin', recent: true } as const
const IN_USERS = { active: 'admin', crumbs: USER_CRUMBS } as const
const inUser = ({ id, name }: UserRow) =>
  ({ active: 'admin', crumbs: [...USER_CRUMBS, { text: name, href: `${USERS}/${id}` }] }) as const

const isYou = (c: Ctx, user: UserRow): boolean => {
  const principal = c.get('principal')
  return principal?.kind === 'user' && principal.userId === user.id
}

const idIn = (c: Ctx): number => Number(c.req.param('id'))

const limitIn = (text: string): readonly string[] | undefined =>
  text.trim() === '' ? undefined : parseServiceNames(text)

const valuesIn = (field: (name: string) => string): InviteValues => ({
  email: field('email').trim(),
  name: field('name').trim(),
  role: field('role') || 'viewer',
  services: field('services'),
})

/** What is the fault of one field beside it, the rest on top. */
function fieldsOf(
  problems: readonly { readonly field?: string | undefined; readonly message: string }[],
): FormProblems {
  const fields = Object.fromEntries(problems.flatMap(({ field, message }) => (field ? [[field, message]] : [])))
  const form = problems.find(({ field }) => !field)?.message
  return { fields, form: form && `Nothing was changed. ${form}` }
}

/** The hash of the id of the session in which this was sent; an admin may look at their own account. */
function thisSession(c: Ctx, deps: Deps): string | undefined {
  const sessionId = readSessionCookie(c, deps.config)
  return sessionId === undefined ? undefined : hashSecretToken(sessionId)
}

async function answer(c: Ctx, deps: Deps, change: UserChange): Promise<Response> {
  switch (change.kind) {
    case 'changed':
      deps.log.info({ requestId: c.get('requestId'), userId: change.user.id }, 'what a person may do was changed')
      return c.redirect(`${USERS}/${change.user.id}`, 303)
    case 'unchanged':
      return c.redirect(`${USERS}/${change.user.id}`, 303)
    case 'not-found':
      return await c.notFound()
    case 'refused': {
      const user = await findUser(deps.store.db, idIn(c))
      if (!user) return await c.notFound()
      const form = await readForm(c)
      const typed = form('role') === '' ? undefined : { role: form('role'), services: form('services') }
      return await userPage(c, deps, user, fieldsOf([change]), typed)
    }
  }
}

async function invitePage(c: Ctx, deps: Deps, values: InviteValues, problems: FormProblems): Promise<Response> {
  const services = await listServiceNames(deps.store.reader, SERVICES_OFFERED)
  return await page(
    c,
    deps,
    {
      title: 'Invite somebody',
      active: 'admin',
      crumbs: [...USER_CRUMBS, { text: 'Invite' }],
      status: problems === noProblems ? 200 : 422,
    },
    <InvitePage {...{ values, services, problems, csrfToken: csrfTokenOf(c) }} />,
  )
}

async function userPage(
  c: Ctx,
  deps: Deps,
  user: UserRow,
  problems: FormProblems,
  typed = { role: user.role, services: (user.services ?? []).join(', ') } as { role: string; services: string },
): Promise<Response> {
  const now = deps.clock()
  const own = thisSession(c, deps)
  const csrfToken = csrfTokenOf(c)
  const sessions = (await listLiveSessions(deps.store.db, user.id, now)).map((session) => ({
    ...session,
    handle: sessionHandle(session),
    isThis: session.idHash === own,
  }))
  return await page(
    c,
    deps,
    {
      title: user.name,
      active: 'admin',
      crumbs: [...USER_CRUMBS, { text: user.name }],
      status: problems === noProblems ? 200 : 422,
    },
    <UserPage
      user={user}
      isYou={isYou(c, user)}
      typed={typed}
      services={await listServiceNames(deps.store.reader, SERVICES_OFFERED)}
      sessions={{ sessions, path: `${USERS}/${user.id}/sessions`, csrfToken, now }}
      identities={{
        identities: await identitiesOf(deps.store.db, user.id),
        path: `${USERS}/${user.id}/identities/removal`,
        asks: true,
        problems: noProblems,
        csrfToken,
        now,
      }}
      problems={problems}
      csrfToken={csrfToken}
      now={now}
    />,
  )
}
