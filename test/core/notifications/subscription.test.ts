import { describe, expect, test } from 'vitest'
import type { Announcement } from '../../../src/core/notifications/announcement.ts'
import { isNews, NEWS_FOR_MS, type Subscription, wants } from '../../../src/core/notifications/subscription.ts'
import { anything, aSuspicion } from '../../support/channels.ts'
import { day } from '../../support/factories.ts'

const hears = (announcement: Announcement, limits: Partial<Subscription> = {}, since = day(0)): boolean =>
  wants(announcement, { subscription: anything(limits), since })

const aLock = (service?: string): Announcement => ({
  event: 'lock-set',
  key: 'lock-set:1',
  at: day(2),
  service,
  environment: 'production',
  reason: 'Audit',
  by: 'Ana',
})
const aSilence: Announcement = {
  event: 'source-silent',
  key: 'source-silent:1',
  at: day(2),
  service: undefined,
  environment: undefined,
  source: { slug: 'github', name: 'GitHub' },
  lastAt: day(1),
}

describe('a channel hears', () => {
  test('only the events that were chosen', () => {
    expect(hears(aSuspicion())).toBe(true)
    expect(hears(aSuspicion(), { events: ['lock-set'] })).toBe(false)
    expect(hears(aSuspicion(), { events: [] })).toBe(false)
  })

  test.each([
    ['S1', 'S1', true],
    ['S1', 'S2', true],
    ['S2', 'S1', false],
    ['S4', 'S4', true],
    ['S4', 'S3', false],
  ] as const)('of a defect of %s when the least is %s: %s', (severity, leastSeverity, heard) => {
    const suspicion = aSuspicion({ defect: { id: 7, title: 'x', severity } })
    expect(hears(suspicion, { leastSeverity })).toBe(heard)
  })

  test('what has no severity whatever the least is', () => {
    expect(hears(aLock(), { leastSeverity: 'S1' })).toBe(true)
  })

  test('only of the services and environments that were chosen', () => {
    expect(hears(aSuspicion(), { services: ['checkout-api'] })).toBe(true)
    expect(hears(aSuspicion(), { services: ['search'] })).toBe(false)
    expect(hears(aSuspicion(), { environments: ['production'] })).toBe(true)
    expect(hears(aSuspicion(), { environments: ['staging'] })).toBe(false)
  })

  test('nothing of a defect of which nobody knows the service, when it chose services', () => {
    expect(hears(aSuspicion({ service: undefined }), { services: ['checkout-api'] })).toBe(false)
    expect(hears(aSuspicion({ environment: undefined }), { environments: ['production'] })).toBe(false)
    expect(hears(aSuspicion({ service: undefined }))).toBe(true)
  })

  test('what concerns everybody, whatever it chose', () => {
    expect(hears(aSilence, { services: ['search'], environments: ['staging'] })).toBe(true)
    expect(hears(aLock(undefined), { services: ['search'] })).toBe(true)
    expect(hears(aLock('checkout-api'), { services: ['search'] })).toBe(false)
    expect(hears(aLock(undefined), { environments: ['staging'] })).toBe(false)
  })

  test('nothing from before it was set up', () => {
    expect(hears(aSuspicion({ at: day(2) }), {}, day(2))).toBe(true)
    expect(hears(aSuspicion({ at: day(2) - 1 }), {}, day(2))).toBe(false)
  })
})

test('a day later it is no news any more', () => {
  expect(isNews(aSuspicion({ at: day(2) }), day(2) + NEWS_FOR_MS)).toBe(true)
  expect(isNews(aSuspicion({ at: day(2) }), day(2) + NEWS_FOR_MS + 1)).toBe(false)
  // A sender's clock may be ahead.
  expect(isNews(aSuspicion({ at: day(2) + 60_000 }), day(2))).toBe(true)
})
