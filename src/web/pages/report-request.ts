import type { FormProblems } from '../../../views/components/form-parts.tsx'
import type { TypedReport } from '../../../views/reports/list-page.tsx'
import { dayKey, daysIn, lastWhole } from '../../core/reports/period.ts'
import type { Stretch } from '../../core/time/calendar.ts'
import { parseDay } from '../../core/time/calendar-month.ts'
import { readPastRange } from './absolute-range.ts'
import { TREND_RANGES } from './trends-scope.ts'

/** What a form or an address asks a report of. */

const DAY_MS = 86_400_000
const LONGEST_DAYS = 400

/** What the forms begin with: the last week, unless the address says what. */
export function reportDraft(query: (name: string) => string | undefined, zone: string, now: number): TypedReport {
  const { from, to } = askedStretch(query, zone, now) ?? lastWhole('week', now, zone)
  return {
    kind: '',
    service: query('service') ?? '',
    version: query('version') ?? '',
    env: query('env') ?? '',
    from: dayKey(from, zone),
    to: dayKey(to - 1, zone),
  }
}

function askedStretch(query: (name: string) => string | undefined, zone: string, now: number): Stretch | undefined {
  const days = TREND_RANGES.find(({ key }) => key === query('range'))?.days
  const end = parseDay(query('until') ?? '', zone)?.to ?? now + 1
  if (days !== undefined) return { from: end - days * DAY_MS, to: end }
  return readPastRange({ from: query('from'), to: query('to') }, { now, zone, instead: '' }).span
}

export const typedReport = (form: (name: string) => string): TypedReport => ({
  kind: form('kind') === 'release' ? 'release' : 'period',
  service: form('kind') === 'release' ? form('service') : form('of'),
  version: form('version'),
  env: form('env'),
  from: form('from'),
  to: form('to'),
})

/** From the first day to the end of the last, on the clocks of the zone. */
export function readPeriod(
  typed: Pick<TypedReport, 'from' | 'to'>,
  zone: string,
  now: number,
): Stretch | { readonly problems: FormProblems } {
  const first = parseDay(typed.from, zone)
  const last = parseDay(typed.to, zone)
  const refuse = (field: 'from' | 'to', message: string) => ({ problems: { fields: { [field]: message } } })
  if (!first) return refuse('from', 'Enter the first day as a date.')
  if (!last) return refuse('to', 'Enter the last day as a date.')
  if (last.from < first.from) return refuse('to', 'The last day is before the first.')
  if (first.from > now) return refuse('from', 'The first day is yet to come.')
  const period = { from: first.from, to: last.to }
  if (daysIn(period) > LONGEST_DAYS) return refuse('from', `A report covers ${LONGEST_DAYS} days at most.`)
  return period
}
