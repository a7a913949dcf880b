import type { Cadence } from '../../core/reports/schedule.ts'
import type { Db } from '../database.ts'

export interface ReportSchedule {
  readonly id: number
  readonly cadence: Cadence
  /** Undefined: all services in one report. */
  readonly service: { readonly id: number; readonly name: string } | undefined
  readonly zone: string
  readonly enabled: boolean
  /** When it was switched on last. */
  readonly since: number
  readonly madeBy: string
}

export async function insertSchedule(
  trx: Db,
  schedule: {
    readonly cadence: Cadence
    readonly serviceId: number | undefined
    readonly zone: string
    readonly madeBy: string
    readonly now: number
  },
): Promise<number> {
  const { id } = await trx
    .insertInto('report_schedules')
    .values({
      cadence: schedule.cadence,
      service_id: schedule.serviceId ?? null,
      zone: schedule.zone,
      enabled: 1,
      since: schedule.now,
      made_by: schedule.madeBy,
      made_at: schedule.now,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

const selectSchedules = (db: Db) =>
  db
    .selectFrom('report_schedules as r')
    .leftJoin('services as s', 's.id', 'r.service_id')
    .select(['r.id', 'r.cadence', 'r.service_id', 's.name as service', 'r.zone', 'r.enabled', 'r.since', 'r.made_by'])

type Row = Awaited<ReturnType<ReturnType<typeof selectSchedules>['execute']>>[number]

const toSchedule = (row: Row): ReportSchedule => ({
  id: row.id,
  cadence: row.cadence,
  service: row.service_id === null || row.service === null ? undefined : { id: row.service_id, name: row.service },
  zone: row.zone,
  enabled: row.enabled === 1,
  since: row.since,
  madeBy: row.made_by,
})

/** In the order they were made. */
export async function listSchedules(db: Db): Promise<ReportSchedule[]> {
  return (await selectSchedules(db).orderBy('r.id').execute()).map(toSchedule)
}

export async function findReportSchedule(db: Db, id: number): Promise<ReportSchedule | undefined> {
  const row = await selectSchedules(db).where('r.id', '=', id).executeTakeFirst()
  return row && toSchedule(row)
}

/** @param since from when on, where it is switched on */
export async function switchSchedule(trx: Db, id: number, enabled: boolean, since: number): Promise<void> {
  await trx
    .updateTable('report_schedules')
    .set({ enabled: enabled ? 1 : 0, ...(enabled ? { since } : {}) })
    .where('id', '=', id)
    .execute()
}

/** The reports it made stay. */
export async function deleteSchedule(trx: Db, id: number): Promise<void> {
  await trx.deleteFrom('report_runs').where('schedule_id', '=', id).execute()
  await trx.deleteFrom('report_schedules').where('id', '=', id).execute()
}

export async function wasRun(db: Db, scheduleId: number, period: string): Promise<boolean> {
  const row = await db
    .selectFrom('report_runs')
    .select('made_at')
    .where('schedule_id', '=', scheduleId)
    .where('period', '=', period)
    .executeTakeFirst()
  return row !== undefined
}

/** Of all that try at once, one gets the period. @returns whether it was got */
export async function takeRun(trx: Db, scheduleId: number, period: string, now: number): Promise<boolean> {
  const inserted = await trx
    .insertInto('report_runs')
    .values({ schedule_id: scheduleId, period, made_at: now })
    .onConflict((conflict) => conflict.columns(['schedule_id', 'period']).doNothing())
    .executeTakeFirst()
  return Number(inserted.numInsertedOrUpdatedRows) === 1
}
