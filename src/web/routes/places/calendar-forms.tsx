import { FreezeFormPage, type FreezeValues } from '../../../../views/calendar/freeze-form-page.tsx'
import { PlanFormPage, type PlanValues } from '../../../../views/calendar/plan-form-page.tsx'
import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { withQuery } from '../../../../views/paths.ts'
import type { Problem } from '../../../core/event.ts'
import { fieldOfInstant, instantOfField } from '../../../core/time/calendar-month.ts'
import { freezeState } from '../../../core/time/freeze.ts'
import { planRelease } from '../../../operations/services/plan-release.ts'
import { changeFreeze, endFreezeNow, type FreezeResult, makeFreeze } from '../../../operations/services/set-freezes.ts'
import { type FreezeRow, findFreeze } from '../../../store/deployments/freezes.ts'
import { listEnvironmentChoices } from '../../../store/overview/overview-queries.ts'
import { listServiceNames } from '../../../store/services/services.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { mustMayChange } from '../../service-limit.ts'
import { zoneOf } from '../../time-zone.ts'

const HOUR_MS = 3_600_000
const SERVICES_OFFERED = 500
const FREEZE = '/calendar/freezes/:id{[0-9]{1,15}}'

/** Making, changing and ending freezes, and planning releases. */
export function registerCalendarFormRoutes(routes: Routes, deps: Deps): void {
  routes.get('/calendar/freezes/new', { role: 'release-manager' }, async (c) => {
    const now = deps.clock()
    const zone = zoneOf(c)
    const nextHour = Math.ceil(now / HOUR_MS) * HOUR_MS
    const values = {
      service: c.req.query('service') ?? '',
      environment: c.req.query('env') ?? '',
      from: fieldOfInstant(nextHour, zone),
      to: fieldOfInstant(nextHour + 24 * HOUR_MS, zone),
      reason: '',
    }
    return await freezeForm(c, deps, { values, problems: noProblems, known: undefined })
  })

  routes.post('/calendar/freezes/new', { role: 'release-manager', perService: true }, async (c) => {
    const values = await readFreeze(c)
    const read = timesOf(values, zoneOf(c))
    if ('problems' in read) return await freezeForm(c, deps, { values, problems: read.problems, known: undefined })
    const wanted = {
      ...read,
      service: values.service || undefined,
      environment: values.environment,
      reason: values.reason,
    }
    mustMayChange(c, [wanted.service])
    const result = await makeFreeze(deps, wanted, byOf(c, deps))
    return await answer(c, deps, result, values, undefined)
  })

  routes.get(FREEZE, { role: 'release-manager' }, async (c) => {
    const known = await freezeOf(c, deps)
    if (!known) return c.notFound()
    return await freezeForm(c, deps, { values: valuesOf(known, zoneOf(c)), problems: noProblems, known })
  })

  routes.post(FREEZE, { role: 'release-manager', perService: true }, async (c) => {
    const known = await freezeOf(c, deps)
    if (!known) return c.notFound()
    mustMayChange(c, [known.service])
    const zone = zoneOf(c)
    const form = await readFreeze(c)
    const values = { ...form, service: known.service ?? '', environment: known.environment }
    const read = timesOf(values, zone)
    if ('problems' in read) return await freezeForm(c, deps, { values, problems: read.problems, known })
    // A field holds no seconds: what shows the same is the same.
    const from = values.from === fieldOfInstant(known.from, zone) ? known.from : read.from
    const result = await changeFreeze(deps, known.id, { from, to: read.to, reason: values.reason }, byOf(c, deps))
    return await answer(c, deps, result, values, known)
  })

  routes.post(`${FREEZE}/end`, { role: 'release-manager', perService: true }, async (c) => {
    const known = await freezeOf(c, deps)
    if (!known) return c.notFound()
    mustMayChange(c, [known.service])
    const result = await endFreezeNow(deps, known.id, byOf(c, deps))
    return await answer(c, deps, result, valuesOf(known, zoneOf(c)), known)
  })

  routes.get('/calendar/planned/new', { role: 'engineer' }, async (c) => {
    const tomorrow = Math.ceil(deps.clock() / HOUR_MS) * HOUR_MS + 24 * HOUR_MS
    const values = {
      service: c.req.query('service') ?? '',
      version: c.req.query('version') ?? '',
      kind: '',
      plannedAt: fieldOfInstant(tomorrow, zoneOf(c)),
    }
    return await planForm(c, deps, values, noProblems)
  })

  routes.post('/calendar/planned/new', { role: 'engineer', perService: true }, (c) => planByForm(c, deps))
}

const freezeOf = (c: Ctx, deps: Deps): Promise<FreezeRow | undefined> =>
  findFreeze(deps.store.db, Number(c.req.param('id')))

const valuesOf = (known: FreezeRow, zone: string): FreezeValues => ({
  service: known.service ?? '',
  environment: known.environment,
  from: fieldOfInstant(known.from, zone),
  to: fieldOfInstant(known.to, zone),
  reason: known.reason,
})

async function readFreeze(c: Ctx): Promise<FreezeValues> {
  const form = await c.req.parseBody()
  const text = (name: string): string => {
    const value = form[name]
    return typeof value === 'string' ? value.trim().replaceAll('\0', '') : ''
  }
  return {
    service: text('service').slice(0, 200),
    environment: text('environment').slice(0, 200),
    from: text('from'),
    to: text('to'),
    reason: text('reason'),
  }
}

