import type { Logger } from 'pino'
import { RepeatingJob } from '../repeating-job.ts'
import { runSchedules, type ScheduleParts } from './run-schedules.ts'

export interface ReportClockParts extends ScheduleParts {
  readonly log: Logger
}

const LOOK_EVERY_MS = 60_000

/** Looks every minute whether a report is due. Several instances may: each report is made by one. */
export const createReportClock = (parts: ReportClockParts): RepeatingJob =>
  new RepeatingJob({
    name: 'making planned reports',
    everyMs: LOOK_EVERY_MS,
    firstAfterMs: LOOK_EVERY_MS,
    log: parts.log,
    async turn() {
      const made = await runSchedules(parts)
      if (made > 0) parts.log.info({ made }, 'planned reports were made')
    },
  })
