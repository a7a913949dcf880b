import { vi } from 'vitest'

/**
 * Makes a call whose time runs out once `begun` has resolved, and not before: a limit of so many milliseconds would on a
 * busy machine be over before the other side had heard of it.
 * @param begun resolves when the other side has what it will not answer
 */
export async function outOfTime<T>(begun: Promise<void>, call: () => Promise<T>): Promise<T> {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    const outcome = call()
    await begun
    // The first that is due is the limit of what was called; others may watch over more than that.
    vi.advanceTimersToNextTimer()
    return await outcome
  } finally {
    vi.useRealTimers()
  }
}
