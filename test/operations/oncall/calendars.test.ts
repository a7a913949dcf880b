import { randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { asActor } from '../../../src/core/audit/entry.ts'
import type { WrittenSchedule } from '../../../src/core/oncall/read-schedule.ts'
import { NOTHING_MORE } from '../../../src/core/outbound-rule.ts'
import { SealBroken, SecretBox } from '../../../src/operations/access/secret-box.ts'
import { calendarShifts } from '../../../src/operations/oncall/calendar-shifts.ts'
import { readCalendar } from '../../../src/operations/oncall/read-calendar.ts'
import { refreshCalendars } from '../../../src/operations/oncall/refresh-calendars.ts'
import { assertAddressesOpen, saveOnCallSchedule } from '../../../src/operations/oncall/save-schedule.ts'
import { whoIsOnCall } from '../../../src/operations/oncall/who-is-on-call.ts'
import { findSchedule } from '../../../src/store/oncall/on-call-schedules.ts'
import { findService } from '../../../src/store/services/services.ts'
import { openEmergencyWorld } from '../../support/emergency-world.ts'
import { deployed } from '../../support/history-pages.ts'
import { silentLog } from '../../support/processing.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const at = (text: string): number => Date.parse(text)
const window = { from: at('2026-10-01T00:00:00Z'), to: at('2026-12-01T00:00:00Z'), zone: 'Europe/Berlin' }

const calendar = (...events: readonly (readonly string[])[]): string =>
  [
    'BEGIN:VCALENDAR',
    'VERSION:2.0',
    'PRODID:-//test//EN',
    ...events.flatMap((lines, i) => ['BEGIN:VEVENT', `UID:${i}`, ...lines, 'END:VEVENT']),
    'END:VCALENDAR',
  ].join('\r\n')

const shiftsOf = (...events: readonly (readonly string[])[]) => {
  const read = calendarShifts(calendar(...events), window)
  if (!read.ok) throw new Error(read.reason)
  return read.shifts.map(({ from, to, name }) => [new Date(from).toISOString(), new Date(to).toISOString(), name])
}

test('a shift that repeats keeps to its time of the clock, though that was set back between', () => {
  expect(
    shiftsOf([
      'DTSTART;TZID=Europe/Berlin:20261012T090000',
      'DTEND;TZID=Europe/Berlin:20261013T090000',
      'RRULE:FREQ=WEEKLY;COUNT=3',
      'SUMMARY:On call: Ana',
    ]),
  ).toEqual([
    ['2026-10-12T07:00:00.000Z', '2026-10-13T07:00:00.000Z', 'Ana'],
    ['2026-10-19T07:00:00.000Z', '2026-10-20T07:00:00.000Z', 'Ana'],
    ['2026-10-26T08:00:00.000Z', '2026-10-27T08:00:00.000Z', 'Ana'],
  ])
})

test('a shift over the change of the clock is an hour longer', () => {
  expect(
    shiftsOf(['DTSTART;TZID=Europe/Berlin:20261024T090000', 'DTEND;TZID=Europe/Berlin:20261025T090000', 'SUMMARY:Ben']),
  ).toEqual([['2026-10-24T07:00:00.000Z', '2026-10-25T08:00:00.000Z', 'Ben']])
})

test('one repeat may be left out, moved, given to another, or cancelled', () => {
  const text = calendar([
    'DTSTART;TZID=America/New_York:20261005T090000',
    'DTEND;TZID=America/New_York:20261005T170000',
    'RRULE:FREQ=WEEKLY;COUNT=4',
    'EXDATE;TZID=America/New_York:20261012T090000',
    'SUMMARY:Ana',
  ]).replace(
    'END:VCALENDAR',
    [
      'BEGIN:VEVENT',
      'UID:0',
      'RECURRENCE-ID;TZID=America/New_York:20261019T090000',
      'DTSTART;TZID=America/New_York:20261020T100000',
      'DTEND;TZID=America/New_York:20261020T120000',
      'SUMMARY:Ben',
      'END:VEVENT',
      'BEGIN:VEVENT',
      'UID:0',
      'RECURRENCE-ID;TZID=America/New_York:20261026T090000',
      'DTSTART;TZID=America/New_York:20261026T090000',
      'DTEND;TZID=America/New_York:20261026T170000',
      'STATUS:CANCELLED',
      'SUMMARY:Ana',
      'END:VEVENT',
      'END:VCALENDAR',
    ].join('\r\n'),
  )
  const read = calendarShifts(text, window)
  expect(read.ok && read.shifts.map(({ from, name }) => [new Date(from).toISOString(), name])).toEqual([
    ['2026-10-05T13:00:00.000Z', 'Ana'],
    ['2026-10-20T14:00:00.000Z', 'Ben'],
  ])
})

test('whole days and times without a zone are on the clock of the schedule', () => {
  expect(
    shiftsOf(
      ['DTSTART;VALUE=DATE:20261024', 'DTEND;VALUE=DATE:20261026', 'SUMMARY:Ana'],
      ['DTSTART:20261101T090000', 'DURATION:PT2H', 'SUMMARY:Ben'],
      ['DTSTART:20261102T090000Z', 'DTEND:20261102T100000Z', 'SUMMARY:Cleo'],
    ),
  ).toEqual([
    ['2026-10-23T22:00:00.000Z', '2026-10-25T23:00:00.000Z', 'Ana'],
    ['2026-11-01T08:00:00.000Z', '2026-11-01T10:00:00.000Z', 'Ben'],
    ['2026-11-02T09:00:00.000Z', '2026-11-02T10:00:00.000Z', 'Cleo'],
  ])
})

test('an empty calendar has no shifts, and what is none is refused', () => {
  expect(calendarShifts(calendar(), window)).toEqual({ ok: true, shifts: [] })
  for (const text of [
    '',
    'hello',
    '<html></html>',
    'BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:x\nEND:VCALENDAR',
    '{"a":1}',
  ])
    expect(calendarShifts(text, window)).toMatchObject({ ok: false })
})

test('what repeats too often, or has too many events or shifts, is refused', () => {
  const event = (rule: string) => ['DTSTART:20261001T000000Z', 'DURATION:PT1H', `RRULE:${rule}`, 'SUMMARY:Ana']
  expect(calendarShifts(calendar(event('FREQ=SECONDLY')), window)).toMatchObject({ ok: false })
  expect(calendarShifts(calendar(event('FREQ=MINUTELY;INTERVAL=20')), window)).toMatchObject({ ok: false })
  const many = Array.from({ length: 5_001 }, () => ['DTSTART:20261001T000000Z', 'DURATION:PT1H', 'SUMMARY:Ana'])
  expect(calendarShifts(calendar(...many), window)).toEqual({ ok: false, reason: 'It has more than 5000 events.' })
  expect(shiftsOf(event('FREQ=DAILY;UNTIL=20261003T000000Z'))).toHaveLength(3)
})

test('reading one that takes too long is ended', async () => {
  const event = ['DTSTART:19000101T000000Z', 'DURATION:PT1S', 'RRULE:FREQ=DAILY', 'SUMMARY:Ana']
  const read = await readCalendar(calendar(...Array.from({ length: 5_000 }, () => event)), window, { withinMs: 1 })
  expect(read).toEqual({ ok: false, reason: 'It takes too long to read.' })
})

const written = (changes: Partial<WrittenSchedule> = {}): WrittenSchedule => ({
  kind: 'calendar',
  names: '',
  starts: '',
  every: '1',
  unit: 'weeks',
  zone: 'UTC',
  overrides: '',
  ...changes,
})

/** A calendar on this machine, over real HTTP. */
async function serveCalendar(answer: { status: number; body: string }) {
  const server = createServer((_request, response) => {
    response.writeHead(answer.status, { Location: 'http://127.0.0.1:9/' }).end(answer.body)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/on-call.ics?key=hidden`
}

describeOnEachEngine('the calendar of a schedule', (openTestStore) => {
  async function openWorld() {
    const world = await openEmergencyWorld(openTestStore, { withTarget: false })
    const { store, time, ci } = world
    const secretBox = new SecretBox(randomBytes(32))
    const said = { actor: asActor({ name: 'Ana' }), now: time.now }
    return {
      ...world,
      secretBox,
      save: (address: string, service = '', id?: number, changes: Partial<WrittenSchedule> = {}) =>
        saveOnCallSchedule(
          { store, secretBox, allow: ci.rules.allow },
          { id, service, address, written: written(changes) },
          said,
        ),
      refresh: (allow = ci.rules.allow) =>
        refreshCalendars({ store, secretBox, rules: { allow }, clock: () => time.now, log: silentLog }),
      now: async (service?: string) => {
        const found = service === undefined ? undefined : await findService(store.db, service)
        return await whoIsOnCall(store.db, found?.id, time.now)
      },
    }
  }

  test('is read in the background, and what was read stays when it cannot be read again', async () => {
    const world = await openWorld()
    const day = new Date(world.time.now).toISOString().slice(0, 10).replaceAll('-', '')
    const answer = {
      status: 200,
      body: calendar([`DTSTART;VALUE=DATE:${day}`, 'RRULE:FREQ=DAILY', 'SUMMARY:Ana']),
    }
    const url = await serveCalendar(answer)
    expect(await world.save(url)).toMatchObject({ kind: 'saved' })
    expect((await world.now())?.now).toBeUndefined()
    await world.refresh()
    expect(await world.now()).toMatchObject({ now: { name: 'Ana' }, own: false, trouble: undefined })
    const row = await findSchedule(world.store.db, 1)
    expect(JSON.stringify(row)).not.toContain('hidden')

    answer.status = 302
    world.time.now += 3_600_000
    await world.refresh()
    expect(await world.now()).toMatchObject({ now: { name: 'Ana' }, trouble: expect.stringContaining('has moved') })
    answer.status = 200
    answer.body = 'x'.repeat(3 * 1024 * 1024)
    world.time.now += 3_600_000
    await world.refresh()
    expect(await world.now()).toMatchObject({ now: { name: 'Ana' }, trouble: 'It is larger than 2 MiB.' })
  })

  test('at an address that may not be called is refused when it is entered, or else when it is called', async () => {
    const world = await openWorld()
    for (const url of [
      'file:///etc/passwd',
      'http://example.com/x.ics',
      'https://example.com:22/',
      'https://a:b@example.com/',
    ])
      expect(await world.save(url)).toMatchObject({ kind: 'refused', problems: { address: expect.any(String) } })
    expect(await world.save('webcal://169.254.169.254/latest')).toMatchObject({ kind: 'saved', id: 1 })
    await world.refresh(NOTHING_MORE)
    expect(await findSchedule(world.store.db, 1)).toMatchObject({
      readAt: undefined,
      trouble: expect.stringContaining('169.254.169.254'),
    })
  })

  test('is not called where it may not be', async () => {
    const world = await openWorld()
    const url = await serveCalendar({ status: 200, body: calendar() })
    await world.save(url)
    await world.refresh(NOTHING_MORE)
    expect((await findSchedule(world.store.db, 1))?.trouble).toBeTruthy()
    expect((await findSchedule(world.store.db, 1))?.readAt).toBeUndefined()
  })

  test('a service has its own schedule or that of all; there is one of each', async () => {
    const world = await openWorld()
    await world.tell('deployments', deployed('w1', world.time.now, { service: 'web' }))
    const turns = { kind: 'rotation', starts: '2026-01-05T09:00', zone: 'Europe/Berlin' }
    expect(await world.save('', '', undefined, { ...turns, names: 'Ana' })).toMatchObject({ kind: 'saved' })
    expect(await world.save('', 'web', undefined, { ...turns, names: 'Ben' })).toMatchObject({ kind: 'saved' })
    expect(await world.now('web')).toMatchObject({ now: { name: 'Ben' }, own: true })
    expect(await world.now('checkout-api')).toMatchObject({ now: { name: 'Ana' }, own: false })
    expect(await world.save('', 'web', undefined, { ...turns, names: 'Cleo' })).toMatchObject({
      kind: 'refused',
      problems: { service: 'There is a schedule of web already; change that one.' },
    })
    expect(await world.save('', 'web', 2, { ...turns, names: 'Cleo' })).toMatchObject({ kind: 'saved', id: 2 })
    expect(await world.now('web')).toMatchObject({ now: { name: 'Cleo' } })
    expect(await world.save('', 'nobody', 2, { ...turns, names: 'Cleo' })).toMatchObject({ kind: 'refused' })
    expect(await world.save('', 'web', 9, { ...turns, names: 'Cleo' })).toEqual({ kind: 'not-found' })
  })

  test('its address opens with the key that sealed it, and no other', async () => {
    const world = await openWorld()
    await world.save('https://calendar.example/x.ics')
    await assertAddressesOpen(world.store.db, world.secretBox)
    await expect(assertAddressesOpen(world.store.db, new SecretBox(randomBytes(32)))).rejects.toThrow(SealBroken)
  })
})
