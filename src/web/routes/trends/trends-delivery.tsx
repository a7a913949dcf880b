import { DeliveryPage, type DeliveryPageProps } from '../../../../views/trends/delivery-page.tsx'
import { type DeliveryMetrics, deliveryMetrics } from '../../../core/delivery/delivery-metrics.ts'
import type { Metric } from '../../../core/delivery/metric.ts'
import type { Db } from '../../../store/database.ts'
import { loadDeliveryFacts } from '../../../store/measures/delivery-facts.ts'
import {
  type DeployedService,
  listDeploymentsById,
  listServicesDeployedTo,
} from '../../../store/measures/trend-queries.ts'
import type { Deps } from '../../deps.ts'
import { type AskedTrends, frameOf, loadAskedTrends } from '../../pages/trends-scope.ts'
import { page } from '../../render.tsx'
import type { Ctx } from '../../routes.ts'

/** Beyond these the page says so; choosing one service always shows it. */
const MOST_SERVICES = 25
const MOST_ROWS = 50

/** DORA's five metrics: every number for one service and one environment, never blended. */
export async function showDelivery(c: Ctx, deps: Deps): Promise<Response> {
  const asked = await loadAskedTrends(c, deps)
  const db = deps.store.reader
  const { environment, service, from } = asked.scope
  const deployed = environment ? await listServicesDeployedTo(db, environment.id, from, MOST_SERVICES + 1) : []
  const services = service ? [service] : deployed.slice(0, MOST_SERVICES)
  const metrics = await Promise.all(services.map((one) => metricsOf(db, asked, one)))
  const props: DeliveryPageProps = {
    ...frameOf(asked),
    now: asked.now,
    more: !service && deployed.length > MOST_SERVICES,
    services: metrics,
    behind: service && metrics[0] ? await rowsBehind(db, metrics[0].metrics) : undefined,
  }
  return page(c, deps, { title: 'Delivery', active: 'trends', crumbs: CRUMBS, live: [] }, <DeliveryPage {...props} />)
}

const CRUMBS = [{ text: 'Trends', href: '/trends' }, { text: 'Delivery' }]

async function metricsOf(
  db: Db,
  { scope: { environment, from, to }, now }: AskedTrends,
  service: DeployedService,
): Promise<{ service: string; metrics: DeliveryMetrics }> {
  const place = {
    serviceId: service.id,
    service: service.name,
    environmentId: environment?.id ?? 0,
    environment: environment?.name ?? '',
  }
  const facts = await loadDeliveryFacts(db, place, { from, to }, { suspicions: false })
  return { service: service.name, metrics: deliveryMetrics(facts, { from, to }, now) }
}

/** The deployments that were counted, those of the lead time aside: they are commits. */
async function rowsBehind(db: Db, metrics: DeliveryMetrics): Promise<NonNullable<DeliveryPageProps['behind']>> {
  const behind = async ({ numeratorIds }: Metric) => await listDeploymentsById(db, numeratorIds, MOST_ROWS)
  return {
    deploymentFrequency: await behind(metrics.deploymentFrequency),
    failedDeploymentRecoveryTime: await behind(metrics.failedDeploymentRecoveryTime),
    changeFailRate: await behind(metrics.changeFailRate),
    deploymentReworkRate: await behind(metrics.deploymentReworkRate),
  }
}
