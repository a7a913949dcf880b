import { HTTPException } from 'hono/http-exception'
import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { COUNTED_AT_MOST, pageSummary } from '../../../../views/format.ts'
import { firingsPath } from '../../../../views/paths.ts'
import { RuleListPage } from '../../../../views/rules/list-page.tsx'
import { removeRuleQuestion } from '../../../../views/rules/removal-question.tsx'
import { RulePage } from '../../../../views/rules/rule-page.tsx'
import { mayAs } from '../../../core/access/role.ts'
import type { AuditChange } from '../../../core/audit/entry.ts'
import { type ReadRule, readRule, TIERS, type WrittenRule, writeRule } from '../../../core/rules/read-rule.ts'
import type { Rule } from '../../../core/rules/rule.ts'
import { ruleSentence } from '../../../core/rules/rule-sentence.ts'
import { cleanLine } from '../../../core/text/text.ts'
import { parseInstant } from '../../../core/time/instant.ts'
import { recordAudit } from '../../../operations/audit/record-audit.ts'
import { DRY_RUN_DAYS, dryRunRule } from '../../../operations/rules/dry-run-rule.ts'
import type { Db } from '../../../store/database.ts'
import { listServiceChoices } from '../../../store/defects/defect-queries.ts'
import { listChannels } from '../../../store/notifications/channels.ts'
import { listEnvironmentChoices } from '../../../store/overview/overview-queries.ts'
import { type AskedFirings, countFirings, listFirings, summarizeFirings } from '../../../store/rules/rule-firings.ts'
import { allowRuleRollback, forbidRuleRollback, listRuleRollbacks } from '../../../store/rules/rule-rollbacks.ts'
import {
  findRule,
  insertRule,
  listRules,
  muteRule,
  type RuleRow,
  removeRule,
  updateRule,
} from '../../../store/rules/rules.ts'
import { findEnvironment, findService } from '../../../store/services/services.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import type { Principal } from '../../env.ts'
import { notFound } from '../../errors.ts'
import { numberedPlace } from '../../pages/numbered-place.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { readForm } from '../account/login.tsx'
import { registerConfirmed } from '../confirmed.tsx'

const DAYS = 30
const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const FIRINGS_SHOWN = 20
/** A page that is only looked at waits less than one that was asked to try. */
const GLANCE_MS = 700

const EDITORS = { role: 'release-manager' } as const
/** Letting a program fire is what asks for most. */
const ADMINS = { role: 'admin', recent: true } as const

type SignedIn = Extract<Principal, { kind: 'user' }>
type Form = (name: string) => string

