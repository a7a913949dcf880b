import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { serve as listen } from '@hono/node-server'
import type { Logger } from 'pino'
import { createApp } from './app.ts'
import type { Config } from './config.ts'
import { type FirstRun, prepareFirstRun } from './operations/first-run.ts'
import { LiveEvents } from './operations/live-events.ts'
import { openSecretBox } from './operations/secret-box.ts'
import { SourceDirectory } from './operations/source-directory.ts'
import { assertSecretsOpen, ensureBuiltInSource } from './operations/sources-admin.ts'
import { ThreadedProcessing } from './operations/threaded-processing.ts'
import { openStore } from './store/database.ts'
import { isStorageBroken, type StorageEvents } from './store/dialect.ts'
import type { Deps } from './web/deps.ts'
import { createMetrics } from './web/metrics.ts'

export interface RunningServer {
  /** As it really listens: PORT 0 becomes the one given. */
  readonly port: number
  readonly deps: Deps
  readonly firstRun: FirstRun | undefined
  /** Stops taking in, lets what is under way end, and closes the store. */
  stop(): Promise<void>
}

const FINISH_WITHIN_MS = 8_000

/**
 * Opens the store and serves it.
 * @param onBroken called when the storage can no longer be believed: acknowledging has ended, the process should too
 * @throws StoreRefused, KeyFileRefused, SealBroken, or the socket's own error
 */
export async function startServer(
  config: Config,
  parts: { readonly log: Logger; readonly onBroken: (error: unknown) => void; readonly clock?: () => number },
): Promise<RunningServer> {
  const { log } = parts
  const clock = parts.clock ?? Date.now
  const secretBox = openSecretBox(config.keyFile)
  const stopping = new AbortController()
  const metrics = createMetrics()
  let isBroken = false
  const events: StorageEvents = {
    broken(error) {
      if (isBroken) return
      isBroken = true
      stopping.abort()
      // Whichever connection noticed: nothing is acknowledged from here on.
      opening.then(
        ({ inbox }) => inbox.close(),
        () => {},
      )
      parts.onBroken(error)
    },
    busy: () => metrics.databaseBusy(),
  }
  const opening = openStore({
    databaseUrl: config.databaseUrl,
    dataDir: config.dataDir,
    exclusive: true,
    writerThread: true,
    inboxLimits: {
      rows: config.maxWaitingDeliveries,
      bytes: config.maxWaitingBytes,
      acceptWithinMs: config.acceptWithinMs,
    },
    events,
  })
  const store = await opening
  const liveEvents = new LiveEvents()
  // Told to the processing thread, which steps back while senders come in a storm.
  const accepted = new Int32Array(new SharedArrayBuffer(4))
  store.inbox.onCommit((commit) => {
    Atomics.add(accepted, 0, commit.rows)
    metrics.inboxCommitted(commit)
  })
  store.inbox.onFailure((error) => {
    if (isStorageBroken(error)) events.broken?.(error)
  })
  const sourceDirectory = new SourceDirectory(store, secretBox, clock)
  try {
    await assertSecretsOpen(store.db, secretBox, clock())
  } catch (error) {
    await store.close()
    throw error
  }
  const processor = new ThreadedProcessing(
    {
      dataDir: config.dataDir,
      databaseUrl: config.databaseUrl,
      logLevel: config.logLevel,
      accepted: accepted.buffer,
    },
    {
      changed: (event) => liveEvents.publish(event),
      processed: (source, result) => metrics.deliveryProcessed(source, result),
    },
    events,
  )
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
    stopping: stopping.signal,
  }
  await ensureBuiltInSource(store.db, clock())
  const firstRun = await prepareFirstRun(store, config, clock)
  const server = await open(createApp(deps).app.fetch, config)
  processor.start()

  return {
    port: (server.address() as AddressInfo).port,
    deps,
    firstRun,
    async stop() {
      stopping.abort()
      await new Promise((resolve) => setTimeout(resolve, config.drainDelayMs))
      await close(server)
      await processor.stop()
      await store.close()
    },
  }
}

function open(fetch: Parameters<typeof listen>[0]['fetch'], config: Config): Promise<Server> {
  return new Promise((resolve, reject) => {
    const server = listen(
      {
        fetch,
        hostname: config.host,
        port: config.port,
        // A client that sends slowly on purpose must not hold a socket for minutes.
        serverOptions: { headersTimeout: 10_000, requestTimeout: 30_000, connectionsCheckingInterval: 5_000 },
      },
      () => resolve(server),
    ) as Server
    server.maxConnections = 1_000
    server.maxHeadersCount = 100
    server.once('error', reject)
  })
}

/**
 * `close` alone drops only the sockets idle at that instant, and a kept-alive one would hold it to the end: each is told
 * with its next answer that it was the last.
 */
async function close(server: Server): Promise<void> {
  server.prependListener('request', (_, response) => {
    response.shouldKeepAlive = false
  })
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  const sweep = setInterval(() => server.closeIdleConnections(), 50)
  const force = setTimeout(() => server.closeAllConnections(), FINISH_WITHIN_MS)
  await closed
  clearInterval(sweep)
  clearTimeout(force)
}
