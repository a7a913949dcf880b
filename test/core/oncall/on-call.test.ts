import fc from 'fast-check'
import { expect, test } from 'vitest'
import { onCallAt } from '../../../src/core/oncall/on-call.ts'
import { readSchedule, type WrittenSchedule } from '../../../src/core/oncall/read-schedule.ts'
import { nameOfTurn, turnAt, turnBegins } from '../../../src/core/oncall/rotation.ts'
import type { Rotation, Schedule } from '../../../src/core/oncall/schedule.ts'
import { wallClock } from '../../../src/core/time/time-zone.ts'

const rotation = (changes: Partial<Rotation> = {}): Rotation => ({
  kind: 'rotation',
  names: ['Ana', 'Ben', 'Cleo'],
  starts: '2026-10-19T09:00',
  every: 1,
  unit: 'weeks',
  zone: 'Europe/Berlin',
  ...changes,
})
const turns = (changes: Partial<Rotation> = {}): Schedule => ({ base: rotation(changes), overrides: [] })
const at = (text: string): number => Date.parse(text)

test('who takes turns hands over at the same time of the clock, though that was set back between', () => {
  // Summer time ends on 25 October 2026.
  const before = onCallAt(turns(), at('2026-10-26T07:59:59Z'))
  expect(before).toEqual({
    now: { name: 'Ana', until: at('2026-10-26T08:00:00Z') },
    next: { name: 'Ben', from: at('2026-10-26T08:00:00Z') },
  })
  expect(onCallAt(turns(), at('2026-10-26T08:00:00Z')).now?.name).toBe('Ben')
  expect(onCallAt(turns(), at('2026-10-19T07:00:00Z')).now).toEqual({ name: 'Ana', until: at('2026-10-26T08:00:00Z') })
})

test('turns counted in hours are that long, whatever the clock is set to', () => {
  const hourly = turns({ unit: 'hours', every: 12, starts: '2026-10-24T21:00' })
  expect(onCallAt(hourly, at('2026-10-25T06:59:59Z')).now?.name).toBe('Ana')
  expect(onCallAt(hourly, at('2026-10-25T07:00:00Z')).now?.name).toBe('Ben')
})

test('a handover at a time that is left out comes as far after it', () => {
  const nightly = rotation({ unit: 'days', starts: '2026-03-28T02:30' })
  expect(turnBegins(nightly, 1)).toBe(at('2026-03-29T01:30:00Z'))
  expect(turnBegins(nightly, 2)).toBe(at('2026-03-30T00:30:00Z'))
})

test('nobody is on call before the first turn; the first is next', () => {
  expect(onCallAt(turns(), at('2026-10-01T00:00:00Z'))).toEqual({
    now: undefined,
    next: { name: 'Ana', from: at('2026-10-19T07:00:00Z') },
  })
})

test('one alone is on call for ever, and nobody is next', () => {
  expect(onCallAt(turns({ names: ['Ana'] }), at('2026-11-01T00:00:00Z'))).toEqual({
    now: { name: 'Ana', until: undefined },
    next: undefined,
  })
})

test('an override stands above the turn, and the later above the earlier', () => {
  const overrides = [
    { from: at('2026-10-20T00:00:00Z'), to: at('2026-10-22T00:00:00Z'), name: 'Dan' },
    { from: at('2026-10-21T00:00:00Z'), to: at('2026-10-21T12:00:00Z'), name: 'Eve' },
  ]
  const schedule = { ...turns(), overrides }
  const name = (text: string) => onCallAt(schedule, at(text)).now?.name
  expect(
    ['2026-10-19T23:59:59Z', '2026-10-20T00:00:00Z', '2026-10-21T06:00:00Z', '2026-10-21T12:00:00Z'].map(name),
  ).toEqual(['Ana', 'Dan', 'Eve', 'Dan'])
  expect(onCallAt(schedule, at('2026-10-21T12:00:00Z')).next).toEqual({ name: 'Ana', from: at('2026-10-22T00:00:00Z') })
  expect(onCallAt(schedule, at('2026-10-22T00:00:00Z')).now).toEqual({ name: 'Ana', until: at('2026-10-26T08:00:00Z') })
})

