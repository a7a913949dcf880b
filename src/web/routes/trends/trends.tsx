import { CHART_NAMES, dataOf } from '../../../../views/trends/charts.ts'
import { addressOf } from '../../../../views/trends/trends-frame.tsx'
import { TrendsPage } from '../../../../views/trends/trends-page.tsx'
import { divisionsOf, type Trends, trendsOf } from '../../../core/trends/trends.ts'
import type { Db } from '../../../store/database.ts'
import { loadTrendFacts } from '../../../store/trends/load.ts'
import type { Deps } from '../../deps.ts'
import { notFound } from '../../errors.ts'
import { csvOfTable } from '../../pages/csv-answer.ts'
import { backToScope } from '../../pages/scope.ts'
import { StandingQuality } from '../../pages/standing-quality.ts'
import { type AskedTrends, frameOf, idsOf, lastDayBefore, loadAskedTrends, shownOf } from '../../pages/trends-scope.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { zoneOf } from '../../time-zone.ts'
import { showDelivery } from './trends-delivery.tsx'
import { sendQualityCsv, sendSignalCsv, showQuality } from './trends-quality.tsx'

/** How delivery and quality go over months. */
export function registerTrendRoutes(routes: Routes, deps: Deps): void {
  const standing = new StandingQuality()
  routes.get('/trends', 'session', async (c) => {
    const again = backToScope(c, '/trends')
    if (again) return again
    const asked = await loadAskedTrends(c, deps)
    const trends = await loadTrends(deps.store.reader, asked, zoneOf(c))
    return page(
      c,
      deps,
      { title: 'Trends', active: 'trends', live: [], scope: shownOf('/trends', asked) },
      <TrendsPage
        {...frameOf(asked)}
        trends={trends}
        before={trends?.anything ? undefined : await lastDayBefore(c, deps, asked.scope)}
        now={asked.now}
      />,
    )
  })
  routes.get('/trends/delivery', 'session', (c) => showDelivery(c, deps))
  routes.get('/trends/quality', 'session', (c) => showQuality(c, deps, standing))
  routes.get('/trends/quality.csv', 'session', (c) => sendQualityCsv(c, deps, standing))
  for (const name of ['drift', 'rise'] as const)
    routes.get(`/trends/${name}.csv`, 'session', (c) => sendSignalCsv(c, deps, name, standing))
  for (const name of CHART_NAMES) routes.get(`/trends/${name}.csv`, 'session', (c) => sendCsv(c, deps, name))
}

/** Undefined while no environment is known. */
async function loadTrends(db: Db, { scope, now }: AskedTrends, zone: string): Promise<Trends | undefined> {
  const { environment, services, service, from, to, range } = scope
  if (!environment) return undefined
  const divisions = divisionsOf({ from, to }, range.days, zone)
  const place = { environmentId: environment.id, serviceIds: idsOf(services) }
  const facts = await loadTrendFacts(db, place, divisions, now)
  return trendsOf(facts, divisions, { one: service !== undefined, zone, now })
}

/** The numbers of one chart of the page, in the scope of its address. */
async function sendCsv(c: Ctx, deps: Deps, name: string): Promise<Response> {
  const asked = await loadAskedTrends(c, deps)
  const address = addressOf(frameOf(asked).scope)
  const trends = await loadTrends(deps.store.reader, asked, zoneOf(c))
  const table = trends && dataOf(name, trends, address)
  if (!table) return notFound(c)
  return csvOfTable(c, `trends-${name}`, table)
}
