import { describe, expect, test } from 'vitest'
import { hiddenInRelease, historySignals } from '../../../src/core/signals/place-signals.ts'
import { MOST_WEEKS, type PlaceHistory, weekOf, weeksOf } from '../../../src/core/signals/weeks.ts'
import { day, hours } from '../../support/factories.ts'
import { aReleaseInPlace } from '../../support/verdict-facts.ts'

/** 2 March 2026 is a Monday. */
const monday = (week: number) => day(1 + 7 * week)

/** One defect at each of these. */
const seen = (instants: readonly number[]): PlaceHistory['days'] =>
  instants.map((at) => ({ from: Math.floor(at / hours(24)) * hours(24), defects: 1 }))

const history = (over: Partial<PlaceHistory> = {}): PlaceHistory => ({
  days: [],
  spans: [{ from: monday(-100), to: undefined }],
  ...over,
})

describe('a history in weeks', () => {
  test('weeks begin on Monday, midnight UTC', () => {
    expect(weekOf(monday(0))).toBe(monday(0))
    expect(weekOf(monday(0) - 1)).toBe(monday(-1))
    expect(weekOf(monday(1) - 1)).toBe(monday(0))
    expect(weekOf(day(-25_000))).toBeLessThanOrEqual(day(-25_000))
  })

  test('the week that is not over is left out, and so are weeks in which nothing ran', () => {
    const now = monday(3) + hours(50)
    const weeks = weeksOf(history({ spans: [{ from: monday(1), to: undefined }] }), now, 'live days')
    expect(weeks.map(({ from }) => from)).toEqual([monday(1), monday(2)])
    const whole = weeksOf(history(), now, 'live days')
    expect(whole).toHaveLength(MOST_WEEKS)
    expect(whole.at(-1)?.from).toBe(monday(2))
    expect(weeksOf(history({ spans: [] }), now, 'live days')).toEqual([])
  })

  test('defects and exposure are those of the week: half-open, live days or deployments', () => {
    const spans = [
      { from: monday(0) + hours(24), to: monday(0) + hours(72) },
      { from: monday(0) + hours(96), to: monday(1) + hours(12) },
      { from: monday(2), to: undefined },
    ]
    const seenAt = [monday(0), monday(1) - 1, monday(1), monday(2) + 5]
    const deployments = [
      { from: monday(0), count: 2 },
      { from: monday(2), count: 1 },
      { from: monday(3), count: 5 },
    ]
    const told = history({ spans, deployments, days: [...seen(seenAt), ...seen([monday(3), monday(-90)])] })
    expect(weeksOf(told, monday(3), 'live days')).toEqual([
      { from: monday(0), defects: 2, exposure: 5 },
      { from: monday(1), defects: 1, exposure: 0.5 },
      { from: monday(2), defects: 1, exposure: 7 },
    ])
    expect(weeksOf(told, monday(3), 'deployments').map(({ exposure }) => exposure)).toEqual([2, 1])
  })
})

describe('the signals of a place', () => {
  const spread = (from: number, to: number, perWeek: number) =>
    Array.from({ length: (to - from) * perWeek }, (_, i) => monday(from) + (i * 7 * hours(24)) / perWeek + 1)

  test('a last week far above the others is a drift, and no slow rise', () => {
    const seenAt = [...spread(-40, -1, 3), ...spread(-1, 0, 20)]
    const { drift } = historySignals(history({ days: seen(seenAt) }), monday(0), 'live days')
    expect(drift.word).toBe('more defects')
  })

  test('a doubling that lasts is a rise', () => {
    const seenAt = [...spread(-60, -20, 3), ...spread(-20, 0, 7)]
    const { worsening } = historySignals(history({ days: seen(seenAt) }), monday(0), 'live days')
    expect(worsening.word).toBe('rising')
  })

  test('a release whose defects become rarer has a number still to be found, duplicates counted once', () => {
    const ages = [0.1, 0.2, 0.4, 0.7, 1.1, 1.9, 3.5]
    const release = aReleaseInPlace(1, -20, undefined, ages)
    const found = hiddenInRelease({ release, earlier: [] }, day(0))
    expect(found.word).toBe('estimated')
    const named = (from: number, over: readonly number[]) => ({
      ...aReleaseInPlace(2, from, 10),
      sightings: over.map((age) => ({ at: day(from + age), component: 'cart' })),
    })
    const alone = (from: number, component: string) => ({
      ...aReleaseInPlace(3, from, 10),
      sightings: [{ at: day(from + 1), component }],
    })
    const doubled = ages.flatMap((age) => [age, age + 0.01])
    const others = ['tax', 'mail', 'search', 'login'].map((component, i) => alone(-50 - 10 * i, component))
    const earlier = [named(-40, doubled), ...others]
    const folded = hiddenInRelease({ release: { ...named(-20, doubled), spans: release.spans }, earlier }, day(0))
    expect(folded.fit?.total).toBeLessThan(1.2 * (found.fit?.total as number))
  })

  test('with fewer than five nothing is estimated', () => {
    expect(hiddenInRelease({ release: aReleaseInPlace(1, -9, undefined, [1, 2]), earlier: [] }, day(0))).toMatchObject({
      word: 'too early',
      fit: undefined,
    })
  })
})
