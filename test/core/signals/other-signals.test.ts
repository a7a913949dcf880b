import { describe, expect, test } from 'vitest'
import { hiddenDefects } from '../../../src/core/signals/hidden-defects.ts'
import { timeToFix } from '../../../src/core/signals/time-to-fix.ts'
import { worstPlaces } from '../../../src/core/signals/worst-places.ts'
import { day } from '../../support/factories.ts'

describe('time to fix', () => {
  const fixed = (days: number, defectId = 1) => ({ defectId, openedAt: day(0), fixedAt: day(days) })
  const open = (sinceDay: number) => ({ defectId: 9, openedAt: day(sinceDay), fixedAt: undefined })

  test('counts those still open with the time so far', () => {
    const result = timeToFix([fixed(1), fixed(2), fixed(3), fixed(4), fixed(5), open(0), open(0), open(0)], day(30))
    expect(result).toMatchObject({ word: 'known', fixed: 5, open: 3 })
    expect(result.curve.median).toBe(4)
    expect(result.sentence).toBe(
      'Half of 8 defects are fixed within 4.0 days (95 % from 1.0 days, no upper limit yet); 3 are still open.',
    )
  })

  test('says so when fewer than half are fixed', () => {
    const many = [1, 2, 3, 4, 5]
      .map((n) => fixed(n))
      .concat([0, 0, 0, 0, 0, 0].map(() => ({ ...fixed(1), fixedAt: day(99) })))
    expect(timeToFix(many, day(30)).sentence).toBe(
      'Fewer than half of 11 defects have been fixed yet; 6 are still open.',
    )
  })

  test('one dropped without a fix was not fixed until then, and is not open', () => {
    const dropped = { ...open(0), droppedAt: day(2) }
    const result = timeToFix([fixed(1), fixed(3), fixed(4), fixed(5), fixed(6), dropped], day(30))
    expect(result).toMatchObject({ fixed: 5, open: 0 })
    expect(result.curve.steps.map(({ atRisk }) => atRisk)).toEqual([6, 4, 3, 2, 1])
  })

  test('what is opened or fixed after now is not yet', () => {
    const result = timeToFix([fixed(1), fixed(20), open(12)], day(10))
    expect(result).toMatchObject({ word: 'not enough data', fixed: 1, open: 1 })
    expect(result.sentence).toBe('Too little to say: 1 defect fixed of 2, 1 is still open; 5 fixed ones are needed.')
  })
})

describe('hidden defects of a release', () => {
  test('are estimated from how discoveries slow down', () => {
    const ages = Array.from({ length: 20 }, (_, i) => -Math.log1p(-(i + 0.5) / 22) / 0.3)
    const result = hiddenDefects(ages, 10)
    expect(result.word).toBe('estimated')
    expect(result.sentence).toMatch(
      /^About 1 more defect to be found: 20 defects in 10 days are 9\d % of the estimate\.$/,
    )
  })

  test('are called rough while most of them are guesswork', () => {
    const result = hiddenDefects([0.5, 1.5, 3, 4.2, 5.9, 7, 9.4], 10)
    expect(result.word).toBe('roughly estimated')
    expect(result.sentence).toMatch(/, which is rough\.$/)
  })

  test('are too early to tell with few, and while they do not become rarer', () => {
    expect(hiddenDefects([1, 1, 1], 10).sentence).toBe('Too early: 3 defects in 10 days, five are needed.')
    expect(hiddenDefects([5, 6, 7, 8, 9], 10).sentence).toBe(
      'Too early: 5 defects in 10 days, they have not become rarer yet.',
    )
  })
})

describe('many services', () => {
  const place = (service: string, evidence: number) => ({ service, environment: 'production', evidence })

  test('the worst stand first, with a line that moves up with their number', () => {
    const few = worstPlaces([place('a', 1), place('b', 150), place('c', 40)])
    expect(few.map(({ place: { service }, believed }) => [service, believed])).toEqual([
      ['b', true],
      ['c', true],
      ['a', false],
    ])
    const others = Array.from({ length: 97 }, (_, i) => place(`s${i}`, 1))
    const many = worstPlaces([place('a', 1), place('b', 150), place('c', 40), ...others])
    expect(many.filter(({ believed }) => believed)).toEqual([])
    expect(many[0]?.place.service).toBe('b')
  })
})
