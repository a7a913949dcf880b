import { DeliveryPage, type DeliveryPageProps } from '../../../../views/trends/delivery-page.tsx'
import { deliveryData } from '../../../../views/trends/tables.ts'
import { type DeliveryMetrics, deliveryMetrics } from '../../../core/delivery/delivery-metrics.ts'
import type { Metric } from '../../../core/delivery/metric.ts'
import type { Db } from '../../../store/database.ts'
import { loadDeliveryFactsOf } from '../../../store/measures/delivery-facts.ts'
import {
  type DeployedService,
  listDeploymentsById,
  listServicesDeployedTo,
} from '../../../store/measures/trend-queries.ts'
import type { Deps } from '../../deps.ts'
import { type CsvExports, cellsOf, namesOf } from '../../pages/csv-answer.ts'
import { type AskedTrends, frameOf, lastDayBefore, loadAskedTrends, shownOf } from '../../pages/trends-scope.ts'
import { page } from '../../render.tsx'
import type { Ctx } from '../../routes.ts'

/** Beyond these the page says so; choosing one service always shows it. */
const MOST_SERVICES = 25
const MOST_ROWS = 50
const MOST_IN_FILE = 1_000

/** DORA's five metrics: every number for one service and one environment, never blended. */
export async function showDelivery(c: Ctx, deps: Deps): Promise<Response> {
  const asked = await loadAskedTrends(c, deps)
  const db = deps.store.reader
  const { service } = asked.scope
  const { services, more } = await servicesOf(db, asked, MOST_SERVICES)
  const metrics = await metricsOf(db, asked, services)
  const props: DeliveryPageProps = {
    ...frameOf(asked),
    now: asked.now,
    before: services.length > 0 ? undefined : await lastDayBefore(c, deps, asked.scope),
    more,
    services: metrics,
    behind: service && metrics[0] ? await rowsBehind(db, metrics[0].metrics) : undefined,
  }
  const scope = shownOf('/trends/delivery', asked)
  return page(
    c,
    deps,
    { title: 'Delivery', active: 'trends', crumbs: CRUMBS, live: [], scope },
    <DeliveryPage {...props} />,
  )
}

/** The table by service; of one service, its numbers alone. */
export async function sendDeliveryCsv(c: Ctx, deps: Deps, exports: CsvExports): Promise<Response> {
  const asked = await loadAskedTrends(c, deps)
  const db = deps.store.reader
  const { services } = await servicesOf(db, asked, MOST_IN_FILE)
  return exports.answer(c, {
    name: 'trends-delivery',
    columns: namesOf(deliveryData([])),
    portions: (async function* () {
      for (const one of services) yield cellsOf(deliveryData(await metricsOf(db, asked, [one])))
    })(),
  })
}

/** Those asked for, or those deployed in the time asked for. */
async function servicesOf(
  db: Db,
  { scope }: AskedTrends,
  most: number,
): Promise<{ services: readonly DeployedService[]; more: boolean }> {
  const { environment } = scope
  if (scope.services.length > 0)
    return { services: [...scope.services].sort((a, b) => (a.name < b.name ? -1 : 1)), more: false }
  const deployed = environment ? await listServicesDeployedTo(db, environment.id, scope, most + 1) : []
  return { services: deployed.slice(0, most), more: deployed.length > most }
}

const CRUMBS = [{ text: 'Trends', href: '/trends' }, { text: 'Delivery' }]

async function metricsOf(
  db: Db,
  { scope: { environment, from, to }, now }: AskedTrends,
  services: readonly DeployedService[],
): Promise<DeliveryPageProps['services']> {
  if (!environment || services.length === 0) return []
  const found: { service: string; metrics: DeliveryMetrics }[] = []
  for (const facts of await loadDeliveryFactsOf(db, services, environment, { from, to }, { suspicions: false })) {
    // Others have their turn before each.
    await new Promise((resolve) => setImmediate(resolve))
    found.push({ service: facts.service, metrics: deliveryMetrics(facts, { from, to }, now) })
  }
  return found
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
