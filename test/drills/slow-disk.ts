import { quantile } from '../../bench/statistics.ts'
import { FaultyDisk } from '../support/disk/faulty-disk.ts'
import { compilePreload } from '../support/disk/preload.ts'
import { readOutcome } from '../support/outcome.ts'
import { deliver, Senders } from '../support/senders.ts'
import {
  atMost,
  CannotDrill,
  type Claim,
  type DrillReport,
  endWithin,
  inFolder,
  launch,
  nothingLostClaims,
  placeIn,
  prepareIn,
  probe,
} from './drill.ts'

const SYNC_MS = [5, 50, 500] as const
const ACCEPT_WITHIN_MS = 5_000
/** As the server gives itself, and a little to spare. */
const STOP_WITHIN_MS = 12_000

export interface SlowDiskOptions {
  /** With each slowness. */
  readonly deliveries: number
  readonly hangSeconds: number
}

/** A disk that takes longer and longer to sync, then not at all for a while, then not at all. */
export function drillSlowDisk({ deliveries, hangSeconds }: SlowDiskOptions): Promise<DrillReport> {
  return inFolder(async (folder) => {
    const library = compilePreload('faulty-disk', folder)
    if (!library) throw new CannotDrill('there is no C compiler here')
    const secret = await prepareIn(folder)
    const disk = new FaultyDisk(library, folder)
    const server = launch(folder, { environment: disk.environment })
    const base = await server.listening
    const senders = new Senders()
    const claims: Claim[] = []
    const measured: Record<string, unknown> = {}

    for (const syncMs of SYNC_MS) {
      disk.slowDown(syncMs)
      const living = probe(`${base}/livez`)
      const reading = probe(`${base}/login`)
      const startedAt = performance.now()
      let answers = 0
      await senders.run(base, secret, () => (++answers >= deliveries ? 'stop' : 'go on'))
      const seconds = (performance.now() - startedAt) / 1000
      const [alive, read] = [await living.stop(), await reading.stop()]
      claims.push(atMost(`/livez answers within 1 s with syncs of ${syncMs} ms`, 1_000, alive))
      measured[`syncs of ${syncMs} ms`] = {
        perSecond: Math.round(answers / seconds),
        livezMs: percentiles(alive),
        pageMs: percentiles(read),
      }
      if (syncMs === 50) claims.push(atMost('a page is read within 1 s with syncs of 50 ms', 1_000, read))
    }
    disk.slowDown(0)

    disk.hang()
    const living = probe(`${base}/livez`)
    const refusedAfter: number[] = []
    const releaseAt = performance.now() + hangSeconds * 1000
    let number = 1_000_000
    while (performance.now() < releaseAt) {
      const sentAt = performance.now()
      const sent = Array.from({ length: 8 }, () => deliver(base, secret, ++number))
      for (const answer of await Promise.all(sent))
        if (answer?.status === 503) refusedAfter.push(performance.now() - sentAt)
        else claims.push({ promise: 'senders get 503 while it hangs', seen: String(answer?.status), kept: false })
    }
    claims.push(atMost('while it hangs senders get their 503 within 6 s', ACCEPT_WITHIN_MS + 1_000, refusedAfter))
    claims.push(atMost('while it hangs /livez answers within 1 s', 1_000, await living.stop()))
    disk.release()
    const after = await deliver(base, secret, ++number)
    claims.push({
      promise: 'afterwards deliveries are taken again',
      seen: String(after?.status),
      kept: after?.status === 202,
    })

    disk.hang()
    const last = deliver(base, secret, ++number)
    while (!disk.hanging) await new Promise((resolve) => setTimeout(resolve, 5))
    const stoppedAt = performance.now()
    server.process.kill('SIGTERM')
    const how = await endWithin(server, STOP_WITHIN_MS + 5_000)
    claims.push(
      atMost('told to stop while it hangs, the server ends within 12 s', STOP_WITHIN_MS, [
        performance.now() - stoppedAt,
      ]),
    )
    disk.release()
    await last

    const acknowledged = [...senders.acknowledged, number - 1]
    const outcome = await readOutcome(placeIn(folder), acknowledged)
    return {
      drill: 'slow disk',
      times: SYNC_MS.length + 2,
      acknowledged: acknowledged.length,
      lost: outcome.lost.length,
      claims: [...nothingLostClaims(acknowledged.length, outcome), ...claims],
      measured: {
        ...measured,
        answers: senders.answers,
        hangSeconds,
        refusedMs: percentiles(refusedAfter),
        stopped: how ?? 'not at all',
      },
    }
  })
}

const percentiles = (times: readonly number[]) => ({
  p50: Math.round(quantile(times, 0.5)),
  p99: Math.round(quantile(times, 0.99)),
  worst: Math.round(Math.max(...times)),
})
