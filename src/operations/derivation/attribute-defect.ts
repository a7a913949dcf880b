import { hash } from 'node:crypto'
import { attribute } from '../../core/attribution/attribute.ts'
import type { AttributionFacts } from '../../core/attribution/facts.ts'
import { ATTRIBUTION_METHOD } from '../../core/attribution/result.ts'
import { loadAttributionFacts } from '../../store/attribution/attribution-facts.ts'
import type { AttributionReads } from '../../store/attribution/attribution-reads.ts'
import { saveAttribution } from '../../store/attribution/attributions.ts'
import type { DefectRecord } from '../../store/defects/defects.ts'

/**
 * Ranks the suspects of one defect anew; what a person decided is among the facts and stands above the ranking. The same
 * facts give the same answer, so nothing is written when they are those of the last time.
 */
export async function attributeDefect(reads: AttributionReads, defect: DefectRecord): Promise<void> {
  const facts = await loadAttributionFacts(reads, defect)
  const inputs = inputsOf(facts)
  if (inputs === defect.attributionInputs) return
  await saveAttribution(reads.db, defect.id, attribute(facts), inputs)
}

const inputsOf = (facts: AttributionFacts): string =>
  hash(
    'sha256',
    JSON.stringify([ATTRIBUTION_METHOD, facts], (_, value) => (value instanceof Map ? [...value] : value)),
  )
