import { layOut } from '../../core/attribution/scene.ts'
import { loadAttributionFacts } from '../../store/attribution/attribution-facts.ts'
import { AttributionReads } from '../../store/attribution/attribution-reads.ts'
import type { Db } from '../../store/database.ts'
import { getDefect, resolveDefect } from '../../store/defects/defects.ts'

/** A defect and the releases that come into question for it, as the method lays them out. */
export interface Questioned {
  readonly defectId: number
  readonly releaseIds: readonly number[]
}

/** By the number that people use, `PF-12`; undefined where there is no such defect. */
export async function findQuestioned(db: Db, name: string): Promise<Questioned | undefined> {
  const [, digits] = /^(?:PF-)?([1-9]\d{0,14})$/i.exec(name) ?? []
  const defectId = digits === undefined ? undefined : await resolveDefect(db, Number(digits))
  if (defectId === undefined) return undefined
  const facts = await loadAttributionFacts(new AttributionReads(db), await getDefect(db, defectId))
  return { defectId, releaseIds: layOut(facts).hypotheses.map(({ release }) => release.id) }
}
