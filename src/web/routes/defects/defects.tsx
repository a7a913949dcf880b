import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import type { RefusedChange } from '../../../../views/defects/actions.tsx'
import { DefectPage } from '../../../../views/defects/detail-page.tsx'
import { NewDefectPage, type NewDefectValues } from '../../../../views/defects/new-page.tsx'
import { defectPath } from '../../../../views/paths.ts'
import { TIME_NAMES } from '../../../core/defect/defect-times.ts'
import type { DefectStatus, Problem, Severity } from '../../../core/event.ts'
import { cleanLine } from '../../../core/text/text.ts'
import { parseInstant } from '../../../core/time/instant.ts'
import { fieldTime, instantThere } from '../../../core/time/time-zone.ts'
import { changeDefect, type DefectChange } from '../../../operations/defects/change-defect.ts'
import { type ForeseenDefect, foreseeSuspects } from '../../../operations/intake/foresee-suspects.ts'
import { submitNative } from '../../../operations/intake/submit-native.ts'
import {
  findDefect,
  findServiceId,
  listEnvironmentChoices,
  listReleaseChoices,
  listServiceChoices,
} from '../../../store/defects/defect-queries.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import type { Principal } from '../../env.ts'
import { notFound } from '../../errors.ts'
import { auditOf } from '../../pages/audit-of.ts'
import { newerThanShown, showDefectList } from '../../pages/defect-list.tsx'
import { loadDefectPage } from '../../pages/defect-page.ts'
import { showUnknownDefect } from '../../pages/unknown-defect.tsx'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { mustMayChange, mustMayChangeDefects } from '../../service-limit.ts'
import { zoneOf } from '../../time-zone.ts'
import { readForm } from '../account/login.tsx'

export function registerDefectRoutes(routes: Routes, deps: Deps): void {
  routes.get('/defects', 'session', (c) =>
    showDefectList(c, deps, {
      userId: userOf(c).userId,
      mayChange: mayChange(userOf(c)),
      csrfToken: userOf(c).csrfToken,
    }),
  )
  routes.get('/defects/newer', 'session', async (c) =>
    c.text(await newerThanShown(deps.store.reader, new URL(c.req.url).searchParams, userOf(c).userId, deps.clock())),
  )
  routes.get('/defects/new', { role: 'engineer' }, async (c) =>
    showNew(c, deps, { values: emptyValues(c.req.query(), deps.clock(), zoneOf(c)), problems: noProblems }),
  )
  routes.post('/defects/new', { role: 'engineer', perService: true }, (c) => reportDefect(c, deps))
  routes.get('/defects/:id', 'session', (c) => showDefect(c, deps, undefined))
  for (const action of ACTIONS) {
    routes.post(`/defects/:id/${action}`, { role: 'engineer', perService: true }, async (c) => {
      await mustMayChangeDefects(c, deps.store.db, [readId(c) ?? 0])
      const form = await readForm(c)
      const change = readChange(action, form, zoneOf(c))
      if (change.kind === 'unclear') return showDefect(c, deps, { action, reason: change.reason, given: form })
      return apply(c, deps, { action, given: form }, change)
    })
    // Where a refused form leaves the address; reloading it starts anew.
    routes.get(`/defects/:id/${action}`, 'session', (c) => c.redirect(defectPath(readId(c) ?? 0), 303))
  }
}

const ACTIONS = ['status', 'fixed-in', 'severity', 'assignee', 'comments', 'attribution', 'times'] as const

type SignedIn = Extract<Principal, { kind: 'user' }>

/** The policy `session` let only a signed-in person through. */
export function userOf(c: Ctx): SignedIn {
  const principal = c.get('principal')
  if (principal?.kind !== 'user') throw new Error('this page is for signed-in people')
  return principal
}

/** Viewers are shown no forms: they may only read. */
const mayChange = ({ role }: SignedIn): boolean => role !== 'viewer'

const readId = (c: Ctx): number | undefined => readDefectId(c.req.param('id'))

/** `PF-1284` or `1284`. */
export function readDefectId(text: string | undefined): number | undefined {
  const [, digits] = /^\s*(?:PF-)?([1-9]\d{0,14})\s*$/i.exec(text ?? '') ?? []
  return digits === undefined ? undefined : Number(digits)
}

