import { cpSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { FaultyDisk } from '../support/disk/faulty-disk.ts'
import { compilePreload } from '../support/disk/preload.ts'
import { nothingLost, readOutcome } from '../support/outcome.ts'
import { Senders } from '../support/senders.ts'
import type { LaunchedServer } from '../support/server-process.ts'
import { atMost, CannotDrill, type DrillReport, endWithin, inFolder, launch, placeIn, prepareIn } from './drill.ts'

/** EIO at the first sync of a server's life, at the second… each on a fresh copy of the same database, under load. */
export function drillIoErrors(syncs: number): Promise<DrillReport> {
  return inFolder(async (folder) => {
    const library = compilePreload('faulty-disk', folder)
    if (!library) throw new CannotDrill('there is no C compiler here')
    const prepared = join(folder, 'prepared')
    const secret = await prepareIn(prepared)
    let acknowledged = 0
    const lost: string[] = []
    const notEnded: number[] = []
    const notInOrder: string[] = []
    const ends: number[] = []
    for (let n = 1; n <= syncs; n++) {
      const dataDir = join(folder, `sync-${n}`)
      mkdirSync(dataDir)
      cpSync(prepared, dataDir, { recursive: true })
      const disk = new FaultyDisk(library, folder)
      disk.failSync(n)
      const server = launch(dataDir, { environment: disk.environment })
      const senders = new Senders()
      const failedAt = await deliverUntilItFails(server, secret, senders)
      const how = await endWithin(server, 10_000)
      ends.push(performance.now() - failedAt)
      if (how === undefined || how === 0 || !/I\/O error/i.test(server.said())) notEnded.push(n)
      acknowledged += senders.acknowledged.size
      const outcome = await readOutcome(placeIn(dataDir), senders.acknowledged)
      for (const number of outcome.lost) lost.push(`sync ${n}: delivery ${number}`)
      if (JSON.stringify(outcome) !== JSON.stringify({ ...nothingLost(outcome), lost: outcome.lost }))
        notInOrder.push(`sync ${n}: ${JSON.stringify(outcome)}`)
    }
    return {
      drill: 'EIO at a sync',
      times: syncs,
      acknowledged,
      lost: lost.length,
      claims: [
        {
          promise: 'every acknowledged delivery is on disk',
          seen: `${lost.length} of ${acknowledged.toLocaleString('en')} lost`,
          kept: lost.length === 0,
        },
        {
          promise: 'the process ends by itself and says why',
          seen: notEnded.length === 0 ? 'always' : `not after sync ${notEnded.join(', ')}`,
          kept: notEnded.length === 0,
        },
        atMost('it ends within 5 s', 5_000, ends),
        {
          promise: 'the next start finds everything in order',
          seen: notInOrder.length === 0 ? 'always' : notInOrder.join('; '),
          kept: notInOrder.length === 0,
        },
      ],
      measured: { lost, longestMs: Math.round(Math.max(...ends)) },
    }
  })
}

/** When the first sender heard of it; when it was started, if it did not come so far. */
async function deliverUntilItFails(server: LaunchedServer, secret: string, senders: Senders): Promise<number> {
  let failedAt = performance.now()
  const base = await server.listening.catch(() => undefined)
  if (base === undefined) return failedAt
  let refused = false
  // Until all connections have broken, for which it has to end.
  await senders.run(base, secret, ({ status }) => {
    if (status === 503 && !refused) {
      refused = true
      failedAt = performance.now()
    }
    return senders.acknowledged.size > 20_000 ? 'stop' : 'go on'
  })
  return failedAt
}
