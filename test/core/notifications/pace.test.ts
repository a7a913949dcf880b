import { describe, expect, test } from 'vitest'
import { type PaceFacts, paceOf } from '../../../src/core/notifications/pace.ts'
import { day } from '../../support/factories.ts'

const MINUTE = 60_000
const NOW = day(2) + 7 * MINUTE
const facts = (some: Partial<PaceFacts> = {}): PaceFacts => ({
  urgent: false,
  digestMinutes: 0,
  capPerHour: 3,
  sentAt: [],
  ...some,
})
const ago = (...minutes: number[]) => minutes.map((n) => NOW - n * MINUTE)

describe('a message goes', () => {
  test('at once while the hour has room', () => {
    expect(paceOf(facts(), NOW)).toEqual({ kind: 'now' })
    expect(paceOf(facts({ sentAt: ago(5, 10) }), NOW)).toEqual({ kind: 'now' })
    // What went out an hour ago takes no room any more.
    expect(paceOf(facts({ sentAt: ago(5, 10, 60) }), NOW)).toEqual({ kind: 'now' })
  })

  test('with others once the hour is full, when it has room again', () => {
    expect(paceOf(facts({ sentAt: ago(5, 30, 10) }), NOW)).toEqual({ kind: 'together', at: NOW + 30 * MINUTE })
    // Urgent ones went out on top: the third last has to leave the hour.
    expect(paceOf(facts({ sentAt: ago(1, 2, 20, 30, 40) }), NOW)).toEqual({ kind: 'together', at: NOW + 40 * MINUTE })
  })

  test('with others in five minutes at the soonest', () => {
    expect(paceOf(facts({ sentAt: ago(57, 58, 59) }), NOW)).toEqual({ kind: 'together', at: NOW + 5 * MINUTE })
  })

  test('with others whenever the channel wants it so, on the full hour', () => {
    expect(paceOf(facts({ digestMinutes: 60 }), NOW)).toEqual({ kind: 'together', at: day(2) + 60 * MINUTE })
    expect(paceOf(facts({ digestMinutes: 1440 }), NOW)).toEqual({ kind: 'together', at: day(3) })
    expect(paceOf(facts({ digestMinutes: 60 }), day(2))).toEqual({ kind: 'together', at: day(2) + 60 * MINUTE })
  })

  test('at once when it is urgent, whatever else', () => {
    expect(paceOf(facts({ urgent: true, digestMinutes: 60, sentAt: ago(1, 2, 3, 4) }), NOW)).toEqual({ kind: 'now' })
  })
})
