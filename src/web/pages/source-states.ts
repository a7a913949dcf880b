import type { SourceState } from '../../../views/setup/source-state.tsx'
import { REPAIRABLE } from '../../operations/intake/repair-admin.ts'
import { silencesOf } from '../../operations/sources/silent-sources.ts'
import { serviceOf } from '../../operations/sources/source-service.ts'
import { sentrySdk } from '../../sources/sentry-sdk/index.ts'
import type { Db } from '../../store/database.ts'
import { countAsked } from '../../store/inbox/redeliveries.ts'
import { listLastRefusals } from '../../store/inbox/refusals.ts'
import { listRepairs } from '../../store/sources/source-repairs.ts'
import { listSecretFacts, listSources } from '../../store/sources/sources.ts'

/** A refusal of longer ago was mended, or nobody minds. */
export const REFUSED_SINCE_MS = 7 * 86_400_000

/** All sources by slug, with how they are. */
export async function listSourceStates(db: Db, now: number): Promise<SourceState[]> {
  const sources = await listSources(db)
  const [silences, secrets, repairs, asked, refused] = await Promise.all([
    silencesOf(db, sources, now),
    listSecretFacts(db, now),
    listRepairs(db),
    countAsked(db),
    listLastRefusals(db, now - REFUSED_SINCE_MS),
  ])
  const services = new Map<number, string>()
  for (const source of sources) if (source.kind === sentrySdk.kind) services.set(source.id, await serviceOf(db, source))
  return sources.map(({ id, slug, name, kind, lastDeliveryAt }) => {
    const repair = repairs.find(({ sourceId }) => sourceId === id)
    return {
      id,
      slug,
      name,
      kind,
      service: services.get(id),
      lastDeliveryAt,
      silence: silences.get(id),
      refused: refused.find(({ sourceId }) => sourceId === id),
      secrets: secrets.filter(({ sourceId }) => sourceId === id),
      repair: repair
        ? { ...repair, asked: asked.get(id)?.asked ?? 0, arrived: asked.get(id)?.arrived ?? 0 }
        : REPAIRABLE.includes(kind)
          ? null
          : undefined,
    }
  })
}
