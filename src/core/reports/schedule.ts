import { type Stretch, stretchAround } from '../time/calendar.ts'
import { dayKey, lastWhole } from './period.ts'

/** When reports make themselves. */
export type Cadence = 'weekly' | 'monthly' | 'emergency-closed'

export const CADENCES: readonly Cadence[] = ['weekly', 'monthly', 'emergency-closed']

/** As in "Every week, on Monday". */
export const CADENCE_WORDS: Readonly<Record<Cadence, string>> = {
  weekly: 'Every week, when it is over',
  monthly: 'Every month, when it is over',
  'emergency-closed': 'When an emergency release is closed',
}

export interface Schedule {
  readonly cadence: Cadence
  readonly zone: string
  /** When it was switched on last. */
  readonly since: number
}

/** A period of which a report is due, with the name by which it is made once. */
export interface DuePeriod {
  readonly key: string
  readonly period: Stretch
}

const UNITS = { weekly: 'week', monthly: 'month' } as const

/**
 * The week or month that ended last, on the clocks of the schedule; undefined when it was over before the schedule was
 * switched on. Whoever was down for longer makes up for the last alone.
 */
export function duePeriod({ cadence, zone, since }: Schedule, now: number): DuePeriod | undefined {
  if (cadence === 'emergency-closed') return undefined
  const period = lastWhole(UNITS[cadence], now, zone)
  return period.to > since ? { key: dayKey(period.from, zone), period } : undefined
}

/** When the running week or month is over on its clocks; undefined: what it waits for has no time. */
export const nextDue = ({ cadence, zone }: Omit<Schedule, 'since'>, now: number): number | undefined =>
  cadence === 'emergency-closed' ? undefined : stretchAround(now, UNITS[cadence], zone).to

/** Later it is no news, and whoever wants to know has looked. */
const REPORTED_FOR_MS = 7 * 86_400_000

/** Whether the end of an emergency release is one to report. */
export const isDueEnd = ({ cadence, since }: Schedule, endedAt: number | undefined, now: number): boolean =>
  cadence === 'emergency-closed' && endedAt !== undefined && endedAt >= since && now - endedAt <= REPORTED_FOR_MS
