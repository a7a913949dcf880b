import { expect, test } from 'vitest'
import { readConfig } from '../../../src/config.ts'
import { THE_SYSTEM } from '../../../src/core/audit/entry.ts'
import { identityHandle, unlinkIdentity } from '../../../src/operations/access/outside-identities.ts'
import {
  addPasskey,
  beginPasskey,
  beginPasskeySignIn,
  relyingParty,
  removePasskey,
} from '../../../src/operations/access/passkeys.ts'
import { findLiveSession } from '../../../src/operations/access/sessions.ts'
import { signInWithPasskey } from '../../../src/operations/access/sign-in-with-passkey.ts'
import { insertIdentity } from '../../../src/store/access/outside-identities.ts'
import { listPasskeys } from '../../../src/store/access/passkeys.ts'
import type { Store } from '../../../src/store/database.ts'
import { ownerOf } from '../../support/authenticator.ts'
import { day } from '../../support/factories.ts'
import { Authenticator } from '../../support/passkey.ts'
import { addPerson } from '../../support/people.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const NOW = day(1)
const MINUTE = 60_000
const PARTY = { id: 'localhost', origin: 'http://localhost:3000' }
const OPEN = { passwords: true, passkeys: true, issuers: ['https://id.example'] }
const here = { address: '192.0.2.1' }

