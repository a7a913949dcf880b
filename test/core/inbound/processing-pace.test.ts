import { expect, test } from 'vitest'
import { restAfterStep } from '../../../src/core/inbound/processing-pace.ts'

const shareOfTime = (workedMs: number, acceptedPerSecond: number) =>
  workedMs / (workedMs + restAfterStep(workedMs, acceptedPerSecond))

test('while nothing arrives it rests only for a moment', () => {
  expect(restAfterStep(40, 0)).toBe(1)
})

test('while deliveries arrive it has a quarter of the time, however long its steps', () => {
  for (const workedMs of [1, 10, 40, 300]) expect(shareOfTime(workedMs, 200)).toBeCloseTo(0.25)
})

test('in a storm it has a twentieth of the time or less, however long its steps', () => {
  for (const workedMs of [1, 10, 40, 50]) expect(shareOfTime(workedMs, 4_000)).toBeLessThan(0.05)
})

test('one long step does not stop it for longer than a second', () => {
  expect(restAfterStep(60_000, 4_000)).toBe(1_000)
  expect(restAfterStep(60_000, 200)).toBe(1_000)
})
