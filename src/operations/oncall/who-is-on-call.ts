import { type OnCall, onCallAt } from '../../core/oncall/on-call.ts'
import type { Schedule } from '../../core/oncall/schedule.ts'
import type { Db } from '../../store/database.ts'
import { findScheduleOf, type ScheduleRow } from '../../store/oncall/on-call-schedules.ts'

export interface ServiceOnCall extends OnCall {
  /** It has a schedule of its own; else it is that of all services. */
  readonly own: boolean
  /** Of a calendar that could not be read lately: who is named may be out of date. */
  readonly trouble: string | undefined
}

/** Who is on call for a service; undefined: no schedule says. */
export async function whoIsOnCall(
  db: Db,
  serviceId: number | undefined,
  now: number,
): Promise<ServiceOnCall | undefined> {
  const row = await findScheduleOf(db, serviceId)
  return row && { ...onCallOf(row, now), own: row.serviceId !== undefined, trouble: row.trouble }
}

export const onCallOf = (row: Pick<ScheduleRow, 'settings' | 'shifts'>, now: number): OnCall =>
  onCallAt(scheduleOf(row), now)

const scheduleOf = ({ settings, shifts }: Pick<ScheduleRow, 'settings' | 'shifts'>): Schedule => ({
  base: settings.base.kind === 'rotation' ? settings.base : { kind: 'calendar', shifts },
  overrides: settings.overrides,
})