/** The page of a defect; after a refused change with the reason where the button was. */
export async function showDefect(c: Ctx, deps: Deps, refused: RefusedChange | undefined): Promise<Response> {
  const id = readId(c)
  const defect = id === undefined ? undefined : await findDefect(deps.store.reader, id)
  if (!defect) return showUnknownDefect(c, deps, id)
  if (defect.mergedIntoId !== undefined) return c.redirect(defectPath(defect.mergedIntoId), 303)
  const user = userOf(c)
  const canonical = defectPath(defect.id)
  if (c.req.method === 'GET' && c.req.path !== canonical) return c.redirect(canonical, 303)
  const props = await loadDefectPage(deps, defect, { csrfToken: user.csrfToken, mayChange: mayChange(user) }, refused)
  return page(
    c,
    deps,
    {
      title: `PF-${defect.id} ${defect.title}`,
      active: 'defects',
      // After a refusal the page says what was refused; a refresh would take the words away.
      live: refused ? [] : ['defects', 'deployments'],
      crumbs: [{ text: 'Defects', href: '/defects' }, { text: `PF-${defect.id}` }],
      status: refused ? 422 : 200,
    },
    <DefectPage {...props} auditHref={auditOf(user, `defect:${defect.id}`)} />,
  )
}

async function apply(c: Ctx, deps: Deps, form: Omit<RefusedChange, 'reason'>, change: DefectChange): Promise<Response> {
  const defectId = readId(c)
  if (defectId === undefined) return await notFound(c)
  const actor = auditActorOf(c, deps.config)
  const result = await changeDefect(deps, { defectId, actor, now: deps.clock(), change })
  switch (result.kind) {
    case 'changed':
      return c.redirect(defectPath(result.defectId), 303)
    case 'refused':
      return showDefect(c, deps, { ...form, reason: result.reason })
    case 'not-found':
      return await notFound(c)
  }
}

const STATUSES: readonly DefectStatus[] = ['open', 'triaged', 'in-progress', 'fixed', 'verified', 'wont-fix']
const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

type Unclear = { readonly kind: 'unclear'; readonly reason: string }

function readChange(
  action: (typeof ACTIONS)[number],
  form: (name: string) => string,
  zone: string,
): DefectChange | Unclear {
  const unclear = (reason: string): Unclear => ({ kind: 'unclear', reason })
  switch (action) {
    case 'status': {
      const status = STATUSES.find((one) => one === form('status'))
      if (!status) return unclear('Choose a status.')
      const fixedIn = versionsIn(form('fixedIn'))
      const saysFixed = status === 'fixed' || status === 'verified'
      return { kind: 'status', status, reason: form('reason'), ...(saysFixed && { fixedIn }) }
    }
    case 'fixed-in':
      return { kind: 'fixed-in', fixedIn: versionsIn(form('fixedIn')) }
    case 'severity': {
      const severity = SEVERITIES.find((one) => one === form('severity'))
      return severity ? { kind: 'severity', severity } : unclear('Choose a severity.')
    }
    case 'assignee': {
      if (form('userId') === '') return { kind: 'assignee', userId: null }
      const userId = numberIn(form('userId'))
      return userId === undefined ? unclear('Choose a person.') : { kind: 'assignee', userId }
    }
    case 'comments':
      return { kind: 'comment', text: form('text') }
    case 'times': {
      const name = TIME_NAMES.find((one) => one === form('time'))
      if (!name) return unclear('Choose which time.')
      if (form('at') === '') return { kind: 'times', times: { [name]: null } }
      const at = parseInstant(withZone(form('at'), zone))
      return at === undefined
        ? unclear('Write the time as 2026-11-22T21:10.')
        : { kind: 'times', times: { [name]: at } }
    }
    case 'attribution': {
      const decision = form('decision')
      if (decision === 'undone') return { kind: 'attribution', decision: { kind: 'undone' } }
      if (decision === 'not-a-change')
        return { kind: 'attribution', decision: { kind: 'not-a-change', reason: form('reason') } }
      const releaseId = numberIn(form('releaseId'))
      if ((decision !== 'confirmed' && decision !== 'chosen') || releaseId === undefined)
        return unclear('Choose a release.')
      return { kind: 'attribution', decision: { kind: decision, releaseId, reason: form('reason') } }
    }
  }
}

/** What a datetime-local field gives has no zone: it is that of the page, as its label says. Other texts stay as they are. */
function withZone(text: string, zone: string): string {
  const [, minutes, seconds] = /^(\d{4}-\d\d-\d\dT\d\d:\d\d)(:\d\d(?:\.\d{1,3})?)?$/.exec(text) ?? []
  const local = minutes === undefined ? undefined : parseInstant(`${minutes}${seconds ?? ':00'}Z`)
  return local === undefined ? text : new Date(instantThere(local, zone)).toISOString()
}

const numberIn = (text: string): number | undefined => (/^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined)

