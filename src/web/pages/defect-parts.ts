import { type Decisions, type Defect, deriveDefect, mergeAllDecisions } from '../../core/defect/defect.ts'
import type { Db } from '../../store/database.ts'
import { findDefect } from '../../store/defects/defect-queries.ts'
import { listReports } from '../../store/defects/reports.ts'

/** What a defect would be, for the page that asks whether it shall. */
export interface DefectPart {
  readonly title: string
  readonly severity: Defect['severity']
  readonly service: string | undefined
  readonly firstSeenAt: number
  readonly lastSeenAt: number
  readonly occurrences: number
  readonly reports: number
}

/** What two defects are together. */
export async function previewMerge(db: Db, fromId: number, intoId: number): Promise<DefectPart> {
  const decisions = await Promise.all([fromId, intoId].map(async (id) => (await findDefect(db, id))?.decisions ?? {}))
  const reports = (await Promise.all([fromId, intoId].map((id) => listReports(db, id)))).flat()
  return partOf(reports, mergeAllDecisions(decisions))
}

/** What is split off, and what is left; undefined when one of them would be nothing. */
export async function previewSplit(
  db: Db,
  defectId: number,
  reportIds: readonly number[],
): Promise<{ readonly off: DefectPart; readonly rest: DefectPart } | undefined> {
  const [reports, defect] = await Promise.all([listReports(db, defectId), findDefect(db, defectId)])
  const off = reports.filter(({ id }) => reportIds.includes(id))
  const rest = reports.filter(({ id }) => !reportIds.includes(id))
  if (off.length === 0 || rest.length === 0) return undefined
  return { off: partOf(off, {}), rest: partOf(rest, defect?.decisions ?? {}) }
}

function partOf(reports: Parameters<typeof deriveDefect>[0], decisions: Decisions): DefectPart {
  const { title, severity, service, firstSeenAt, lastSeenAt, occurrences } = deriveDefect(reports, decisions)
  return { title, severity, service, firstSeenAt, lastSeenAt, occurrences, reports: reports.length }
}
