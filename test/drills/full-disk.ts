import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { FaultyDisk } from '../support/disk/faulty-disk.ts'
import { compilePreload } from '../support/disk/preload.ts'
import { canMountSmallDisk, SmallDisk } from '../support/disk/small-disk.ts'
import { readOutcome } from '../support/outcome.ts'
import { deliver, isAcknowledged, Senders } from '../support/senders.ts'
import type { LaunchedServer } from '../support/server-process.ts'
import {
  atMost,
  CannotDrill,
  type DrillReport,
  inFolder,
  killed,
  launch,
  nothingLostClaims,
  placeIn,
  prepareIn,
  probe,
} from './drill.ts'

/** Fills the disk under load, frees it, and again, with one server all the time. */
export function drillFullDisk(cycles: number): Promise<DrillReport> {
  return inFolder(async (folder) => {
    const secret = await prepareIn(folder)
    const disk = someDisk(folder)
    const base = await disk.server.listening
    const living = probe(`${base}/livez`)
    const reading = probe(`${base}/login`)
    const senders = new Senders()
    const untilRefused: number[] = []
    const untilTaken: number[] = []
    let number = 1_000_000
    const single: number[] = []
    for (let cycle = 0; cycle < cycles; cycle++) {
      let answers = 0
      await senders.run(base, secret, () => (++answers === 60 ? 'stop' : 'go on'))
      await disk.fill()
      const filledAt = performance.now()
      let refusals = 0
      await senders.run(base, secret, ({ status }) => {
        if (status === 503 && refusals++ === 0) untilRefused.push(performance.now() - filledAt)
        return refusals === 200 ? 'stop' : 'go on'
      })
      const freedAt = performance.now()
      disk.free()
      for (;;) {
        const answer = await deliver(base, secret, ++number)
        if (isAcknowledged(answer)) break
        if (!answer) throw new Error(`the server is gone:\n${disk.server.said()}`)
      }
      single.push(number)
      untilTaken.push(performance.now() - freedAt)
    }
    const alive = await living.stop()
    const read = await reading.stop()
    const acknowledged = [...senders.acknowledged, ...single]
    const outcome = await readOutcome(placeIn(await disk.leave()), acknowledged)
    const others = Object.keys(senders.answers).filter((kind) => !['200', '202', '503'].includes(kind))
    return {
      drill: `full disk (${disk.kind})`,
      times: cycles,
      acknowledged: acknowledged.length,
      lost: outcome.lost.length,
      claims: [
        ...nothingLostClaims(acknowledged.length, outcome),
        {
          promise: 'what is not acknowledged is not kept',
          seen: `${outcome.kept - acknowledged.length} were`,
          kept: outcome.kept === acknowledged.length,
        },
        {
          promise: 'senders get nothing but 200, 202 and 503',
          seen: others.join(', ') || 'nothing else',
          kept: !others.length,
        },
        atMost('the first refusal comes within 1 s', 1_000, untilRefused),
        atMost('deliveries are taken again within 10 s of there being room, without a restart', 10_000, untilTaken),
        atMost('/livez answers within 1 s throughout', 1_000, alive),
        atMost('a page is read within 2 s throughout', 2_000, read),
      ],
      measured: {
        answers: senders.answers,
        untilRefusedMs: Math.round(Math.max(...untilRefused)),
        untilTakenMs: Math.round(Math.max(...untilTaken)),
      },
    }
  })
}

interface Disk {
  readonly kind: string
  readonly server: LaunchedServer
  fill(): Promise<void>
  free(): void
  /** Ends the server as a crash would and gives a folder with what it left. */
  leave(): Promise<string>
}

/** A real file system where one can be mounted, else one that says it is full. */
function someDisk(folder: string): Disk {
  const MIB = 1024 * 1024
  if (canMountSmallDisk()) {
    const disk = new SmallDisk(folder, 128 * MIB)
    const server = launch(disk.dataDir, { within: disk.within })
    return {
      kind: 'tmpfs',
      server,
      fill: () => disk.fill(server, MIB / 16),
      free: () => disk.free(server),
      async leave() {
        const copy = join(folder, 'copy')
        mkdirSync(copy)
        disk.copyAsAfterCrash(server, copy)
        await server.ended
        return copy
      },
    }
  }
  const library = compilePreload('faulty-disk', folder)
  if (!library) throw new CannotDrill('neither can a small file system be mounted here, nor is there a C compiler')
  const disk = new FaultyDisk(library, folder)
  const server = launch(folder, { environment: disk.environment })
  return {
    kind: 'simulated',
    server,
    fill: async () => disk.fill(),
    free: () => disk.free(),
    async leave() {
      await killed(server)
      return folder
    },
  }
}
