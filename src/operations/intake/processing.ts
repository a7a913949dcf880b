import type { Conclusion } from '../../core/conclusion.ts'
import type { ReplayPreview } from '../../core/inbound/replay-effect.ts'
import type { LiveEvent } from '../live-events.ts'

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
  /** What processing a delivery again would make or change; nothing is changed, and others wait for it only shortly. */
  preview(id: number): Promise<ReplayPreview>
  /** Processes all that is due, attributions included. Commands and tests wait on it. */
  runUntilIdle(): Promise<void>
  /** Whether the background work is going on; readiness asks. */
  readonly alive: boolean
  /**
   * Goes up whenever the background work takes its next step, every half a minute when there is nothing to do. When it
   * stands still for minutes, the work hangs.
   */
  readonly beats: number
}

export type ProcessingResult = 'processed' | 'ignored' | 'failed'

/** What became of one delivery, for the metrics. */
export interface ProcessedDelivery {
  /** Slug and kind of its source. */
  readonly source: string
  readonly kind: string
  /** `retried`: it failed and is tried again later. */
  readonly result: ProcessingResult | 'retried'
  /** Reading it and storing what it says; undefined when that failed. */
  readonly tookMs?: number | undefined
  /** From its arrival until it was worked out; undefined when it was not, or once more for a person. */
  readonly lagMs?: number | undefined
  /** Its body came before under another id, which was not noticed until now. */
  readonly replaySuspect?: boolean | undefined
}

/** Hears of what was done, after it was committed. */
export interface ProcessingListener {
  changed(event: LiveEvent): void
  processed?(delivery: ProcessedDelivery): void
}
