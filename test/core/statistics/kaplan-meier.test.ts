import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type Duration, kaplanMeier } from '../../../src/core/statistics/kaplan-meier.ts'

const durations = fc.array(fc.record({ duration: fc.integer({ min: 1, max: 30 }), ended: fc.boolean() }), {
  minLength: 1,
  maxLength: 40,
})

test('when all have ended it is the share that lasts longer', () => {
  fc.assert(
    fc.property(durations, (drawn) => {
      const all = drawn.map(({ duration }) => ({ duration, ended: true }))
      for (const { time, survival } of kaplanMeier(all).steps)
        expect(survival).toBeCloseTo(all.filter(({ duration }) => duration > time).length / all.length, 12)
    }),
  )
})

test('it is the product over the times of the share that got past each', () => {
  fc.assert(
    fc.property(durations, (drawn) => {
      for (const { time, survival, atRisk } of kaplanMeier(drawn).steps) {
        const times = [...new Set(drawn.filter(({ ended }) => ended).map(({ duration }) => duration))]
        const product = times
          .filter((earlier) => earlier <= time)
          .map((t) => {
            const risk = drawn.filter(({ duration }) => duration >= t).length
            return 1 - drawn.filter(({ duration, ended }) => ended && duration === t).length / risk
          })
          .reduce((a, b) => a * b, 1)
        expect(survival).toBeCloseTo(product, 12)
        expect(atRisk).toBe(drawn.filter(({ duration }) => duration >= time).length)
      }
    }),
  )
})

test('it falls, its intervals hold it and stay in [0, 1], and the order of the input does not matter', () => {
  fc.assert(
    fc.property(durations, (drawn) => {
      const curve = kaplanMeier(drawn)
      let last = 1
      for (const { survival, interval } of curve.steps) {
        expect(survival).toBeLessThan(last)
        last = survival
        expect(interval.low).toBeGreaterThanOrEqual(0)
        expect(interval.low).toBeLessThanOrEqual(survival)
        expect(interval.high).toBeGreaterThanOrEqual(survival)
        expect(interval.high).toBeLessThanOrEqual(1)
      }
      expect(kaplanMeier(drawn.toReversed())).toEqual(curve)
      const median = curve.median ?? Number.POSITIVE_INFINITY
      expect(curve.medianInterval.low).toBeLessThanOrEqual(median)
      expect(curve.medianInterval.high).toBeGreaterThanOrEqual(median)
    }),
  )
})

test('open ones that have lasted long make the median later, not earlier', () => {
  const closed: Duration[] = [1, 2, 3, 4, 5].map((duration) => ({ duration, ended: true }))
  const open: Duration[] = [6, 7, 8].map((duration) => ({ duration, ended: false }))
  expect(kaplanMeier(closed).median).toBe(3)
  expect(kaplanMeier([...closed, ...open]).median).toBe(4)
  expect(kaplanMeier(open)).toMatchObject({ steps: [], median: undefined })
})
