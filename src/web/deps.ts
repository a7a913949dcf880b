import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { ClockWatch } from '../operations/clock-watch.ts'
import type { LiveEvents } from '../operations/live-events.ts'
import type { Processing } from '../operations/processing.ts'
import type { RateLimits } from '../operations/rate-limits.ts'
import type { RefusalLog } from '../operations/refusal-log.ts'
import type { SecretBox } from '../operations/secret-box.ts'
import type { SourceDirectory } from '../operations/source-directory.ts'
import type { Store } from '../store/database.ts'
import type { Metrics } from './metrics.ts'

/** What the application is made of; tests hand in their own. */
export interface Deps {
  readonly config: Config
  readonly store: Store
  readonly secretBox: SecretBox
  /** Sends what was decided to CI. */
  readonly dispatcher: { wake(): void }
  /** Configured sources by slug, remembered for a moment. */
  readonly sourceDirectory: SourceDirectory
  readonly processor: Processing
  /** How much each source may send. */
  readonly rateLimits: RateLimits
  /** Who was refused at the address of a source. */
  readonly refusals: RefusalLog
  readonly liveEvents: LiveEvents
  readonly metrics: Metrics
  readonly log: Logger
  /** Epoch milliseconds; the one clock of web and operations. */
  readonly clock: () => number
  /** Milliseconds that only go forward, whatever is done to the clock; for ages and deadlines. */
  readonly monotonic: () => number
  /** Notices when the clock was set. */
  readonly clockWatch: ClockWatch
  /** Aborted when the server is stopping: long answers (event streams) end, readiness says no. */
  readonly stopping: AbortSignal
}
