import { listed } from '../text/wording.ts'
import { nameOfTurn, turnAt, turnBegins } from './rotation.ts'
import type { Schedule, Shift } from './schedule.ts'

export interface OnCall {
  /** Undefined: nobody is. Several of a calendar are named together. */
  readonly now: { readonly name: string; readonly until: number | undefined } | undefined
  /** Who takes over, and when; undefined: nobody else within what is known. */
  readonly next: { readonly name: string; readonly from: number } | undefined
}

/** Further than this many changes nobody looks. */
const MOST_CHANGES = 200

/** Who is on call, until when, and who is next. */
export function onCallAt(schedule: Schedule, now: number): OnCall {
  const current = nameAt(schedule, now)
  let at = now
  let until: number | undefined
  for (let i = 0; i < MOST_CHANGES; i++) {
    const change = changeAfter(schedule, at)
    if (change === undefined) break
    at = change
    const name = nameAt(schedule, at)
    if (name === current && until === undefined) continue
    until ??= at
    if (name !== undefined)
      return { now: current === undefined ? undefined : { name: current, until }, next: { name, from: at } }
  }
  return { now: current === undefined ? undefined : { name: current, until }, next: undefined }
}

function nameAt({ base, overrides }: Schedule, at: number): string | undefined {
  const override = overrides.findLast((one) => covers(one, at))
  if (override) return override.name
  if (base.kind === 'rotation') return nameOfTurn(base, turnAt(base, at))
  const names = [...new Set(base.shifts.filter((one) => covers(one, at)).map(({ name }) => name))].sort()
  return names.length > 0 ? listed(names, 'and') : undefined
}

const covers = ({ from, to }: Shift, at: number): boolean => from <= at && at < to

/** The next instant at which somebody else may be on call. */
function changeAfter({ base, overrides }: Schedule, at: number): number | undefined {
  const edges = [...overrides, ...(base.kind === 'calendar' ? base.shifts : [])].flatMap(({ from, to }) => [from, to])
  if (base.kind === 'rotation' && base.names.length > 0) edges.push(turnBegins(base, Math.max(0, turnAt(base, at) + 1)))
  let next: number | undefined
  for (const edge of edges) if (edge > at && (next === undefined || edge < next)) next = edge
  return next
}

/** `Ana <ana@example.com>` is Ana: an address is for sending, not for showing. */
export const shownName = (name: string): string => name.replace(/\s*<[^<>]*>/g, '').trim()
