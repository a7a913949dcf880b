import { z } from 'zod'
import { METRICS } from '../../../views/trends/metric-words.ts'
import { deliveryMetrics } from '../../core/delivery/delivery-metrics.ts'
import type { Db } from '../../store/database.ts'
import { findEnvironmentId } from '../../store/defects/defect-queries.ts'
import {
  DEPLOYMENT_OUTCOMES,
  DEPLOYMENTS_PLACED,
  type DeploymentFilter,
  type DeploymentPlaced,
  type DeploymentPosition,
} from '../../store/deployments/deployment-list.ts'
import { loadDeliveryFactsOf } from '../../store/measures/delivery-facts.ts'
import { findRelease } from '../../store/releases/release-queries.ts'
import { cursorOf, encodeCursor } from '../api/cursor.ts'
import { readEnd } from './absolute-range.ts'
import { readServices, type ServiceChoice } from './service-choice.ts'

const NAMES = ['service', 'env', 'release', 'outcome', 'placed', 'from', 'to', 'metric', 'part'] as const
type Name = (typeof NAMES)[number]
/** Empty: not asked, or not understood. */
export type DeploymentQuery = Readonly<Record<Name, string>>

export interface DeploymentSearch {
  readonly filter: DeploymentFilter
  /** What was understood. */
  readonly asked: DeploymentQuery
  /** The names of those chosen; none: all. */
  readonly services: readonly string[]
  /** What was asked for and is not there, the services aside. */
  readonly unknown: readonly { readonly name: Name; readonly value: string }[]
  /** What is to be said of the services. */
  readonly remarks: readonly string[]
}

/**
 * Which deployments an address asks for: `service` (some), `env`, `release` (a version of the one service), `outcome`, `from` and
 * `to` (instants, half-open, or days of `zone`); `placed` (those that put a
 * release in place, or some of them); and of these, those that a `metric` of the service is made of, by the
 * rule of the metric itself: the `part` of them that it counts, all of which it is a share, or those too young for it.
 */
export async function readDeploymentSearch(
  db: Db,
  query: URLSearchParams,
  { now, zone }: { readonly now: number; readonly zone: string },
): Promise<DeploymentSearch> {
  const asked = Object.fromEntries(NAMES.map((name) => [name, query.get(name)?.trim() ?? ''])) as Record<Name, string>
  const { env, release, outcome, placed, from, to } = asked
  const chosen = await readServices(db, query.getAll('service'))
  // A release, and what a metric is made of, are those of one service.
  const [one, ...others] = chosen.services
  const only = others.length === 0 ? one : undefined
  const place = {
    env: env ? await findEnvironmentId(db, env) : undefined,
    from: from ? readEnd(from, 'from', zone) : undefined,
    to: to ? readEnd(to, 'to', zone) : undefined,
  }
  const ids = await findMetricIds(db, asked, { ...place, service: only }, now)
  const found = {
    ...place,
    service: chosen.ids,
    release: only && release ? (await findRelease(db, only.name, release))?.id : undefined,
    outcome: DEPLOYMENT_OUTCOMES.find((one) => one === outcome),
    placed: DEPLOYMENTS_PLACED.find((one) => one === placed),
    ...{ metric: ids, part: ids },
  }
  const unknown = NAMES.filter((name) => name !== 'service' && asked[name] !== '' && found[name] === undefined).map(
    (name) => ({ name, value: asked[name] }),
  )
  return {
    filter: {
      ...{ serviceIds: found.service, environmentId: found.env, releaseId: found.release },
      ...{ outcome: found.outcome, placed: found.placed, from: found.from, to: found.to, ids },
    },
    asked: { ...asked, service: chosen.text, ...Object.fromEntries(unknown.map(({ name }) => [name, ''])) },
    services: chosen.services.map(({ name }) => name),
    unknown,
    remarks: chosen.remarks,
  }
}

export const PLACED_WORDS: Readonly<Record<DeploymentPlaced, string>> = {
  all: 'Those that put a release in place',
  planned: 'Those that put a release in place, rollbacks and emergency releases aside',
  rollback: 'Those that put an earlier release back',
  emergency: 'Those that put an emergency release in place',
  unplanned: 'Rollbacks, and those that put an emergency release in place',
  failed: 'Those that put a release in place and failed, by the rule of the change fail rate',
}

export const METRIC_PARTS = {
  counted: { ids: 'numeratorIds', text: 'that it counts' },
  all: { ids: 'denominatorIds', text: 'of which it counts some' },
  young: { ids: 'unripeIds', text: 'too young to be judged' },
} as const
const isPart = (text: string): text is keyof typeof METRIC_PARTS => Object.hasOwn(METRIC_PARTS, text)

type OneService = ServiceChoice['services'][number]

/** Undefined: no metric was asked for, or not all that it takes. */
async function findMetricIds(
  db: Db,
  { metric, part, env: environment }: DeploymentQuery,
  {
    service,
    env,
    from,
    to,
  }: Partial<Record<'env' | 'from' | 'to', number | undefined>> & { readonly service: OneService | undefined },
  now: number,
): Promise<readonly number[] | undefined> {
  const key = METRICS.find((one) => one.key === metric)?.key
  if (!key || !isPart(part) || service === undefined || env === undefined || from === undefined || to === undefined)
    return undefined
  const [facts] = await loadDeliveryFactsOf(
    db,
    [service],
    { id: env, name: environment },
    { from, to },
    {
      suspicions: false,
    },
  )
  return facts && deliveryMetrics(facts, { from, to }, now)[key][METRIC_PARTS[part].ids]
}

const place = cursorOf(z.object({ at: z.int(), id: z.int(), shown: z.int().min(0) }))

/** The place after which the next page begins, with the rows before it. */
export const encodeDeploymentPlace = ({ at, id }: DeploymentPosition, shown: number): string =>
  encodeCursor({ at, id, shown })

export const readDeploymentPlace = (text: string) => place.safeParse(text)
