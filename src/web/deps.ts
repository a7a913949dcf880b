import type { Logger } from 'pino'
import type { Config } from '../config.ts'
import type { SecretBox } from '../operations/access/secret-box.ts'
import type { ClockWatch } from '../operations/clock-watch.ts'
import type { Processing } from '../operations/intake/processing.ts'
import type { RateLimits } from '../operations/intake/rate-limits.ts'
import type { RefusalLog } from '../operations/intake/refusal-log.ts'
import type { LiveEvents } from '../operations/live-events.ts'
import type { Notifier } from '../operations/notifications/send-notifications.ts'
import type { SourceDirectory } from '../operations/sources/source-directory.ts'
import type { Store } from '../store/database.ts'
import type { Metrics } from './server/metrics.ts'

/** What the application is made of; tests hand in their own. */
export interface Deps {
  readonly config: Config
  readonly store: Store
  readonly secretBox: SecretBox
  /** Sends what was decided to CI. */
  readonly dispatcher: { wake(): void }
  /** Sends what people are to be told. */
  readonly notifier: Pick<Notifier, 'wake' | 'test' | 'resend'>
  /** Mails links to accounts. */
  readonly accountMailer: { wake(): void }
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
