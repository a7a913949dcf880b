import type { Logger } from 'pino'
import { createApp } from './app.ts'
import { type Config, settlePort } from './config.ts'
import { ClockWatch } from './operations/clock-watch.ts'
import { type FirstRun, prepareFirstRun } from './operations/first-run.ts'
import { LiveEvents } from './operations/live-events.ts'
import { openSecretBox } from './operations/secret-box.ts'
import { SourceDirectory } from './operations/source-directory.ts'
import { assertSecretsOpen, ensureBuiltInSource } from './operations/sources-admin.ts'
import { ThreadedProcessing } from './operations/threaded-processing.ts'
import { openStore } from './store/database.ts'
import { isStorageBroken } from './store/dialect.ts'
import type { Deps } from './web/deps.ts'
import { type HttpServer, listen } from './web/http-server.ts'
import { createMetrics } from './web/metrics.ts'

export interface RunningServer {
  /** As it really listens: PORT 0 becomes the one given. */
  readonly port: number
  readonly deps: Deps
  readonly firstRun: FirstRun | undefined
  /** Stops taking in, lets what is under way end, and closes the store. */
  stop(): Promise<void>
}

/**
 * Opens the store and serves it.
 * @param onBroken called when the storage can no longer be believed: acknowledging has ended, the process should too
 * @throws StoreRefused, KeyFileRefused, SealBroken, or the socket's own error
 */
export async function startServer(
  asked: Config,
  parts: { readonly log: Logger; readonly onBroken: (error: unknown) => void; readonly clock?: () => number },
): Promise<RunningServer> {
  const { log } = parts
  const clock = parts.clock ?? Date.now
  const metrics = createMetrics()
  const secretBox = openSecretBox(asked.keyFile)
  const store = await openStore({
    databaseUrl: asked.databaseUrl,
    dataDir: asked.dataDir,
    exclusive: true,
    writerThread: true,
    inboxLimits: { rows: asked.maxWaitingDeliveries, bytes: asked.maxWaitingBytes },
    onBusy: () => metrics.databaseBusy(),
  })
  const stopping = new AbortController()
  const liveEvents = new LiveEvents()
  // Told to the processing thread, which steps back while senders come in a storm.
  const accepted = new Int32Array(new SharedArrayBuffer(4))
  store.inbox.onCommit((commit) => {
    Atomics.add(accepted, 0, commit.rows)
    metrics.inboxCommitted(commit)
  })
  store.inbox.onFailure((error) => {
    if (!isStorageBroken(error)) return
    stopping.abort()
    parts.onBroken(error)
  })
  const sourceDirectory = new SourceDirectory(store, secretBox, clock)
  let server: HttpServer
  try {
    await assertSecretsOpen(store.db, secretBox, clock())
    await ensureBuiltInSource(store.db, clock())
    server = await listen(asked)
  } catch (error) {
    await store.close()
    throw error
  }
  const config = settlePort(asked, server.port)
  const processor = new ThreadedProcessing(
    {
      dataDir: config.dataDir,
      databaseUrl: config.databaseUrl,
      logLevel: config.logLevel,
      accepted: accepted.buffer,
    },
    {
      changed: (event) => liveEvents.publish(event),
      processed: (delivery) => metrics.deliveryProcessed(delivery),
      busy: () => metrics.databaseBusy(),
    },
    parts.onBroken,
  )
  const monotonic = () => performance.now()
  const clockWatch = new ClockWatch({
    clock,
    monotonic,
    onJump({ by }) {
      metrics.clockJumped()
      log.warn({ seconds: Math.round(by / 1000) }, 'the clock was set, or the machine slept')
    },
  })
  const deps: Deps = {
    config,
    store,
    secretBox,
    sourceDirectory,
    processor,
    liveEvents,
    metrics,
    log,
    clock,
    monotonic,
    clockWatch,
    stopping: stopping.signal,
  }
  const firstRun = await prepareFirstRun(store, config, clock)
  server.answerWith(createApp(deps).app.fetch)
  processor.start()
  clockWatch.start()

  return {
    port: server.port,
    deps,
    firstRun,
    async stop() {
      stopping.abort()
      clockWatch.stop()
      await new Promise((resolve) => setTimeout(resolve, config.drainDelayMs))
      await server.close()
      await processor.stop()
      await store.close()
    },
  }
}
