import { quantile } from '../../bench/statistics.ts'
import { Random } from '../../src/simulation/random.ts'
import { readOutcome } from '../support/outcome.ts'
import { isAcknowledged, Senders } from '../support/senders.ts'
import { type DrillReport, inFolder, launch, nothingLostClaims, placeIn, prepareIn } from './drill.ts'

/** kill -9 under load, again and again on one database: at a random answer, and every tenth time before the first. */
export function drillKill(cycles: number, seed: number): Promise<DrillReport> {
  return inFolder(async (folder) => {
    const random = new Random(seed).fork('kill')
    const secret = await prepareIn(folder)
    const senders = new Senders()
    const starts: number[] = []
    for (let cycle = 0; cycle < cycles; cycle++) {
      const startedAt = performance.now()
      const server = launch(folder)
      if (cycle % 10 === 9) {
        // In the middle of its start.
        await new Promise((resolve) => setTimeout(resolve, random.between(50, 600)))
        server.process.kill('SIGKILL')
        await server.ended
        continue
      }
      const base = await server.listening
      starts.push(performance.now() - startedAt)
      let untilKill = random.whole(1, 800)
      await senders.run(base, secret, (answer) => {
        if (!isAcknowledged(answer) || --untilKill > 0) return 'go on'
        server.process.kill('SIGKILL')
        return 'stop'
      })
      await server.ended
    }
    const outcome = await readOutcome(placeIn(folder), senders.acknowledged)
    return {
      drill: 'kill -9',
      times: cycles,
      acknowledged: senders.acknowledged.size,
      lost: outcome.lost.length,
      claims: nothingLostClaims(senders.acknowledged.size, outcome),
      measured: {
        answers: senders.answers,
        keptUnacknowledged: outcome.kept - senders.acknowledged.size,
        startMs: { p50: Math.round(quantile(starts, 0.5)), p99: Math.round(quantile(starts, 0.99)) },
      },
    }
  })
}
