import { z } from 'zod'
import { saidText } from '../../../../views/paths.ts'
import { RIGHT_NEEDED, VERDICTS_NEEDED } from '../../../core/attribution/state.ts'
import { deliveryMetrics } from '../../../core/delivery/delivery-metrics.ts'
import type { Metric } from '../../../core/delivery/metric.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import { loadDeliveryFacts } from '../../../store/measures/delivery-facts.ts'
import { periodIn, resolvePlace } from '../../api/api-answers.ts'
import type { attributionMetrics, deliveryMetric, deliveryMetricsAnswer } from '../../api/api-schemas.ts'
import type { Deps } from '../../deps.ts'
import { loadReliability } from '../../pages/reliability.ts'
import { instantParameter, nameParameter, readQuery } from '../../query.ts'
import type { Routes } from '../../routes.ts'

const USUAL_DAYS = 30

export const deliveryMetricsQuery = z.object({
  service: nameParameter,
  environment: nameParameter.meta({ description: 'One: numbers of several are never mixed into one.' }),
  from: instantParameter.optional().meta({ description: 'Included; thirty days before `to` unless given.' }),
  to: instantParameter.optional().meta({ description: 'Excluded; now unless given.' }),
})

/** DORA's five metrics of one service in one environment, each with what it is made of; and how far suspicions hold. */
export function registerMetricsApiRoutes(routes: Routes, { store, clock }: Pick<Deps, 'store' | 'clock'>): void {
  routes.get('/api/v1/metrics/delivery', { scope: 'read' }, async (c) => {
    const query = readQuery(c, deliveryMetricsQuery)
    if (query instanceof Response) return query
    const now = clock()
    const period = periodIn(c, query, USUAL_DAYS, now)
    if (period instanceof Response) return period
    const { from, to } = period
    const place = await resolvePlace(c, store, query)
    if (place instanceof Response) return place
    const { serviceId, environmentId } = place as { serviceId: number; environmentId: number }
    const facts = await loadDeliveryFacts(store.reader, { ...query, serviceId, environmentId }, period)
    const metrics = deliveryMetrics(facts, period, now)
    return c.json<z.output<typeof deliveryMetricsAnswer>>({
      service: query.service,
      environment: query.environment,
      from: formatInstant(from),
      to: formatInstant(to),
      changeLeadTime: toMetric(metrics.changeLeadTime),
      deploymentFrequency: toMetric(metrics.deploymentFrequency),
      failedDeploymentRecoveryTime: toMetric(metrics.failedDeploymentRecoveryTime),
      changeFailRate: toMetric(metrics.changeFailRate),
      deploymentReworkRate: toMetric(metrics.deploymentReworkRate),
    })
  })

  routes.get('/api/v1/metrics/attribution', { scope: 'read' }, async (c) => {
    const { reliability, states, services, learning, underWay } = await loadReliability({ store, clock })
    return c.json<z.output<typeof attributionMetrics>>({
      verdicts: reliability.verdicts,
      right: reliability.right,
      calibrationError: reliability.error ?? null,
      bands: reliability.bands.map(({ from, to, verdicts, right, said, interval, answer }) => ({
        from,
        to,
        verdicts,
        right,
        said: said ?? null,
        interval,
        answer,
        rows: verdicts > 0 ? `/api/v1/defects?said=${saidText(from, to)}` : null,
      })),
      states: Object.fromEntries(states),
      services: services.map(({ service, detection, learnedAt, timeAlone }) => ({
        service,
        detection,
        learnedAt: learnedAt === undefined ? null : formatInstant(learnedAt),
        timeAlone: {
          ...timeAlone,
          mayName: timeAlone.verdicts >= VERDICTS_NEEDED && timeAlone.right >= RIGHT_NEEDED * timeAlone.verdicts,
        },
      })),
      learning: learning
        ? {
            at: formatInstant(learning.at),
            outcome: learning.outcome,
            defects: learning.defects,
            verdicts: learning.verdicts,
          }
        : null,
      underWay: underWay.map(({ service, since, defects }) => ({
        service: service ?? null,
        since: formatInstant(since),
        defects,
      })),
    })
  })
}

const toMetric = (metric: Metric): z.output<typeof deliveryMetric> => ({
  value: metric.value,
  unit: metric.unit,
  numerator: metric.numerator,
  denominator: metric.denominator,
  rule: metric.rule,
  enough: metric.enough,
  interval: metric.interval,
  ripe: metric.ripe,
  unripe: metric.unripe,
  numeratorIds: metric.numeratorIds.map(String),
  denominatorIds: metric.denominatorIds.map(String),
  unripeIds: metric.unripeIds.map(String),
})
