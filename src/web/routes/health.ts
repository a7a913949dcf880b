import { stat } from 'node:fs/promises'
import { formatInstant } from '../../core/time/instant.ts'
import { listAttributionsUnderWay } from '../../store/attribution/attribution-progress.ts'
import { sqliteFile } from '../../store/database.ts'
import { readInboxState } from '../../store/inbox/inbox-state.ts'
import { timeOrNull } from '../api/api-answers.ts'
import type { Deps } from '../deps.ts'
import type { Ctx, Routes } from '../routes.ts'
import type { Readings } from '../server/metrics.ts'
import { freeBytes, Readiness } from '../server/readiness.ts'

/** Whether the process lives, whether it should get traffic, and what it counts. */
export function registerHealthRoutes(routes: Routes, deps: Deps): void {
  const readiness = new Readiness(deps)

  // Only that the event loop turns: restarting a process because its disk is full helps nobody.
  const alive = (c: Ctx) => uncached(c).json({ status: 'ok' })
  routes.get('/healthz', 'open', alive)
  routes.get('/livez', 'open', alive)

  // The time by our clock: whoever asks can see how far it is off, and everything here is dated by it.
  const time = () => formatInstant(deps.clock())

  routes.get('/readyz', 'open', async (c) => {
    const { reasons } = await readiness.check()
    if (reasons.length === 0) return uncached(c).json({ status: 'ready', time: time() })
    return uncached(c).json({ status: 'not ready', reasons, time: time() }, 503)
  })

  routes.get('/readyz/full', { scope: 'read' }, async (c) => {
    const report = await readiness.check()
    const jump = deps.clockWatch.look()
    const details = {
      status: report.reasons.length === 0 ? 'ready' : 'not ready',
      reasons: report.reasons,
      time: time(),
      checkedAt: formatInstant(report.at),
      clock: { lastJump: jump ? { at: formatInstant(jump.at), seconds: Math.round(jump.by / 1000) } : null },
      database: { engine: deps.store.engine, milliseconds: report.databaseMs ?? null },
      inbox: { waitingForCommit: report.waitingForCommit, lastCommitAt: timeOrNull(report.lastCommitAt) },
      processing: { secondsSinceLastStep: Math.round(report.processingStillMs / 1000) },
      diskFreeBytes: report.diskFreeBytes ?? null,
    }
    return uncached(c).json(details, report.reasons.length === 0 ? 200 : 503)
  })

  routes.get('/metrics', { scope: 'read' }, async (c) => {
    const text = await deps.metrics.text(await readingsOf(deps), deps.clock())
    return uncached(c).body(text, 200, { 'Content-Type': deps.metrics.contentType })
  })
}

const uncached = (c: Ctx): Ctx => {
  c.header('Cache-Control', 'no-store')
  return c
}

async function readingsOf({ store, config, liveEvents }: Deps): Promise<Readings> {
  const [state, waiting] = await Promise.all([readInboxState(store.reader), listAttributionsUnderWay(store.reader)])
  return {
    inboxDepth: state.waiting + store.inbox.waiting,
    oldestWaitingAt: state.oldestWaitingAt,
    dead: state.failed,
    attributionsWaiting: waiting.reduce((sum, { defects }) => sum + defects, 0),
    diskFreeBytes: await freeBytes(config.dataDir),
    // There is none on PostgreSQL, and none right after a checkpoint.
    walBytes: (await stat(`${sqliteFile(config.dataDir)}-wal`).catch(() => undefined))?.size,
    lastDeliveryAt: state.lastDeliveryAt,
    liveStreams: liveEvents.streams,
  }
}
