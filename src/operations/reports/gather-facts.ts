import { periodDivisions } from '../../core/reports/period.ts'
import type { PeriodReportFacts } from '../../core/reports/period-report.ts'
import type { ReleaseReportFacts } from '../../core/reports/release-report.ts'
import type { Listing, ReportedEmergency } from '../../core/reports/snapshot.ts'
import type { Stretch } from '../../core/time/calendar.ts'
import { trendsOf } from '../../core/trends/trends.ts'
import type { Db } from '../../store/database.ts'
import { type DefectFilter, listDefects } from '../../store/defects/defect-list.ts'
import { listDeployments } from '../../store/deployments/deployment-list.ts'
import { type Emergency, listEmergencies } from '../../store/emergency/emergencies.ts'
import { listVerdicts } from '../../store/measures/release-verdicts.ts'
import { defectsOfRelease, findRelease, listReleaseDeployments } from '../../store/releases/release-queries.ts'
import { loadTrendFacts } from '../../store/trends/load.ts'
import { reportedDefect, reportedDeployment, reportedEmergency } from './report-rows.ts'

/** Rows that a list of a report shows. */
const MOST_ROWS = 50
/** Deployments are counted up to so many. */
const COUNTED_AT_MOST = 500
/** So many emergency releases are looked through, the newest first. */
const LOOKED_AT_MOST = 1_000

/** From what the release page shows, as it shows it. Undefined: there is no such release. */
export async function gatherReleaseFacts(
  db: Db,
  asked: { readonly service: string; readonly version: string },
  now: number,
): Promise<ReleaseReportFacts | undefined> {
  const release = await findRelease(db, asked.service, asked.version)
  if (!release) return undefined
  const { id, service, serviceId, version } = release
  const [[judged], defects, severe, deployments, emergencies] = await Promise.all([
    listVerdicts(db, release, now),
    defectsOfRelease(db, release),
    countDefects(db, { suspectReleaseId: id, severities: ['S1', 'S2'] }),
    listReleaseDeployments(db, id),
    listMatching(db, serviceId, (one) => one.targetVersion === version || one.fromVersion === version),
  ])
  return {
    ...{ service, version, judged, severe, emergencies },
    introduced: countOf(defects.introduced),
    regressed: countOf(defects.regressed),
    all: { ...countOf(defects.all), rows: defects.all.rows.slice(0, MOST_ROWS).map(reportedDefect) },
    deployments: {
      rows: deployments.map((row) => reportedDeployment(row, { service, version })),
      count: deployments.length,
      atLeast: false,
    },
  }
}

export interface AskedPeriod {
  /** Undefined: all of them. */
  readonly service: { readonly id: number; readonly name: string } | undefined
  readonly environment: { readonly id: number; readonly name: string }
  readonly period: Stretch
}

/** From what the trends are drawn from. */
export async function gatherPeriodFacts(
  db: Db,
  { service, environment, period }: AskedPeriod,
  { zone, now }: { readonly zone: string; readonly now: number },
): Promise<PeriodReportFacts> {
  const place = { environmentId: environment.id, serviceIds: service && [service.id] }
  const divisions = periodDivisions(period, zone, now)
  const [facts, defects, deployments, emergencies] = await Promise.all([
    loadTrendFacts(db, place, divisions, now),
    listDefects(db, { ...place, seen: period }, { sort: 'worst', limit: MOST_ROWS }),
    listDeployments(db, { ...place, ...period }, { limit: COUNTED_AT_MOST }),
    listMatching(
      db,
      service?.id,
      (one) => one.environmentId === environment.id && isOpenedIn(one, period),
      period.from,
    ),
  ])
  return {
    service: service?.name ?? null,
    environment: environment.name,
    period,
    trends: trendsOf(facts, divisions, { one: service !== undefined, zone, now }),
    defects: {
      rows: defects.rows.map(reportedDefect),
      count: defects.total?.count ?? defects.rows.length,
      atLeast: defects.total?.atLeast ?? defects.next !== null,
    },
    deployments: {
      rows: deployments.rows
        .slice(0, MOST_ROWS)
        .map((row) => reportedDeployment(row, { service: row.service, version: row.release?.version })),
      count: deployments.rows.length,
      atLeast: deployments.more,
    },
    emergencies,
  }
}

const countOf = ({ count, atLeast }: { readonly count: number; readonly atLeast: boolean }) => ({ count, atLeast })

async function countDefects(db: Db, filter: DefectFilter) {
  const { total, rows } = await listDefects(db, filter, { sort: 'worst', limit: 1 })
  return countOf(total ?? { count: rows.length, atLeast: true })
}

/** It was opened in the period. */
const isOpenedIn = ({ openedAt }: Emergency, { from, to }: Stretch): boolean => openedAt >= from && openedAt < to

/** @param since those opened before it are not looked at */
async function listMatching(
  db: Db,
  serviceId: number | undefined,
  matches: (one: Emergency) => boolean,
  since = 0,
): Promise<Listing<ReportedEmergency>> {
  const found: Emergency[] = []
  let before: number | undefined
  let looked = 0
  do {
    const { rows, more } = await listEmergencies(db, { serviceId }, { before, limit: 200 })
    found.push(...rows.filter(matches))
    looked += rows.length
    const last = rows.at(-1)
    before = more && last && last.openedAt >= since ? last.id : undefined
  } while (before !== undefined && looked < LOOKED_AT_MOST)
  return {
    rows: found.slice(0, MOST_ROWS).map(reportedEmergency),
    count: found.length,
    atLeast: before !== undefined,
  }
}
