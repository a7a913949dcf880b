/** Between two steps while nothing arrives, so that others come to the write lock. */
const PAUSE_MS = 1
/** While deliveries arrive, for every millisecond of work this many of rest: senders come first. */
const REST_PER_WORK = 3
/**
 * Accepted deliveries per second from which on senders have the machine nearly to themselves: about what processing
 * could follow. After such a storm it catches up.
 */
const STORM_PER_SECOND = 1_000
const REST_PER_WORK_IN_STORM = 20
const LEAST_PAUSE_IN_STORM_MS = 250
/** However long one step took: a server that is told to stop waits for this. */
const LONGEST_PAUSE_MS = 1_000

/**
 * How long processing rests after a step, in milliseconds. A step holds the write lock that every acknowledgement
 * needs, so what counts is its share of the time: a quarter while deliveries arrive, a twentieth in a storm.
 *
 * @param workedMs how long the step took
 * @param acceptedPerSecond deliveries that arrived lately
 */
export function restAfterStep(workedMs: number, acceptedPerSecond: number): number {
  if (acceptedPerSecond <= 0) return PAUSE_MS
  if (acceptedPerSecond <= STORM_PER_SECOND) return Math.min(LONGEST_PAUSE_MS, workedMs * REST_PER_WORK)
  return Math.min(LONGEST_PAUSE_MS, Math.max(LEAST_PAUSE_IN_STORM_MS, workedMs * REST_PER_WORK_IN_STORM))
}
