import { type Asked, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import { markForAttribution } from '../../store/attribution/attribution-ranges.ts'
import type { Store } from '../../store/database.ts'
import { replaceDependencies } from '../../store/services/service-dependencies.ts'
import { findService, type ServiceRef } from '../../store/services/services.ts'
import { recordAudit } from '../audit/record-audit.ts'

export type DependenciesSet =
  | { readonly outcome: 'set' }
  | { readonly outcome: 'unknown-service'; readonly name: string }
  | { readonly outcome: 'depends-on-itself' }

/**
 * States which services one depends on, in place of what was stated before; a release of theirs may have brought its
 * defects, so these are attributed anew.
 */
export function setDependencies(
  store: Store,
  serviceName: string,
  dependsOn: readonly string[],
  { now, by = THE_SYSTEM }: Asked,
): Promise<DependenciesSet> {
  return store.change(async (trx) => {
    const services: ServiceRef[] = []
    for (const name of [serviceName, ...new Set(dependsOn)]) {
      const service = await findService(trx, name)
      if (!service) return { outcome: 'unknown-service', name }
      services.push(service)
    }
    const [service, ...others] = services as [ServiceRef, ...ServiceRef[]]
    if (others.some(({ id }) => id === service.id)) return { outcome: 'depends-on-itself' }
    await replaceDependencies(
      trx,
      service.id,
      others.map(({ id }) => id),
    )
    await markForAttribution(trx, service.id, 0)
    const subject = { kind: 'service', id: serviceName, name: serviceName }
    const change = { dependsOn: [...new Set(dependsOn)] }
    await recordAudit(trx, { actor: asActor(by), action: 'service.dependencies-changed', subject, change }, now)
    return { outcome: 'set' }
  })
}
