import fc from 'fast-check'
import { expect, test } from 'vitest'
import { fitGoelOkumoto, mayFitGoelOkumoto } from '../../../src/core/statistics/goel-okumoto.ts'

const observed = 10
const ages = fc.array(fc.double({ min: 0.01, max: observed, noNaN: true }), { minLength: 5, maxLength: 60 })

/** ln likelihood of an inhomogeneous Poisson process with m(t) = total·(1 − e^(−rate·t)). */
const logLikelihood = (times: readonly number[], total: number, rate: number): number =>
  times.reduce((sum, t) => sum + Math.log(total * rate) - rate * t, 0) - total * -Math.expm1(-rate * observed)

test('nothing near the fit is likelier', () => {
  fc.assert(
    fc.property(ages, (times) => {
      fc.pre(mayFitGoelOkumoto(times, observed * 0.98))
      const fit = fitGoelOkumoto(times, observed)
      if (!fit) throw new Error('no fit')
      const best = logLikelihood(times, fit.total, fit.rate)
      for (const [a, b] of [
        [1.02, 1],
        [0.98, 1],
        [1, 1.02],
        [1, 0.98],
        [1.02, 0.98],
        [0.98, 1.02],
      ] as const)
        expect(logLikelihood(times, fit.total * a, fit.rate * b)).toBeLessThanOrEqual(best + 1e-9)
      expect(fit.remaining).toBeCloseTo(fit.total - times.length, 9)
      expect(fit.total).toBeGreaterThanOrEqual(times.length)
    }),
  )
})

test('the model is found again from the ages it predicts', () => {
  const [total, rate] = [50, 0.4]
  const found = Math.round(total * -Math.expm1(-rate * observed))
  const times = Array.from({ length: found }, (_, i) => -Math.log1p(-(i + 0.5) / total) / rate)
  const fit = fitGoelOkumoto(times, observed)
  expect(fit?.rate).toBeCloseTo(rate, 1)
  expect(fit?.total).toBeCloseTo(total, -0.5)
})

test('fewer than five, or discoveries that do not slow down, are too early', () => {
  expect(fitGoelOkumoto([1, 1, 1, 1], observed)).toBeUndefined()
  expect(fitGoelOkumoto([1, 3, 5, 7, 9], observed)).toBeUndefined()
  expect(fitGoelOkumoto([1, 3, 5, 7, 8.9], observed)).toBeDefined()
})
