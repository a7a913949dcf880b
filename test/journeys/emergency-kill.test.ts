import { once } from 'node:events'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSecretBox } from '../../src/operations/access/secret-box.ts'
import { openStore } from '../../src/store/database.ts'
import { openEmergencyWorld } from '../support/emergency-world.ts'
import { launchForTest } from '../support/faults.ts'
import { describeOnEachEngine } from '../support/stores.ts'

describeOnEachEngine('a server that is killed while it sends to CI', (openTestStore) => {
  test('does not send again: it finds the run by its key', async () => {
    const place = await openTestStore.newPlace()
    const preparing = await openStore(place)
    const secretBox = openSecretBox(join(place.dataDir, 'key'))
    const world = await openEmergencyWorld(openTestStore, { store: preparing, secretBox, host: '127.0.0.1' })
    world.time.now = Date.now()
    const { id } = await world.approved()
    const launch = () => launchForTest(place, { environment: { OUTBOUND_ALLOW: '127.0.0.1' } })

    const first = launch()
    world.ci.mood = 'takes'
    world.ci.onWish = async () => {
      // The run starts; whoever asked for it is gone before it hears so.
      first.process.kill('SIGKILL')
      await once(first.process, 'exit')
    }
    expect(await first.ended).toBe('SIGKILL')
    world.ci.onWish = undefined
    expect(await world.dispatches()).toMatchObject([{ key: `ER-${id}-1`, state: 'sending', attempt: 1 }])

    // As if its time were up.
    await preparing.db.updateTable('emergency_dispatches').set({ due_at: 1 }).execute()
    const second = launch()
    await second.listening
    await expect.poll(() => world.get(id).then(({ state }) => state)).toBe('building')
    expect(await world.dispatches()).toMatchObject([{ state: 'sent', attempt: 1 }])
    expect(world.ci.runs).toEqual([`ER-${id}-1`])
    expect(world.ci.wishes).toHaveLength(1)
    second.process.kill('SIGTERM')
    await second.ended
    await preparing.close()
  })
})
