import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { ProcessedDelivery } from '../../operations/intake/processing.ts'
import { version } from '../../version.ts'
import { watchEventLoop } from './event-loop-lag.ts'

/** What the store and the disk say at the moment of a scrape. */
export interface Readings {
  /** Deliveries not processed yet, those not yet on disk included. */
  readonly inboxDepth: number
  /** Received time of the oldest of them; undefined when there is none. */
  readonly oldestWaitingAt: number | undefined
  readonly dead: number
  readonly attributionsWaiting: number
  readonly diskFreeBytes: number | undefined
  readonly walBytes: number | undefined
  readonly lastDeliveryAt: readonly { readonly source: string; readonly at: number }[]
  /** Event streams of open pages. */
  readonly liveStreams: number
}

/**
 * What the process counts about itself, in a registry of its own. Label values come from a bounded set: slugs and kinds
 * of configured sources, status codes, the words below; never text from outside. docs/metrics.md tells operators of
 * each, and a test keeps it true.
 */
export interface Metrics {
  /** A webhook was answered; `source` is the slug of a configured source, undefined for any other. */
  hookAnswered(source: string | undefined, code: number, seconds: number): void
  duplicateReceived(source: string): void
  signatureRefused(source: string | undefined): void
  /** A source sent more than it may. */
  rateLimited(source: string): void
  /** A client went away in the middle of its body. */
  uploadAborted(): void
  inboxCommitted(commit: { readonly rows: number; readonly seconds: number }): void
  deliveryProcessed(delivery: ProcessedDelivery): void
  /** The database was locked or two transactions met. */
  databaseBusy(): void
  /** `refused`: wrong e-mail, password or code; `throttled`: not even looked at; `busy`: too many at once. */
  signInFailed(reason: (typeof LOGIN_FAILURES)[number]): void
  /**
   * Somebody asked for what they may not have. `token`: unknown, expired or revoked; `scope`: the token lacks it;
   * `role`: the person's does not allow it; `service`: it is not among those they are limited to; `origin`: not sent from
   * a current page of ours.
   */
  accessDenied(reason: (typeof DENIALS)[number]): void
  clockJumped(): void
  /** Old things were let go of. */
  pruned(what: string, n: number): void
  /** Everything, in the Prometheus text format. */
  text(readings: Readings, now: number): Promise<string>
  readonly contentType: string
}

const UNKNOWN = 'unknown'
const LOGIN_FAILURES = ['refused', 'throttled', 'busy'] as const
const DENIALS = ['token', 'scope', 'role', 'service', 'origin', 'proxy'] as const
/** From a fast disk to a stalled one. */
const ACCEPT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]
const BATCH_ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256]
const PROCESSING_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.05, 0.25, 1, 5]
/** From at once to what a storm leaves behind. */
const LAG_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300, 3600]

