import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { betaCdf, betaQuantile } from '../../../src/core/statistics/beta.ts'
import { binomialCdf, binomialTail, logBinomialProbability } from '../../../src/core/statistics/binomial.ts'
import { gammaCdf, gammaQuantile, gammaTail, logGamma } from '../../../src/core/statistics/gamma.ts'
import {
  logNegativeBinomialProbability,
  negativeBinomialCdf,
  negativeBinomialQuantile,
  negativeBinomialTail,
} from '../../../src/core/statistics/negative-binomial.ts'
import { normalCdf, normalQuantile } from '../../../src/core/statistics/normal.ts'
import { smallestCount } from '../../../src/core/statistics/numeric.ts'
import {
  logPoissonProbability,
  poissonCdf,
  poissonQuantile,
  poissonTail,
} from '../../../src/core/statistics/poisson.ts'

/** Simpson's rule; an oracle that shares nothing with the code. */
function integral(f: (x: number) => number, from: number, to: number, pieces = 4000): number {
  const step = (to - from) / pieces
  let sum = f(from) + f(to)
  for (let i = 1; i < pieces; i++) sum += f(from + i * step) * (i % 2 === 0 ? 2 : 4)
  return (sum * step) / 3
}

const total = (n: number, probability: (k: number) => number): number =>
  Array.from({ length: n + 1 }, (_, k) => probability(k)).reduce((a, b) => a + b, 0)

const shape = fc.double({ min: 0.05, max: 400, noNaN: true })
const share = fc.double({ min: 0.001, max: 0.999, noNaN: true })
const mean = fc.double({ min: 0.01, max: 300, noNaN: true })

describe('ln Γ', () => {
  test('is the factorial', () => {
    let factorial = 0
    for (let n = 1; n <= 200; n++) {
      expect(logGamma(n)).toBeCloseTo(factorial, 10)
      factorial += Math.log(n)
    }
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.sqrt(Math.PI)), 14)
  })

  test('obeys Γ(x + 1) = x Γ(x) and the reflection formula', () => {
    fc.assert(
      fc.property(shape, (x) => {
        expect(logGamma(x + 1)).toBeCloseTo(logGamma(x) + Math.log(x), 9)
      }),
    )
    fc.assert(
      fc.property(share, (x) => {
        expect(logGamma(x) + logGamma(1 - x)).toBeCloseTo(Math.log(Math.PI / Math.sin(Math.PI * x)), 12)
      }),
    )
  })
})

describe('gamma and beta distributions', () => {
  test('agree with integrating their densities', () => {
    for (const k of [1.3, 2, 5.7, 30]) {
      const density = (x: number) => (x === 0 ? 0 : Math.exp((k - 1) * Math.log(x) - x - logGamma(k)))
      // Twice the exponent: the substitution x = y² takes the corner at 0 away.
      for (const x of [0.4 * k, k, 2 * k])
        expect(gammaCdf(x, k)).toBeCloseTo(
          integral((y) => 2 * y * density(y * y), 0, Math.sqrt(x)),
          9,
        )
    }
    for (const [a, b] of [
      [1.5, 2.5],
      [3, 8],
      [40, 12.5],
    ] as const) {
      const log = logGamma(a + b) - logGamma(a) - logGamma(b)
      const density = (x: number) =>
        x === 0 || x === 1 ? 0 : Math.exp(log + (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x))
      for (const x of [0.2, 0.5, 0.8])
        expect(betaCdf(x, a, b)).toBeCloseTo(
          integral((y) => 2 * y * density(y * y), 0, Math.sqrt(x)),
          8,
        )
    }
  })

  test('the two halves add up to 1, and grow with x', () => {
    fc.assert(
      fc.property(shape, mean, mean, (k, x, y) => {
        expect(gammaCdf(x, k) + gammaTail(x, k)).toBeCloseTo(1, 12)
        expect(gammaCdf(Math.max(x, y), k)).toBeGreaterThanOrEqual(gammaCdf(Math.min(x, y), k) - 1e-13)
      }),
    )
    fc.assert(
      fc.property(share, shape, shape, (x, a, b) => {
        expect(betaCdf(x, a, b) + betaCdf(1 - x, b, a)).toBeCloseTo(1, 12)
      }),
    )
  })

  test('a quantile is where the probability is reached', () => {
    fc.assert(
      fc.property(share, shape, shape, (p, a, b) => {
        expect(gammaCdf(gammaQuantile(p, a), a)).toBeCloseTo(p, 11)
        expect(gammaQuantile(p, a, 4)).toBeCloseTo(gammaQuantile(p, a) / 4, 11)
        const x = betaQuantile(p, a, b)
        // With tiny shapes nearly all of the probability lies closer to an end than a double can tell from it.
        fc.pre(x > 1e-280 && x < 1 - 1e-12)
        // Near 1 with a tiny shape the probability changes noticeably between one double and the next.
        const step = x * 1e-12 + (x > 0.5 ? 4e-16 : 0)
        expect(betaCdf(x - step, a, b) - 1e-8).toBeLessThanOrEqual(p)
        expect(betaCdf(Math.min(1, x + step), a, b) + 1e-8).toBeGreaterThanOrEqual(p)
      }),
    )
    expect([gammaQuantile(0, 3), gammaQuantile(1, 3), betaQuantile(0, 2, 3), betaQuantile(1, 2, 3)]).toEqual([
      0,
      Number.POSITIVE_INFINITY,
      0,
      1,
    ])
  })

  test('far tails keep their digits', () => {
    // P(X > 100) = e^-100 for shape 1; 1 - P would be 0.
    expect(gammaTail(100, 1) / Math.exp(-100)).toBeCloseTo(1, 12)
    expect(betaQuantile(1e-6, 1, 5000) / -Math.expm1(Math.log1p(-1e-6) / 5000)).toBeCloseTo(1, 11)
    expect(normalCdf(-10) / 7.61985302416e-24).toBeCloseTo(1, 11)
  })
})