function timesOf(
  { from, to }: FreezeValues,
  zone: string,
): { readonly from: number; readonly to: number } | { readonly problems: FormProblems } {
  const [begin, end] = [instantOfField(from, zone), instantOfField(to, zone)]
  if (begin !== undefined && end !== undefined) return { from: begin, to: end }
  return {
    problems: {
      fields: {
        ...(begin === undefined ? { from: 'From: give a date and a time.' } : {}),
        ...(end === undefined ? { to: 'To: give a date and a time.' } : {}),
      },
    },
  }
}

const byOf = (c: Ctx, deps: Deps) => ({ ...auditActorOf(c, deps.config), at: deps.clock() })

const LABELS: Readonly<Record<string, string>> = {
  service: 'Service',
  environment: 'Environment',
  from: 'From',
  to: 'To',
  reason: 'Reason',
  version: 'Version',
  kind: 'Kind',
  plannedAt: 'Planned for',
}

function fieldsOf(problems: readonly Problem[]): FormProblems {
  const fields: Record<string, string> = {}
  for (const { path, message } of problems) {
    const field = path.split('.').at(-1) ?? ''
    const label = LABELS[field]
    if (!label) return { fields, form: `Not saved: ${message}.` }
    fields[field] ??= `${label} ${message}.`
  }
  return { fields }
}

async function answer(
  c: Ctx,
  deps: Deps,
  result: FreezeResult,
  values: FreezeValues,
  known: FreezeRow | undefined,
): Promise<Response> {
  switch (result.kind) {
    case 'done':
      deps.log.info({ requestId: c.get('requestId'), freeze: result.id }, 'freeze made, changed or ended')
      return c.redirect(withQuery('/calendar', { month: values.from.slice(0, 7) }), 303)
    case 'not-found':
      return await c.notFound()
    case 'over':
      return await freezeForm(c, deps, {
        values,
        problems: { fields: {}, form: 'Not changed: this freeze is over.' },
        known,
      })
    case 'refused':
      return await freezeForm(c, deps, { values, problems: fieldsOf(result.problems), known })
  }
}

async function freezeForm(
  c: Ctx,
  deps: Deps,
  form: { readonly values: FreezeValues; readonly problems: FormProblems; readonly known: FreezeRow | undefined },
): Promise<Response> {
  const db = deps.store.reader
  const { known, values, problems } = form
  const [services, environments] = await Promise.all([
    listServiceNames(db, SERVICES_OFFERED),
    listEnvironmentChoices(db),
  ])
  const title = known ? 'Freeze' : 'New freeze'
  return page(
    c,
    deps,
    {
      title,
      active: 'calendar',
      crumbs: [{ text: 'Calendar', href: '/calendar' }, { text: title }],
      status: isWrong(problems) ? 422 : 200,
    },
    <FreezeFormPage
      values={values}
      problems={problems}
      known={known && { id: known.id, state: freezeState(known, deps.clock()), createdBy: known.createdBy }}
      services={services}
      environments={environments.map(({ name }) => name)}
      zone={zoneOf(c)}
      csrfToken={csrfTokenOf(c)}
    />,
  )
}

const isWrong = ({ form, fields }: FormProblems): boolean => form !== undefined || Object.keys(fields).length > 0

async function planByForm(c: Ctx, deps: Deps): Promise<Response> {
  const form = await c.req.parseBody()
  const text = (name: string): string => (typeof form[name] === 'string' ? form[name].trim() : '')
  const values: PlanValues = {
    service: text('service'),
    version: text('version'),
    kind: text('kind'),
    plannedAt: text('plannedAt'),
  }
  const at = instantOfField(values.plannedAt, zoneOf(c))
  const missing: Record<string, string> = {
    ...(values.service === '' ? { service: 'Service: name one.' } : {}),
    ...(values.version === '' ? { version: 'Version: name one.' } : {}),
    ...(at === undefined ? { plannedAt: 'Planned for: give a date and a time.' } : {}),
  }
  if (Object.keys(missing).length > 0 || at === undefined) return await planForm(c, deps, values, { fields: missing })
  mustMayChange(c, [values.service])
  const { service, version } = values
  const plan = { service, version, kind: values.kind || undefined, plannedAt: new Date(at).toISOString() }
  const by = { actor: auditActorOf(c, deps.config), now: deps.clock() }
  const submission = await planRelease(deps, plan, by)
  if (submission.kind === 'refused') return await planForm(c, deps, values, fieldsOf(submission.problems))
  return c.redirect(withQuery('/calendar', { month: values.plannedAt.slice(0, 7) }), 303)
}

async function planForm(c: Ctx, deps: Deps, values: PlanValues, problems: FormProblems): Promise<Response> {
  return page(
    c,
    deps,
    {
      title: 'Plan a release',
      active: 'calendar',
      crumbs: [{ text: 'Calendar', href: '/calendar' }, { text: 'Plan a release' }],
      status: isWrong(problems) ? 422 : 200,
    },
    <PlanFormPage
      values={values}
      problems={problems}
      services={await listServiceNames(deps.store.reader, SERVICES_OFFERED)}
      zone={zoneOf(c)}
      csrfToken={csrfTokenOf(c)}
    />,
  )
}