test('a calendar says who, names those who share a shift, and is empty between', () => {
  const shifts = [
    { from: 10, to: 20, name: 'Ben' },
    { from: 15, to: 30, name: 'Ana' },
    { from: 40, to: 50, name: 'Ana' },
  ]
  const schedule: Schedule = { base: { kind: 'calendar', shifts }, overrides: [] }
  expect(onCallAt(schedule, 16)).toEqual({ now: { name: 'Ana and Ben', until: 20 }, next: { name: 'Ana', from: 20 } })
  expect(onCallAt(schedule, 25)).toEqual({ now: { name: 'Ana', until: 30 }, next: { name: 'Ana', from: 40 } })
  expect(onCallAt(schedule, 35)).toEqual({ now: undefined, next: { name: 'Ana', from: 40 } })
  expect(onCallAt({ base: { kind: 'calendar', shifts: [] }, overrides: [] }, 5)).toEqual({})
})

test('at every instant exactly one turn runs, and it begins at its time of the clock', () => {
  fc.assert(
    fc.property(
      fc.constantFrom('Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kathmandu', 'UTC'),
      fc.constantFrom('days' as const, 'weeks' as const, 'hours' as const),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 365 * 24 * 60 }),
      (zone, unit, every, minutes) => {
        const one = rotation({ zone, unit, every, starts: '2026-01-05T09:15' })
        const now = at('2026-01-01T00:00:00Z') + minutes * 60_000
        const number = turnAt(one, now)
        expect(turnBegins(one, number)).toBeLessThanOrEqual(now)
        expect(turnBegins(one, number + 1)).toBeGreaterThan(now)
        expect(nameOfTurn(one, number)).toBe(number < 0 ? undefined : one.names[number % 3])
        const { hour, minute } = wallClock(turnBegins(one, number), zone)
        expect(unit === 'hours' ? [9, 15] : [hour, minute]).toEqual([9, 15])
      },
    ),
  )
})

const written = (changes: Partial<WrittenSchedule> = {}): WrittenSchedule => ({
  kind: 'rotation',
  names: 'Ana\n\n Ben ',
  starts: '2026-11-23T09:00',
  every: '1',
  unit: 'weeks',
  zone: 'Europe/Berlin',
  overrides: '',
  ...changes,
})

test('a form is read, with its overrides on the clock of the zone', () => {
  expect(readSchedule(written({ overrides: '2026-12-24 09:00 to 2026-12-26 09:00 Dan B.\n' }))).toEqual({
    ok: true,
    settings: {
      base: { ...rotation(), names: ['Ana', 'Ben'], starts: '2026-11-23T09:00' },
      overrides: [{ from: at('2026-12-24T08:00:00Z'), to: at('2026-12-26T08:00:00Z'), name: 'Dan B.' }],
    },
  })
})

test.each<[string, Partial<WrittenSchedule>]>([
  ['names', { names: ' \n' }],
  ['names', { names: Array.from({ length: 51 }, (_, i) => `p${i}`).join('\n') }],
  ['starts', { starts: '2026-02-30T09:00' }],
  ['starts', { starts: 'tomorrow' }],
  ['every', { every: '0' }],
  ['unit', { unit: 'minutes' }],
  ['zone', { zone: '+02:00' }],
  ['kind', { kind: 'sheet' }],
  ['overrides', { overrides: '2026-12-26 09:00 to 2026-12-24 09:00 Dan' }],
  ['overrides', { overrides: 'Dan at Christmas' }],
])('a form with bad %s is refused', (field, changes) => {
  expect(readSchedule(written(changes))).toMatchObject({ ok: false, problems: { [field]: expect.any(String) } })
})
