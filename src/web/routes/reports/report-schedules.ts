import { noProblems } from '../../../../views/components/form-parts.tsx'
import { planReports, removeSchedule, switchReports } from '../../../operations/reports/report-schedules.ts'
import { findReportSchedule } from '../../../store/reports/report-schedules.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { notFound } from '../../errors.ts'
import { reportDraft } from '../../pages/report-request.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { mustMayChange } from '../../service-limit.ts'
import { zoneOf } from '../../time-zone.ts'
import { readForm } from '../account/login.tsx'
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

  const change = (act: string, does: (c: Ctx, id: number) => Promise<unknown>) => {
    routes.post(`${ONE}/${act}`, PLANNERS, async (c) => {
      const schedule = await findReportSchedule(deps.store.db, Number(c.req.param('id')))
      if (!schedule) return await notFound(c)
      mustMayChange(c, [schedule.service?.name])
      await does(c, schedule.id)
      return c.redirect(PANEL, 303)
    })
    routes.get(`${ONE}/${act}`, 'session', (c) => c.redirect(PANEL, 303))
  }
  change('switch', async (c, id) => switchReports(deps.store, id, (await readForm(c))('on') === 'yes', byOf(c)))
  change('removal', (c, id) => removeSchedule(deps.store, id, byOf(c)))
  // Where a refused form leaves the address.
  routes.get(PATH, 'session', (c) => c.redirect(PANEL, 303))
}
