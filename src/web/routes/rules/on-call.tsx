import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { OnCallPage, type OnCallPageProps } from '../../../../views/oncall/on-call-page.tsx'
import { removeScheduleQuestion } from '../../../../views/oncall/removal-question.tsx'
import { mayAs } from '../../../core/access/role.ts'
import { scheduleWords, type WrittenSchedule, writeSchedule } from '../../../core/oncall/read-schedule.ts'
import { fieldTime, timeZones } from '../../../core/time/time-zone.ts'
import { removeOnCallSchedule, saveOnCallSchedule } from '../../../operations/oncall/save-schedule.ts'
import { onCallOf } from '../../../operations/oncall/who-is-on-call.ts'
import { listServiceChoices } from '../../../store/defects/defect-queries.ts'
import { findSchedule, findScheduleOf, listSchedules } from '../../../store/oncall/on-call-schedules.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import type { Principal } from '../../env.ts'
import { notFound } from '../../errors.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { zoneOf } from '../../time-zone.ts'
import { readForm } from '../account/login.tsx'
import { registerConfirmed } from '../confirmed.tsx'

const DAY_MS = 86_400_000

/** Who is on call, and the schedules that say so. */
export function registerOnCallRoutes(routes: Routes, deps: Deps): void {
  routes.get('/on-call', 'session', async (c) => {
    const asked = c.req.query('edit') ?? ''
    const held = isId(asked) ? await findSchedule(deps.store.db, Number(asked)) : undefined
    const kind = c.req.query('kind')
    const written = held ? writeSchedule(held.settings) : newSchedule(c, deps)
    return show(c, deps, {
      id: held?.id,
      service: held?.service ?? '',
      written: kind === 'calendar' || kind === 'rotation' ? { ...written, kind } : written,
      hasAddress: held?.sealedAddress !== undefined,
    })
  })
  routes.post('/on-call', EDITORS, (c) => save(c, deps, undefined))
  routes.post('/on-call/:id', EDITORS, async (c) => {
    const id = c.req.param('id') ?? ''
    return isId(id) ? save(c, deps, Number(id)) : await notFound(c)
  })
  routes.get('/on-call/:id', 'session', (c) => c.redirect('/on-call', 303))
  registerConfirmed(routes, deps, '/on-call/:id/removal', EDITORS, {
    find: async (c) => {
      const id = c.req.param('id') ?? ''
      return isId(id) ? await findSchedule(deps.store.db, Number(id)) : undefined
    },
    ask: async (_c, row) => {
      const now = deps.clock()
      const general = await findScheduleOf(deps.store.db, undefined)
      const asked = { ...row, what: scheduleWords(row.settings), onCall: onCallOf(row, now) }
      return { ...IN_ON_CALL, ...removeScheduleQuestion(asked, { hasGeneral: general !== undefined, now }) }
    },
    does: async (c, { id }) => {
      const by = { actor: auditActorOf(c, deps.config), now: deps.clock() }
      if (!(await removeOnCallSchedule(deps.store, id, by))) return await notFound(c)
      const { userId } = userOf(c)
      deps.log.info({ requestId: c.get('requestId'), userId, scheduleId: id }, 'schedule removed')
      return c.redirect('/on-call', 303)
    },
  })
}

const IN_ON_CALL = {
  active: 'rules',
  crumbs: [
    { text: 'Rules', href: '/rules' },
    { text: 'On call', href: '/on-call' },
  ],
} as const

const isId = (text: string): boolean => /^[1-9]\d{0,14}$/.test(text)

type SignedIn = Extract<Principal, { kind: 'user' }>
/** Whoever knows the address of a calendar may read it. */
const EDITORS = { role: 'release-manager', secrets: ['address'] } as const

function userOf(c: Ctx): SignedIn {
  const principal = c.get('principal')
  if (principal?.kind !== 'user') throw new Error('this page is for signed-in people')
  return principal
}

/** Turns of a week from this morning, on the reader's clock. */
function newSchedule(c: Ctx, { clock }: Deps): WrittenSchedule {
  const zone = zoneOf(c)
  const starts = `${fieldTime(clock() - DAY_MS, zone).slice(0, 10)}T09:00`
  return { kind: 'rotation', names: '', starts, every: '1', unit: 'weeks', zone, overrides: '' }
}

async function save(c: Ctx, deps: Deps, id: number | undefined): Promise<Response> {
  const user = userOf(c)
  const form = await readForm(c)
  const written: WrittenSchedule = {
    kind: form('kind'),
    names: form('names').slice(0, 20_000),
    starts: form('starts'),
    every: form('every'),
    unit: form('unit'),
    zone: form('zone'),
    overrides: form('overrides').slice(0, 20_000),
  }
  const service = form('service')
  const saved = await saveOnCallSchedule(
    { store: deps.store, secretBox: deps.secretBox, allow: deps.config.outbound.allow },
    { id, service, address: form('address'), written },
    { actor: auditActorOf(c, deps.config), now: deps.clock() },
  )
  if (saved.kind === 'not-found') return await notFound(c)
  if (saved.kind === 'refused') {
    const held = id === undefined ? undefined : await findSchedule(deps.store.db, id)
    const given = { id, service, written, hasAddress: held?.sealedAddress !== undefined }
    return show(c, deps, given, { fields: saved.problems })
  }
  deps.log.info({ requestId: c.get('requestId'), userId: user.userId, scheduleId: saved.id }, 'schedule saved')
  return c.redirect('/on-call', 303)
}

async function show(
  c: Ctx,
  deps: Deps,
  form: OnCallPageProps['form'],
  problems: FormProblems = noProblems,
): Promise<Response> {
  const now = deps.clock()
  const { db } = deps.store
  const schedules = (await listSchedules(db)).map((row) => ({
    id: row.id,
    service: row.service,
    kind: row.settings.base.kind,
    what: scheduleWords(row.settings),
    onCall: onCallOf(row, now),
    readAt: row.readAt,
    trouble: row.trouble,
  }))
  return page(
    c,
    deps,
    {
      title: 'On call',
      active: 'rules',
      crumbs: [{ text: 'Rules', href: '/rules' }, { text: 'On call' }],
      status: problems === noProblems ? 200 : 422,
    },
    <OnCallPage
      schedules={schedules}
      form={form}
      services={(await listServiceChoices(db)).map(({ name }) => name)}
      zones={timeZones()}
      problems={problems}
      mayEdit={mayAs(userOf(c).role, 'release-manager')}
      csrfToken={userOf(c).csrfToken}
      now={now}
    />,
  )
}
