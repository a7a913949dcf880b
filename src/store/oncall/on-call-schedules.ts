import type { ScheduleSettings } from '../../core/oncall/read-schedule.ts'
import type { Shift } from '../../core/oncall/schedule.ts'
import type { Db } from '../database.ts'

export interface ScheduleRow {
  readonly id: number
  /** Undefined: of all services without one of their own. */
  readonly serviceId: number | undefined
  readonly service: string | undefined
  readonly settings: ScheduleSettings
  readonly sealedAddress: string | undefined
  /** Of a calendar, as it was last read. */
  readonly shifts: readonly Shift[]
  readonly readAt: number | undefined
  readonly triedAt: number | undefined
  readonly trouble: string | undefined
  readonly savedAt: number
  readonly savedName: string
}

/** The one of all services first, then by service. */
export async function listSchedules(db: Db): Promise<ScheduleRow[]> {
  const rows = await selectSchedules(db).execute()
  const name = (row: (typeof rows)[number]): string => row.service ?? ''
  return rows.sort((a, b) => (name(a) < name(b) ? -1 : 1)).map(toSchedule)
}

export async function findSchedule(db: Db, id: number): Promise<ScheduleRow | undefined> {
  const row = await selectSchedules(db).where('o.id', '=', id).executeTakeFirst()
  return row && toSchedule(row)
}

/** The service's own, else that of all services. */
export async function findScheduleOf(db: Db, serviceId: number | undefined): Promise<ScheduleRow | undefined> {
  const rows = await selectSchedules(db)
    .where((eb) => eb.or([eb('o.service_id', 'is', null), eb('o.service_id', '=', serviceId ?? 0)]))
    .execute()
  const row = rows.find((one) => one.service_id !== null) ?? rows[0]
  return row && toSchedule(row)
}

/**
 * Makes a schedule, or sets one anew. `seal` gets the id, to which the address is bound. Throws a unique violation when
 * there is another one for the service.
 * @param wanted.seal undefined: the address stays as it is; of turns there is none
 */
export async function saveSchedule(
  trx: Db,
  wanted: {
    readonly id: number | undefined
    readonly serviceId: number | undefined
    readonly settings: ScheduleSettings
    readonly seal: ((id: number) => string) | undefined
  },
  { name, now }: { readonly name: string; readonly now: number },
): Promise<number | undefined> {
  const isCalendar = wanted.settings.base.kind === 'calendar'
  const values = {
    service_id: wanted.serviceId ?? null,
    kind: wanted.settings.base.kind,
    settings_json: JSON.stringify(wanted.settings),
    due_at: isCalendar ? now : null,
    trouble: null,
    saved_at: now,
    saved_name: name,
    ...(isCalendar ? {} : { sealed_address: null, shifts_json: '[]', read_at: null, tried_at: null }),
  }
  const row =
    wanted.id === undefined
      ? await trx
          .insertInto('on_call_schedules')
          .values({ shifts_json: '[]', ...values })
          .returning('id')
          .executeTakeFirst()
      : await trx
          .updateTable('on_call_schedules')
          .set(values)
          .where('id', '=', wanted.id)
          .returning('id')
          .executeTakeFirst()
  if (row && wanted.seal)
    await trx
      .updateTable('on_call_schedules')
      // Another calendar: what was read of the one before says nothing of it.
      .set({ sealed_address: wanted.seal(row.id), shifts_json: '[]', read_at: null, tried_at: null })
      .where('id', '=', row.id)
      .execute()
  return row?.id
}

/** @returns whether there was one */
export async function deleteSchedule(trx: Db, id: number): Promise<boolean> {
  const deleted = await trx.deleteFrom('on_call_schedules').where('id', '=', id).executeTakeFirst()
  return Number(deleted.numDeletedRows) === 1
}

/**
 * Takes a calendar that is due to be read, and puts the next time off, so that nobody else reads it meanwhile.
 * @returns undefined: none is due
 */
export async function takeDueCalendar(db: Db, now: number, until: number): Promise<ScheduleRow | undefined> {
  const row = await selectSchedules(db).where('due_at', '<=', now).orderBy('due_at').limit(1).executeTakeFirst()
  if (!row) return undefined
  const taken = await db
    .updateTable('on_call_schedules')
    .set({ due_at: until, tried_at: now })
    .where('id', '=', row.id)
    .where('due_at', '=', row.due_at)
    .executeTakeFirst()
  return Number(taken.numUpdatedRows) === 1 ? toSchedule(row) : undefined
}

/** What reading came to; nothing when the schedule was saved anew meanwhile. What was read before stays after a failure. */
export async function concludeReading(
  db: Db,
  schedule: Pick<ScheduleRow, 'id' | 'savedAt'>,
  result: { readonly shifts: readonly Shift[]; readonly now: number } | { readonly trouble: string },
): Promise<void> {
  await db
    .updateTable('on_call_schedules')
    .set(
      'shifts' in result
        ? { shifts_json: JSON.stringify(result.shifts), read_at: result.now, trouble: null }
        : { trouble: result.trouble },
    )
    .where('id', '=', schedule.id)
    .where('saved_at', '=', schedule.savedAt)
    .execute()
}

const selectSchedules = (db: Db) =>
  db
    .selectFrom('on_call_schedules as o')
    .leftJoin('services', 'services.id', 'o.service_id')
    .selectAll('o')
    .select('services.name as service')

const toSchedule = (row: Awaited<ReturnType<ReturnType<typeof selectSchedules>['execute']>>[number]): ScheduleRow => ({
  id: row.id,
  serviceId: row.service_id ?? undefined,
  service: row.service ?? undefined,
  settings: JSON.parse(row.settings_json) as ScheduleSettings,
  sealedAddress: row.sealed_address ?? undefined,
  shifts: JSON.parse(row.shifts_json) as Shift[],
  readAt: row.read_at ?? undefined,
  triedAt: row.tried_at ?? undefined,
  trouble: row.trouble ?? undefined,
  savedAt: row.saved_at,
  savedName: row.saved_name,
})
