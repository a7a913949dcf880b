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
  const found = await loadFactsOf(db, name)
  if (!found) return undefined
  return { defectId: found.defectId, releaseIds: layOut(found.facts).hypotheses.map(({ release }) => release.id) }
}

/**
 * The releases of a service that were weighed for a defect, whether or not they come into question; with a file, those
 * of them that changed it. Undefined where there is no such defect, or that service was not looked at for it.
 */
export async function findWeighed(
  db: Db,
  name: string,
  { service, file }: { readonly service: string; readonly file: string | undefined },
): Promise<readonly number[] | undefined> {
  const found = await loadFactsOf(db, name)
  const history = found?.facts.services.find((one) => one.service === service)
  return history?.releases.filter(({ files }) => file === undefined || files.includes(file)).map(({ id }) => id)
}

async function loadFactsOf(db: Db, name: string) {
  const [, digits] = /^(?:PF-)?([1-9]\d{0,14})$/i.exec(name) ?? []
  const defectId = digits === undefined ? undefined : await resolveDefect(db, Number(digits))
  if (defectId === undefined) return undefined
  return { defectId, facts: await loadAttributionFacts(new AttributionReads(db), await getDefect(db, defectId)) }
}
