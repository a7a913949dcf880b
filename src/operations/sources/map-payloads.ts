import { type Asker, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import type { Mapping } from '../../sources/generic/mapping.ts'
import type { Store } from '../../store/database.ts'
import { saveMapping } from '../../store/sources/source-mappings.ts'
import { beginReplay, findReplay } from '../../store/sources/source-replays.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { Processing } from '../intake/processing.ts'
import { sourceSubject } from './source-subject.ts'

/** Keeps what the payloads of a source mean, and reads again in the background what could not be read until now. */
export async function mapPayloads(
  parts: { store: Store; processor: Processing },
  sourceId: number,
  mapping: Mapping,
  now: number,
  by: Asker = THE_SYSTEM,
): Promise<void> {
  await parts.store.transaction(async (trx) => {
    await saveMapping(trx, sourceId, JSON.stringify(mapping), now)
    const replay = await findReplay(trx, sourceId)
    // One that is under way for another reason does not get to its end by this; the page offers it again.
    const isDone = replay !== undefined && replay.afterId >= replay.upToId
    await beginReplay(trx, sourceId, { revision: isDone ? replay.revision : 0, state: 'failed' })
    const subject = await sourceSubject(trx, sourceId)
    const change = { mapping: JSON.stringify(mapping) }
    await recordAudit(trx, { actor: asActor(by), action: 'source.mapping-changed', subject, change }, now)
  })
  parts.processor.wake()
}