/** Rules: listed, tried on the past, saved, switched, muted. */
export function registerRuleRoutes(routes: Routes, deps: Deps): void {
  const { store, clock } = deps
  routes.get('/rules', 'session', (c) => showList(c, deps))
  routes.get('/rules/new', EDITORS, (c) => {
    return showRule(c, deps, undefined, { name: '', isOn: true, written: NEW })
  })
  routes.post('/rules', EDITORS, (c) => save(c, deps, undefined))

  routes.post('/rules/rollbacks', ADMINS, async (c) => {
    const user = userOf(c)
    const { form, place } = await readPlace(c, deps)
    const mostADay = Number(form('mostADay'))
    if (!Number.isInteger(mostADay) || mostADay < 1 || mostADay > 10)
      throw new HTTPException(422, { message: 'Say how often a day, from 1 to 10.' })
    await store.transaction(async (trx) => {
      await allowRuleRollback(trx, { ...place, mostADay }, { name: user.name, now: clock() })
      await recordRollbacks(trx, c, deps, { form, place }, { rulesMayRollBack: true, mostADay })
    })
    deps.log.info({ requestId: c.get('requestId'), userId: user.userId, ...place }, 'rules may roll back a place')
    return c.redirect('/rules#rollbacks', 303)
  })
  routes.post('/rules/rollbacks/removal', ADMINS, async (c) => {
    const user = userOf(c)
    const { form, place } = await readPlace(c, deps)
    await store.transaction(async (trx) => {
      await forbidRuleRollback(trx, place)
      await recordRollbacks(trx, c, deps, { form, place }, { rulesMayRollBack: false })
    })
    deps.log.info({ requestId: c.get('requestId'), userId: user.userId, ...place }, 'rules may not roll back a place')
    return c.redirect('/rules#rollbacks', 303)
  })
  routes.get('/rules/rollbacks', 'session', (c) => c.redirect('/rules', 303))
  routes.get('/rules/rollbacks/removal', 'session', (c) => c.redirect('/rules', 303))

  routes.get('/rules/:id', 'session', async (c) => {
    const row = await ruleOf(c, deps)
    return row
      ? showRule(c, deps, row, { name: row.name, isOn: row.isOn, written: writeRule(row.rule) })
      : await notFound(c)
  })
  routes.post('/rules/:id', EDITORS, async (c) => {
    const row = await ruleOf(c, deps)
    return row ? save(c, deps, row) : await notFound(c)
  })
  routes.post('/rules/:id/switch', EDITORS, async (c) => {
    const user = userOf(c)
    const row = await ruleOf(c, deps)
    if (!row) return await notFound(c)
    const isOn = (await readForm(c))('on') === '1'
    await store.transaction(async (trx) => {
      await updateRule(trx, row.id, { name: row.name, isOn, rule: row.rule }, { name: user.name, now: clock() })
      await recordRule(trx, c, deps, 'rule.changed', row, { isOn })
    })
    deps.log.info({ requestId: c.get('requestId'), userId: user.userId, ruleId: row.id, isOn }, 'rule switched')
    return c.redirect('/rules', 303)
  })
  routes.post('/rules/:id/mute', EDITORS, async (c) => {
    const user = userOf(c)
    const row = await ruleOf(c, deps)
    if (!row) return await notFound(c)
    const hours = Number((await readForm(c))('hours'))
    if (!Number.isInteger(hours) || hours < 0 || hours > 24 * 30)
      throw new HTTPException(422, { message: 'Say for how many hours, 720 at most.' })
    const until = hours === 0 ? undefined : clock() + hours * HOUR_MS
    await store.transaction(async (trx) => {
      await muteRule(trx, row.id, until, user.name)
      await recordRule(trx, c, deps, 'rule.changed', row, { mutedHours: hours })
    })
    deps.log.info({ requestId: c.get('requestId'), userId: user.userId, ruleId: row.id, hours }, 'rule muted')
    return c.redirect('/rules', 303)
  })
  registerConfirmed(routes, deps, '/rules/:id/removal', EDITORS, {
    find: (c) => ruleOf(c, deps),
    ask: async (_c, row) => {
      const fired = await countFirings(store.reader, row.id, { outcome: 'fired' }, COUNTED_AT_MOST)
      const { rows } = await listFirings(store.reader, row.id, { outcome: 'fired', limit: 1 })
      return {
        active: 'rules',
        crumbs: [
          { text: 'Rules', href: '/rules' },
          { text: row.name, href: `/rules/${row.id}` },
        ],
        ...removeRuleQuestion(row, { fired, lastFiredAt: rows[0]?.at, now: clock() }),
      }
    },
    does: async (c, row) => {
      const user = userOf(c)
      await store.transaction(async (trx) => {
        await removeRule(trx, row.id, clock())
        await recordRule(trx, c, deps, 'rule.removed', row)
      })
      deps.log.info({ requestId: c.get('requestId'), userId: user.userId, ruleId: row.id }, 'rule removed')
      return c.redirect('/rules', 303)
    },
  })
  for (const action of ['switch', 'mute'])
    routes.get(`/rules/:id/${action}`, 'session', (c) => c.redirect('/rules', 303))
}

