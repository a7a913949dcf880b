import { z } from 'zod'
import { METRICS } from '../../../views/trends/metric-words.ts'
import { deliveryMetrics } from '../../core/delivery/delivery-metrics.ts'
import type { Db } from '../../store/database.ts'
import { findEnvironmentId, findServiceId } from '../../store/defects/defect-queries.ts'
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

const NAMES = ['service', 'env', 'release', 'outcome', 'placed', 'from', 'to', 'metric', 'part'] as const
type Name = (typeof NAMES)[number]
/** Empty: not asked, or not understood. */
export type DeploymentQuery = Readonly<Record<Name, string>>

export interface DeploymentSearch {
  readonly filter: DeploymentFilter
  /** What was understood. */
  readonly asked: DeploymentQuery
  /** What was asked for and is not there. */
  readonly unknown: readonly { readonly name: Name; readonly value: string }[]
}

/**
 * Which deployments an address asks for: `service`, `env`, `release` (a version of the service), `outcome`, `from` and
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
  const { service, env, release, outcome, placed, from, to } = asked
  const place = {
    service: service ? await findServiceId(db, service) : undefined,
    env: env ? await findEnvironmentId(db, env) : undefined,
    from: from ? readEnd(from, 'from', zone) : undefined,
    to: to ? readEnd(to, 'to', zone) : undefined,
  }
  const ids = await findMetricIds(db, asked, place, now)
  const found = {
    ...place,
    release: service && release ? (await findRelease(db, service, release))?.id : undefined,
    outcome: DEPLOYMENT_OUTCOMES.find((one) => one === outcome),
    placed: DEPLOYMENTS_PLACED.find((one) => one === placed),
    ...{ metric: ids, part: ids },
  }
  const unknown = NAMES.filter((name) => asked[name] !== '' && found[name] === undefined).map((name) => ({
    name,
    value: asked[name],
  }))
  return {
    filter: {
      ...{ serviceId: found.service, environmentId: found.env, releaseId: found.release },
      ...{ outcome: found.outcome, placed: found.placed, from: found.from, to: found.to, ids },
    },
    asked: { ...asked, ...Object.fromEntries(unknown.map(({ name }) => [name, ''])) },
    unknown,
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

/** Undefined: no metric was asked for, or not all that it takes. */
async function findMetricIds(
  db: Db,
  { metric, part, service: name, env: environment }: DeploymentQuery,
  { service: id, env, from, to }: Partial<Record<'service' | 'env' | 'from' | 'to', number | undefined>>,
  now: number,
): Promise<readonly number[] | undefined> {
  const key = METRICS.find((one) => one.key === metric)?.key
  if (!key || !isPart(part) || id === undefined || env === undefined || from === undefined || to === undefined)
    return undefined
  const [facts] = await loadDeliveryFactsOf(
    db,
    [{ id, name }],
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
