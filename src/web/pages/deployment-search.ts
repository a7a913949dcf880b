import { z } from 'zod'
import { parseInstant } from '../../core/time/instant.ts'
import type { Db } from '../../store/database.ts'
import { findEnvironmentId, findServiceId } from '../../store/defects/defect-queries.ts'
import {
  DEPLOYMENT_OUTCOMES,
  type DeploymentFilter,
  type DeploymentPosition,
} from '../../store/deployments/deployment-list.ts'
import { findRelease } from '../../store/releases/release-queries.ts'
import { cursorOf, encodeCursor } from '../api/cursor.ts'

const NAMES = ['service', 'env', 'release', 'outcome', 'from', 'to'] as const
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
 * `to` (instants, half-open).
 */
export async function readDeploymentSearch(db: Db, query: URLSearchParams): Promise<DeploymentSearch> {
  const asked = Object.fromEntries(NAMES.map((name) => [name, query.get(name)?.trim() ?? ''])) as Record<Name, string>
  const { service, env, release, outcome, from, to } = asked
  const found = {
    service: service ? await findServiceId(db, service) : undefined,
    env: env ? await findEnvironmentId(db, env) : undefined,
    release: service && release ? (await findRelease(db, service, release))?.id : undefined,
    outcome: DEPLOYMENT_OUTCOMES.find((one) => one === outcome),
    from: from ? parseInstant(from) : undefined,
    to: to ? parseInstant(to) : undefined,
  }
  const unknown = NAMES.filter((name) => asked[name] !== '' && found[name] === undefined).map((name) => ({
    name,
    value: asked[name],
  }))
  return {
    filter: {
      ...{ serviceId: found.service, environmentId: found.env, releaseId: found.release },
      ...{ outcome: found.outcome, from: found.from, to: found.to },
    },
    asked: { ...asked, ...Object.fromEntries(unknown.map(({ name }) => [name, ''])) },
    unknown,
  }
}

const place = cursorOf(z.object({ at: z.int(), id: z.int(), shown: z.int().min(0) }))

/** The place after which the next page begins, with the rows before it. */
export const encodeDeploymentPlace = ({ at, id }: DeploymentPosition, shown: number): string =>
  encodeCursor({ at, id, shown })

export const readDeploymentPlace = (text: string) => place.safeParse(text)
