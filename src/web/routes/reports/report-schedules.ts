import { noProblems } from '../../../../views/components/form-parts.tsx'
import { removePlanQuestion } from '../../../../views/reports/questions.tsx'
import { planReports, removeSchedule, switchReports } from '../../../operations/reports/report-schedules.ts'
import { listListening } from '../../../store/notifications/channels.ts'
import { findReportSchedule, type ReportSchedule } from '../../../store/reports/report-schedules.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { notFound } from '../../errors.ts'
import { reportDraft } from '../../pages/report-request.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { mustMayChange } from '../../service-limit.ts'
import { zoneOf } from '../../time-zone.ts'
import { readForm } from '../account/login.tsx'
import { registerConfirmed } from '../confirmed.tsx'
import { listPage } from './reports.tsx'

const PATH = '/reports/schedules'
const ONE = `${PATH}/:id{[0-9]{1,15}}`
const PLANNERS = { role: 'release-manager', perService: true } as const
const PANEL = '/reports#plans'

/** Reports that make themselves: planned, switched on and off, removed. */
export function registerReportScheduleRoutes(routes: Routes, deps: Deps): void {
  const byOf = (c: Ctx) => ({ actor: auditActorOf(c, deps.config), now: deps.clock() })

  routes.post(PATH, PLANNERS, async (c) => {
    const form = await readForm(c)
    const service = form('service')
    mustMayChange(c, [service || undefined])
    const wanted = { cadence: form('cadence'), service, zone: zoneOf(c) }
    const refused = await planReports(deps.store, wanted, byOf(c))
    if (refused === undefined) return c.redirect(PANEL, 303)
    return await listPage(
      c,
      deps,
      reportDraft(() => undefined, wanted.zone, deps.clock()),
      noProblems,
      refused,
    )
  })

  routes.post(`${ONE}/switch`, PLANNERS, async (c) => {
    const schedule = await planOf(c, deps)
    if (!schedule) return await notFound(c)
    await switchReports(deps.store, schedule.id, (await readForm(c))('on') === 'yes', byOf(c))
    return c.redirect(PANEL, 303)
  })
  registerConfirmed(routes, deps, `${ONE}/removal`, PLANNERS, {
    find: (c) => planOf(c, deps),
    ask: async (_c, schedule) => {
      const heardBy = (await listListening(deps.store.db)).filter(({ subscription }) =>
        subscription.events.includes('report-made'),
      )
      return {
        active: 'reports',
        crumbs: [{ text: 'Reports', href: PANEL }],
        ...removePlanQuestion(
          schedule,
          heardBy.map(({ name }) => name),
        ),
      }
    },
    does: async (c, { id }) => {
      await removeSchedule(deps.store, id, byOf(c))
      return c.redirect(PANEL, 303)
    },
  })
  // Where forms leave the address.
  for (const path of [PATH, `${ONE}/switch`]) routes.get(path, 'session', (c) => c.redirect(PANEL, 303))
}

/** @throws AccessDenied where it is of a service that whoever asks may not change */
async function planOf(c: Ctx, { store }: Deps): Promise<ReportSchedule | undefined> {
  const schedule = await findReportSchedule(store.db, Number(c.req.param('id')))
  if (schedule) mustMayChange(c, [schedule.service?.name])
  return schedule
}
