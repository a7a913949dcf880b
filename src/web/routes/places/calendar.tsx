import { z } from 'zod'
import {
  CalendarPage,
  type CalendarPageProps,
  type DayEntry,
  freezesDay,
} from '../../../../views/calendar/calendar-page.tsx'
import { DayPage } from '../../../../views/calendar/day-page.tsx'
import { dayName, dayPath, monthName } from '../../../../views/calendar/words.ts'
import { COUNTED_AT_MOST, pageSummary } from '../../../../views/format.ts'
import { withQuery } from '../../../../views/paths.ts'
import {
  besideMonth,
  type CalendarDay,
  calendarDay,
  calendarMonth,
  monthAt,
  parseDay,
  parseMonth,
} from '../../../core/time/calendar-month.ts'
import { findEnvironmentId, findServiceId, listServiceChoices } from '../../../store/defects/defect-queries.ts'
import { countDeploymentsByDay, listPlanned } from '../../../store/deployments/calendar.ts'
import { countMatchingDeployments, listDeployments } from '../../../store/deployments/deployment-list.ts'
import { listFreezes } from '../../../store/deployments/freezes.ts'
import { byWeight } from '../../../store/deployments/live-board.ts'
import { findLastDeployed } from '../../../store/measures/trend-queries.ts'
import { listEnvironmentChoices } from '../../../store/overview/overview-queries.ts'
import { isPerson } from '../../actor.ts'
import { cursorOf, encodeCursor } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { namesOf, withAsked } from '../../pages/list-choices.ts'
import { backToScope } from '../../pages/scope.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { zoneOf } from '../../time-zone.ts'

const MOST_PLANNED = 500
const MOST_FREEZES = 100
const PAGE_SIZE = 100

/** What is planned, was deployed, and is frozen, by days. */
export function registerCalendarRoutes(routes: Routes, deps: Deps): void {
  routes.get('/calendar', 'session', (c) => showMonth(c, deps))
  routes.get('/calendar/:day', 'session', async (c) => {
    const day = parseDay(c.req.param('day') ?? '', zoneOf(c))
    return day ? await showDay(c, deps, day) : c.notFound()
  })
}

async function showMonth(c: Ctx, deps: Deps): Promise<Response> {
  const again = backToScope(c, '/calendar')
  if (again) return again
  const db = deps.store.reader
  const now = deps.clock()
  const zone = zoneOf(c)
  const { asked, place, remarks, month: named } = await readQuery(c, deps)
  const month = calendarMonth(...yearAndMonth(named ?? monthAt(now, zone)), zone)
  const days = month.weeks.flat()
  const period = periodOf(days)
  const [counts, planned, freezes, environments, services] = await Promise.all([
    countDeploymentsByDay(db, days, place),
    listPlanned(db, period, place, MOST_PLANNED),
    listFreezes(db, { ...place, during: period }, { limit: MOST_FREEZES }),
    listEnvironmentChoices(db).then((known) => known.sort(byWeight)),
    listServiceChoices(db),
  ])
  const order = new Map(environments.map(({ id, name }, i) => [id, { name, i }]))
  const entries = days.map(
    (day): DayEntry => ({
      day,
      planned: planned.filter(({ plannedAt }) => plannedAt >= day.from && plannedAt < day.to),
      freezes: freezes.rows.filter((freeze) => freezesDay(freeze, day)),
      counts: (counts.get(day.key) ?? [])
        .toSorted((a, b) => (order.get(a.environmentId)?.i ?? 0) - (order.get(b.environmentId)?.i ?? 0))
        .map(({ environmentId, ...count }) => ({ ...count, environment: order.get(environmentId)?.name ?? '' })),
    }),
  )
  if (planned.length === MOST_PLANNED || freezes.more)
    remarks.push('There is more planned or frozen in these weeks than is shown; choose a service or an environment.')
  const isEmpty = entries.every(({ planned, freezes, counts }) => planned.length + freezes.length + counts.length === 0)
  const lastDeployed = isEmpty
    ? await findLastDeployed(
        db,
        { ...place, serviceIds: place.serviceId === undefined ? undefined : [place.serviceId] },
        period.from,
      )
    : undefined
  const any = [{ value: '', text: 'Any' }]
  return page(
    c,
    deps,
    {
      title: `Calendar, ${monthName(month)}`,
      active: 'calendar',
      live: ['deployments'],
      scope: { path: '/calendar', service: asked.service, env: asked.env, remarks },
    },
    <CalendarPage
      month={month}
      entries={entries}
      freezes={freezes.rows}
      view={asked.view}
      filters={{ service: asked.service, env: asked.env }}
      choices={{
        services: [...any, ...withAsked(namesOf(services), asked.service)],
        environments: [...any, ...withAsked(namesOf(environments), asked.env)],
      }}
      monthKey={monthKey(month)}
      lastDeployed={lastDeployed === undefined ? undefined : monthAt(lastDeployed, zone)}
      {...besideMonth(month)}
      zone={zone}
      remarks={remarks}
      mayPlan={isPerson(c, 'engineer')}
      mayFreeze={isPerson(c, 'release-manager')}
      now={now}
    />,
  )
}

