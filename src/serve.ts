import type { Logger } from 'pino'
import { createApp } from './app.ts'
import { type Config, settlePort } from './config.ts'
import { AccountMailer } from './operations/access/account-mail.ts'
import { type FirstRun, prepareFirstRun } from './operations/access/first-run.ts'
import { openSecretBox, type SecretBox } from './operations/access/secret-box.ts'
import { AuditAnchoring } from './operations/audit/anchor-audit.ts'
import { ClockWatch } from './operations/clock-watch.ts'
import { assertTargetsOpen } from './operations/emergency/ci-targets.ts'
import { Dispatcher } from './operations/emergency/dispatch-emergencies.ts'
import { createFollower } from './operations/emergency/follow-emergencies.ts'
import { RateLimits } from './operations/intake/rate-limits.ts'
import { RefusalLog } from './operations/intake/refusal-log.ts'
import { assertRepairTokensOpen } from './operations/intake/repair-admin.ts'
import { GapRepair } from './operations/intake/repair-gaps.ts'
import { ThreadedProcessing } from './operations/intake/threaded-processing.ts'
import { createNightlyLearning } from './operations/learning/nightly-learning.ts'
import { LiveEvents } from './operations/live-events.ts'
import { assertChannelsOpen } from './operations/notifications/channels.ts'
import { Notifier } from './operations/notifications/send-notifications.ts'
import { createFactWatch } from './operations/notifications/watch-facts.ts'
import { createCalendarRefresh } from './operations/oncall/refresh-calendars.ts'
import { assertAddressesOpen } from './operations/oncall/save-schedule.ts'
import { createReportClock } from './operations/reports/report-clock.ts'
import { createNightlyPruning } from './operations/retention/nightly-pruning.ts'
import { createRuleWatch } from './operations/rules/rule-watch.ts'
import { SourceDirectory } from './operations/sources/source-directory.ts'
import { assertSecretsOpen, ensureBuiltInSource } from './operations/sources/sources-admin.ts'
import { openStore, type Store } from './store/database.ts'
import { isStorageBroken, type StorageEvents } from './store/dialect.ts'
import { keepStatisticsFresh } from './store/statistics.ts'
import type { Deps } from './web/deps.ts'
import { listen } from './web/server/http-server.ts'
import { createMetrics } from './web/server/metrics.ts'

export interface RunningServer {
  /** As it really listens: PORT 0 becomes the one given. */
  readonly port: number
  readonly deps: Deps
  readonly firstRun: FirstRun | undefined
  readonly gapRepair: GapRepair
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
  const secretBox = openSecretBox(asked.keyFile)
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
    databaseUrl: asked.databaseUrl,
    dataDir: asked.dataDir,
    exclusive: true,
    writerThread: true,
    inboxLimits: {
      rows: asked.maxWaitingDeliveries,
      bytes: asked.maxWaitingBytes,
      acceptWithinMs: asked.acceptWithinMs,
    },
    allowNetworkFileSystem: asked.allowNetworkFileSystem,
    events,
    log,
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
  const { server, config, firstRun } = await open(asked, store, secretBox, clock).catch(async (error: unknown) => {
    await store.close()
    throw error
  })
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
    },
    events,
  )
  const refusals = new RefusalLog({
    store,
    onTrouble: (error) => log.warn({ err: error }, 'refusals could not be noted yet'),
    onNews: () => liveEvents.publish({ topic: 'deliveries' }),
  })
  const monotonic = () => performance.now()
  const clockWatch = new ClockWatch({
    clock,
    monotonic,
    onJump({ by }) {
      metrics.clockJumped()
      log.warn({ seconds: Math.round(by / 1000) }, 'the clock was set, or the machine slept')
    },
  })
  const rules = { allow: config.outbound.allow }
  const dispatcher = new Dispatcher({ store, secretBox, rules, liveEvents, log, clock })
  const follower = createFollower({ store, liveEvents, log, clock })
  const ruleWatch = createRuleWatch({
    store,
    liveEvents,
    log,
    clock,
    publicUrl: config.publicUrl,
    onReady: () => dispatcher.wake(),
  })
  const calendars = createCalendarRefresh({ store, secretBox, rules, clock, log })
  const { publicUrl, mailServer } = config
  const notifier = new Notifier({ store, secretBox, rules, publicUrl, mailServer, log, clock })
  const accountMailer = new AccountMailer({ store, secretBox, publicUrl, mailServer, log, clock })
  const factWatch = createFactWatch({ store, log, clock })
  const reportClock = createReportClock({ store, log, clock })
  const deps: Deps = {
    config,
    store,
    secretBox,
    dispatcher,
    notifier,
    accountMailer,
    sourceDirectory,
    processor,
    rateLimits: new RateLimits(config.sourceRate),
    refusals,
    liveEvents,
    metrics,
    log,
    clock,
    monotonic,
    clockWatch,
    stopping: stopping.signal,
  }
  const gapRepair = new GapRepair({
    store,
    secretBox,
    rules,
    log,
    clock,
    onNews: () => liveEvents.publish({ topic: 'deliveries' }),
  })
  const learning = createNightlyLearning({
    store,
    data: { dataDir: config.dataDir, databaseUrl: config.databaseUrl },
    clock,
    log,
    // What was learned is worked off where deliveries are.
    onLearned: () => processor.wake(),
  })
  const pruning = createNightlyPruning({
    store,
    data: { dataDir: config.dataDir, databaseUrl: config.databaseUrl, retention: config.retention },
    clock,
    log,
    onPruned: (what, n) => metrics.pruned(what, n),
  })
  const anchoring = new AuditAnchoring({ store, dataDir: config.dataDir, secretBox, log, clock })
  server.answerWith(createApp(deps).app.fetch)
  processor.start()
  const stopRefreshing = keepStatisticsFresh(store, log)
  gapRepair.start()
  dispatcher.start()
  follower.start()
  ruleWatch.start()
  calendars.start()
  notifier.start()
  accountMailer.start()
  factWatch.start()
  reportClock.start()
  learning.start()
  pruning.start()
  anchoring.start()
  clockWatch.start()

  return {
    port: server.port,
    deps,
    firstRun,
    gapRepair,
    async stop() {
      stopping.abort()
      clockWatch.stop()
      await new Promise((resolve) => setTimeout(resolve, config.drainDelayMs))
      await gapRepair.stop()
      await ruleWatch.stop()
      await calendars.stop()
      await dispatcher.stop()
      await follower.stop()
      await factWatch.stop()
      await reportClock.stop()
      await notifier.stop()
      await accountMailer.stop()
      await learning.stop()
      await pruning.stop()
      await server.close()
      await processor.stop()
      await refusals.write()
      await anchoring.stop()
      await stopRefreshing()
      await store.close()
    },
  }
}

/** Listens, so that there is an address, by which the first run's link and every page go. Leaves no socket behind. */
async function open(asked: Config, store: Store, secretBox: SecretBox, clock: () => number) {
  await assertSecretsOpen(store.db, secretBox, clock())
  await assertRepairTokensOpen(store.db, secretBox)
  await assertTargetsOpen(store.db, secretBox)
  await assertAddressesOpen(store.db, secretBox)
  await assertChannelsOpen(store.db, secretBox)
  await ensureBuiltInSource(store.db, clock())
  const server = await listen(asked)
  try {
    const config = settlePort(asked, server.port)
    return { server, config, firstRun: await prepareFirstRun(store, config, clock) }
  } catch (error) {
    await server.close()
    throw error
  }
}
