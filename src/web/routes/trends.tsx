import { TrendsPage, type TrendsPageProps } from '../../../views/trends/trends-page.tsx'
import type { Metric } from '../../core/delivery/metric.ts'
import { type DeliveryMetrics, deliveryMetrics } from '../../core/delivery-metrics.ts'
import type { Db } from '../../store/database.ts'
import { loadDeliveryFacts } from '../../store/delivery-facts.ts'
import { listEnvironmentChoices } from '../../store/overview-queries.ts'
import { findService } from '../../store/services.ts'
import {
  countDeployedByService,
  countNewByService,
  type DeployedService,
  listDeploymentsById,
  listServicesDeployedTo,
} from '../../store/trend-queries.ts'
import type { Deps } from '../deps.ts'
import { backToLastScope, rememberScope } from '../last-scope.ts'
import { page } from '../render.tsx'
import type { Routes } from '../routes.ts'
import { monthsOf, readTrendScope, TREND_RANGES, type TrendScope } from '../trends-scope.ts'

/** Beyond these the page says so; choosing one service always shows it. */
const MOST_SERVICES = 25
const MOST_ROWS = 50

/** How delivery and quality go over months: every number for one service and one environment, never blended. */
export function registerTrendRoutes(routes: Routes, deps: Deps): void {
  routes.get('/trends', 'session', async (c) => {
    const asked = { env: c.req.query('env'), service: c.req.query('service'), range: c.req.query('range') }
    const again = backToLastScope(c, '/trends')
    if (again) return again
    const props = await loadTrends(deps, asked)
    if (props.scope.remarks.length === 0) rememberScope(c, '/trends', asked)
    return page(c, deps, { title: 'Trends', active: 'trends', live: [] }, <TrendsPage {...props} />)
  })
}

type Environment = Awaited<ReturnType<typeof listEnvironmentChoices>>[number]

async function loadTrends(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  asked: { readonly env: string | undefined; readonly service: string | undefined; readonly range: string | undefined },
): Promise<TrendsPageProps> {
  const db = store.reader
  const now = clock()
  const environments = await listEnvironmentChoices(db)
  const chosen = asked.service ? await findService(db, asked.service) : undefined
  const scope = readTrendScope(asked, { environments, isService: chosen !== undefined }, now)
  const deployed = scope.environment
    ? await listServicesDeployedTo(db, scope.environment.id, scope.from, MOST_SERVICES + 1)
    : []
  const services = chosen ? [{ id: chosen.id, name: chosen.name }] : deployed.slice(0, MOST_SERVICES)
  const metrics = await Promise.all(services.map((service) => metricsOf(db, scope, service, now)))
  return {
    now,
    scope: { ...scope, environment: scope.environment?.name },
    choices: {
      environments: environments.map(({ name }) => name),
      services: [...new Set([...deployed.map(({ name }) => name), ...(chosen ? [chosen.name] : [])])].sort(),
      ranges: TREND_RANGES,
    },
    more: !chosen && deployed.length > MOST_SERVICES,
    services: metrics,
    behind: chosen && metrics[0] ? await rowsBehind(db, metrics[0].metrics) : undefined,
    hurt: await whereItHurts(db, scope, services),
  }
}

async function metricsOf(
  db: Db,
  { environment, from, to }: TrendScope<Environment>,
  service: DeployedService,
  now: number,
): Promise<{ service: string; metrics: DeliveryMetrics }> {
  const place = {
    serviceId: service.id,
    service: service.name,
    environmentId: environment?.id ?? 0,
    environment: environment?.name ?? '',
  }
  const facts = await loadDeliveryFacts(db, place, { from, to })
  return { service: service.name, metrics: deliveryMetrics(facts, { from, to }, now) }
}

/** The deployments that were counted, those of the lead time aside: they are commits. */
async function rowsBehind(db: Db, metrics: DeliveryMetrics): Promise<NonNullable<TrendsPageProps['behind']>> {
  const behind = async ({ numeratorIds }: Metric) => await listDeploymentsById(db, numeratorIds, MOST_ROWS)
  return {
    deploymentFrequency: await behind(metrics.deploymentFrequency),
    failedDeploymentRecoveryTime: await behind(metrics.failedDeploymentRecoveryTime),
    changeFailRate: await behind(metrics.changeFailRate),
    deploymentReworkRate: await behind(metrics.deploymentReworkRate),
  }
}

async function whereItHurts(
  db: Db,
  { environment, from, to }: TrendScope<Environment>,
  services: readonly DeployedService[],
): Promise<TrendsPageProps['hurt']> {
  if (!environment) return { months: [], rows: [] }
  const months = monthsOf(from, to)
  const counted = await Promise.all(
    months.map(async (month) => ({
      defects: await countNewByService(db, environment.id, month),
      deployments: await countDeployedByService(db, environment.id, month),
    })),
  )
  const rows = services.map(({ id, name }) => ({
    service: name,
    cells: counted.map(({ defects, deployments }) => ({
      defects: defects.get(id) ?? 0,
      deployments: deployments.get(id) ?? 0,
    })),
  }))
  return { months, rows: rows.sort((a, b) => totalOf(b) - totalOf(a) || (a.service < b.service ? -1 : 1)) }
}

const totalOf = ({ cells }: { readonly cells: readonly { readonly defects: number }[] }): number =>
  cells.reduce((sum, { defects }) => sum + defects, 0)
