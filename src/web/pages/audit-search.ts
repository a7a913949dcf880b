import type { AuditQuery } from '../../../views/audit/audit-query.ts'
import { actionsOf, isAuditGroup } from '../../core/audit/actions.ts'
import { instantOfField } from '../../core/time/calendar-month.ts'
import type { AuditFilter } from '../../store/audit/audit-list.ts'

export interface AuditSearch {
  readonly filter: AuditFilter
  /** What of it could be used. */
  readonly asked: AuditQuery
  /** What could not, in sentences. */
  readonly remarks: readonly string[]
}

const DAY_MS = 86_400_000

/** Reads the query of the audit log. */
export function readAuditSearch(given: URLSearchParams, zone: string): AuditSearch {
  const remarks: string[] = []
  const value = (name: string) => (given.get(name) ?? '').replaceAll('\0', '').trim().slice(0, 200)
  const day = (name: 'from' | 'to'): number | undefined => {
    const text = value(name)
    const at = text === '' ? undefined : instantOfField(`${text}T00:00`, zone)
    if (text !== '' && at === undefined) remarks.push(`‘${text}’ is not a day such as 2026-11-26. Showing all.`)
    return at
  }
  const [who, what, subject] = [value('who'), value('what'), value('subject')]
  const group = isAuditGroup(what) ? what : undefined
  if (what !== '' && !group) remarks.push(`Unknown kind ‘${what}’. Showing all.`)
  const [subjectKind = '', ...id] = subject.split(':')
  const [from, to] = [day('from'), day('to')]
  return {
    filter: {
      actor: who || undefined,
      actions: group && actionsOf(group),
      subjectKind: subjectKind || undefined,
      subjectId: id.join(':') || undefined,
      from,
      to: to === undefined ? undefined : afterDay(value('to'), to, zone),
    },
    asked: {
      who,
      what: group ?? '',
      subject,
      from: from === undefined ? '' : value('from'),
      to: to === undefined ? '' : value('to'),
    },
    remarks,
  }
}

/** Where the next day begins; a day has 23 to 25 hours. */
function afterDay(text: string, at: number, zone: string): number {
  const next = new Date(Date.parse(`${text}T00:00:00Z`) + DAY_MS).toISOString().slice(0, 10)
  return instantOfField(`${next}T00:00`, zone) ?? at + DAY_MS
}
