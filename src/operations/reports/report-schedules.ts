import { CADENCES, type Cadence } from '../../core/reports/schedule.ts'
import { isTimeZone } from '../../core/time/time-zone.ts'
import type { Store } from '../../store/database.ts'
import {
  deleteSchedule,
  findReportSchedule,
  insertSchedule,
  listSchedules,
  type ReportSchedule,
  switchSchedule,
} from '../../store/reports/report-schedules.ts'
import { findService } from '../../store/services/services.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { ByWhom } from './make-report.ts'

const MOST_SCHEDULES = 50

export interface WantedSchedule {
  readonly cadence: string
  /** Empty: all services in one report. */
  readonly service: string
  readonly zone: string
}

/** Has reports made from now on. @returns why not, as a sentence; undefined: done */
export async function planReports(
  store: Store,
  wanted: WantedSchedule,
  { actor, now }: ByWhom,
): Promise<string | undefined> {
  const cadence = CADENCES.find((one) => one === wanted.cadence)
  if (!cadence) return 'Choose when reports are made.'
  if (!isTimeZone(wanted.zone)) return 'This time zone is not known.'
  return await store.transaction(async (trx) => {
    const service = wanted.service === '' ? undefined : await findService(trx, wanted.service)
    if (wanted.service !== '' && !service) return `There is no service ‘${wanted.service}’.`
    const known = await listSchedules(trx)
    if (known.length >= MOST_SCHEDULES) return `There are ${MOST_SCHEDULES} plans, which is the most there can be.`
    if (known.some((one) => one.cadence === cadence && one.service?.id === service?.id))
      return 'This is planned already.'
    const { zone } = wanted
    const id = await insertSchedule(trx, { cadence, serviceId: service?.id, zone, madeBy: actor.name, now })
    const subject = subjectOf({ id, cadence, service })
    await recordAudit(trx, { actor, action: 'report-schedule.created', subject, change: { zone } }, now)
    return undefined
  })
}

/** @returns whether there is such a plan */
export async function switchReports(
  store: Store,
  id: number,
  enabled: boolean,
  { actor, now }: ByWhom,
): Promise<boolean> {
  return await store.transaction(async (trx) => {
    const schedule = await findReportSchedule(trx, id)
    if (!schedule) return false
    if (schedule.enabled === enabled) return true
    await switchSchedule(trx, id, enabled, now)
    const change = { on: enabled }
    await recordAudit(trx, { actor, action: 'report-schedule.changed', subject: subjectOf(schedule), change }, now)
    return true
  })
}

/** @returns whether there was such a plan */
export async function removeSchedule(store: Store, id: number, { actor, now }: ByWhom): Promise<boolean> {
  return await store.transaction(async (trx) => {
    const schedule = await findReportSchedule(trx, id)
    if (!schedule) return false
    await deleteSchedule(trx, id)
    await recordAudit(trx, { actor, action: 'report-schedule.removed', subject: subjectOf(schedule) }, now)
    return true
  })
}

const subjectOf = ({
  id,
  cadence,
  service,
}: Pick<ReportSchedule, 'id' | 'service'> & { readonly cadence: Cadence }) => ({
  kind: 'report-schedule',
  id,
  name: `${cadence} of ${service?.name ?? 'all services'}`,
})
