import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  binomialCdf,
  binomialTail,
  clopperPearsonInterval,
  exactBinomialTest,
  logBinomialProbability,
  wilsonInterval,
} from '../../../src/core/statistics/binomial.ts'
import { gammaCdf, logGamma } from '../../../src/core/statistics/gamma.ts'
import type { Interval } from '../../../src/core/statistics/interval.ts'
import { garwoodInterval, poissonCdf, poissonTail } from '../../../src/core/statistics/poisson.ts'
import {
  compareRates,
  probabilityOfHigherRate,
  rateRatioInterval,
} from '../../../src/core/statistics/rate-comparison.ts'

const width = ({ low, high }: Interval) => high - low
const confidence = fc.constantFrom(0.8, 0.9, 0.95, 0.99)
const counted = fc
  .tuple(fc.nat({ max: 80 }), fc.nat({ max: 80 }))
  .map(([a, b]) => ({ count: Math.min(a, b), trials: Math.max(a, b, 1) }))

describe('the interval of a share', () => {
  const intervals = { 'Clopper-Pearson': clopperPearsonInterval, Wilson: wilsonInterval }

  test.each(Object.entries(intervals))(
    '%s holds the share, lies in [0, 1] and narrows with more of the same',
    (_, of) => {
      fc.assert(
        fc.property(counted, confidence, fc.integer({ min: 2, max: 20 }), ({ count, trials }, level, more) => {
          const interval = of(count, trials, level)
          expect(interval.low).toBeGreaterThanOrEqual(0)
          expect(interval.high).toBeLessThanOrEqual(1)
          expect(interval.low).toBeLessThanOrEqual(count / trials)
          expect(interval.high).toBeGreaterThanOrEqual(count / trials)
          expect(width(of(count * more, trials * more, level))).toBeLessThan(width(interval))
          expect(width(of(count, trials, 0.999))).toBeGreaterThan(width(interval))
        }),
      )
      expect(of(0, 0)).toEqual({ low: 0, high: 1 })
    },
  )

  test.each(Object.entries(intervals))('%s is the same seen from the other side', (_, of) => {
    fc.assert(
      fc.property(counted, confidence, ({ count, trials }, level) => {
        const own = of(count, trials, level)
        const other = of(trials - count, trials, level)
        expect(other.low).toBeCloseTo(1 - own.high, 9)
        expect(other.high).toBeCloseTo(1 - own.low, 9)
      }),
    )
  })

  test('Clopper-Pearson ends where the count would be as rare as the confidence says', () => {
    fc.assert(
      fc.property(counted, confidence, ({ count, trials }, level) => {
        const { low, high } = clopperPearsonInterval(count, trials, level)
        expect(binomialTail(count, trials, low)).toBeCloseTo(count === 0 ? 1 : (1 - level) / 2, 9)
        expect(binomialCdf(count, trials, high)).toBeCloseTo(count === trials ? 1 : (1 - level) / 2, 9)
      }),
    )
  })
})

describe('the interval of a mean count', () => {
  test('holds the count, moves up with it, and ends where the count would be as rare as it says', () => {
    fc.assert(
      fc.property(fc.nat({ max: 300 }), confidence, (count, level) => {
        const { low, high } = garwoodInterval(count, level)
        expect(low).toBeLessThanOrEqual(count)
        expect(high).toBeGreaterThan(count)
        const next = garwoodInterval(count + 1, level)
        expect(next.low).toBeGreaterThan(low)
        expect(next.high).toBeGreaterThan(high)
        expect(poissonTail(count, low)).toBeCloseTo(count === 0 ? 1 : (1 - level) / 2, 9)
        expect(poissonCdf(count, high)).toBeCloseTo((1 - level) / 2, 9)
      }),
    )
  })
})

describe('two rates', () => {
  const side = fc.record({ count: fc.nat({ max: 40 }), exposure: fc.double({ min: 0.1, max: 50, noNaN: true }) })

  test('their ratio lies in its interval, which turns over with them', () => {
    fc.assert(
      fc.property(side, side, confidence, (first, second, level) => {
        fc.pre(first.count > 0 && second.count > 0)
        const { ratio, interval } = compareRates(first, second, level)
        expect(interval.low).toBeLessThan(ratio)
        expect(interval.high).toBeGreaterThan(ratio)
        const turned = rateRatioInterval(second, first, level)
        expect(turned.low * interval.high).toBeCloseTo(1, 8)
        expect(turned.high * interval.low).toBeCloseTo(1, 8)
      }),
    )
  })

  test('the unit of exposure does not matter', () => {
    fc.assert(
      fc.property(side, side, fc.double({ min: 0.01, max: 100, noNaN: true }), (first, second, unit) => {
        fc.pre(first.count + second.count > 0)
        const own = compareRates(first, second)
        const other = compareRates(
          { ...first, exposure: first.exposure * unit },
          { ...second, exposure: second.exposure * unit },
        )
        expect(other.twoSided).toBeCloseTo(own.twoSided, 8)
        expect(other.higher).toBeCloseTo(own.higher, 8)
      }),
    )
  })

  test('the two-sided p-value is the sum over the outcomes that are no likelier', () => {
    fc.assert(
      fc.property(counted, fc.double({ min: 0.02, max: 0.98, noNaN: true }), ({ count, trials }, p) => {
        fc.pre(trials <= 12)
        const chance = (k: number) => Math.exp(logBinomialProbability(k, trials, p))
        let sum = 0
        for (let k = 0; k <= trials; k++) if (chance(k) <= chance(count) * (1 + 1e-7)) sum += chance(k)
        expect(exactBinomialTest(count, trials, p)).toBeCloseTo(Math.min(1, sum), 9)
      }),
    )
  })

  test('nothing seen says nothing', () => {
    const nothing = compareRates({ count: 0, exposure: 1 }, { count: 0, exposure: 2 })
    expect(nothing).toMatchObject({ twoSided: 1, higher: 1, interval: { low: 0, high: Number.POSITIVE_INFINITY } })
  })

  test('the probability of a higher rate agrees with integrating over both posteriors', () => {
    const [first, second] = [
      { count: 9, exposure: 1.2 },
      { count: 31, exposure: 12 },
    ]
    // P(λ₂ < λ₁) = ∫ f₁(x)·F₂(x) dx, in steps of a thousandth by the midpoint rule.
    let higher = 0
    for (let x = 0.0005; x < 40; x += 0.001) {
      const own = Math.exp(8.5 * Math.log(x) + 9.5 * Math.log(1.2) - 1.2 * x - logGamma(9.5))
      higher += own * gammaCdf(12 * x, 31.5) * 0.001
    }
    expect(probabilityOfHigherRate(first, second)).toBeCloseTo(higher, 6)
    expect(probabilityOfHigherRate(first, second) + probabilityOfHigherRate(second, first)).toBeCloseTo(1, 12)
    expect(probabilityOfHigherRate(first, second, 2)).toBeLessThan(probabilityOfHigherRate(first, second))
  })
})
