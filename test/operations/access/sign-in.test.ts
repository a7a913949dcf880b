import { createHook } from 'node:async_hooks'
import { expect, onTestFinished, test } from 'vitest'
import { findLiveSession } from '../../../src/operations/access/sessions.ts'
import { signIn } from '../../../src/operations/access/sign-in.ts'
import { addressSubject } from '../../../src/operations/access/sign-in-throttle.ts'
import type { Store } from '../../../src/store/database.ts'
import { day } from '../../support/factories.ts'
import { addPerson, PASSWORD } from '../../support/people.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const SECOND = 1000
const MINUTE = 60 * SECOND
const NOW = day(1)
const here = { address: '192.0.2.1' }
const right = { email: 'ana@example.com', password: PASSWORD }
const wrong = { email: 'ana@example.com', password: 'not the password' }

/** Counts the hashes that this process begins until the test ends. */
function watchHashes() {
  const watched = { begun: 0 }
  const hook = createHook({ init: (_, type) => void (type === 'SCRYPTREQUEST' && watched.begun++) }).enable()
  onTestFinished(() => void hook.disable())
  return watched
}

describeOnEachEngine('signing in', (openTestStore) => {
  const withAna = async (): Promise<Store> => {
    const store = await openTestStore()
    await addPerson(store.db)
    return store
  }

  const fail = async (store: Store, times: number, at = NOW, visitor = here) => {
    for (let i = 0; i < times; i++) expect((await signIn(store, wrong, visitor, at)).kind).toBe('refused')
  }

  test('the right password begins a session, however the address is spelled', async () => {
    const store = await withAna()
    const outcome = await signIn(store, { ...right, email: ' Ana@Example.COM ' }, here, NOW)
    if (outcome.kind !== 'signed-in') throw new Error(outcome.kind)
    expect((await findLiveSession(store.db, outcome.sessionId, NOW))?.user.name).toBe('Ana')
  })

  test('an unknown address, a wrong password and a disabled user get the same answer', async () => {
    const store = await withAna()
    const ben = await addPerson(store.db, { email: 'ben@example.com' })
    await store.db.updateTable('users').set({ disabled_at: NOW }).where('id', '=', ben).execute()
    expect(await signIn(store, wrong, here, NOW)).toEqual({ kind: 'refused' })
    expect(await signIn(store, { ...right, email: 'nobody@example.com' }, here, NOW)).toEqual({ kind: 'refused' })
    expect(await signIn(store, { ...right, email: 'ben@example.com' }, here, NOW)).toEqual({ kind: 'refused' })
  })

  test('a password of a megabyte is refused without being hashed', async () => {
    const store = await withAna()
    const hashes = watchHashes()
    const attempt = async (password: string) => {
      expect(await signIn(store, { email: 'nobody@example.com', password }, here, NOW)).toEqual({ kind: 'refused' })
      return hashes.begun
    }
    expect(await attempt('x'.repeat(1_000_000))).toBe(0)
    expect(await attempt('x'.repeat(20))).toBe(1)
  })

  test('four failures cost nothing, the fifth blocks the account even for the right password', async () => {
    const store = await withAna()
    await fail(store, 4)
    expect((await signIn(store, right, here, NOW)).kind).toBe('signed-in')
    await fail(store, 5)
    expect(await signIn(store, right, here, NOW)).toEqual({ kind: 'throttled', until: NOW + 30 * SECOND })
    expect((await signIn(store, right, here, NOW + 30 * SECOND - 1)).kind).toBe('throttled')
    expect((await signIn(store, right, here, NOW + 30 * SECOND)).kind).toBe('signed-in')
  })

  test('each further failure doubles the wait, up to 15 minutes', async () => {
    const store = await withAna()
    const waits: number[] = []
    let now = NOW
    await fail(store, 4)
    for (let i = 0; i < 7; i++) {
      // Each from another place: this is about the account.
      await fail(store, 1, now, { address: `192.0.2.${i + 10}` })
      const blocked = await signIn(store, right, here, now)
      if (blocked.kind !== 'throttled') throw new Error(blocked.kind)
      waits.push((blocked.until - now) / SECOND)
      now = blocked.until
    }
    expect(waits).toEqual([30, 60, 120, 240, 480, 900, 900])
  })

  test('an account that does not exist is throttled like one that does', async () => {
    const store = await withAna()
    const nobody = { email: 'nobody@example.com', password: 'x'.repeat(600) }
    for (let i = 0; i < 5; i++) await signIn(store, nobody, here, NOW)
    expect(await signIn(store, nobody, here, NOW)).toEqual({ kind: 'throttled', until: NOW + 30 * SECOND })
  })

  test('failures are forgotten after a quiet day', async () => {
    const store = await withAna()
    await fail(store, 4)
    await fail(store, 4, NOW + 24 * 60 * MINUTE + 1)
    expect((await signIn(store, right, here, NOW + 24 * 60 * MINUTE + 1)).kind).toBe('signed-in')
  })

  test('guesses made at the same instant do not slip past the limit', async () => {
    const store = await withAna()
    const guesses = await Promise.all(Array.from({ length: 20 }, () => signIn(store, wrong, here, NOW)))
    expect(guesses.filter(({ kind }) => kind === 'refused')).toHaveLength(5)
    expect(guesses.filter(({ kind }) => kind === 'throttled')).toHaveLength(15)
  })

  test('one address trying many accounts is throttled, other addresses are not', async () => {
    const store = await withAna()
    for (let i = 0; i < 20; i++)
      await signIn(store, { email: `person${i}@example.com`, password: 'x'.repeat(600) }, here, NOW)
    expect((await signIn(store, right, here, NOW)).kind).toBe('throttled')
    expect((await signIn(store, right, { address: '192.0.2.2' }, NOW)).kind).toBe('signed-in')
  })

  test('signing in with one’s own account does not clear what the address did to others', async () => {
    const store = await withAna()
    for (let i = 0; i < 19; i++) {
      await signIn(store, { email: `person${i}@example.com`, password: 'x'.repeat(600) }, here, NOW)
      await signIn(store, right, here, NOW)
    }
    expect((await signIn(store, right, here, NOW)).kind).toBe('signed-in')
    await fail(store, 1)
    expect((await signIn(store, right, here, NOW)).kind).toBe('throttled')
  })

  test('what was typed as an address is not stored: it may be a password', async () => {
    const store = await withAna()
    await signIn(store, { email: 'my secret phrase', password: 'x'.repeat(600) }, here, NOW)
    expect(JSON.stringify(await store.db.selectFrom('login_attempts').selectAll().execute())).not.toContain('secret')
  })
})

test('one IPv6 network of 64 bits counts as one address, an IPv4 address inside IPv6 as itself', () => {
  expect(addressSubject('2001:db8:0:1::5')).toBe(addressSubject('2001:db8:0:1:ffff::9'))
  expect(addressSubject('2001:db8:0:1::5')).not.toBe(addressSubject('2001:db8:0:2::5'))
  expect(addressSubject('2001:db8::1')).toBe('address 2001:db8:0:0::/64')
  expect(addressSubject('::1')).toBe('address 0:0:0:0::/64')
  expect(addressSubject('fe80::1%eth0')).toBe('address fe80:0:0:0::/64')
  expect(addressSubject('::ffff:192.0.2.7')).toBe(addressSubject('192.0.2.7'))
  expect(addressSubject('192.0.2.7')).not.toBe(addressSubject('192.0.2.8'))
})