const yearAndMonth = ({ year, month }: { year: number; month: number }): [number, number] => [year, month]
const monthKey = ({ year, month }: { readonly year: number; readonly month: number }): string =>
  `${year}-${String(month).padStart(2, '0')}`
const periodOf = (days: readonly CalendarDay[]) => ({ from: days[0]?.from ?? 0, to: days.at(-1)?.to ?? 0 })

async function readQuery(c: Ctx, deps: Deps) {
  const db = deps.store.reader
  const query = new URL(c.req.url).searchParams
  const get = (name: string): string => query.get(name)?.trim() ?? ''
  const remarks: string[] = []
  const view = get('view')
  const asked = {
    service: get('service'),
    env: get('env'),
    view: (view === 'month' || view === 'list' ? view : 'both') as CalendarPageProps['view'],
  }
  const month = parseMonth(get('month'))
  if (get('month') && !month) remarks.push(`Unknown month ‘${get('month').slice(0, 40)}’. Showing this one.`)
  const serviceId = asked.service ? await findServiceId(db, asked.service) : undefined
  if (asked.service && serviceId === undefined) {
    remarks.push(`Unknown service ‘${asked.service.slice(0, 80)}’. Showing all.`)
    asked.service = ''
  }
  const environmentId = asked.env ? await findEnvironmentId(db, asked.env) : undefined
  if (asked.env && environmentId === undefined) {
    remarks.push(`Unknown environment ‘${asked.env.slice(0, 80)}’. Showing all.`)
    asked.env = ''
  }
  return { asked, place: { serviceId, environmentId }, remarks, month }
}

const position = cursorOf(z.tuple([z.int(), z.int(), z.int().min(0)]))

async function showDay(c: Ctx, deps: Deps, day: CalendarDay): Promise<Response> {
  const db = deps.store.reader
  const now = deps.clock()
  const zone = zoneOf(c)
  const after = position.safeParse(c.req.query('after') ?? '')
  const [at, id, before = 0] = after.success ? after.data : []
  const [planned, freezes, deployments, total] = await Promise.all([
    listPlanned(db, day, {}, MOST_PLANNED),
    listFreezes(db, { during: day }, { limit: MOST_FREEZES }),
    listDeployments(
      db,
      { from: day.from, to: day.to },
      { after: at === undefined || id === undefined ? undefined : { at, id }, limit: PAGE_SIZE },
    ),
    countMatchingDeployments(db, { from: day.from, to: day.to }, COUNTED_AT_MOST),
  ])
  const shown = before + deployments.rows.length
  const last = deployments.rows.at(-1)
  const month = withQuery('/calendar', { month: monthKey(day) })
  return page(
    c,
    deps,
    {
      title: dayName(day),
      active: 'calendar',
      live: after.success ? [] : ['deployments'],
      crumbs: [
        { text: 'Calendar', href: '/calendar' },
        { text: monthName(day), href: month },
        { text: String(day.day) },
      ],
    },
    <DayPage
      day={day}
      before={calendarDay(day.year, day.month, day.day - 1, zone).key}
      after={calendarDay(day.year, day.month, day.day + 1, zone).key}
      planned={planned}
      freezes={freezes.rows}
      deployments={deployments.rows}
      first={after.success ? dayPath(day.key) : undefined}
      next={
        deployments.more && last
          ? withQuery(dayPath(day.key), { after: encodeCursor([last.at, last.id, shown]) })
          : undefined
      }
      summary={pageSummary(before, deployments.rows.length, total)}
      zone={zone}
      mayFreeze={isPerson(c, 'release-manager')}
      now={now}
    />,
  )
}
