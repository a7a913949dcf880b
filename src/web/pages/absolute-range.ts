import { parseDay } from '../../core/time/calendar-month.ts'
import { parseInstant } from '../../core/time/instant.ts'

/** A stretch of time that an address names by its ends: `from` and `to`, each an RFC 3339 time or a day. */

export interface AskedEnds {
  readonly from?: string | undefined
  readonly to?: string | undefined
}

export interface AbsoluteRange {
  /** Epoch ms, half-open; a day counts whole, and an end that is not given is open. Undefined: none was understood. */
  readonly span: { readonly from?: number; readonly to?: number } | undefined
  /** What could not be understood, and why. */
  readonly remarks: readonly string[]
}

/** The instant at which it begins or ends; undefined for what is neither a time nor a day of `zone`. */
export const readEnd = (text: string, end: 'from' | 'to', zone: string): number | undefined =>
  parseInstant(text) ?? parseDay(text, zone)?.[end]

/** Days are those of `zone`. */
export function readAbsoluteRange({ from, to }: AskedEnds, zone: string): AbsoluteRange {
  const remarks: string[] = []
  const read = (text: string | undefined, end: 'from' | 'to'): number | undefined => {
    if (!text) return undefined
    const at = readEnd(text, end, zone)
    if (at === undefined)
      remarks.push(`‘${text}’ is neither a day such as 2026-11-22 nor a time such as 2026-11-22T21:10:00Z.`)
    return at
  }
  const ends = { from: read(from, 'from'), to: read(to, 'to') }
  if (remarks.length > 0 || (ends.from === undefined && ends.to === undefined)) return { span: undefined, remarks }
  if (ends.from !== undefined && ends.to !== undefined && ends.from >= ends.to)
    return { span: undefined, remarks: [`The time from ‘${from}’ to ‘${to}’ ends before it begins.`] }
  return {
    span: {
      ...(ends.from === undefined ? {} : { from: ends.from }),
      ...(ends.to === undefined ? {} : { to: ends.to }),
    },
    remarks,
  }
}

/** Of a stretch that a page of numbers is asked for, where it says nothing else. */
export const LONGEST_PAST = { ms: 366 * 86_400_000, text: 'a year' }

/**
 * The stretch that a page of numbers asks for by its ends: it begins somewhere, is no longer than the `longest`, and ends at the
 * latest with this very millisecond. Undefined when it names none that is such; why is in the remarks, which end with
 * what is shown `instead`, as in "the last 14 days".
 */
export function readPastRange(
  asked: AskedEnds,
  {
    now,
    zone,
    instead,
    longest = LONGEST_PAST,
  }: {
    readonly now: number
    readonly zone: string
    readonly instead: string
    readonly longest?: { readonly ms: number; readonly text: string }
  },
): { readonly span: { readonly from: number; readonly to: number } | undefined; readonly remarks: readonly string[] } {
  const { span, remarks } = readAbsoluteRange(asked, zone)
  const wrong = [...remarks]
  const { from } = span ?? {}
  const to = Math.min(span?.to ?? now + 1, now + 1)
  if (span && from === undefined) wrong.push('A stretch of time begins with `from`.')
  if (from !== undefined && from >= to) wrong.push('That time has not come yet.')
  if (from !== undefined && to - from > longest.ms) wrong.push(`A stretch of time is ${longest.text} at most.`)
  if (wrong.length > 0) return { span: undefined, remarks: [...wrong, `Showing ${instead}.`] }
  return { span: from === undefined ? undefined : { from, to }, remarks: [] }
}
