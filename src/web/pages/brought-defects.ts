import { defectEscape } from '../../core/defect/defect-escape.ts'
import type { Db } from '../../store/database.ts'
import { listReleased } from '../../store/measures/quality-facts.ts'

/** Where the defects were found that the escape rate counts. */
export const PHASES = ['production', 'before', 'known', 'unknown'] as const
export type Phases = (typeof PHASES)[number]

/**
 * The defects of releases of a service that were first in production in a stretch, found before that or within so many
 * days, by the rule of the escape rate itself; undefined when they are more than can be read at once.
 */
export async function listBrought(
  db: Db,
  serviceId: number,
  asked: { readonly from: number; readonly to: number; readonly days: number; readonly phase: Phases },
): Promise<readonly number[] | undefined> {
  const releases = await listReleased(db, { serviceId }, asked)
  if (!releases) return undefined
  const { escapeRate, removalEfficiency, unknownPhaseIds } = defectEscape(
    releases,
    asked.days,
    Number.POSITIVE_INFINITY,
  )
  return {
    production: escapeRate.numeratorIds,
    before: removalEfficiency.numeratorIds,
    known: escapeRate.denominatorIds,
    unknown: unknownPhaseIds,
  }[asked.phase]
}
