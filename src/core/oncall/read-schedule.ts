import { cleanLine } from '../text/text.ts'
import { counted, listed } from '../text/wording.ts'
import { fieldTime, instantThere, isTimeZone } from '../time/time-zone.ts'
import { shownName } from './on-call.ts'
import { type Rotation, type Shift, UNITS } from './schedule.ts'

/** A schedule as its form has it. */
export interface WrittenSchedule {
  readonly kind: string
  /** One on a line. */
  readonly names: string
  readonly starts: string
  readonly every: string
  readonly unit: string
  readonly zone: string
  /** `2026-12-24 09:00 to 2026-12-26 09:00 Ana`, one on a line. */
  readonly overrides: string
}

/** What is kept of it; the address of a calendar is kept apart, sealed. */
export interface ScheduleSettings {
  readonly base: Rotation | { readonly kind: 'calendar'; readonly zone: string }
  readonly overrides: readonly Shift[]
}

export type ReadSchedule =
  | { readonly ok: true; readonly settings: ScheduleSettings }
  | { readonly ok: false; readonly problems: Readonly<Record<string, string>> }

const MOST_NAMES = 50
const MOST_OVERRIDES = 100
const LONGEST_NAME = 100
const MOST_EVERY = 1_000
const LOCAL_TIME = /^(\d{4}-\d\d-\d\d)[T ](\d\d:\d\d)$/

export function readSchedule(written: WrittenSchedule): ReadSchedule {
  const problems: Record<string, string> = {}
  const zone = written.zone.trim()
  if (!isTimeZone(zone)) problems.zone = 'Choose a time zone, such as Europe/Berlin.'
  const overrides = problems.zone ? [] : readOverrides(written.overrides, zone)
  if (typeof overrides === 'string') problems.overrides = overrides
  let base: ScheduleSettings['base'] = { kind: 'calendar', zone }
  if (written.kind === 'rotation') {
    const names = linesOf(written.names).map((line) => cleanLine(line, LONGEST_NAME))
    if (names.length === 0) problems.names = 'Name at least one person.'
    if (names.length > MOST_NAMES) problems.names = `Name at most ${MOST_NAMES} people.`
    const starts = localTime(written.starts)
    if (starts === undefined) problems.starts = 'Give a day and a time, such as 2026-11-23 09:00.'
    const every = /^\d{1,4}$/.test(written.every.trim()) ? Number(written.every) : 0
    if (every < 1 || every > MOST_EVERY) problems.every = `Give a whole number from 1 to ${MOST_EVERY}.`
    const unit = UNITS.find((one) => one === written.unit)
    if (!unit) problems.unit = 'Choose hours, days or weeks.'
    base = { kind: 'rotation', names, starts: starts ?? '', every, unit: unit ?? 'weeks', zone }
  } else if (written.kind !== 'calendar') problems.kind = 'Choose turns or a calendar.'
  return Object.keys(problems).length > 0 || typeof overrides === 'string'
    ? { ok: false, problems }
    : { ok: true, settings: { base, overrides } }
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** As `2026-11-23T09:00`; undefined when there is no such time. */
function localTime(text: string): string | undefined {
  const found = LOCAL_TIME.exec(text.trim())
  if (!found) return undefined
  const local = `${found[1]}T${found[2]}`
  const at = Date.parse(`${local}:00Z`)
  return Number.isNaN(at) || new Date(at).toISOString().slice(0, 16) !== local ? undefined : local
}

const OVERRIDE = /^(\S{10}[T ]\S{5})\s*(?:-|–|to|until)\s*(\S{10}[T ]\S{5})[\s:,]+(\S.*)$/

function readOverrides(text: string, zone: string): Shift[] | string {
  const lines = linesOf(text)
  if (lines.length > MOST_OVERRIDES) return `Keep at most ${MOST_OVERRIDES} overrides.`
  const shifts: Shift[] = []
  for (const line of lines) {
    const found = OVERRIDE.exec(line)
    const from = localTime(found?.[1] ?? '')
    const to = localTime(found?.[2] ?? '')
    const name = cleanLine(found?.[3] ?? '', LONGEST_NAME)
    if (from === undefined || to === undefined || from >= to || name === '')
      return `“${cleanLine(line, 60)}” is not an override such as: 2026-12-24 09:00 to 2026-12-26 09:00 Name.`
    const instant = (local: string) => instantThere(Date.parse(`${local}:00Z`), zone)
    shifts.push({ from: instant(from), to: instant(to), name })
  }
  return shifts
}

/** The same schedule as its form has it. */
export function writeSchedule({ base, overrides }: ScheduleSettings): WrittenSchedule {
  const local = (at: number): string => fieldTime(at, base.zone).replace('T', ' ')
  return {
    kind: base.kind,
    zone: base.zone,
    names: base.kind === 'rotation' ? base.names.join('\n') : '',
    starts: base.kind === 'rotation' ? base.starts : '',
    every: base.kind === 'rotation' ? String(base.every) : '1',
    unit: base.kind === 'rotation' ? base.unit : 'weeks',
    overrides: overrides.map(({ from, to, name }) => `${local(from)} to ${local(to)} ${name}`).join('\n'),
  }
}

/** `Ana, Ben and Cleo, a handover every week`, `By a calendar`. */
export function scheduleWords({ base, overrides }: ScheduleSettings): string {
  const more = overrides.length > 0 ? `, with ${counted(overrides.length, 'override')}` : ''
  if (base.kind === 'calendar') return `By a calendar${more}`
  const { every, unit } = base
  const turns = every === 1 ? unit.slice(0, -1) : `${every} ${unit}`
  const names = base.names.map(shownName)
  return `${listed(names, 'and')}, a handover every ${turns}${more}`
}
