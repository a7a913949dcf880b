import { expect, test } from 'vitest'
import { launchForTest } from '../support/faults.ts'
import { nothingLost, prepareSource, readOutcome } from '../support/outcome.ts'
import { isAcknowledged, Senders } from '../support/senders.ts'
import { describeOnEachEngine } from '../support/stores.ts'

/**
 * The server is killed with SIGKILL while many senders deliver, some of it twice, and started again on the same
 * database, again and again. KILL_CYCLES=500 makes a drill of it.
 */
const CYCLES = Number(process.env.KILL_CYCLES ?? 3)

describeOnEachEngine('a server killed again and again', (openTestStore) => {
  test('loses nothing it acknowledged and does nothing twice', { timeout: 60_000 + CYCLES * 8_000 }, async () => {
    const place = await openTestStore.newPlace()
    const secret = await prepareSource(place)
    const senders = new Senders()
    for (let cycle = 0; cycle < CYCLES; cycle++) {
      const server = launchForTest(place)
      const base = await server.listening
      // Counted, not timed: the kill comes in the middle of the work on a slow machine too.
      let untilKill = 20 + ((cycle * 97) % 200)
      await senders.run(base, secret, (answer) => {
        if (!isAcknowledged(answer) || --untilKill > 0) return 'go on'
        server.process.kill('SIGKILL')
        return 'stop'
      })
      await server.ended
    }

    const outcome = await readOutcome(place, senders.acknowledged)
    expect(senders.acknowledged.size).toBeGreaterThan(CYCLES * 10)
    expect(outcome).toEqual(nothingLost(outcome))
  })
})