/** `4.18.1, 4.17.4`, at most twenty. */
const versionsIn = (text: string): readonly string[] => [
  ...new Set(
    text
      .split(',')
      .map((version) => cleanLine(version, 200))
      .filter((version) => version !== '')
      .slice(0, 20),
  ),
]

function emptyValues(query: Readonly<Record<string, string>>, now: number, zone: string): NewDefectValues {
  return {
    title: query.title ?? '',
    service: query.service ?? '',
    environment: query.environment ?? 'production',
    severity: SEVERITIES.find((one) => one === query.severity) ?? 'S3',
    seenAt: fieldTime(now, zone),
    version: query.version ?? '',
    description: '',
    key: crypto.randomUUID(),
  }
}

async function showNew(
  c: Ctx,
  deps: Deps,
  {
    values,
    problems,
    foreseen,
  }: { values: NewDefectValues; problems: FormProblems; foreseen?: ForeseenDefect | undefined },
): Promise<Response> {
  const db = deps.store.reader
  const serviceId = values.service ? await findServiceId(db, values.service) : undefined
  const [services, environments, versions] = await Promise.all([
    listServiceChoices(db),
    listEnvironmentChoices(db),
    serviceId === undefined ? [] : listReleaseChoices(db, serviceId),
  ])
  const wrong = problems.form !== undefined || Object.keys(problems.fields).length > 0
  return page(
    c,
    deps,
    {
      title: 'New defect',
      active: 'defects',
      crumbs: [{ text: 'Defects', href: '/defects' }, { text: 'New' }],
      status: wrong ? 422 : 200,
    },
    <NewDefectPage
      values={values}
      problems={problems}
      services={services.map(({ name }) => name)}
      environments={environments.map(({ name }) => name)}
      versions={versions.map(({ name }) => name)}
      foreseen={foreseen}
      csrfToken={userOf(c).csrfToken}
    />,
  )
}

/** Names of the fields in the form by those of the native report. */
const FIELD: Readonly<Record<string, keyof NewDefectValues>> = { occurredAt: 'seenAt' }
const LABEL: Readonly<Record<string, string>> = {
  title: 'Title',
  service: 'Service',
  environment: 'Environment',
  severity: 'Severity',
  seenAt: 'Seen at',
  version: 'Version seen',
  description: 'Description',
}

/** Goes through the same door as every other report, so that grouping and attribution are the same. */
async function reportDefect(c: Ctx, deps: Deps): Promise<Response> {
  const form = await readForm(c)
  const values: NewDefectValues = {
    title: form('title').trim(),
    service: form('service').trim(),
    environment: form('environment').trim(),
    severity: form('severity'),
    seenAt: form('seenAt'),
    version: form('version').trim(),
    description: form('description'),
    key: form('key').slice(0, 100),
  }
  mustMayChange(c, [values.service || undefined])
  if (values.title === '')
    return showNew(c, deps, { values, problems: { fields: { title: 'Title: say what fails.' } } })
  if (form('act') === 'foresee') {
    const foreseen = await foreseeSuspects(deps.store, reportOf(values, zoneOf(c)), deps.clock)
    return foreseen.kind === 'refused'
      ? showNew(c, deps, { values, problems: problemsOf(foreseen.problems) })
      : showNew(c, deps, { values, problems: noProblems, foreseen })
  }
  const { userId } = userOf(c)
  const submission = await submitNative(deps, {
    kind: 'defects',
    items: [reportOf(values, zoneOf(c))],
    // Of this person: nobody else's form can have made it.
    idempotencyKey: values.key ? `form:${userId}:${values.key}` : undefined,
    receivedAt: deps.clock(),
  })
  if (submission.kind === 'refused') return showNew(c, deps, { values, problems: problemsOf(submission.problems) })
  const made = submission.results?.find((result) => result.kind === 'defect')
  return c.redirect(made ? defectPath(made.id) : `/deliveries/${submission.deliveryId}`, 303)
}

function reportOf(values: NewDefectValues, zone: string): Record<string, string | undefined> {
  const given = (text: string): string | undefined => (text === '' ? undefined : text)
  return {
    title: values.title,
    service: given(values.service),
    environment: given(values.environment),
    severity: given(values.severity),
    version: given(values.version),
    description: given(values.description.trim()),
    occurredAt: given(withZone(values.seenAt, zone)),
  }
}

function problemsOf(problems: readonly Problem[]): FormProblems {
  const fields: Record<string, string> = {}
  for (const { path, message } of problems) {
    const [, stated = ''] = path.split('.')
    const field = FIELD[stated] ?? stated
    const label = LABEL[field]
    if (!label) return { fields, form: `Not saved: ${message}.` }
    fields[field] ??= `${label} ${message}.`
  }
  return { fields }
}
