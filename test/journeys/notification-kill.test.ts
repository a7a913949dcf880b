import { once } from 'node:events'
import { expect, test } from 'vitest'
import { createApiToken } from '../../src/operations/access/api-tokens.ts'
import { openStore } from '../../src/store/database.ts'
import { launchForTest } from '../support/faults.ts'
import { deployed } from '../support/history-pages.ts'
import { openNotifying } from '../support/notifying.ts'
import type { LaunchedServer } from '../support/server-process.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const HOUR = 3_600_000

/** A channel that hears of locks, a program that may set them, and a server to be killed. */
async function openWorld(openTestStore: OpenTestStore) {
  const place = await openTestStore.newPlace()
  const store = await openStore(place)
  const here = await openNotifying(openTestStore, { store, keyFolder: place.dataDir })
  here.time.now = Date.now() - HOUR
  await here.channel()
  const scopes = ['deployments:write', 'locks:write']
  const { token } = await createApiToken(store, { name: 'script', scopes }, Date.now())
  const launch = () => launchForTest(place, { environment: { OUTBOUND_ALLOW: '127.0.0.1' } })
  const call = async (server: LaunchedServer, path: string, key: string, body: unknown) =>
    await fetch(`${await server.listening}/api/v1/${path}`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Idempotency-Key': key, 'Content-Type': 'application/json' },
      body: JSON.stringify(body),
    })
  const world = {
    ...here,
    launch,
    /** Sets a lock for this reason. */
    lock: (server: LaunchedServer, reason: string) =>
      call(server, 'locks', reason.replaceAll(' ', '-'), { environment: 'production', reason }),
    /** The reasons of the locks that the receiver was told of, in order. */
    told: (): string[] => here.receiver.got.map(({ body }) => JSON.parse(body).data.reason),
    async kill(server: LaunchedServer) {
      server.process.kill('SIGKILL')
      await server.ended
    },
    /** Whoever was sending is gone for good; three quarters of a minute need not be waited for. */
    asIfItsTimeWereUp: () =>
      store.db.updateTable('notifications').set({ due_at: 1 }).where('due_at', 'is not', null).execute(),
    rows: () => store.db.selectFrom('notifications').select(['state', 'attempt']).orderBy('id').execute(),
    /** Another server comes, and tells one thing more, which is the last: what was still to be told came before it. */
    async afterwards() {
      await world.asIfItsTimeWereUp()
      const server = launch()
      expect((await world.lock(server, 'The end')).status).toBe(201)
      await expect.poll(world.told).toContain('The end')
      await expect.poll(async () => (await world.rows()).every(({ state }) => state === 'sent')).toBe(true)
      await world.kill(server)
      await store.close()
      return world.told()
    },
  }
  const first = launch()
  const item = deployed('1.0.0', Date.now() - HOUR)
  expect((await call(first, 'deployments', 'd', item)).status).toBe(202)
  return { ...world, first }
}

describeOnEachEngine('a server that is killed between a fact and its message', (openTestStore) => {
  test('after the fact was committed: it is told once', async () => {
    const world = await openWorld(openTestStore)
    // Nothing goes to the channel for now, so that it is surely killed before.
    await world.store.db
      .updateTable('channels')
      .set({ held_until: Date.now() + HOUR })
      .execute()
    expect((await world.lock(world.first, 'Migration')).status).toBe(201)
    await world.kill(world.first)
    expect(await world.rows()).toEqual([{ state: 'ready', attempt: 0 }])
    expect(world.told()).toEqual([])
    await world.store.db.updateTable('channels').set({ held_until: null }).execute()
    expect(await world.afterwards()).toEqual(['Migration', 'The end'])
  })

  test('while it connects: what was marked as being sent and never was is told once', async () => {
    const world = await openWorld(openTestStore)
    world.receiver.onConnection = (socket) => {
      world.receiver.onConnection = undefined
      world.first.process.kill('SIGKILL')
      socket.destroy()
    }
    await world.lock(world.first, 'Migration').catch(() => {})
    await world.first.ended
    expect(await world.rows()).toEqual([{ state: 'sending', attempt: 1 }])
    expect(await world.afterwards()).toEqual(['Migration', 'The end'])
  })

  test('while the receiver works on it: it is told once more, under the same id', async () => {
    const world = await openWorld(openTestStore)
    world.receiver.onPost = async () => {
      world.receiver.onPost = undefined
      world.first.process.kill('SIGKILL')
      await once(world.first.process, 'exit')
    }
    await world.lock(world.first, 'Migration').catch(() => {})
    await world.first.ended
    expect(await world.rows()).toEqual([{ state: 'sending', attempt: 1 }])
    expect(await world.afterwards()).toEqual(['Migration', 'Migration', 'The end'])
    const [one, again] = world.receiver.got.map(({ headers }) => headers['webhook-id'])
    expect(again).toBe(one)
  })

  test('after the answer was seen: it is not told again', async () => {
    const world = await openWorld(openTestStore)
    expect((await world.lock(world.first, 'Migration')).status).toBe(201)
    await expect.poll(world.rows).toEqual([{ state: 'sent', attempt: 1 }])
    await world.kill(world.first)
    expect(await world.afterwards()).toEqual(['Migration', 'The end'])
  })

  test('at any moment, again and again: each fact that is there is told, one at most twice for each kill', {
    timeout: 60_000 + 40_000 * Number(process.env.KILL_CYCLES ?? 2),
  }, async () => {
    const world = await openWorld(openTestStore)
    await world.kill(world.first)
    const reasons: string[] = []
    const kills = Number(process.env.KILL_CYCLES ?? 2)
    for (let cycle = 1; cycle <= kills; cycle++) {
      const server = world.launch()
      await server.listening
      // Counted, not timed: as some are told, or as some are set.
      let left = 3 + ((cycle * 2) % 6)
      const count = () => void (--left === 0 && server.process.kill('SIGKILL'))
      if (cycle % 2 === 0) world.receiver.onPost = count
      const wanted = Array.from({ length: 10 }, (_, i) => `Lock ${cycle} ${i}`)
      reasons.push(...wanted)
      await Promise.all(
        wanted.map((reason) => world.lock(server, reason).then(cycle % 2 === 0 ? () => {} : count, () => {})),
      )
      await server.ended
      world.receiver.onPost = undefined
      await world.asIfItsTimeWereUp()
    }
    // A caller that got no answer calls again; what was set and told is neither set nor told twice for it.
    const server = world.launch()
    for (const reason of reasons) expect([200, 201]).toContain((await world.lock(server, reason)).status)
    await expect.poll(async () => (await world.rows()).every(({ state }) => state === 'sent')).toBe(true)
    await world.kill(server)
    const { db } = world.store
    const locks = (await db.selectFrom('deploy_locks').select('reason').execute()).map(({ reason }) => reason)
    expect(locks.sort()).toEqual([...reasons].sort())
    const told = world.told()
    expect([...new Set(told)].sort()).toEqual([...reasons].sort())
    expect(told.length - reasons.length).toBeLessThanOrEqual(kills)
    await world.store.close()
  })
})
