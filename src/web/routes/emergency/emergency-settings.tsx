import { HTTPException } from 'hono/http-exception'
import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { EmergencySettingsPage } from '../../../../views/emergency/settings-page.tsx'
import { removeTargetQuestion } from '../../../../views/emergency/target-question.tsx'
import { OWN_REQUESTS } from '../../../core/emergency/approval.ts'
import { cleanLine } from '../../../core/text/text.ts'
import { ciKinds } from '../../../operations/emergency/ci-kinds.ts'
import { removeTarget, saveTarget } from '../../../operations/emergency/ci-targets.ts'
import { targetName } from '../../../operations/emergency/emergency-checks.ts'
import { setPolicy } from '../../../operations/emergency/set-policy.ts'
import { listServiceChoices } from '../../../store/defects/defect-queries.ts'
import { findCiTargetById, getPolicy, listCiTargets } from '../../../store/emergency/emergency-settings.ts'
import { listEnvironmentChoices } from '../../../store/overview/overview-queries.ts'
import { findEnvironment } from '../../../store/services/services.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import type { Principal } from '../../env.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { readForm } from '../account/login.tsx'
import { registerConfirmed } from '../confirmed.tsx'

const PATH = '/emergency/settings'

/** Which CI is asked for which place, and who may approve there: for admins. */
export function registerEmergencySettingsRoutes(routes: Routes, deps: Deps): void {
  const asking = (c: Ctx) => ({ by: auditActorOf(c, deps.config), now: deps.clock() })
  routes.get(PATH, { role: 'admin' }, (c) => show(c, deps, { kind: c.req.query('kind') }))

  routes.post(`${PATH}/targets`, { role: 'admin', recent: true }, async (c) => {
    const { userId } = adminOf(c)
    const form = await readForm(c)
    const kind = ciKinds().find((one) => one.kind === form('kind'))
    const given = (kind?.fields ?? []).flatMap((field) => {
      const value = form(field.name).trim()
      return value === '' ? [] : [[field.name, value] as const]
    })
    const saved = await saveTarget(
      { store: deps.store, secretBox: deps.secretBox, allow: deps.config.outbound.allow },
      {
        service: form('service'),
        environment: form('environment'),
        kind: form('kind'),
        settings: Object.fromEntries(given),
        secret: form('secret'),
      },
      { ...auditActorOf(c, deps.config), now: deps.clock() },
    )
    if (saved.kind === 'refused') {
      const fields = Object.fromEntries(
        saved.problems.map(({ path, message }) => [path, `${path || 'It'}: ${message}`]),
      )
      const typed = { service: form('service'), environment: form('environment'), ...Object.fromEntries(given) }
      return show(c, deps, { kind: kind?.kind, typed, problems: { fields }, status: 422 })
    }
    deps.log.info({ requestId: c.get('requestId'), userId, targetId: saved.id }, 'CI target saved')
    // Not a redirect when a key was made: this answer is the one place where it is ever shown.
    return saved.secret === undefined
      ? c.redirect(PATH, 303)
      : show(c, deps, { kind: kind?.kind, secret: saved.secret })
  })

  registerConfirmed(
    routes,
    deps,
    `${PATH}/targets/:id{[0-9]{1,15}}/removal`,
    { role: 'admin', recent: true },
    {
      find: (c) => findCiTargetById(deps.store.db, Number(c.req.param('id'))),
      ask: (_c, target) => ({
        active: 'emergency',
        crumbs: [
          { text: 'Emergency', href: '/emergency' },
          { text: 'Settings', href: PATH },
        ],
        ...removeTargetQuestion({ ...target, name: targetName(target) }, deps.clock()),
      }),
      does: async (c, { id }) => {
        const { userId } = adminOf(c)
        if (!(await removeTarget(deps.store, id, asking(c))))
          throw new HTTPException(404, { message: 'There is no such CI target.' })
        deps.log.info({ requestId: c.get('requestId'), userId, targetId: id }, 'CI target removed')
        return c.redirect(PATH, 303)
      },
    },
  )

  routes.post(`${PATH}/policies`, { role: 'admin', recent: true }, async (c) => {
    const { userId } = adminOf(c)
    const form = await readForm(c)
    const environment = await findEnvironment(deps.store.db, form('environment'))
    const ownRequests = OWN_REQUESTS.find((one) => one === form('ownRequests'))
    const quietMinutes = Number(form('quietMinutes'))
    if (!environment || !ownRequests || !Number.isInteger(quietMinutes) || quietMinutes < 1 || quietMinutes > 1440)
      throw new HTTPException(422, { message: 'Choose who may approve, and 1 to 1440 minutes.' })
    const humanChecks = form('humanChecks')
      .split('\n')
      .map((line) => cleanLine(line, 120))
      .filter((line) => line !== '')
      .slice(0, 10)
    await setPolicy(
      deps.store,
      environment,
      {
        approval: { ownRequests, breakGlass: form('breakGlass') === '1' },
        quietMinutes,
        humanChecks: [...new Set(humanChecks)],
      },
      asking(c),
    )
    deps.log.info({ requestId: c.get('requestId'), userId, environment: environment.name }, 'emergency policy saved')
    return c.redirect(PATH, 303)
  })
  for (const path of ['targets', 'policies'])
    routes.get(`${PATH}/${path}`, { role: 'admin' }, (c) => c.redirect(PATH, 303))
}

function adminOf(c: Ctx): Extract<Principal, { kind: 'user' }> {
  const principal = c.get('principal')
  if (principal?.kind !== 'user') throw new Error('this page is for signed-in people')
  return principal
}

async function show(
  c: Ctx,
  deps: Deps,
  {
    kind,
    secret,
    typed = {},
    problems = noProblems,
    status = 200,
  }: {
    kind?: string | undefined
    secret?: string
    typed?: Record<string, string>
    problems?: FormProblems
    status?: 200 | 422
  },
): Promise<Response> {
  const { db } = deps.store
  const targets = await listCiTargets(db)
  const environments = await listEnvironmentChoices(db)
  const policies = []
  for (const { id, name, tier } of environments)
    policies.push({ environment: name, policy: await getPolicy(db, { id, tier }) })
  return page(
    c,
    deps,
    {
      title: 'Emergency settings',
      active: 'emergency',
      crumbs: [{ text: 'Emergency', href: '/emergency' }, { text: 'Settings' }],
      status,
    },
    <EmergencySettingsPage
      targets={targets.map((target) => ({
        id: target.id,
        service: target.service,
        environment: target.environment,
        name: targetName(target),
        savedAt: target.savedAt,
        savedName: target.savedName,
      }))}
      kinds={ciKinds()}
      kind={kind}
      services={(await listServiceChoices(db)).map(({ name }) => name)}
      policies={policies}
      secret={secret}
      typed={typed}
      problems={problems}
      csrfToken={adminOf(c).csrfToken}
      now={deps.clock()}
    />,
  )
}
