import { expect, test } from 'vitest'
import {
  beginSession,
  endSession,
  findLiveSession,
  SESSION_IDLE_MS,
  SESSION_LONGEST_MS,
  touch,
} from '../../../src/operations/access/sessions.ts'
import type { Store } from '../../../src/store/database.ts'
import { day, hours } from '../../support/factories.ts'
import { addPerson } from '../../support/people.ts'
import { describeOnEachEngine, lockedByAnother } from '../../support/stores.ts'

const NOW = day(1)
const visitor = { address: '192.0.2.1', userAgent: 'Firefox' }

describeOnEachEngine('sessions', (openTestStore) => {
  const withSession = async (): Promise<{ store: Store; userId: number; id: string }> => {
    const store = await openTestStore()
    const userId = await addPerson(store.db)
    return { store, userId, id: await store.transaction((trx) => beginSession(trx, userId, visitor, NOW)) }
  }
  const isLive = async (store: Store, id: string, now: number) =>
    (await findLiveSession(store.db, id, now)) !== undefined
  const use = async (store: Store, id: string, now: number) => {
    const session = await findLiveSession(store.db, id, now)
    if (!session) throw new Error('the session ended')
    await touch(store, session, now)
  }

  test('twelve idle hours end a session', async () => {
    const { store, id } = await withSession()
    expect(SESSION_IDLE_MS).toBe(hours(12))
    expect(await isLive(store, id, NOW + hours(12) - 1)).toBe(true)
    expect(await isLive(store, id, NOW + hours(12))).toBe(false)
  })

  test('use keeps a session alive for seven days and not a moment longer', async () => {
    const { store, id } = await withSession()
    for (let at = NOW + hours(6); at < NOW + SESSION_LONGEST_MS; at += hours(6)) await use(store, id, at)
    expect(await isLive(store, id, day(8) - 1)).toBe(true)
    expect(await isLive(store, id, day(8))).toBe(false)
  })

  test('use is written down once a minute at most', async () => {
    const { store, id } = await withSession()
    const lastSeen = async () => (await findLiveSession(store.db, id, NOW + 60_000))?.lastSeenAt
    await use(store, id, NOW + 59_999)
    expect(await lastSeen()).toBe(NOW)
    await use(store, id, NOW + 60_000)
    expect(await lastSeen()).toBe(NOW + 60_000)
  })

  test.runIf(openTestStore.engine === 'sqlite')(
    'use is written down with the next page when another holds the lock',
    async () => {
      const { store, id } = await withSession()
      const unlock = await lockedByAnother(store)
      await use(store, id, NOW + 60_000)
      unlock()
      await use(store, id, NOW + 60_001)
      expect((await findLiveSession(store.db, id, NOW + 60_001))?.lastSeenAt).toBe(NOW + 60_001)
    },
  )

  test('signing out ends the session on the server', async () => {
    const { store, id } = await withSession()
    await endSession(store, id)
    expect(await isLive(store, id, NOW)).toBe(false)
  })

  test('another session begins under another id and ends the one the browser had', async () => {
    const { store, userId, id } = await withSession()
    const next = await store.transaction((trx) => beginSession(trx, userId, { ...visitor, formerSessionId: id }, NOW))
    expect(next).not.toBe(id)
    expect(await isLive(store, id, NOW)).toBe(false)
    expect(await isLive(store, next, NOW)).toBe(true)
  })

  test('two sessions have different CSRF tokens', async () => {
    const { store, userId, id } = await withSession()
    const other = await store.transaction((trx) => beginSession(trx, userId, visitor, NOW))
    const [one, two] = [await findLiveSession(store.db, id, NOW), await findLiveSession(store.db, other, NOW)]
    expect(one?.csrfToken).toHaveLength(43)
    expect(one?.csrfToken).not.toBe(two?.csrfToken)
  })

  test('disabling a user ends their sessions at once', async () => {
    const { store, userId, id } = await withSession()
    await store.db.updateTable('users').set({ disabled_at: NOW }).where('id', '=', userId).execute()
    expect(await isLive(store, id, NOW)).toBe(false)
  })

  test('the session id is not in the database', async () => {
    const { store, id } = await withSession()
    expect(Buffer.from(id, 'base64url').byteLength).toBe(32)
    expect(JSON.stringify(await store.db.selectFrom('sessions').selectAll().execute())).not.toContain(id)
  })

  test('ended sessions are cleared away a day later, when another begins', async () => {
    const { store, userId } = await withSession()
    await store.transaction((trx) => beginSession(trx, userId, visitor, NOW + hours(37)))
    expect(await store.db.selectFrom('sessions').select('created_at').execute()).toEqual([
      { created_at: NOW + hours(37) },
    ])
  })
})
