import type { Conclusion } from '../core/conclusion.ts'
import type { LiveEvent } from './live-events.ts'

/** Turns accepted deliveries into releases, deployments and defects: in this thread, or in one of its own. */
export interface Processing {
  /** Works in the background until `stop`; the first thing it does is what a crash left behind. */
  start(): void
  /** Ends after the transaction under way. */
  stop(): Promise<void>
  /** A delivery was accepted. Returns at once. */
  wake(): void
  /** A secret proved a delivery genuine. Remembered, and written with deliveries that are processed. Returns at once. */
  secretUsed(secretId: number, at: number): void
  /**
   * Processes one delivery at once, for callers who wait for its result.
   * @returns its conclusions, also when it had been processed already; undefined when it failed or waits for another try
   */
  processNow(id: number): Promise<Conclusion[] | undefined>
  /** Processes all that is due, attributions included. Commands and tests wait on it. */
  runUntilIdle(): Promise<void>
  /** Whether the background work is going on; readiness asks. */
  readonly alive: boolean
}

export type ProcessingResult = 'processed' | 'ignored' | 'failed'

/** Hears of what was done, after it was committed. */
export interface ProcessingListener {
  changed(event: LiveEvent): void
  processed?(source: string, result: ProcessingResult): void
}
