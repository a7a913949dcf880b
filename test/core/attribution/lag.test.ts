import { describe, expect, test } from 'vitest'
import {
  addStretch,
  DELAY_RATES_PER_DAY,
  DELAYS,
  foundAfter,
  foundDuring,
  LAG_RATES_PER_DAY,
  LAGS,
  PAIRS,
  type Stretch,
} from '../../../src/core/attribution/lag.ts'

/** ∫ λ s e^{−λ U(x)} ρ e^{−ρ (T − x)} dx by the midpoint rule, U the exposure since the first stretch began. */
function byQuadrature(stretches: readonly Stretch[], lambda: number, rho: number): number {
  let sum = 0
  let exposure = 0
  for (const { length, since, share, intensity } of stretches) {
    const steps = 20_000
    const step = length / steps
    for (let i = 0; i < steps; i++) {
      const y = (i + 0.5) * step
      sum +=
        intensity *
        lambda *
        Math.exp(-lambda * (exposure + share * y)) *
        rho *
        Math.exp(-rho * (since + length - y)) *
        step
    }
    exposure += share * length
  }
  return sum
}

const stretches: Stretch[] = [
  { length: 0.3, since: 2.4, share: 0.1, intensity: 0.1 },
  { length: 1.5, since: 0.9, share: 1, intensity: 1 },
  { length: 0.5, since: 0.4, share: 0, intensity: 0 },
  { length: 0.4, since: 0, share: 0.5, intensity: 0.2 },
]

describe('found in use and reported later', () => {
  test('is the convolution of the two, whatever ran in between', () => {
    const density = new Float64Array(PAIRS)
    const survival = new Float64Array(LAGS).fill(1)
    for (const stretch of stretches) addStretch(density, survival, stretch)
    for (const [j, lambda] of LAG_RATES_PER_DAY.entries())
      for (const [d, rho] of DELAY_RATES_PER_DAY.entries())
        expect(density[j * DELAYS + d]).toBeCloseTo(byQuadrature(stretches, lambda, rho), 3)
  })

  test('leaves of the defects what the exposure did not find', () => {
    const survival = new Float64Array(LAGS).fill(1)
    for (const stretch of stretches) addStretch(new Float64Array(PAIRS), survival, stretch)
    const exposure = stretches.reduce((sum, { length, share }) => sum + length * share, 0)
    for (const [j, lambda] of LAG_RATES_PER_DAY.entries())
      expect(survival[j]).toBeCloseTo(Math.exp(-lambda * exposure), 12)
  })

  test('stays finite where lag and delay run at the same rate', () => {
    const density = new Float64Array(PAIRS)
    // λ s = 4 · 1 = ρ of the third delay.
    addStretch(density, new Float64Array(LAGS).fill(1), { length: 1, since: 0.1, share: 1, intensity: 1 })
    expect(density[1 * DELAYS + 2]).toBeCloseTo(4 * 4 * Math.exp(-4 * 1.1), 10)
  })
})

test('a share of the defects is found after some days, all of them in the end', () => {
  const weights = [0.5, 0, 0.5, 0, 0, 0, 0, 0]
  expect(foundAfter(0, weights)).toBe(0)
  expect(foundAfter(1, weights)).toBeCloseTo(0.5 * (1 - Math.exp(-24)) + 0.5 * (1 - Math.exp(-1)), 12)
  expect(foundAfter(1e6, weights)).toBeCloseTo(1, 12)
})

test('what is reported now was found at some time', () => {
  const delays = [0.4, 0.3, 0.2, 0.1]
  const parts = [foundDuring(0, 1, delays), foundDuring(1, 3, delays), foundDuring(4, 1e6, delays)]
  expect(parts.reduce((a, b) => a + b, 0)).toBeCloseTo(1, 12)
})