/** @param withProcess also what Node says of itself (memory, CPU, event loop); it starts observers that live on. */
export function createMetrics(withProcess = true): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (withProcess) collectDefaultMetrics({ register: registry })
  const eventLoop = withProcess ? watchEventLoop() : undefined

  const counter = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Counter<Label>({ name, help, labelNames, registers })
  const gauge = <Label extends string>(name: string, help: string, ...labelNames: Label[]) =>
    new Gauge<Label>({ name, help, labelNames, registers })
  const histogram = <Label extends string>(name: string, help: string, buckets: number[], ...labelNames: Label[]) =>
    new Histogram<Label>({ name, help, buckets, labelNames, registers })

  const hookRequests = counter('hook_requests_total', 'Webhook requests answered', 'source', 'code')
  const hookAccept = histogram('hook_accept_seconds', 'Time from a webhook request to its answer', ACCEPT_SECONDS)
  const duplicates = counter('duplicates_total', 'Deliveries that had been received before', 'source')
  const replays = counter('replay_suspect_total', 'Deliveries whose body came before under another id', 'source')
  const signatureFailures = counter(
    'signature_failures_total',
    'Webhook requests whose signature or token did not hold',
    'source',
  )
  const rateLimited = counter('rate_limited_total', 'Webhook requests of a source that sent more than it may', 'source')
  const uploadsAborted = counter(
    'uploads_aborted_total',
    'Requests whose client went away before the body was complete',
  )
  const commitSeconds = histogram('inbox_commit_seconds', 'Time of one commit of the inbox to disk', COMMIT_SECONDS)
  const batchRows = histogram('inbox_batch_rows', 'Deliveries in one commit', BATCH_ROWS)
  const processed = counter('inbox_processed_total', 'Deliveries taken out of the inbox, or tried', 'source', 'result')
  const processing = histogram(
    'inbox_processing_seconds',
    'Time to read one delivery and store what it says',
    PROCESSING_SECONDS,
    'kind',
  )
  const lag = histogram('inbox_lag_seconds', 'Time from the arrival of a delivery until it was worked out', LAG_SECONDS)
  const busy = counter('db_busy_total', 'Queries that found the database locked, or whose transaction met another one')
  const loginFailures = counter('login_failures_total', 'Sign-ins that failed', 'reason')
  const denied = counter('authz_denied_total', 'Requests by those who may not make them', 'reason')
  // From zero on: an increase from nothing is none to whoever computes rates.
  for (const reason of LOGIN_FAILURES) loginFailures.inc({ reason }, 0)
  for (const reason of DENIALS) denied.inc({ reason }, 0)
  const clockJumps = counter('clock_jumps_total', 'Times the clock was set by a minute or more')

  const pruned = counter('pruned_total', 'Old things that were let go of', 'what')

  const depth = gauge('inbox_depth', 'Deliveries not processed yet')
  const oldestAge = gauge('inbox_oldest_age_seconds', 'Age of the oldest delivery not processed yet')
  const dead = gauge('inbox_dead', 'Deliveries that failed for good and wait for a person')
  const underWay = gauge(
    'attribution_waiting',
    'Defects whose suspects are worked out again, 10,000 of a service at most',
  )
  const diskFree = gauge('disk_free_bytes', 'Free space where the data lies')
  const wal = gauge('wal_bytes', 'Size of the write-ahead log')
  const lastEventAge = gauge('last_event_age_seconds', 'Time since the last delivery of a source', 'source')
  const liveStreams = gauge('live_streams', 'Event streams of open pages')
  const loopLag = gauge('eventloop_lag_seconds', 'How late the event loop ran since the last scrape', 'percentile')
  gauge('build_info', 'Version that runs', 'version', 'node').set({ version, node: process.version }, 1)

  // Looking a labelled child up costs more than counting on it, and this is the hottest path there is.
  const answered = new Map<string, { inc(): void }>()

  return {
    contentType: registry.contentType,
    hookAnswered(source = UNKNOWN, code, seconds) {
      const key = `${code} ${source}`
      let child = answered.get(key)
      if (!child) {
        child = hookRequests.labels(source, String(code))
        answered.set(key, child)
      }
      child.inc()
      hookAccept.observe(seconds)
    },
    duplicateReceived: (source) => duplicates.inc({ source }),
    signatureRefused: (source = UNKNOWN) => signatureFailures.inc({ source }),
    rateLimited: (source) => rateLimited.inc({ source }),
    uploadAborted: () => uploadsAborted.inc(),
    inboxCommitted({ rows, seconds }) {
      commitSeconds.observe(seconds)
      batchRows.observe(rows)
    },
    deliveryProcessed({ source, kind, result, tookMs, lagMs, replaySuspect }) {
      processed.inc({ source, result })
      if (tookMs !== undefined) processing.observe({ kind }, tookMs / 1000)
      if (lagMs !== undefined) lag.observe(Math.max(0, lagMs / 1000))
      if (replaySuspect) replays.inc({ source })
    },
    databaseBusy: () => busy.inc(),
    signInFailed: (reason) => loginFailures.inc({ reason }),
    accessDenied: (reason) => denied.inc({ reason }),
    clockJumped: () => clockJumps.inc(),
    pruned: (what, n) => pruned.inc({ what }, n),
    text(readings, now) {
      const ageOf = (at: number) => Math.max(0, (now - at) / 1000)
      depth.set(readings.inboxDepth)
      oldestAge.set(readings.oldestWaitingAt === undefined ? 0 : ageOf(readings.oldestWaitingAt))
      dead.set(readings.dead)
      underWay.set(readings.attributionsWaiting)
      diskFree.set(readings.diskFreeBytes ?? Number.NaN)
      wal.set(readings.walBytes ?? 0)
      lastEventAge.reset()
      for (const { source, at } of readings.lastDeliveryAt) lastEventAge.set({ source }, ageOf(at))
      liveStreams.set(readings.liveStreams)
      for (const [percentile, seconds] of eventLoop?.read() ?? []) loopLag.set({ percentile }, seconds)
      return registry.metrics()
    },
  }
}
