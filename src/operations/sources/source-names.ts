import type { IdentityRule } from '../../core/defect/identity-rules.ts'
import type { ServiceRules } from '../../core/inbound/service-rules.ts'
import type { SeverityWords } from '../../core/inbound/severity-words.ts'
import type { Db } from '../../store/database.ts'
import { listIdentityRules } from '../../store/defects/identity-rules.ts'
import { getServiceRules } from '../../store/sources/service-rules.ts'
import { listSeverityWords } from '../../store/sources/severity-words.ts'
import { findMapping } from '../../store/sources/source-mappings.ts'
import { findReplay } from '../../store/sources/source-replays.ts'

/** What the operator says of the names that a source uses. */
export interface SourceNames {
  readonly services: ServiceRules
  readonly severities: SeverityWords
  readonly identities: readonly IdentityRule[]
  /** What its payloads mean, for a source that takes any JSON. */
  readonly mapping: string | undefined
  /** All processed deliveries up to this one are read by these rules, or will be; 0: none before they changed. */
  readonly readUpToId: number
}

/** Looks up each source once; for a transaction, in which they cannot change. */
export function namesOfSources(trx: Db): (sourceId: number) => Promise<SourceNames> {
  const known = new Map<number, SourceNames>()
  return async (sourceId) => {
    const names = known.get(sourceId) ?? (await namesOfSource(trx, sourceId))
    known.set(sourceId, names)
    return names
  }
}

async function namesOfSource(db: Db, sourceId: number): Promise<SourceNames> {
  const services = await getServiceRules(db, sourceId)
  const words = await listSeverityWords(db, sourceId)
  const replay = services.revision === 0 ? undefined : await findReplay(db, sourceId)
  const severities = new Map(words.map(({ word, severity }) => [word, severity]))
  return {
    services,
    severities: { severities, revision: services.revision },
    identities: services.revision === 0 ? [] : await listIdentityRules(db, sourceId),
    mapping: await findMapping(db, sourceId),
    readUpToId: replay?.revision === services.revision ? replay.upToId : 0,
  }
}
