import { expect, test } from 'vitest'
import { rhythmBefore, rhythmReasons } from '../../../src/core/verdict/own-rhythm.ts'
import type { ReleaseInPlace } from '../../../src/core/verdict/release-life.ts'
import { judgeRelease } from '../../../src/core/verdict/verdict.ts'
import { FLAT_RHYTHM, weekdayOf } from '../../../src/core/verdict/weekly-rhythm.ts'
import { day } from '../../support/factories.ts'
import { aReleaseInPlace, verdictFacts } from '../../support/verdict-facts.ts'

const isWeekend = (at: number) => weekdayOf(at) % 6 === 0

/** Forty releases of five days each, ending on day 0, with a defect every 16 hours of a weekday. */
const quietWeekends = (count = 40, over: Partial<ReleaseInPlace> = {}): ReleaseInPlace[] =>
  Array.from({ length: count }, (_, i) => {
    const from = -5 * (i + 1)
    const ages = Array.from({ length: 7 }, (_, n) => 0.3 + (n * 16) / 24).filter((age) => !isWeekend(day(from + age)))
    return aReleaseInPlace(i + 1, from, 5, ages, over)
  })

test('is learned from the releases of the place', () => {
  const rhythm = rhythmBefore(quietWeekends(), day(0))
  for (const weekend of [rhythm[0], rhythm[6]] as number[]) expect(weekend).toBeLessThan(0.4)
  for (const weekday of rhythm.slice(1, 6)) expect(weekday).toBeGreaterThan(1)
})

test('is flat where too little was found, and of what came later nothing is taken', () => {
  expect(rhythmBefore(quietWeekends(15), day(0))).toEqual(FLAT_RHYTHM)
  expect(rhythmBefore(quietWeekends(), day(-130))).toEqual(FLAT_RHYTHM)
})

test('those put back or deployed again tell nothing: their clocks began before', () => {
  expect(rhythmBefore(quietWeekends(40, { arrivedBy: 'rollback' }), day(0))).toEqual(FLAT_RHYTHM)
})

test('a release is judged by it, and told so', () => {
  const earlier = quietWeekends()
  // Day 0 is a Sunday: live over a weekend's last day and three working days.
  const facts = verdictFacts([1.2, 1.9, 2.5, 3.1], { earlier })
  const flat = judgeRelease(facts, day(4))
  const judged = judgeRelease({ ...facts, rhythm: rhythmBefore(earlier, day(0)) }, day(4))
  expect(judged.comparison?.expected).toBeLessThan((flat.comparison?.expected as number) * 1.3)
  expect(judged.comparison?.expected).not.toBeCloseTo(flat.comparison?.expected as number, 1)
  const told = (reasons: typeof judged.reasons) => reasons.find(({ kind }) => kind === 'weekly-rhythm')
  expect(told(flat.reasons)).toBeUndefined()
  expect(told(judged.reasons)).toMatchObject({ speaks: 'neither' })
  expect(told(judged.reasons)?.sentence).toMatch(
    /fewest defects on S(un|atur)days \(0\.\d of the usual\) and most on \w+/,
  )
})

test('weekdays that are all alike are not told of', () => {
  expect(rhythmReasons(FLAT_RHYTHM)).toEqual([])
})