/** What the form of a new rule begins with. */
const NEW: WrittenRule = {
  trigger: 'attributed',
  probability: '80',
  verdict: 'suspect',
  severity: 'S2',
  releaseAgeHours: '24',
  tiers: ['production'],
  services: '',
  notTimeAlone: false,
  notify: true,
  channels: [],
  draft: false,
  rollback: false,
  aDay: '3',
  oncePer: 'release',
}

function userOf(c: Ctx): SignedIn {
  const principal = c.get('principal')
  if (principal?.kind !== 'user') throw new Error('this page is for signed-in people')
  return principal
}

const mayEdit = (c: Ctx): boolean => mayAs(userOf(c).role, 'release-manager')

const recordRule = (
  trx: Db,
  c: Ctx,
  { config, clock }: Deps,
  action: 'rule.created' | 'rule.changed' | 'rule.removed',
  { id, name }: Pick<RuleRow, 'id' | 'name'>,
  change: AuditChange = {},
): Promise<void> =>
  recordAudit(trx, { actor: auditActorOf(c, config), action, subject: { kind: 'rule', id, name }, change }, clock())

const recordRollbacks = (
  trx: Db,
  c: Ctx,
  { config, clock }: Deps,
  {
    form,
    place,
  }: { readonly form: Form; readonly place: { readonly serviceId: number; readonly environmentId: number } },
  change: AuditChange,
): Promise<void> => {
  const [service, environment] = [form('service'), form('environment')]
  const subject = { kind: 'service', id: place.serviceId, name: service }
  return recordAudit(
    trx,
    { actor: auditActorOf(c, config), action: 'service.changed', subject, change: { ...change, environment } },
    clock(),
  )
}

async function ruleOf(c: Ctx, deps: Deps): Promise<RuleRow | undefined> {
  const id = c.req.param('id') ?? ''
  return /^[1-9]\d{0,14}$/.test(id) ? await findRule(deps.store.db, Number(id)) : undefined
}

async function readPlace(
  c: Ctx,
  { store }: Deps,
): Promise<{ form: Form; place: { serviceId: number; environmentId: number } }> {
  const form = await readForm(c)
  const service = await findService(store.db, form('service'))
  const environment = await findEnvironment(store.db, form('environment'))
  if (!service || !environment) throw new HTTPException(422, { message: 'Choose a service and an environment.' })
  return { form, place: { serviceId: service.id, environmentId: environment.id } }
}

async function showList(c: Ctx, deps: Deps): Promise<Response> {
  const db = deps.store.reader
  const now = deps.clock()
  const since = now - DAYS * DAY_MS
  return page(
    c,
    deps,
    { title: 'Rules', active: 'rules' },
    <RuleListPage
      rules={await listRules(db)}
      summaries={await summarizeFirings(db, since)}
      since={since}
      days={DAYS}
      rollbacks={await listRuleRollbacks(db)}
      services={(await listServiceChoices(db)).map(({ name }) => name)}
      environments={(await listEnvironmentChoices(db)).map(({ name }) => name)}
      mayEdit={mayEdit(c)}
      isAdmin={userOf(c).role === 'admin'}
      csrfToken={userOf(c).csrfToken}
      now={now}
    />,
  )
}

