import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { version } from '../version.ts'

/** What the store and the disk say at the moment of a scrape. */
export interface Readings {
  /** Deliveries not processed yet, those not yet on disk included. */
  readonly inboxDepth: number
  /** Received time of the oldest of them; undefined when there is none. */
  readonly oldestWaitingAt: number | undefined
  readonly dead: number
  readonly diskFreeBytes: number | undefined
  readonly walBytes: number | undefined
  readonly lastDeliveryAt: readonly { readonly source: string; readonly at: number }[]
}

/**
 * What the process counts about itself, in a registry of its own. Label values come from a bounded set: slugs of
 * configured sources, status codes, outcomes; never text from outside.
 */
export interface Metrics {
  /** A webhook was answered; `source` is the slug of a configured source, undefined for any other. */
  hookAnswered(source: string | undefined, code: number, seconds: number): void
  duplicateReceived(source: string): void
  signatureRefused(source: string | undefined): void
  inboxCommitted(commit: { readonly rows: number; readonly seconds: number }): void
  deliveryProcessed(source: string, result: 'processed' | 'ignored' | 'failed' | 'retried'): void
  /** The database was locked or two transactions met. */
  databaseBusy(): void
  /** Everything, in the Prometheus text format. */
  text(readings: Readings, now: number): Promise<string>
  readonly contentType: string
}

const UNKNOWN = 'unknown'
/** From a fast disk to a stalled one. */
const ACCEPT_SECONDS = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]
const COMMIT_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5]
const BATCH_ROWS = [1, 2, 4, 8, 16, 32, 64, 128, 256]

/** @param withProcess also what Node says of itself (memory, CPU, event loop lag); it starts observers that live on. */
export function createMetrics(withProcess = true): Metrics {
  const registry = new Registry()
  const registers = [registry]
  if (withProcess) collectDefaultMetrics({ register: registry })

  const hookRequests = new Counter({
    name: 'hook_requests_total',
    help: 'Webhook requests answered',
    labelNames: ['source', 'code'],
    registers,
  })
  const hookAccept = new Histogram({
    name: 'hook_accept_seconds',
    help: 'Time from a webhook request to its answer',
    buckets: ACCEPT_SECONDS,
    registers,
  })
  const duplicates = new Counter({
    name: 'duplicates_total',
    help: 'Deliveries that had been received before',
    labelNames: ['source'],
    registers,
  })
  const signatureFailures = new Counter({
    name: 'signature_failures_total',
    help: 'Webhook requests whose signature or token did not hold',
    labelNames: ['source'],
    registers,
  })
  const commitSeconds = new Histogram({
    name: 'inbox_commit_seconds',
    help: 'Time of one commit of the inbox to disk',
    buckets: COMMIT_SECONDS,
    registers,
  })
  const batchRows = new Histogram({
    name: 'inbox_batch_rows',
    help: 'Deliveries in one commit',
    buckets: BATCH_ROWS,
    registers,
  })
  const processed = new Counter({
    name: 'inbox_processed_total',
    help: 'Deliveries taken out of the inbox',
    labelNames: ['source', 'result'],
    registers,
  })
  const busy = new Counter({ name: 'db_busy_total', help: 'Database locked, or two transactions met', registers })

  const gauge = (name: string, help: string) => new Gauge({ name, help, registers })
  const depth = gauge('inbox_depth', 'Deliveries not processed yet')
  const oldestAge = gauge('inbox_oldest_age_seconds', 'Age of the oldest delivery not processed yet')
  const dead = gauge('inbox_dead', 'Deliveries that failed for good and wait for a person')
  const diskFree = gauge('disk_free_bytes', 'Free space where the data lies')
  const wal = gauge('wal_bytes', 'Size of the write-ahead log')
  const lastEventAge = new Gauge({
    name: 'last_event_age_seconds',
    help: 'Time since the last delivery of a source',
    labelNames: ['source'],
    registers,
  })
  new Gauge({ name: 'build_info', help: 'Version that runs', labelNames: ['version', 'node'], registers }).set(
    { version, node: process.version },
    1,
  )

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
    inboxCommitted({ rows, seconds }) {
      commitSeconds.observe(seconds)
      batchRows.observe(rows)
    },
    deliveryProcessed: (source, result) => processed.inc({ source, result }),
    databaseBusy: () => busy.inc(),
    text(readings, now) {
      const ageOf = (at: number) => Math.max(0, (now - at) / 1000)
      depth.set(readings.inboxDepth)
      oldestAge.set(readings.oldestWaitingAt === undefined ? 0 : ageOf(readings.oldestWaitingAt))
      dead.set(readings.dead)
      diskFree.set(readings.diskFreeBytes ?? Number.NaN)
      wal.set(readings.walBytes ?? 0)
      lastEventAge.reset()
      for (const { source, at } of readings.lastDeliveryAt) lastEventAge.set({ source }, ageOf(at))
      return registry.metrics()
    },
  }
}
