import ICAL from 'ical.js'
import type { Shift } from '../../core/oncall/schedule.ts'
import { cleanLine } from '../../core/text/text.ts'
import { instantThere, isTimeZone } from '../../core/time/time-zone.ts'

export interface CalendarWindow {
  readonly from: number
  readonly to: number
  /** For whole days, and for times that name no zone. */
  readonly zone: string
}

export type CalendarShifts =
  | { readonly ok: true; readonly shifts: readonly Shift[] }
  /** A sentence. */
  | { readonly ok: false; readonly reason: string }

const MOST_EVENTS = 5_000
/** Of all events together; a shift that repeats daily for a century has fewer. */
const MOST_REPEATS = 50_000
const MOST_SHIFTS = 2_000
const LONGEST_NAME = 100

/**
 * The shifts of an iCalendar within a window; each is named by the event's summary. An event that repeats stays at its time
 * of the clock, whatever that was set to. Bounded in events and repeats, but not in time: run it in a thread of its own.
 */
export function calendarShifts(text: string, window: CalendarWindow): CalendarShifts {
  try {
    const calendar = new ICAL.Component(ICAL.parse(text) as unknown[])
    if (calendar.name !== 'vcalendar') return { ok: false, reason: 'It is no calendar.' }
    const components = calendar.getAllSubcomponents('vevent')
    if (components.length > MOST_EVENTS) return { ok: false, reason: `It has more than ${MOST_EVENTS} events.` }
    return expand(
      components.map((component) => new ICAL.Event(component)),
      window,
    )
  } catch {
    return { ok: false, reason: 'It cannot be read as an iCalendar.' }
  }
}

function expand(events: readonly ICAL.Event[], window: CalendarWindow): CalendarShifts {
  const shifts: Shift[] = []
  const add = (item: ICAL.Event, start: ICAL.Time, end: ICAL.Time): void => {
    const from = instantOf(item, 'dtstart', start, window.zone)
    const to = instantOf(item, 'dtend', end, window.zone)
    const name = nameOf(item)
    if (name !== '' && from < to && to > window.from && from < window.to) shifts.push({ from, to, name })
  }
  let repeats = 0
  for (const event of events) {
    // What takes the place of one repeat is told with the event that repeats.
    if (event.isRecurrenceException() || isCancelled(event)) continue
    if (!event.isRecurring()) {
      add(event, event.startDate, event.endDate)
      continue
    }
    const iterator = event.iterator()
    for (let next = iterator.next(); next; next = iterator.next()) {
      if (++repeats > MOST_REPEATS) return { ok: false, reason: `Its events repeat more than ${MOST_REPEATS} times.` }
      if (instantOf(event, 'dtstart', next, window.zone) >= window.to) break
      const { item, startDate, endDate } = event.getOccurrenceDetails(next)
      if (!isCancelled(item)) add(item, startDate, endDate)
    }
  }
  if (shifts.length > MOST_SHIFTS)
    return { ok: false, reason: `It has more than ${MOST_SHIFTS} shifts in four months.` }
  return { ok: true, shifts: shifts.sort((a, b) => a.from - b.from || a.to - b.to || (a.name < b.name ? -1 : 1)) }
}

const isCancelled = (event: ICAL.Event): boolean => event.component.getFirstPropertyValue('status') === 'CANCELLED'

/** `On call: Ana` is Ana. */
const nameOf = (event: ICAL.Event): string =>
  cleanLine(String(event.summary ?? ''), LONGEST_NAME * 2)
    .replace(/^on[ -]?call\s*[:–-]\s*/i, '')
    .slice(0, LONGEST_NAME)
    .trim()

function instantOf(event: ICAL.Event, property: 'dtstart' | 'dtend', time: ICAL.Time, zone: string): number {
  const local = Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second)
  if (time.isDate) return instantThere(local, zone)
  if (time.zone === ICAL.Timezone.utcTimezone) return local
  const named = event.component.getFirstProperty(property) ?? event.component.getFirstProperty('dtstart')
  const tzid = String(named?.getFirstParameter('tzid') ?? '')
  // The zones of this machine are kept up to date; what a calendar says of them need not be.
  if (isTimeZone(tzid)) return instantThere(local, tzid)
  const hasRules = time.zone !== undefined && time.zone !== ICAL.Timezone.localTimezone
  return hasRules ? time.toUnixTime() * 1_000 : instantThere(local, zone)
}