async function save(c: Ctx, deps: Deps, row: RuleRow | undefined): Promise<Response> {
  const user = userOf(c)
  const form = await readForm(c)
  const channels = await listChannels(deps.store.db)
  const written = writtenIn(
    form,
    channels.map(({ id }) => id),
  )
  const name = cleanLine(form('name'), 100)
  const isOn = form('on') === '1'
  const read = readRule(written)
  const fields = { ...(read.ok ? {} : read.problems), ...(name === '' ? { name: 'Give it a name.' } : {}) }
  const given = { name, isOn, written }
  if (form('do') === 'try') return showRule(c, deps, row, { ...given, read, problems: { fields }, tried: true })
  if (!read.ok || name === '') return showRule(c, deps, row, { ...given, read, problems: { fields }, status: 422 })
  const said = { name: user.name, now: deps.clock() }
  const id = await deps.store.transaction(async (trx) => {
    const saved = { name, isOn, rule: read.rule }
    if (row && !(await updateRule(trx, row.id, saved, said))) return undefined
    const ruleId = row?.id ?? (await insertRule(trx, saved, said))
    await recordRule(
      trx,
      c,
      deps,
      row ? 'rule.changed' : 'rule.created',
      { id: ruleId, name },
      { isOn, rule: ruleSentence(read.rule) },
    )
    return ruleId
  })
  if (id === undefined) return await notFound(c)
  deps.log.info({ requestId: c.get('requestId'), userId: user.userId, ruleId: id }, 'rule saved')
  return c.redirect(`/rules/${id}`, 303)
}

const writtenIn = (form: Form, channels: readonly number[]): WrittenRule => ({
  trigger: form('trigger'),
  probability: form('probability'),
  verdict: form('verdict'),
  severity: form('severity'),
  releaseAgeHours: form('releaseAgeHours'),
  tiers: TIERS.filter((tier) => form(`tier-${tier}`) === '1'),
  services: form('services').slice(0, 20_000),
  notTimeAlone: form('notTimeAlone') === '1',
  notify: form('notify') === '1',
  channels: channels.filter((id) => form(`channel-${id}`) === '1').map(String),
  draft: form('draft') === '1',
  rollback: form('rollback') === '1',
  aDay: form('aDay'),
  oncePer: form('oncePer'),
})

function askedFirings(c: Ctx): AskedFirings {
  const outcome = (['fired', 'held'] as const).find((one) => one === c.req.query('outcome'))
  const since = c.req.query('since')
  return { outcome, since: since === undefined ? undefined : parseInstant(since) }
}

async function showRule(
  c: Ctx,
  deps: Deps,
  row: RuleRow | undefined,
  given: {
    readonly name: string
    readonly isOn: boolean
    readonly written: WrittenRule
    readonly read?: ReadRule
    readonly problems?: FormProblems
    readonly tried?: boolean
    readonly status?: 422
  },
): Promise<Response> {
  const db = deps.store.reader
  const now = deps.clock()
  const read = given.read ?? readRule(given.written)
  const rule: Rule | undefined = read.ok ? read.rule : undefined
  const asked = askedFirings(c)
  const { before, shown } = numberedPlace(c)
  const { rows: firings, more } = row
    ? await listFirings(db, row.id, { ...asked, before, limit: FIRINGS_SHOWN })
    : { rows: [], more: false }
  const total = row ? await countFirings(db, row.id, asked, COUNTED_AT_MOST) : 0
  const tried = given.tried === true
  const title = row?.name ?? 'New rule'
  return page(
    c,
    deps,
    {
      title,
      active: 'rules',
      crumbs: [{ text: 'Rules', href: '/rules' }, { text: title }],
      status: given.status ?? 200,
    },
    <RulePage
      id={row?.id}
      row={row}
      name={given.name}
      isOn={given.isOn}
      written={given.written}
      channels={await listChannels(db)}
      problems={given.problems ?? noProblems}
      csrfToken={userOf(c).csrfToken}
      sentence={rule && ruleSentence(rule)}
      dryRun={rule && (await dryRunRule(deps.store, rule, tried ? { now } : { now, withinMs: GLANCE_MS }))}
      days={DRY_RUN_DAYS}
      tried={tried}
      firings={firings}
      asked={asked}
      older={
        row && more
          ? `${firingsPath(row.id, asked, { before: firings.at(-1)?.id, shown: shown + firings.length })}#firings`
          : undefined
      }
      summary={pageSummary(shown, firings.length, total)}
      mayEdit={mayEdit(c)}
      now={now}
    />,
  )
}
