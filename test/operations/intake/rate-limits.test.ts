import fc from 'fast-check'
import { expect, test } from 'vitest'
import { RateLimits } from '../../../src/operations/intake/rate-limits.ts'

const STANDARD = { perSecond: 10, burst: 3 }

const taken = (limits: RateLimits, times: readonly number[], own?: { perSecond: number; burst: number }) =>
  times.map((at) => limits.take(1, own, at))

test('a burst is let through, then as many as come back each second', () => {
  const limits = new RateLimits(STANDARD)
  expect(taken(limits, [0, 0, 0, 0, 50, 100, 100, 199, 300])).toEqual([
    ...[true, true, true, false, false, true, false, false, true],
  ])
  // A pause fills the bucket, and no more than that.
  expect(taken(limits, [60_000, 60_000, 60_000, 60_000])).toEqual([true, true, true, false])
})

test('sources do not share, one may have its own, and none at all', () => {
  const limits = new RateLimits({ perSecond: 1, burst: 1 })
  expect(limits.take(1, undefined, 0)).toBe(true)
  expect(limits.take(1, undefined, 0)).toBe(false)
  expect(limits.take(2, undefined, 0)).toBe(true)
  expect(taken(limits, [0, 0], { perSecond: 0, burst: 1 })).toEqual([true, true])
  expect([limits.take(3, STANDARD, 0), limits.take(3, STANDARD, 0)]).toEqual([true, true])
})

test('another rate holds at once, whatever was taken by the one before', () => {
  const limits = new RateLimits(STANDARD)
  const tight = { perSecond: 1, burst: 2 }
  expect(taken(limits, [0, 0, 0], tight)).toEqual([true, true, false])
  expect(taken(limits, [0, 0, 0, 0])).toEqual([true, true, true, false])
  expect(taken(limits, [0, 0, 0], tight)).toEqual([true, true, false])
})

test('in any span no more get through than the burst and what the span gives', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(400), { maxLength: 200 }), (gaps) => {
      const limits = new RateLimits(STANDARD)
      let at = 0
      const through: number[] = []
      let worst = 0
      for (const gap of gaps) {
        at += gap
        if (limits.take(1, undefined, at)) through.push(at)
      }
      for (const [i, from] of through.entries())
        for (const [j, to] of through.entries())
          if (j >= i) worst = Math.max(worst, j - i + 1 - ((to - from) * STANDARD.perSecond) / 1000)
      expect(worst).toBeLessThanOrEqual(STANDARD.burst + 1e-6)
    }),
    { numRuns: 50 },
  )
})
