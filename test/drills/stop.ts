import { readOutcome } from '../support/outcome.ts'
import { Senders } from '../support/senders.ts'
import { atMost, type DrillReport, inFolder, launch, nothingLostClaims, placeIn, prepareIn } from './drill.ts'

/** SIGTERM under load, again and again on one database. */
export function drillStop(cycles: number): Promise<DrillReport> {
  return inFolder(async (folder) => {
    const secret = await prepareIn(folder)
    const senders = new Senders()
    const stops: number[] = []
    let badly = 0
    for (let cycle = 0; cycle < cycles; cycle++) {
      const server = launch(folder)
      const base = await server.listening
      let answers = 0
      let stoppedAt = 0
      await senders.run(base, secret, () => {
        if (++answers === 50 + ((cycle * 37) % 200)) {
          stoppedAt = performance.now()
          server.process.kill('SIGTERM')
        }
        return 'go on'
      })
      if ((await server.ended) !== 0) badly++
      stops.push(performance.now() - stoppedAt)
    }
    const outcome = await readOutcome(placeIn(folder), senders.acknowledged)
    const cutOff = outcome.kept - senders.acknowledged.size
    return {
      drill: 'SIGTERM',
      times: cycles,
      acknowledged: senders.acknowledged.size,
      lost: outcome.lost.length,
      claims: [
        ...nothingLostClaims(senders.acknowledged.size, outcome),
        { promise: 'nobody whose delivery was kept is cut off', seen: `${cutOff} were`, kept: cutOff === 0 },
        { promise: 'it exits with 0', seen: `${badly} of ${cycles} did not`, kept: badly === 0 },
        atMost('it ends within 10 s', 10_000, stops),
      ],
      measured: { answers: senders.answers, longestMs: Math.round(Math.max(...stops)) },
    }
  })
}
