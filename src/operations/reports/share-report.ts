import { type ReportSnapshot, withoutPeople } from '../../core/reports/snapshot.ts'
import type { Store } from '../../store/database.ts'
import { listPeopleNamed } from '../../store/reports/people-named.ts'
import { countLinks, endLink, insertLink, openLink } from '../../store/reports/report-links.ts'
import { findReport } from '../../store/reports/report-snapshots.ts'
import { hashSecretToken, makeSecretToken } from '../access/secret-token.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { type ByWhom, subjectOf } from './make-report.ts'
import { readSnapshot } from './stored-snapshot.ts'

const DAY_MS = 24 * 3_600_000
/** What one may choose from. */
export const LINK_DAYS = [1, 7, 30, 90] as const
export const USUAL_LINK_DAYS = 7
/** In force at a time, for one report. */
const MOST_LINKS = 20

/** Where a link leads. */
export const shareLink = (publicUrl: string, token: string): string => `${publicUrl}/r/${token}`

export type Sharing =
  /** The token is shown once; the store keeps its hash. */
  | { readonly kind: 'shared'; readonly token: string; readonly expiresAt: number }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'too-many' }

/** Makes a link with which anybody who has it may read the report until it ends. */
export async function shareReport(
  store: Store,
  reportId: number,
  { days, hidesPeople }: { readonly days: number; readonly hidesPeople: boolean },
  { actor, now }: ByWhom,
): Promise<Sharing> {
  const token = makeSecretToken()
  const expiresAt = now + days * DAY_MS
  return await store.transaction(async (trx): Promise<Sharing> => {
    const report = await findReport(trx, reportId)
    if (!report) return { kind: 'not-found' }
    if ((await countLinks(trx, reportId, now)) >= MOST_LINKS) return { kind: 'too-many' }
    const link = {
      reportId,
      tokenHash: hashSecretToken(token),
      hidesPeople,
      madeBy: actor.name,
      madeAt: now,
      expiresAt,
    }
    const id = await insertLink(trx, link)
    const change = { link: id, days, people: hidesPeople ? 'hidden' : 'shown' }
    await recordAudit(trx, { actor, action: 'report.shared', subject: subjectOf(report), change }, now)
    return { kind: 'shared', token, expiresAt }
  })
}

/** Ends a link before its time. @returns whether it was in force */
export async function endSharing(
  store: Store,
  { reportId, linkId }: { readonly reportId: number; readonly linkId: number },
  { actor, now }: ByWhom,
): Promise<boolean> {
  return await store.transaction(async (trx) => {
    const report = await findReport(trx, reportId)
    if (!report || !(await endLink(trx, { id: linkId, reportId }, actor.name, now))) return false
    const change = { link: linkId }
    await recordAudit(trx, { actor, action: 'report.unshared', subject: subjectOf(report), change }, now)
    return true
  })
}

/** What whoever has the token may read, counted as opened. Unknown, expired and ended ones are alike: undefined. */
export async function openShared(store: Store, token: string, now: number): Promise<ReportSnapshot | undefined> {
  const link = await openLink(store.db, hashSecretToken(token), now)
  const stored = link && (await findReport(store.db, link.reportId))
  const report = stored && readSnapshot(stored.snapshotJson)
  return report && link.hidesPeople ? withoutPeople(report, await listPeopleNamed(store.reader, report)) : report
}
