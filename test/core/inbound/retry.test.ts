import { expect, test } from 'vitest'
import { MOST_ATTEMPTS, retryDelay } from '../../../src/core/inbound/retry.ts'

test('each try waits longer than the one before, and after the last there is none', () => {
  const delays = [1, 2, 3, 4].map((attempts) => retryDelay(attempts, 0.5))
  expect(delays).toEqual([1_000, 4_000, 16_000, 64_000])
  expect(retryDelay(MOST_ATTEMPTS, 0.5)).toBeUndefined()
})

test('what failed together does not come back together', () => {
  expect(retryDelay(1, 0)).toBe(750)
  expect(retryDelay(1, 0.999)).toBe(1250)
})
