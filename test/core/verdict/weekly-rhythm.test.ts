import { expect, test } from 'vitest'
import { FLAT_RHYTHM, learnRhythm, type Stay, weekdayOf } from '../../../src/core/verdict/weekly-rhythm.ts'
import { Random } from '../../../src/simulation/random.ts'
import { day } from '../../support/factories.ts'

/** Ten releases of a place, live for a week each from a random instant; defects at all times, thinned by weekday. */
function place(
  random: Random,
  keep: (weekday: number) => number,
  perWeek: number,
  startDay = () => random.between(0, 700),
) {
  return Array.from({ length: 10 }, (): Stay => {
    const from = day(startDay())
    const foundAt: number[] = []
    const count = random.poisson(perWeek)
    for (let i = 0; i < count; i++) {
      // Most come soon.
      const at = from + (random.exponential(1.5) % 7) * 86_400_000
      if (random.chance(keep(weekdayOf(at)))) foundAt.push(at)
    }
    return { spans: [{ from, to: from + 7 * 86_400_000, share: 1 }], foundAt }
  })
}
const places = (
  count: number,
  ...[keep, perWeek, startDay]: [(weekday: number) => number, number, (() => number)?]
) => {
  const random = new Random(11)
  return Array.from({ length: count }, () => place(random, keep, perWeek, startDay))
}

test('the weekday of an instant', () => {
  // 1 March 2026 is a Sunday.
  expect([0, 1, 6, 7].map((n) => weekdayOf(day(n)))).toEqual([0, 1, 6, 0])
})

test('quiet weekends are found', () => {
  const rhythm = learnRhythm(places(15, (weekday) => (weekday === 0 || weekday === 6 ? 0.3 : 1), 6))
  for (const weekend of [rhythm[0], rhythm[6]] as number[]) expect(weekend).toBeLessThan(0.6)
  for (const weekday of rhythm.slice(1, 6)) expect(weekday).toBeGreaterThan(0.85)
})

test('no rhythm is made of noise', () => {
  expect(learnRhythm(places(15, () => 1, 6))).toEqual(FLAT_RHYTHM)
})

test('a favourite day of deployment is not a rhythm', () => {
  // All on a Tuesday; most defects come within two days, so Tuesdays and Wednesdays have most of them.
  const tuesdays = learnRhythm(
    places(
      15,
      () => 1,
      6,
      () => 2,
    ),
  )
  expect(tuesdays).toEqual(FLAT_RHYTHM)
})

test('too few defects tell nothing, however alike their days', () => {
  // One release begun on each day of six weeks, each with a defect on its first Wednesday.
  const wednesdays = (weeks: number) =>
    Array.from({ length: 7 * weeks }, (_, i): Stay => {
      const from = day(i)
      const untilWednesday = (10 - weekdayOf(from)) % 7
      return { spans: [{ from, to: day(i + 7), share: 1 }], foundAt: [day(i + untilWednesday + 0.5)] }
    })
  expect(learnRhythm([wednesdays(6)])).toEqual(FLAT_RHYTHM)
  expect(learnRhythm([wednesdays(20)])).not.toEqual(FLAT_RHYTHM)
})

test('one bad release is no rhythm', () => {
  const random = new Random(3)
  const [bad, ...others] = place(random, () => 1, 2) as [Stay, ...Stay[]]
  const storm = Array.from({ length: 300 }, (_, i) => (bad.spans[0]?.from as number) + i * 60_000)
  expect(learnRhythm([[{ ...bad, foundAt: storm }, ...others]])).toEqual(FLAT_RHYTHM)
})

test('nothing at all is flat', () => {
  expect(learnRhythm([])).toEqual(FLAT_RHYTHM)
})
