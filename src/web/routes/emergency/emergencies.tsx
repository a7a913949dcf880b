import { randomUUID } from 'node:crypto'
import { HTTPException } from 'hono/http-exception'
import { noProblems } from '../../../../views/components/form-parts.tsx'
import { AlsoHere } from '../../../../views/emergency/also-here.tsx'
import { EmergencyPage } from '../../../../views/emergency/detail-page.tsx'
import { EmergencyListPage } from '../../../../views/emergency/list-page.tsx'
import { type EmergencyDraft, NewEmergencyPage } from '../../../../views/emergency/new-page.tsx'
import { actSentence } from '../../../../views/emergency/parts.tsx'
import { COUNTED_AT_MOST, pageSummary } from '../../../../views/format.ts'
import { defectPath, emergencyPath, releasePath, withQuery } from '../../../../views/paths.ts'
import { usualEnvironment } from '../../../core/deployment/environment.ts'
import { judgeApproval } from '../../../core/emergency/approval.ts'
import { draftEmergency } from '../../../operations/emergency/draft-emergency.ts'
import { driveEmergency, type EmergencyCommand } from '../../../operations/emergency/drive-emergency.ts'
import type { StepResult } from '../../../operations/emergency/emergency-step.ts'
import { isStrategy, openEmergency } from '../../../operations/emergency/open-emergency.ts'
import { endLock, setLock } from '../../../operations/emergency/set-locks.ts'
import { listServiceChoices } from '../../../store/defects/defect-queries.ts'
import { findLock, listManualLocks } from '../../../store/deployments/deploy-locks.ts'
import {
  countEmergencies,
  type Emergency,
  findEmergency,
  listEmergencies,
  listEmergencyDefects,
  listOpenEmergencies,
  listSteps,
} from '../../../store/emergency/emergencies.ts'
import { listAttempts } from '../../../store/emergency/emergency-dispatches.ts'
import { findLinkable, isS1Open } from '../../../store/emergency/emergency-facts.ts'
import { getPolicy } from '../../../store/emergency/emergency-settings.ts'
import { listEnvironmentChoices } from '../../../store/overview/overview-queries.ts'
import { listWhereRunning } from '../../../store/releases/running-releases.ts'
import { findEnvironment, findService, getService } from '../../../store/services/services.ts'
import { actorOf, auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import type { Principal } from '../../env.ts'
import { notFound } from '../../errors.ts'
import { toLoginAgain } from '../../middleware/access.ts'
import { auditOf } from '../../pages/audit-of.ts'
import { loadEmergencyPage, othersHere } from '../../pages/emergency-page.ts'
import { timelineMarkdown } from '../../pages/emergency-timeline.ts'
import { numberedPlace } from '../../pages/numbered-place.ts'
import { releaseName } from '../../query.ts'
import { page } from '../../render.tsx'
import type { Ctx, Policy, Routes } from '../../routes.ts'
import { mustMayChange, mustMayChangeDefects } from '../../service-limit.ts'
import { readForm } from '../account/login.tsx'
import { driveParts, emergencyIdIn, mustMayDrive, toDetails } from '../api/api-emergencies.ts'
import { registerEmergencySettingsRoutes } from './emergency-settings.tsx'

/** The pages of emergency releases. No GET changes anything; every form says which step it has seen. */
export function registerEmergencyRoutes(routes: Routes, deps: Deps): void {
  routes.get('/emergency', 'session', (c) => showList(c, deps))
  routes.get('/emergency/new', 'session', (c) => showNew(c, deps))
  routes.post('/emergency/new', { role: 'engineer', perService: true }, (c) => open(c, deps))
  registerEmergencySettingsRoutes(routes, deps)
  registerLockForms(routes, deps)
  routes.get('/emergency/:id', 'session', async (c) => {
    const emergency = await emergencyOf(c, deps)
    if (!emergency) return await notFound(c)
    const canonical = emergencyPath(emergency.id)
    return c.req.path === canonical ? show(c, deps, emergency, undefined) : c.redirect(canonical, 303)
  })
  routes.get('/emergency/:id/presence', 'passive', async (c) => {
    const emergency = await emergencyOf(c, deps)
    if (!emergency) return await notFound(c)
    c.header('Cache-Control', 'no-store')
    return c.html(<AlsoHere emergencyId={emergency.id} names={othersHere(c, deps, emergency)} />)
  })
  routes.get('/emergency/:id/timeline.md', 'session', async (c) => {
    const emergency = await emergencyOf(c, deps)
    if (!emergency) return await notFound(c)
    const { db } = deps.store
    const text = timelineMarkdown(emergency, {
      steps: await listSteps(db, emergency.id),
      attempts: await listAttempts(db, emergency.id, 1_000),
      defects: await listEmergencyDefects(db, emergency.id),
    })
    return c.body(text, 200, download('text/markdown; charset=utf-8', `ER-${emergency.id}.md`))
  })
  routes.get('/emergency/:id/timeline.json', 'session', async (c) => {
    const emergency = await emergencyOf(c, deps)
    if (!emergency) return await notFound(c)
    const text = JSON.stringify(await toDetails(emergency, deps), null, 2)
    return c.body(text, 200, download('application/json', `ER-${emergency.id}.json`))
  })
  for (const action of ACTIONS) {
    const role = FOR_RELEASE_MANAGERS.has(action) ? 'release-manager' : 'engineer'
    const policy: Policy = { role, perService: true }
    routes.post(`/emergency/:id/${action}`, policy, (c) => act(c, deps, action, policy))
    // Where a refused form leaves the address; reloading it shows how it stands.
    routes.get(`/emergency/:id/${action}`, 'session', (c) => c.redirect(emergencyPath(emergencyIdIn(c) ?? 0), 303))
  }
}

const download = (type: string, name: string): Record<string, string> => ({
  'Content-Type': type,
  'Content-Disposition': `attachment; filename="${name}"`,
  'Cache-Control': 'no-store',
})

const ACTIONS = [
  'approval',
  'dispatch',
  'version',
  'verification',
  'checks',
  'closure',
  'cancellation',
  'notes',
  'review',
] as const

/** The others are for who opened it as well. */
const FOR_RELEASE_MANAGERS: ReadonlySet<string> = new Set(['approval', 'dispatch'])

type SignedIn = Extract<Principal, { kind: 'user' }>

function userOf(c: Ctx): SignedIn {
  const principal = c.get('principal')
  if (principal?.kind !== 'user') throw new Error('this page is for signed-in people')
  return principal
}

async function emergencyOf(c: Ctx, deps: Deps): Promise<Emergency | undefined> {
  const id = emergencyIdIn(c)
  return id === undefined ? undefined : await findEmergency(deps.store.db, id)
}

async function show(
  c: Ctx,
  deps: Deps,
  emergency: Emergency,
  problem: { readonly text: string; readonly status: 409 | 422 } | undefined,
): Promise<Response> {
  const props = await loadEmergencyPage(c, deps, emergency, problem)
  return page(
    c,
    deps,
    {
      title: `ER-${emergency.id} ${actSentence(emergency)}`,
      active: 'emergency',
      // After a refusal the page says what was refused; a refresh would take the words away.
      live: problem || emergency.endedAt !== undefined ? [] : ['emergencies', 'deployments', 'defects'],
      crumbs: [{ text: 'Emergency', href: '/emergency' }, { text: `ER-${emergency.id}` }],
      status: problem?.status ?? 200,
    },
    <EmergencyPage {...props} auditHref={auditOf(userOf(c), `emergency:${emergency.id}`)} />,
  )
}

async function act(c: Ctx, deps: Deps, action: (typeof ACTIONS)[number], policy: Policy): Promise<Response> {
  const id = emergencyIdIn(c)
  if (id === undefined) return await notFound(c)
  const { command, step, key } = await readCommand(c, action)
  if (!command) return await notFound(c)
  await mustMayDrive(c, deps, id, command)
  const actor = actorOf(c, deps.config)
  const result = await driveEmergency(
    driveParts(deps),
    {
      emergencyId: id,
      actor,
      seen: step,
      requestKey: key === '' ? undefined : `form:${actor.id}:${key}`,
      now: deps.clock(),
    },
    command,
  )
  // Whether it needs a recent sign-in is known where it is decided: what was typed comes back after it.
  if (result.kind === 'refused' && result.signIn) return await toLoginAgain(c, deps, userOf(c), policy)
  return answer(c, deps, result)
}

async function answer(c: Ctx, deps: Deps, result: StepResult): Promise<Response> {
  switch (result.kind) {
    case 'done':
    case 'repeated':
      return c.redirect(emergencyPath(result.emergency.id), 303)
    case 'stale':
      return show(c, deps, result.emergency, {
        text: `ER-${result.emergency.id} has moved on since this page was made. This is how it stands now.`,
        status: 409,
      })
    case 'refused':
      return show(c, deps, result.emergency, { text: result.reason, status: 422 })
    case 'not-found':
      return await notFound(c)
  }
}

async function readCommand(
  c: Ctx,
  action: (typeof ACTIONS)[number],
): Promise<{ command: EmergencyCommand | undefined; step: number; key: string }> {
  const form = await readForm(c)
  const step = /^[1-9]\d{0,8}$/.test(form('step')) ? Number(form('step')) : 0
  const key = form('key').slice(0, 300)
  const command = async (): Promise<EmergencyCommand | undefined> => {
    switch (action) {
      case 'approval':
        return { do: 'approve', reason: form('reason'), target: form('target') }
      case 'dispatch':
        switch (form('decision')) {
          case 'send-again':
            return { do: 'send-again' }
          case 'run-started':
            return { do: 'run-started', url: form('url') }
          case 'run-failed':
            return { do: 'run-failed', reason: form('reason') }
          case 'deployed':
            return { do: 'deployed', reason: form('reason') }
          default:
            return undefined
        }
      case 'version':
        return { do: 'choose-version', version: form('version') }
      case 'verification':
        return { do: 'verify', reason: form('reason') }
      case 'checks':
        return { do: 'tick', title: form('title') }
      case 'closure':
        return { do: 'close', fixed: await idsIn(c, 'fixed') }
      case 'cancellation':
        return { do: form('as') === 'failed' ? 'give-up' : 'cancel', reason: form('reason') }
      case 'notes':
        return { do: 'note', text: form('text') }
      case 'review':
        return { do: 'review', text: form('text') }
    }
  }
  return { command: await command(), step, key }
}

/** All values of a field that are ids. */
async function idsIn(c: Ctx, name: string): Promise<number[]> {
  const form = await c.req.parseBody({ all: true })
  const values = Object.hasOwn(form, name) ? [form[name]].flat() : []
  return values.flatMap((value) => (typeof value === 'string' && /^[1-9]\d{0,14}$/.test(value) ? [Number(value)] : []))
}

const PAST_PAGE = 30

const PAST_STATES = ['closed', 'cancelled', 'failed'] as const

async function showList(c: Ctx, deps: Deps): Promise<Response> {
  const { reader } = deps.store
  const user = userOf(c)
  const { before, shown } = numberedPlace(c)
  const [{ rows, more }, total] = await Promise.all([
    listEmergencies(reader, { states: PAST_STATES }, { before, limit: PAST_PAGE }),
    countEmergencies(reader, PAST_STATES, COUNTED_AT_MOST),
  ])
  const names = await namesOf(deps)
  return page(
    c,
    deps,
    { title: 'Emergency releases', active: 'emergency', live: ['emergencies'] },
    <EmergencyListPage
      open={await listOpenEmergencies(reader)}
      past={rows}
      older={more ? withQuery('/emergency', { before: rows.at(-1)?.id, shown: shown + rows.length }) : undefined}
      summary={pageSummary(shown, rows.length, total)}
      newer={before === undefined ? undefined : '/emergency'}
      locks={await listManualLocks(reader)}
      {...names}
      csrfToken={user.csrfToken}
      mayChange={user.role !== 'viewer'}
      mayFire={actorOf(c).mayFire}
      isAdmin={user.role === 'admin'}
      now={deps.clock()}
    />,
  )
}

async function namesOf({ store }: Deps): Promise<{ services: string[]; environments: string[] }> {
  const [services, environments] = await Promise.all([
    listServiceChoices(store.reader),
    listEnvironmentChoices(store.reader),
  ])
  return { services: services.map(({ name }) => name), environments: environments.map(({ name }) => name) }
}

interface Asked {
  readonly service: string | undefined
  readonly environment: string | undefined
  readonly defectId: number | undefined
  readonly kind: string | undefined
  readonly version: string | undefined
}

/** What the address asks for; the place may come from the defect or the release that it names. */
async function askedOf(c: Ctx, deps: Deps): Promise<Asked & { from: EmergencyDraft['from'] }> {
  const { reader } = deps.store
  const query = (name: string) => c.req.query(name) || undefined
  const [, digits] = /^(?:PF-)?([1-9]\d{0,14})$/i.exec(query('defect') ?? '') ?? []
  const defect = digits === undefined ? undefined : await findLinkable(reader, Number(digits))
  const named = releaseName.safeParse(query('release')).data
  const ofDefect = defect?.serviceId === undefined ? undefined : (await getService(reader, defect.serviceId)).name
  const environments = await listEnvironmentChoices(reader)
  const environmentOfDefect = environments.find(({ id }) => id === defect?.environmentId)?.name
  const service = query('service') ?? ofDefect ?? named?.service
  const production = environments.filter(({ tier }) => tier === 'production')
  const running = service === undefined ? [] : await listWhereRunning(reader, service, named?.version)
  const itsOwn = production.filter(({ id }) => running.includes(id))
  return {
    service,
    environment:
      query('environment') ?? environmentOfDefect ?? usualEnvironment(itsOwn.length > 0 ? itsOwn : production)?.name,
    defectId: defect?.id,
    kind: query('kind'),
    version: query('version'),
    from: defect
      ? { text: `PF-${defect.id}`, href: defectPath(defect.id) }
      : named
        ? { text: `${named.service} ${named.version}`, href: releasePath(named.service, named.version) }
        : undefined,
  }
}

async function showNew(
  c: Ctx,
  deps: Deps,
  refused?: {
    readonly problems: { fields: Record<string, string>; form?: string }
    readonly typed: { reason: string; ref: string; version: string; linked: ReadonlySet<number> }
    readonly asked: Asked
    readonly formKey: string
  },
): Promise<Response> {
  const { db } = deps.store
  const user = userOf(c)
  const asked = refused ? { ...refused.asked, from: undefined } : await askedOf(c, deps)
  const service = asked.service === undefined ? undefined : await findService(db, asked.service)
  const environment = asked.environment === undefined ? undefined : await findEnvironment(db, asked.environment)
  let draft: EmergencyDraft | undefined
  if (service && environment) {
    const place = {
      serviceId: service.id,
      service: service.name,
      environmentId: environment.id,
      environment: environment.name,
    }
    const drafted = await draftEmergency(
      { db, secretBox: deps.secretBox, rules: { allow: deps.config.outbound.allow }, clock: deps.clock },
      place,
      {
        defectId: asked.defectId,
        strategy: asked.kind !== undefined && isStrategy(asked.kind) ? asked.kind : undefined,
        version: asked.version,
      },
    )
    const policy = await getPolicy(db, environment)
    const actor = actorOf(c)
    const judged = judgeApproval(
      policy.approval,
      {
        openedBy: actor.id,
        actor: { ...actor, mayFire: true, signedInAt: deps.clock() },
        s1Open: await isS1Open(db, place),
        reason: '',
      },
      deps.clock(),
    )
    draft = {
      ...drafted,
      ...(refused && { reason: refused.typed.reason, linked: refused.typed.linked }),
      ref: refused?.typed.ref ?? '',
      approval:
        judged.kind === 'allowed'
          ? 'You, or any release manager'
          : judged.kind === 'needs-reason'
            ? 'Somebody else; or you alone, with a reason'
            : 'Somebody else',
      from: asked.from,
      query: {
        service: service.name,
        environment: environment.name,
        defect: asked.defectId === undefined ? undefined : `PF-${asked.defectId}`,
        kind: drafted.strategy,
        version: asked.version,
      },
    }
  }
  return page(
    c,
    deps,
    {
      title: 'Open an emergency release',
      active: 'emergency',
      crumbs: [{ text: 'Emergency', href: '/emergency' }, { text: 'New' }],
      status: refused ? 422 : 200,
    },
    <NewEmergencyPage
      {...(await namesOf(deps))}
      service={service?.name}
      environment={environment?.name}
      draft={draft}
      problems={refused?.problems ?? noProblems}
      mayOpen={user.role !== 'viewer'}
      csrfToken={user.csrfToken}
      formKey={refused?.formKey ?? randomUUID()}
    />,
  )
}

async function open(c: Ctx, deps: Deps): Promise<Response> {
  const form = await readForm(c)
  const actor = actorOf(c, deps.config)
  const formKey = form('key').slice(0, 100) || randomUUID()
  const wish = {
    service: form('service'),
    environment: form('environment'),
    strategy: form('strategy'),
    version: form('version'),
    ref: form('ref'),
    reason: form('reason'),
    defectIds: await idsIn(c, 'defects'),
  }
  mustMayChange(c, [wish.service])
  await mustMayChangeDefects(c, deps.store.db, wish.defectIds)
  // Of this person: nobody else's form can have made it.
  const opening = await openEmergency(deps, wish, { actor, formKey: `form:${actor.id}:${formKey}`, now: deps.clock() })
  const again = (fields: Record<string, string>, sentence?: string) =>
    showNew(c, deps, {
      problems: { fields, ...(sentence !== undefined && { form: sentence }) },
      typed: { reason: wish.reason, ref: wish.ref, version: wish.version, linked: new Set(wish.defectIds) },
      asked: {
        service: wish.service,
        environment: wish.environment,
        defectId: undefined,
        kind: wish.strategy,
        version: wish.version || undefined,
      },
      formKey,
    })
  switch (opening.kind) {
    case 'opened':
    case 'repeated':
    case 'already-open':
      return c.redirect(emergencyPath(opening.emergency.id), 303)
    case 'refused':
      return again({ [opening.path]: `${FIELD_NAMES[opening.path] ?? opening.path}: ${opening.message}.` })
    case 'blocked':
      return again({}, `Not opened. ${opening.check.title}. ${opening.check.detail ?? ''}`.trim())
  }
}

const FIELD_NAMES: Readonly<Record<string, string>> = {
  reason: 'Reason',
  version: 'Version',
  service: 'Service',
  environment: 'Environment',
  strategy: 'Strategy',
  defects: 'Defects',
}

function registerLockForms(routes: Routes, deps: Deps): void {
  const asking = (c: Ctx) => ({ by: auditActorOf(c, deps.config), now: deps.clock() })
  routes.post('/emergency/locks', { role: 'release-manager', perService: true }, async (c) => {
    const form = await readForm(c)
    const environment = await findEnvironment(deps.store.db, form('environment'))
    const service = form('service') === '' ? undefined : await findService(deps.store.db, form('service'))
    mustMayChange(c, [form('service') || undefined])
    const reason = form('reason').trim().slice(0, 300)
    if (!environment || (form('service') !== '' && !service) || reason === '')
      throw new HTTPException(422, { message: 'Choose an environment that is known here, and say why.' })
    await setLock(deps.store, { service, environment, reason }, asking(c))
    deps.log.info({ requestId: c.get('requestId'), userId: userOf(c).userId }, 'deploy lock set')
    deps.liveEvents.publish({ topic: 'emergencies' })
    return c.redirect('/emergency#locks', 303)
  })
  routes.post('/emergency/locks/:id/release', { role: 'release-manager', perService: true }, async (c) => {
    const id = Number(c.req.param('id'))
    const lock = Number.isSafeInteger(id) ? await findLock(deps.store.db, id) : undefined
    if (lock) mustMayChange(c, [lock.service])
    if (!lock || !(await endLock(deps.store, id, asking(c))))
      throw new HTTPException(404, { message: 'There is no such lock in force.' })
    deps.log.info({ requestId: c.get('requestId'), userId: userOf(c).userId, lockId: id }, 'deploy lock released')
    deps.liveEvents.publish({ topic: 'emergencies' })
    return c.redirect('/emergency#locks', 303)
  })
}
