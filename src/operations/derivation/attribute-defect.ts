import { hash } from 'node:crypto'
import { attribute } from '../../core/attribution/attribute.ts'
import type { AttributionFacts } from '../../core/attribution/facts.ts'
import { ATTRIBUTION_METHOD } from '../../core/attribution/result.ts'
import { loadAttributionFacts } from '../../store/attribution/attribution-facts.ts'
import type { AttributionReads } from '../../store/attribution/attribution-reads.ts'
import { saveAttribution } from '../../store/attribution/attributions.ts'
import type { DefectRecord } from '../../store/defects/defects.ts'
import { announceSuspicion } from '../notifications/announce-defects.ts'

/**
 * Ranks the suspects of one defect anew; what a person decided is among the facts and stands above the ranking. The same
 * facts give the same answer, so nothing is written when they are those of the last time.
 *
 * @param now people are told of what is news at that instant; undefined: nobody is told
 */
export async function attributeDefect(reads: AttributionReads, defect: DefectRecord, now?: number): Promise<void> {
  const facts = await loadAttributionFacts(reads, defect)
  const inputs = inputsOf(facts)
  if (inputs !== defect.attributionInputs) await saveAttribution(reads.db, defect.id, attribute(facts), inputs)
  // With the same suspect it may concern more people than before: its severity is none of the facts.
  if (now !== undefined) await announceSuspicion(reads.db, defect, now)
}

const inputsOf = (facts: AttributionFacts): string =>
  hash(
    'sha256',
    JSON.stringify([ATTRIBUTION_METHOD, facts], (_, value) => (value instanceof Map ? [...value] : value)),
  )
