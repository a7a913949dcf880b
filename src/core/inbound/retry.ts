/** Tries before a delivery that keeps failing becomes a dead letter. */
export const MOST_ATTEMPTS = 5

const FIRST_DELAY_MS = 1_000
const LONGEST_DELAY_MS = 5 * 60_000

/**
 * How long to wait after the n-th failed attempt, in milliseconds: 1, 4, 16, 64 s, at most five minutes, spread over
 * ±25 % so that what failed together does not return together.
 *
 * @param spread in [0, 1)
 * @returns undefined when it should not be tried again
 */
export function retryDelay(attempts: number, spread: number): number | undefined {
  if (attempts >= MOST_ATTEMPTS) return undefined
  const delay = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 4 ** (attempts - 1))
  return Math.round(delay * (0.75 + spread * 0.5))
}
