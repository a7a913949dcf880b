import { parseInstant } from '../../core/time/instant.ts'
import type { Db } from '../../store/database.ts'
import { findEnvironmentId, findServiceId } from '../../store/defects/defect-queries.ts'
import type { DeploymentFilter } from '../../store/deployments/deployment-list.ts'
import { findRelease } from '../../store/releases/release-queries.ts'

/**
 * Which deployments an address asks for: `service`, `env`, `release` (a version of the service), `from` and `to`
 * (instants, half-open). Undefined when it names what there is not: a file of everything would look like the answer.
 */
export async function readDeploymentSearch(db: Db, query: URLSearchParams): Promise<DeploymentFilter | undefined> {
  const get = (name: string): string | undefined => query.get(name)?.trim() || undefined
  const [service, env, version, from, to] = ['service', 'env', 'release', 'from', 'to'].map(get)
  const serviceId = service === undefined ? undefined : await findServiceId(db, service)
  const environmentId = env === undefined ? undefined : await findEnvironmentId(db, env)
  const release = service === undefined || version === undefined ? undefined : await findRelease(db, service, version)
  const filter: DeploymentFilter = {
    serviceId,
    environmentId,
    releaseId: release?.id,
    from: from === undefined ? undefined : parseInstant(from),
    to: to === undefined ? undefined : parseInstant(to),
  }
  const asked = [service, env, version, from, to]
  const found = [filter.serviceId, filter.environmentId, filter.releaseId, filter.from, filter.to]
  return asked.every((word, i) => word === undefined || found[i] !== undefined) ? filter : undefined
}
