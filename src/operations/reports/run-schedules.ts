import { usualEnvironment } from '../../core/deployment/environment.ts'
import { duePeriod, isDueEnd } from '../../core/reports/schedule.ts'
import type { ReportSnapshot } from '../../core/reports/snapshot.ts'
import type { Db, Store } from '../../store/database.ts'
import { listEmergencies } from '../../store/emergency/emergencies.ts'
import { listEnvironmentChoices } from '../../store/overview/overview-queries.ts'
import {
  findReportSchedule,
  listSchedules,
  type ReportSchedule,
  takeRun,
  wasRun,
} from '../../store/reports/report-schedules.ts'
import { announce } from '../notifications/announce.ts'
import { keepReport, snapshotPeriod, snapshotRelease } from './make-report.ts'

export interface ScheduleParts {
  readonly store: Store
  readonly clock: () => number
}

/** A report that is to be made once. */
interface Due {
  /** Of the schedule, unlike any other of it. */
  readonly key: string
  /** As things stand now; undefined: there is nothing to report on. */
  snapshot(): Promise<ReportSnapshot | undefined>
}

/** Those who made themselves are made by the product. */
const MAKER = 'Postflight'
/** The newest that were closed, which are looked through. */
const MOST_CLOSED = 50

/**
 * Makes every report that is due, and has people told of it, each once: whichever instance writes its row first. Whoever
 * was killed before has written nothing, and it is made when somebody next looks.
 *
 * @returns how many were made
 * @throws what the store throws
 */
export async function runSchedules({ store, clock }: ScheduleParts): Promise<number> {
  let made = 0
  for (const schedule of await listSchedules(store.db)) {
    if (!schedule.enabled) continue
    for (const due of await duesOf(store.reader, schedule, clock())) {
      if (await wasRun(store.db, schedule.id, due.key)) continue
      const report = await due.snapshot()
      if (report && (await keepOnce(store, schedule, due.key, report))) made++
    }
  }
  return made
}

async function duesOf(db: Db, schedule: ReportSchedule, now: number): Promise<Due[]> {
  const { service, zone } = schedule
  const maker = { name: MAKER, zone, now }
  const due = duePeriod(schedule, now)
  if (due)
    return [
      {
        key: due.key,
        async snapshot() {
          const environment = usualEnvironment(await listEnvironmentChoices(db))
          return environment && (await snapshotPeriod(db, { service, environment, period: due.period }, maker))
        },
      },
    ]
  if (schedule.cadence !== 'emergency-closed') return []
  const { rows } = await listEmergencies(db, { serviceId: service?.id, states: ['closed'] }, { limit: MOST_CLOSED })
  return rows
    .filter(({ endedAt }) => isDueEnd(schedule, endedAt, now))
    .map(({ id, service: name, fromVersion, targetVersion }) => ({
      key: `ER-${id}`,
      // The release that it was about is the one it replaced.
      snapshot: () => snapshotRelease(db, { service: name, version: fromVersion ?? targetVersion }, maker),
    }))
}

/** The report, its row and what people are told of it: all of them or none. */
async function keepOnce(
  store: Store,
  schedule: ReportSchedule,
  period: string,
  report: ReportSnapshot,
): Promise<boolean> {
  const now = report.madeAt
  return await store.transaction(async (trx) => {
    // Switched off or removed while it was made.
    if (!(await findReportSchedule(trx, schedule.id))?.enabled) return false
    if (!(await takeRun(trx, schedule.id, period, now))) return false
    const reportId = await keepReport(trx, report)
    const { title, sentence, subject } = report
    await announce(
      trx,
      {
        event: 'report-made',
        key: `report-made:${schedule.id}:${period}`,
        at: now,
        service: subject.service ?? undefined,
        environment: subject.environment ?? undefined,
        ...{ reportId, title, sentence },
        numbers: report.numbers.map(({ name, text }) => ({ name, text })),
      },
      now,
    )
    return true
  })
}
