import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { averageRunLength, cusum, cusumReference, planCusum } from '../../../src/core/statistics/cusum.ts'
import { poissonTail } from '../../../src/core/statistics/poisson.ts'
import { uChart } from '../../../src/core/statistics/u-chart.ts'
import { Random } from '../../../src/simulation/random.ts'

describe('u-chart', () => {
  test('three sigmas around the mean rate, as the textbook has it', () => {
    // u = 1.6 per unit over 20 samples of 10 units: 1.6 ± 3·√(1.6/10)
    const points = Array.from({ length: 20 }, (_, i) => ({ count: i % 2 === 0 ? 15 : 17, exposure: 10 }))
    const chart = uChart(points)
    expect(chart.mean).toBeCloseTo(1.6, 12)
    expect(chart.points[0]?.high).toBeCloseTo(2.8, 12)
    expect(chart.points[0]?.low).toBeCloseTo(0.4, 12)
    expect(chart.points.some(({ signal }) => signal)).toBe(false)
  })

  test("Laney's factor widens the limits when more varies than chance, and never narrows them", () => {
    const uneven = Array.from({ length: 20 }, (_, i) => ({ count: i % 2 === 0 ? 400 : 600, exposure: 1 }))
    const chart = uChart(uneven)
    // Moving range of z = 200/√500; over 2/√π.
    expect(chart.sigmaZ).toBeCloseTo(200 / Math.sqrt(500) / 1.128379, 5)
    expect(chart.points[0]?.high).toBeCloseTo(500 + 3 * chart.sigmaZ * Math.sqrt(500), 9)
    expect(chart.points.some(({ signal }) => signal)).toBe(false)
    const even = uChart(Array.from({ length: 20 }, () => ({ count: 500, exposure: 1 })))
    expect(even.sigmaZ).toBe(0)
    expect(even.points[0]?.high).toBeCloseTo(500 + 3 * Math.sqrt(500), 9)
  })

  test('few expected: a count is out when one as high has a probability of at most 0.00135', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 8 }), (count) => {
        const chart = uChart(Array.from({ length: 10 }, () => ({ count, exposure: 1 })))
        const limit = chart.points[0]?.high as number
        expect(poissonTail(limit + 1, count)).toBeLessThanOrEqual(0.00135)
        expect(poissonTail(limit, count)).toBeGreaterThan(0.00135)
        const out = uChart(
          [...Array.from({ length: 10 }, () => ({ count, exposure: 1 })), { count: limit + 1, exposure: 1 }],
          10,
        )
        expect(out.points.at(-1)?.signal).toBe('high')
      }),
    )
  })

  test('few expected and uneven: the limit is that of counts that vary as much', () => {
    const uneven = Array.from({ length: 20 }, (_, i) => ({ count: i % 2 === 0 ? 0 : 8, exposure: 1 }))
    const even = Array.from({ length: 20 }, () => ({ count: 4, exposure: 1 }))
    expect(uChart(uneven).points[0]?.high).toBeGreaterThan(uChart(even).points[0]?.high as number)
  })

  test('so few that none is no news has no lower limit', () => {
    const chart = uChart(
      Array.from({ length: 10 }, () => ({ count: 2, exposure: 1 })).concat({ count: 0, exposure: 1 }),
      10,
    )
    expect(chart.points.at(-1)).toMatchObject({ low: 0, signal: undefined })
  })

  test('a place without a single defect in its base has a chart all the same', () => {
    const quiet = Array.from({ length: 5 }, () => ({ count: 0, exposure: 1 }))
    const chart = uChart([...quiet, { count: 1, exposure: 1 }], 5)
    expect(chart).toMatchObject({ mean: 0, sigmaZ: 1 })
    expect(chart.points.at(-1)?.signal).toBe('high')
  })
})

describe('CUSUM', () => {
  // Reference and decision values for a doubling with at least 370 periods between false alarms.
  test.each([
    [0.5, 0.7, 5.3, '373', '16.8'],
    [1, 1.4, 5.9, '381', '10.3'],
    [2, 2.9, 5.8, '374', '6.1'],
    [4, 5.8, 6.3, '421', '3.6'],
    [8, 11.5, 6.1, '395', '2.1'],
    [15, 21.6, 5.5, '462', '1.4'],
  ])('the plan for a mean of %d', (mean, reference, decision, unchanged, risen) => {
    const plan = planCusum(mean)
    expect(plan).toMatchObject({ reference, decision })
    expect(plan.runLengthUnchanged.toFixed(0)).toBe(unchanged)
    expect(plan.runLengthRisen.toFixed(1)).toBe(risen)
  })

  // Where an alarm is rarer than 1 − Q can tell in doubles, subtracting found negative run lengths, and the plan no end.
  test.each([20, 50, 120, 200, 330, 1_000, 20_000, 1_000_000])('there is a plan for a mean of %d as well', (mean) => {
    const plan = planCusum(mean)
    expect(plan.decision).toBeLessThanOrEqual(6)
    expect(plan.runLengthUnchanged).toBeGreaterThanOrEqual(370)
    expect(plan.runLengthRisen).toBeGreaterThanOrEqual(1)
    expect(plan.runLengthRisen).toBeLessThan(2)
  })

  test('a run length is as long as its one state says, however rare the alarm', () => {
    for (const mean of [1, 10, 30, 60]) {
      const reference = Math.round(cusumReference(mean, 2 * mean) * 10) / 10
      const alarms = poissonTail(Math.ceil(reference + 0.1), mean)
      expect(averageRunLength(mean, reference, 0.1) * alarms).toBeCloseTo(1, 9)
    }
  })

  test('the run length of the Markov chain is that of the sums drawn', () => {
    const random = new Random(5)
    const [mean, reference, decision] = [1, 1.4, 4]
    const runs = Array.from({ length: 4000 }, () => {
      let sum = 0
      let periods = 0
      while (sum < decision - 1e-9) {
        sum = Math.max(0, sum + random.poisson(mean) - reference)
        periods++
      }
      return periods
    })
    const drawn = runs.reduce((a, b) => a + b, 0) / runs.length
    expect(Math.abs(averageRunLength(mean, reference, decision) / drawn - 1)).toBeLessThan(0.06)
  })

  test('a higher bar or a lower mean makes for longer runs', () => {
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 6, noNaN: true }), fc.integer({ min: 5, max: 40 }), (mean, tenths) => {
        const reference = Math.round(cusumReference(mean, 2 * mean) * 10) / 10
        const length = averageRunLength(mean, reference, tenths / 10)
        expect(averageRunLength(mean, reference, (tenths + 5) / 10)).toBeGreaterThanOrEqual(length)
        expect(averageRunLength(mean * 1.5, reference, tenths / 10)).toBeLessThanOrEqual(length)
        expect(length).toBeGreaterThanOrEqual(1)
      }),
    )
  })

  test('sums are never below zero and alarm at the decision value', () => {
    expect(cusum([0, 5, 5, 0], [3, 3, 3, 3], 4)).toEqual([
      { sum: 0, alarm: false },
      { sum: 2, alarm: false },
      { sum: 4, alarm: true },
      { sum: 1, alarm: false },
    ])
  })
})
