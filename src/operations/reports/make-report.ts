import type { AuditActor } from '../../core/audit/entry.ts'
import { periodReport } from '../../core/reports/period-report.ts'
import { releaseReport } from '../../core/reports/release-report.ts'
import type { ReportSnapshot } from '../../core/reports/snapshot.ts'
import type { Db, Store } from '../../store/database.ts'
import { deleteReport, findDataUntil, findReport, insertReport } from '../../store/reports/report-snapshots.ts'
import { findService } from '../../store/services/services.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { type AskedPeriod, gatherPeriodFacts, gatherReleaseFacts } from './gather-facts.ts'
import { writeSnapshot } from './stored-snapshot.ts'

/** For whom, and on whose clock. */
export interface ReportMaker {
  readonly name: string
  readonly zone: string
  readonly now: number
}

/** The report on a release as it stands now; undefined: there is no such release. Nothing is stored. */
export async function snapshotRelease(
  db: Db,
  release: { readonly service: string; readonly version: string },
  { name, zone, now }: ReportMaker,
): Promise<ReportSnapshot | undefined> {
  const dataUntil = await findDataUntil(db)
  const facts = await gatherReleaseFacts(db, release, now)
  return facts && releaseReport(facts, { zone, madeAt: now, madeBy: name, dataUntil })
}

/** The report on a period as it stands now. Nothing is stored. */
export async function snapshotPeriod(
  db: Db,
  asked: AskedPeriod,
  { name, zone, now }: ReportMaker,
): Promise<ReportSnapshot> {
  const dataUntil = await findDataUntil(db)
  const facts = await gatherPeriodFacts(db, asked, { zone, now })
  return periodReport(facts, { zone, madeAt: now, madeBy: name, dataUntil })
}

export interface ByWhom {
  readonly actor: AuditActor
  readonly now: number
}

/** Writes a report down, in the transaction that it is given. @returns its id */
export async function keepReport(trx: Db, report: ReportSnapshot): Promise<number> {
  const { subject, title, dataUntil, madeAt, madeBy } = report
  const service = subject.service === null ? undefined : await findService(trx, subject.service)
  return await insertReport(trx, {
    kind: subject.kind,
    title,
    serviceId: service?.id,
    snapshotJson: writeSnapshot(report),
    dataUntil: dataUntil ?? undefined,
    madeBy: madeBy ?? '',
    madeAt,
  })
}

/** @returns its id */
export async function saveReport(store: Store, report: ReportSnapshot, { actor, now }: ByWhom): Promise<number> {
  return await store.transaction(async (trx) => {
    const id = await keepReport(trx, report)
    await recordAudit(trx, { actor, action: 'report.made', subject: subjectOf({ id, title: report.title }) }, now)
    return id
  })
}

/** With every link that leads to it. @returns whether it was there */
export async function removeReport(store: Store, id: number, { actor, now }: ByWhom): Promise<boolean> {
  return await store.transaction(async (trx) => {
    const report = await findReport(trx, id)
    if (!report || !(await deleteReport(trx, id))) return false
    await recordAudit(trx, { actor, action: 'report.removed', subject: subjectOf(report) }, now)
    return true
  })
}

export const subjectOf = ({ id, title }: { readonly id: number; readonly title: string }) => ({
  kind: 'report',
  id,
  name: title,
})
