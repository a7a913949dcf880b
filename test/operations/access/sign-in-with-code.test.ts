import { expect, test } from 'vitest'
import { forgetFactors } from '../../../src/operations/access/forget-factors.ts'
import { SecretBox } from '../../../src/operations/access/secret-box.ts'
import { findLiveSession } from '../../../src/operations/access/sessions.ts'
import { signIn, signInWithCode } from '../../../src/operations/access/sign-in.ts'
import { beginTotp, confirmTotp, totpState, turnOffTotp, unconfirmedTotp } from '../../../src/operations/access/totp.ts'
import type { Store } from '../../../src/store/database.ts'
import { authenticator, ownerOf, withAuthenticator } from '../../support/authenticator.ts'
import { day } from '../../support/factories.ts'
import { addPerson, PASSWORD } from '../../support/people.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const NOW = day(1)
const STEP = 30_000
const MINUTE = 60_000
const here = { address: '192.0.2.1' }
const box = new SecretBox(new Uint8Array(32))

describeOnEachEngine('signing in with a code after the password', (openTestStore) => {
  const withAna = async () => {
    const store = await openTestStore()
    const userId = await addPerson(store.db)
    return { store, userId, ...(await withAuthenticator(store, box, userId, NOW)) }
  }

  const password = async (store: Store, at = NOW) => {
    const outcome = await signIn(store, { email: 'ana@example.com', password: PASSWORD }, here, at)
    if (outcome.kind !== 'code-needed') throw new Error(outcome.kind)
    return outcome.pendingId
  }
  const show = async (store: Store, pendingId: string | undefined, code: string, at = NOW) =>
    (await signInWithCode(store, box, { pendingId, code }, here, at)).kind
  const sessions = async (store: Store) => (await store.db.selectFrom('sessions').selectAll().execute()).length

  test('the password alone begins no session, the code does', async () => {
    const { store, codeAt } = await withAna()
    const pendingId = await password(store)
    expect(await sessions(store)).toBe(0)
    expect(await findLiveSession(store.db, pendingId, NOW)).toBeUndefined()
    const outcome = await signInWithCode(store, box, { pendingId, code: codeAt(NOW) }, here, NOW)
    if (outcome.kind !== 'signed-in') throw new Error(outcome.kind)
    const session = await findLiveSession(store.db, outcome.sessionId, NOW)
    expect([session?.user.name, session?.way]).toEqual(['Ana', 'password-and-code'])
  })

  test('a code is taken once, also by the next sign-in, and none that is older', async () => {
    const { store, codeAt } = await withAna()
    expect(await show(store, await password(store), codeAt(NOW))).toBe('signed-in')
    expect(await show(store, await password(store), codeAt(NOW))).toBe('refused')
    expect(await show(store, await password(store), codeAt(NOW - STEP))).toBe('refused')
    expect(await show(store, await password(store), codeAt(NOW + STEP))).toBe('signed-in')
  })

  test('of several that come with the same code at once, one is let in', async () => {
    const { store, codeAt } = await withAna()
    const begun = [await password(store), await password(store), await password(store)]
    const outcomes = await Promise.all(begun.map((pendingId) => show(store, pendingId, codeAt(NOW))))
    expect(outcomes.sort()).toEqual(['refused', 'refused', 'signed-in'])
  })

  test('the code that turned it on does not sign in', async () => {
    const store = await openTestStore()
    const userId = await addPerson(store.db)
    await beginTotp(store, box, userId, NOW)
    const { secret } = (await unconfirmedTotp(store.db, box, { userId, email: 'a@b.example' })) ?? { secret: '' }
    const code = authenticator(secret)(NOW)
    await confirmTotp(store, box, ownerOf(userId), code, NOW)
    expect(await show(store, await password(store), code)).toBe('refused')
  })

  test('the clock of the phone may be a step off, not two', async () => {
    const { store, codeAt } = await withAna()
    expect(await show(store, await password(store), codeAt(NOW + 2 * STEP))).toBe('refused')
    expect(await show(store, await password(store), codeAt(NOW - STEP))).toBe('signed-in')
    const later = NOW + 10 * MINUTE
    expect(await show(store, await password(store, later), codeAt(later + STEP), later)).toBe('signed-in')
    const evenLater = NOW + 20 * MINUTE
    expect(await show(store, await password(store, evenLater), codeAt(evenLater - 2 * STEP), evenLater)).toBe('refused')
  })

  test('blanks in a code do not matter', async () => {
    const { store, codeAt } = await withAna()
    const code = codeAt(NOW)
    expect(await show(store, await password(store), ` ${code.slice(0, 3)} ${code.slice(3)} `)).toBe('signed-in')
  })

  test('a recovery code signs in once, however it is typed', async () => {
    const { store, userId, recoveryCodes } = await withAna()
    const [first = '', second = ''] = recoveryCodes
    expect(new Set(recoveryCodes).size).toBe(10)
    expect(await show(store, await password(store), first)).toBe('signed-in')
    expect(await show(store, await password(store), first)).toBe('refused')
    expect(await show(store, await password(store), second.toUpperCase().replaceAll('-', ' '))).toBe('signed-in')
    expect(await totpState(store.db, userId)).toMatchObject({ recoveryCodesLeft: 8 })
  })

  test('the recovery code of somebody else does not', async () => {
    const { store } = await withAna()
    const ben = await addPerson(store.db, { email: 'ben@example.com' })
    const { recoveryCodes } = await withAuthenticator(store, box, ben, NOW)
    expect(await show(store, await password(store), recoveryCodes[0] ?? '')).toBe('refused')
  })

  test('what was begun ends after five minutes, and with its first success', async () => {
    const { store, codeAt } = await withAna()
    const pendingId = await password(store)
    const later = NOW + 5 * MINUTE
    expect(await show(store, pendingId, codeAt(later), later)).toBe('ended')
    const other = await password(store, later)
    expect(await show(store, other, codeAt(later), later)).toBe('signed-in')
    expect(await show(store, other, codeAt(later + STEP), later + STEP)).toBe('ended')
  })

  test('nothing was begun: no id, or one that was made up', async () => {
    const { store, codeAt } = await withAna()
    expect(await show(store, undefined, codeAt(NOW))).toBe('ended')
    expect(await show(store, 'x'.repeat(43), codeAt(NOW))).toBe('ended')
  })

  test('a password changed, or a user disabled meanwhile ends it', async () => {
    const { store, userId, codeAt } = await withAna()
    const [one, two] = [await password(store), await password(store)]
    const { password_hash } = await store.db.selectFrom('users').select('password_hash').executeTakeFirstOrThrow()
    const change = (set: { password_hash?: string; disabled_at?: number }) =>
      store.db.updateTable('users').set(set).where('id', '=', userId).execute()
    await change({ password_hash: `${password_hash}x` })
    expect(await show(store, one, codeAt(NOW))).toBe('ended')
    await change({ password_hash, disabled_at: NOW })
    expect(await show(store, two, codeAt(NOW))).toBe('ended')
  })

  test('guessing codes is throttled, and the right password in between does not start the count anew', async () => {
    const { store, codeAt } = await withAna()
    const outcomes: string[] = []
    for (let i = 0; i < 6; i++) {
      const begun = await signIn(store, { email: 'ana@example.com', password: PASSWORD }, here, NOW)
      outcomes.push(
        begun.kind === 'code-needed' ? await show(store, begun.pendingId, i < 5 ? '000000' : codeAt(NOW)) : begun.kind,
      )
    }
    expect(outcomes).toEqual([...Array<string>(5).fill('refused'), 'throttled'])
  })

  test('guesses at the same instant do not slip past the limit', async () => {
    const { store } = await withAna()
    const pendingId = await password(store)
    const guesses = await Promise.all(Array.from({ length: 12 }, (_, i) => show(store, pendingId, `00000${i % 10}`)))
    expect(guesses.filter((kind) => kind === 'throttled')).toHaveLength(7)
  })

  test('all of it is written down, and nothing secret of it', async () => {
    const { store, userId, codeAt, recoveryCodes } = await withAna()
    await show(store, await password(store), '000000')
    await show(store, await password(store), codeAt(NOW))
    await show(store, await password(store), recoveryCodes[0] ?? '')
    await signIn(store, { email: 'my secret phrase', password: 'x' }, here, NOW)
    const entries = await store.db.selectFrom('audit_entries').selectAll().orderBy('number').execute()
    expect(entries.map(({ actor_name, action, subject_name }) => [actor_name, action, subject_name])).toEqual([
      ['Ana', 'second-factor.added', 'ana@example.com'],
      ['somebody', 'sign-in.refused', 'ana@example.com'],
      ['Ana', 'sign-in.succeeded', 'ana@example.com'],
      ['Ana', 'recovery-code.used', 'ana@example.com'],
      ['Ana', 'sign-in.succeeded', 'ana@example.com'],
      ['somebody', 'sign-in.refused', 'an unknown user'],
    ])
    expect(entries.map(({ subject_id }) => subject_id)).toEqual([...Array<string>(5).fill(String(userId)), 'unknown'])
    for (const secret of [...recoveryCodes, codeAt(NOW), 'secret phrase'])
      expect(JSON.stringify(entries.map((entry) => [entry.change_json, entry.subject_name]))).not.toContain(secret)
  })

  test('the try that locks an account is written down as such, and those after it not at all', async () => {
    const { store } = await withAna()
    const pendingId = await password(store)
    for (let i = 0; i < 7; i++) await show(store, pendingId, '000000')
    const entries = await store.db.selectFrom('audit_entries').select('action').orderBy('number').execute()
    expect(entries.map(({ action }) => action).slice(1)).toEqual([
      ...Array<string>(5).fill('sign-in.refused'),
      'sign-in.locked',
    ])
  })

  test('neither secrets nor recovery codes can be read from the database', async () => {
    const { store, secret, recoveryCodes } = await withAna()
    const stored = JSON.stringify([
      await store.db.selectFrom('totp_secrets').selectAll().execute(),
      await store.db.selectFrom('recovery_codes').selectAll().execute(),
    ])
    for (const text of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll('-', ''))])
      expect(stored).not.toContain(text)
  })

  test('a secret that no code was shown of asks nobody for one', async () => {
    const store = await openTestStore()
    const userId = await addPerson(store.db)
    await beginTotp(store, box, userId, NOW)
    expect((await signIn(store, { email: 'ana@example.com', password: PASSWORD }, here, NOW)).kind).toBe('signed-in')
  })

  test('a secret in use is not replaced, only turned off', async () => {
    const { store, userId, codeAt } = await withAna()
    expect(await beginTotp(store, box, userId, NOW)).toBe(false)
    expect(await show(store, await password(store), codeAt(NOW))).toBe('signed-in')
    expect(await turnOffTotp(store, ownerOf(userId), NOW)).toBe(true)
    expect(await sessions(store)).toBe(0)
    expect((await signIn(store, { email: 'ana@example.com', password: PASSWORD }, here, NOW)).kind).toBe('signed-in')
  })

  test('factors that are forgotten are asked for no more, and it is written down', async () => {
    const { store, userId } = await withAna()
    const actor = { kind: 'cli', id: null, name: 'root', address: null } as const
    const forgotten = await forgetFactors(store, { id: userId, email: 'ana@example.com' }, { actor, now: NOW })
    expect(forgotten).toEqual({ apps: 1, passkeys: 0 })
    expect((await signIn(store, { email: 'ana@example.com', password: PASSWORD }, here, NOW)).kind).toBe('signed-in')
    const entries = await store.db.selectFrom('audit_entries').select(['actor_name', 'action']).execute()
    expect(entries).toContainEqual({ actor_name: 'root', action: 'second-factor.removed' })
  })

  test('what one network left begun does not pile up', async () => {
    const { store } = await withAna()
    for (let i = 0; i < 105; i++)
      await store.db
        .insertInto('pending_sign_ins')
        .values({
          id_hash: `left ${i}`,
          kind: 'oidc',
          user_id: null,
          data_json: '{}',
          network: 'address 192.0.2.1',
          created_at: NOW + i,
          expires_at: NOW + 5 * MINUTE,
        })
        .execute()
    const pendingId = await password(store, NOW + MINUTE)
    expect(await store.db.selectFrom('pending_sign_ins').select('id_hash').execute()).toHaveLength(100)
    expect(await show(store, pendingId, '000000', NOW + MINUTE)).toBe('refused')
  })
})