test('the normal distribution is symmetric, and its quantile undoes it', () => {
  fc.assert(
    fc.property(fc.double({ min: -6, max: 6, noNaN: true }), (z) => {
      expect(normalCdf(z) + normalCdf(-z)).toBeCloseTo(1, 14)
      expect(normalQuantile(normalCdf(z))).toBeCloseTo(z, 6)
    }),
  )
  expect(normalQuantile(0.5)).toBe(0)
})

describe('counts', () => {
  const count = fc.nat({ max: 60 })

  test('Poisson sums agree with adding up the probabilities', () => {
    fc.assert(
      fc.property(count, mean, (n, mu) => {
        const below = total(n, (k) => Math.exp(logPoissonProbability(k, mu)))
        expect(poissonCdf(n, mu)).toBeCloseTo(below, 11)
        expect(poissonTail(n + 1, mu)).toBeCloseTo(1 - below, 11)
      }),
    )
    expect([poissonCdf(-1, 3), poissonTail(0, 3), Math.exp(logPoissonProbability(0, 0))]).toEqual([0, 1, 1])
    // jStat 1.9.6 says NaN here
    expect(poissonCdf(300, 250)).toBeCloseTo(0.9990477804136073, 12)
  })

  test('binomial sums agree with adding up the probabilities', () => {
    fc.assert(
      fc.property(count, count, share, (a, b, p) => {
        const [k, n] = [Math.min(a, b), Math.max(a, b, 1)]
        const below = total(k, (i) => Math.exp(logBinomialProbability(i, n, p)))
        expect(binomialCdf(k, n, p)).toBeCloseTo(below, 11)
        expect(binomialTail(k + 1, n, p)).toBeCloseTo(1 - below, 11)
      }),
    )
  })

  test('negative binomial sums agree with adding up, and become Poisson when nothing varies', () => {
    fc.assert(
      fc.property(count, mean, fc.double({ min: 0.2, max: 100, noNaN: true }), (n, mu, k) => {
        const below = total(n, (i) => Math.exp(logNegativeBinomialProbability(i, mu, k)))
        expect(negativeBinomialCdf(n, mu, k)).toBeCloseTo(below, 10)
        expect(negativeBinomialTail(n + 1, mu, k)).toBeCloseTo(1 - below, 10)
      }),
    )
    expect(logNegativeBinomialProbability(4, 3, Number.POSITIVE_INFINITY)).toBe(logPoissonProbability(4, 3))
    expect(logNegativeBinomialProbability(4, 3, 1e7)).toBeCloseTo(logPoissonProbability(4, 3), 5)
  })

  test('a negative binomial count is a Poisson count with a gamma mean', () => {
    const [mu, k] = [3, 2.5]
    for (const n of [0, 2, 7]) {
      const mixed = integral(
        (y) => {
          const x = y * y
          if (x === 0) return 0
          const weight = Math.exp((k - 1) * Math.log(x) - x - logGamma(k))
          return 2 * y * weight * Math.exp(logPoissonProbability(n, (x * mu) / k))
        },
        0,
        8,
      )
      expect(Math.exp(logNegativeBinomialProbability(n, mu, k))).toBeCloseTo(mixed, 8)
    }
  })

  test('a quantile is the first count that reaches the probability', () => {
    fc.assert(
      fc.property(share, mean, fc.double({ min: 0.2, max: 100, noNaN: true }), (p, mu, k) => {
        const n = poissonQuantile(p, mu)
        expect(poissonCdf(n, mu)).toBeGreaterThanOrEqual(p)
        expect(poissonCdf(n - 1, mu)).toBeLessThan(p)
        const m = negativeBinomialQuantile(p, mu, k)
        expect(negativeBinomialCdf(m, mu, k)).toBeGreaterThanOrEqual(p)
        expect(negativeBinomialCdf(m - 1, mu, k)).toBeLessThan(p)
      }),
    )
  })

  test('the smallest number that holds is found, or said not to be there', () => {
    fc.assert(
      fc.property(fc.nat({ max: 5000 }), (n) => {
        expect(smallestCount((i) => i >= n)).toBe(n)
      }),
    )
    expect(smallestCount(() => false)).toBe(Number.POSITIVE_INFINITY)
  })
})