describeOnEachEngine('passkeys', (openTestStore) => {
  const add = async (store: Store, userId: number, key: Authenticator, made?: Parameters<Authenticator['make']>[1]) => {
    const { options, pendingId } = await beginPasskey(store, PARTY, ownerOf(userId), NOW)
    const message = key.make(options, made)
    const outcome = await addPasskey(store, PARTY, ownerOf(userId), { pendingId, message, name: ' blue key ' }, NOW)
    return outcome.kind === 'added' ? 'added' : outcome.because
  }

  /** Ana with a passkey. */
  const withKey = async () => {
    const store = await openTestStore()
    const userId = await addPerson(store.db)
    const key = new Authenticator()
    expect(await add(store, userId, key)).toBe('added')
    return { store, userId, key }
  }

  const begin = (store: Store, at = NOW) => beginPasskeySignIn(store, PARTY, here.address, at)
  const show = async (store: Store, pendingId: string | undefined, message: unknown, at = NOW, onlyFor?: number) =>
    (await signInWithPasskey(store, PARTY, { pendingId, message, onlyFor }, here, at)).kind
  const signIn = async (
    store: Store,
    key: Authenticator,
    answer?: Parameters<Authenticator['answer']>[1],
  ): Promise<string> => {
    const { options, pendingId } = await begin(store)
    return await show(store, pendingId, key.answer(options, answer))
  }

  test('one that was added signs in its owner', async () => {
    const { store, userId, key } = await withKey()
    const { options, pendingId } = await begin(store)
    expect(options).toMatchObject({ userVerification: 'required', rpId: 'localhost' })
    expect(options.allowCredentials ?? []).toEqual([])
    const outcome = await signInWithPasskey(store, PARTY, { pendingId, message: key.answer(options) }, here, NOW)
    if (outcome.kind !== 'signed-in') throw new Error(outcome.kind)
    const session = await findLiveSession(store.db, outcome.sessionId, NOW)
    expect([session?.user.id, session?.way]).toEqual([userId, 'passkey'])
    expect(await listPasskeys(store.db, userId)).toMatchObject([{ name: 'blue key', lastUsedAt: NOW }])
  })

  test('a challenge is answered once, within five minutes', async () => {
    const { store, key } = await withKey()
    const { options, pendingId } = await begin(store)
    const message = key.answer(options)
    expect(await show(store, pendingId, message)).toBe('signed-in')
    expect(await show(store, pendingId, message)).toBe('refused')
    const late = await begin(store)
    expect(await show(store, late.pendingId, key.answer(late.options), NOW + 5 * MINUTE)).toBe('refused')
  })

  test('a wrong answer uses the challenge up as well', async () => {
    const { store, key } = await withKey()
    const { options, pendingId } = await begin(store)
    expect(await show(store, pendingId, key.answer({ challenge: 'AAAA' }))).toBe('refused')
    expect(await show(store, pendingId, key.answer(options))).toBe('refused')
  })

  test('another browser’s challenge, one for registering, or none does not do', async () => {
    const { store, userId, key } = await withKey()
    const [mine, theirs] = [await begin(store), await begin(store)]
    expect(await show(store, theirs.pendingId, key.answer(mine.options))).toBe('refused')
    expect(await show(store, undefined, key.answer(mine.options))).toBe('refused')
    const registration = await beginPasskey(store, PARTY, ownerOf(userId), NOW)
    expect(await show(store, registration.pendingId, key.answer(registration.options))).toBe('refused')
  })

  test('without a finger or a PIN it neither signs in nor is added', async () => {
    const { store, userId, key } = await withKey()
    expect(await signIn(store, key, { verified: false })).toBe('refused')
    expect(await add(store, userId, new Authenticator(), { verified: false })).toBe('not-genuine')
  })

  test('an answer for another host or origin is refused', async () => {
    const { store, userId } = await withKey()
    const elsewhere = [
      new Authenticator({ rpId: 'evil.example' }),
      new Authenticator({ origin: 'https://evil.example' }),
      new Authenticator({ origin: 'http://localhost:3001' }),
    ]
    for (const key of elsewhere) expect(await add(store, userId, key)).toBe('not-genuine')
  })

  test('an answer that was signed for something else is refused', async () => {
    const { store, key } = await withKey()
    expect(await signIn(store, key, { type: 'webauthn.create' })).toBe('refused')
  })

  test('another key under the same id is refused', async () => {
    const { store, key } = await withKey()
    const forged = new Authenticator()
    forged.credentialId.set(key.credentialId)
    forged.userHandle = key.userHandle
    expect(await signIn(store, forged)).toBe('refused')
    expect(await signIn(store, key)).toBe('signed-in')
  })

  test('the handle of another person is refused', async () => {
    const { store, key } = await withKey()
    key.userHandle = Buffer.from('somebody else').toString('base64url')
    expect(await signIn(store, key)).toBe('refused')
  })

  test('a count that goes back or stands still is refused; one that is always 0 is no count', async () => {
    const { store, key } = await withKey()
    expect(await signIn(store, key)).toBe('signed-in')
    expect(await signIn(store, key)).toBe('signed-in')
    key.count = 7
    expect(await signIn(store, key)).toBe('signed-in')
    expect(await signIn(store, key)).toBe('refused')
    key.count = 6
    expect(await signIn(store, key)).toBe('refused')
    key.count = 0
    expect(await signIn(store, key)).toBe('refused')
    key.count = 8
    expect(await signIn(store, key)).toBe('signed-in')
  })

  test('of two that come with the same count at once, one is let in', async () => {
    const { store, key } = await withKey()
    key.count = 1
    const outcomes = await Promise.all([signIn(store, key), signIn(store, key), signIn(store, key)])
    expect(outcomes.sort()).toEqual(['refused', 'refused', 'signed-in'])
  })

  test('one that was removed, and one of a disabled person, are refused', async () => {
    const { store, userId, key } = await withKey()
    const [passkey] = await listPasskeys(store.db, userId)
    const ben = await addPerson(store.db, { email: 'ben@example.com' })
    expect(await removePasskey(store, ownerOf(ben), passkey?.id ?? 0, OPEN, NOW)).toEqual({ kind: 'not-found' })
    await store.db.updateTable('users').set({ disabled_at: NOW }).where('id', '=', userId).execute()
    expect(await signIn(store, key)).toBe('refused')
    await store.db.updateTable('users').set({ disabled_at: null }).where('id', '=', userId).execute()
    expect(await signIn(store, key)).toBe('signed-in')
    expect(await removePasskey(store, ownerOf(userId), passkey?.id ?? 0, OPEN, NOW)).toEqual({ kind: 'removed' })
    expect(await signIn(store, key)).toBe('refused')
    expect(await store.db.selectFrom('sessions').selectAll().execute()).toEqual([])
  })

  test('the last one stays where nothing else would let its owner in', async () => {
    const { store, userId, key } = await withKey()
    const removal = async (open = OPEN) => {
      const [passkey] = await listPasskeys(store.db, userId)
      return (await removePasskey(store, ownerOf(userId), passkey?.id ?? 0, open, NOW)).kind
    }
    await store.db.updateTable('users').set({ has_password: 0 }).execute()
    expect([await removal(), await signIn(store, key)]).toEqual(['refused', 'signed-in'])
    await insertIdentity(store.db, { issuer: 'https://id.example', subject: 'ana-7', userId }, NOW)
    expect(await removal({ ...OPEN, issuers: [] })).toBe('refused')
    expect(await removal()).toBe('removed')
  })

  test('of the last two that are removed at the same time, one stays', async () => {
    for (let round = 0; round < 5; round++) {
      const { store, userId } = await withKey()
      expect(await add(store, userId, new Authenticator())).toBe('added')
      await store.db.updateTable('users').set({ has_password: 0 }).execute()
      const outcomes = await Promise.all(
        (await listPasskeys(store.db, userId)).map(({ id }) => removePasskey(store, ownerOf(userId), id, OPEN, NOW)),
      )
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['refused', 'removed'])
    }
  })

  test('and the last identity, taken away at the same time, leave one of them', async () => {
    for (let round = 0; round < 5; round++) {
      const { store, userId } = await withKey()
      const identity = { issuer: 'https://id.example', subject: 'ana-7' }
      await insertIdentity(store.db, { ...identity, userId }, NOW)
      await store.db.updateTable('users').set({ has_password: 0 }).execute()
      const [passkey] = await listPasskeys(store.db, userId)
      const how = { open: OPEN, session: undefined }
      const by = { actor: THE_SYSTEM, now: NOW }
      const outcomes = await Promise.all([
        removePasskey(store, ownerOf(userId), passkey?.id ?? 0, OPEN, NOW),
        unlinkIdentity(store, { id: userId, email: 'ana@example.com' }, identityHandle(identity), how, by),
      ])
      expect(outcomes.filter(({ kind }) => kind === 'refused')).toHaveLength(1)
    }
  })

  test('is registered once, and by whom it was begun', async () => {
    const { store, userId, key } = await withKey()
    const ben = await addPerson(store.db, { email: 'ben@example.com' })
    expect(await add(store, userId, key)).toBe('known')
    expect(await add(store, ben, key)).toBe('known')
    const { options, pendingId } = await beginPasskey(store, PARTY, ownerOf(userId), NOW)
    const made = { pendingId, message: new Authenticator().make(options), name: '' }
    expect(await addPasskey(store, PARTY, ownerOf(ben), made, NOW)).toEqual({ kind: 'refused', because: 'ended' })
    expect(await addPasskey(store, PARTY, ownerOf(userId), made, NOW)).toEqual({ kind: 'refused', because: 'ended' })
  })

  test('all of a person’s know them by the same handle', async () => {
    const { store, userId, key } = await withKey()
    const second = new Authenticator()
    expect(await add(store, userId, second)).toBe('added')
    expect(second.userHandle).toBe(key.userHandle)
    const { options } = await beginPasskey(store, PARTY, ownerOf(userId), NOW)
    expect(options.excludeCredentials).toHaveLength(2)
  })

  test('signing in again with one is for the same person only', async () => {
    const { store, userId, key } = await withKey()
    const ben = await addPerson(store.db, { email: 'ben@example.com' })
    const [one, two] = [await begin(store), await begin(store)]
    expect(await show(store, one.pendingId, key.answer(one.options), NOW, ben)).toBe('refused')
    expect(await show(store, two.pendingId, key.answer(two.options), NOW, userId)).toBe('signed-in')
  })

  test('what is no message of an authenticator is refused', async () => {
    const { store, key } = await withKey()
    const { options, pendingId } = await begin(store)
    const message = key.answer(options)
    for (const wrong of [undefined, null, 7, 'x', [], {}, { ...message, id: 7 }, { ...message, response: {} }])
      expect(await show(store, pendingId, wrong)).not.toBe('signed-in')
  })

  test('guessing is throttled', async () => {
    const { store, key } = await withKey()
    const kinds: string[] = []
    for (let i = 0; i < 6; i++) kinds.push(await signIn(store, key, { verified: false }))
    expect(kinds).toEqual([...Array<string>(5).fill('refused'), 'throttled'])
  })
})

test('browsers bind passkeys to a host name that is reached by https, or to localhost', () => {
  const at = (publicUrl: string, passwords = true) =>
    relyingParty({ publicUrl, signIn: { ...readConfig({}).signIn, passwords } })
  expect(at('https://postflight.example:8443/base')).toEqual({
    id: 'postflight.example',
    origin: 'https://postflight.example:8443',
  })
  expect(at('http://localhost:3000')).toEqual({ id: 'localhost', origin: 'http://localhost:3000' })
  for (const url of ['http://127.0.0.1:3000', 'https://192.0.2.1', 'https://[::1]', 'http://postflight.example'])
    expect(at(url)).toBeUndefined()
  expect(at('https://postflight.example', false)).toBeUndefined()
})
