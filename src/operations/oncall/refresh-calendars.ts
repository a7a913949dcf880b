import type { Logger } from 'pino'
import { refusalSentence } from '../../core/outbound-rule.ts'
import { type OutboundRules, safeRequest } from '../../outbound/safe-request.ts'
import type { Store } from '../../store/database.ts'
import { concludeReading, type ScheduleRow, takeDueCalendar } from '../../store/oncall/on-call-schedules.ts'
import type { SecretBox } from '../access/secret-box.ts'
import { RepeatingJob } from '../repeating-job.ts'
import type { CalendarShifts } from './calendar-shifts.ts'
import { readCalendar } from './read-calendar.ts'
import { openAddress } from './save-schedule.ts'

export interface CalendarParts {
  readonly store: Store
  readonly secretBox: SecretBox
  readonly rules: OutboundRules
  readonly clock: () => number
  readonly log: Logger
}

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
const READ_EVERY_MS = 30 * MINUTE_MS
const LOOK_EVERY_MS = 15_000
/** What is kept of a calendar reaches so far; it is read again long before its end. */
const BACK_MS = 2 * DAY_MS
const AHEAD_MS = 120 * DAY_MS
const MOST_BYTES = 2 * 1024 * 1024

/** Reads the calendars of who is on call again and again. Several instances may: each reading is taken by one. */
export const createCalendarRefresh = (parts: CalendarParts): RepeatingJob =>
  new RepeatingJob({
    name: 'reading the calendars of who is on call',
    everyMs: LOOK_EVERY_MS,
    log: parts.log,
    turn: (stopping) => refreshCalendars(parts, stopping),
  })

/** Reads those that are due, one after the other. @throws what the store throws */
export async function refreshCalendars(parts: CalendarParts, signal?: AbortSignal): Promise<void> {
  const { store, clock } = parts
  while (!signal?.aborted) {
    const now = clock()
    // No transaction: mostly there is nothing to take, and that is no reason to wait for the write lock.
    const schedule = await takeDueCalendar(store.db, now, now + READ_EVERY_MS)
    if (!schedule) return
    const read = await fetchShifts(parts, schedule, now, signal)
    if (signal?.aborted) return
    await concludeReading(store.db, schedule, read.ok ? { shifts: read.shifts, now } : { trouble: read.reason })
  }
}

async function fetchShifts(
  { secretBox, rules }: CalendarParts,
  schedule: ScheduleRow,
  now: number,
  signal: AbortSignal | undefined,
): Promise<CalendarShifts> {
  const no = (reason: string): CalendarShifts => ({ ok: false, reason })
  const url = openAddress(secretBox, schedule)
  if (url === undefined) return no('Its address cannot be opened with this key file; enter it again.')
  const answer = await safeRequest(
    { method: 'GET', url, maxBytes: MOST_BYTES, headers: { Accept: 'text/calendar' }, signal },
    rules,
  )
  if (answer.kind === 'refused') return no(refusalSentence(answer.refusal))
  if (answer.kind === 'unreachable')
    return no(answer.why === 'too-much' ? 'It is larger than 2 MiB.' : `It could not be reached (${answer.code}).`)
  if (answer.status >= 300 && answer.status < 400) return no('It has moved: give the address that it leads to.')
  if (answer.status !== 200) return no(`It answered ${answer.status}.`)
  return readCalendar(
    new TextDecoder().decode(answer.body),
    { from: now - BACK_MS, to: now + AHEAD_MS, zone: schedule.settings.base.zone },
    signal ? { signal } : {},
  )
}
