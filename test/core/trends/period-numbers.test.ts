import { describe, expect, test } from 'vitest'
import { type PeriodFacts, periodNumbers } from '../../../src/core/trends/period-numbers.ts'
import { hours } from '../../support/factories.ts'

const lives = (defects: number, half?: number) => ({ defects, fixed: defects / 2, half, nineInTen: undefined })
const facts = (more: Partial<PeriodFacts> = {}): PeriodFacts => ({
  ...{ newDefects: 40, releases: 20, placed: { failed: 4, ripe: 34, unripe: 2 }, lives: lives(40, hours(3)) },
  livesFrom: undefined,
  ...more,
})

describe('the numbers of a period', () => {
  test('are made of what is known of it', () => {
    const { newDefects, defectsPerRelease, failureShare, fixTime } = periodNumbers(facts(), facts())
    expect(newDefects.value).toBe(40)
    expect(defectsPerRelease.value).toBe(2)
    expect(failureShare.value).toBe(4 / 34)
    expect(fixTime.value).toBe(hours(3))
  })

  test('have no value where there is nothing to divide by, or too little', () => {
    const { defectsPerRelease, failureShare, fixTime } = periodNumbers(
      facts({ releases: 0, placed: { failed: 1, ripe: 2, unripe: 9 }, lives: lives(4, hours(3)) }),
      facts(),
    )
    const nothing = { value: undefined, change: undefined, notable: false }
    expect([defectsPerRelease, failureShare, fixTime]).toEqual([nothing, nothing, nothing])
  })

  test('are compared with nothing where the period before is not known', () => {
    for (const figure of Object.values(periodNumbers(facts(), undefined)))
      expect(figure).toMatchObject({ change: undefined, notable: false })
  })

  test('change notably only by more than chance would', () => {
    const notable = (now: Partial<PeriodFacts>, before: Partial<PeriodFacts>) => {
      const { newDefects, defectsPerRelease, failureShare, fixTime } = periodNumbers(facts(now), facts(before))
      return [newDefects, defectsPerRelease, failureShare, fixTime].map((figure) => figure.notable)
    }
    expect(notable({}, {})).toEqual([false, false, false, false])
    // 58 against 40 is 1.8 standard deviations, 60 is two and more.
    expect(notable({ newDefects: 58 }, {})).toEqual([false, false, false, false])
    expect(notable({ newDefects: 62 }, {})).toEqual([true, true, false, false])
    // As many defects of half as many releases.
    expect(notable({ releases: 10 }, {})).toEqual([false, true, false, false])
    expect(notable({ placed: { failed: 10, ripe: 34, unripe: 0 } }, {})).toEqual([false, false, false, false])
    expect(notable({ placed: { failed: 13, ripe: 34, unripe: 0 } }, {})).toEqual([false, false, true, false])
    expect(notable({ lives: lives(40, hours(30)) }, {})).toEqual([false, false, false, false])
  })

  test('have a time to fix when half are fixed, and only then', () => {
    expect(periodNumbers(facts({ lives: lives(40, undefined) }), facts()).fixTime).toEqual({
      value: undefined,
      change: undefined,
      notable: false,
    })
    expect(periodNumbers(facts({ lives: lives(40, hours(1)) }), facts()).fixTime.change).toBe(-hours(2))
  })

  test('of no failure at all in both periods do not change notably', () => {
    const none = facts({ placed: { failed: 0, ripe: 30, unripe: 0 } })
    expect(periodNumbers(none, none).failureShare).toEqual({ value: 0, change: 0, notable: false })
  })
})
