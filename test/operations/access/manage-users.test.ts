import { expect, test } from 'vitest'
import {
  acceptInvitation,
  findLink,
  inviteUser,
  makeResetLink,
  resetPassword,
} from '../../../src/operations/access/account-links.ts'
import { changeAccess, disableUser, enableUser } from '../../../src/operations/access/manage-users.ts'
import { changePassword, listLiveSessions } from '../../../src/operations/access/own-sessions.ts'
import { beginSession, findLiveSession } from '../../../src/operations/access/sessions.ts'
import { signIn } from '../../../src/operations/access/sign-in.ts'
import { findUser, listUsers } from '../../../src/store/access/users.ts'
import type { Store } from '../../../src/store/database.ts'
import { day, hours } from '../../support/factories.ts'
import { addPerson, PASSWORD } from '../../support/people.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const NOW = day(10)
const BY = { actor: { kind: 'cli', id: null, name: 'root', address: null } as const, now: NOW }
const HERE = { address: '192.0.2.1' }
const NEW_PASSWORD = 'another granite pelican'

const auditedIn = async (store: Store): Promise<string[]> =>
  (await store.db.selectFrom('audit_entries').select('action').orderBy('number').execute()).map(({ action }) => action)

describeOnEachEngine('people', (openTestStore) => {
  const admins = async (n: number) => {
    const store = await openTestStore()
    const ids = []
    for (let i = 0; i < n; i++) ids.push(await addPerson(store.db, { email: `admin-${i}@example.com`, name: `A${i}` }))
    return { store, ids }
  }

  test('the last admin is neither disabled nor demoted', async () => {
    const { store, ids } = await admins(1)
    await addPerson(store.db, { email: 'ben@example.com', role: 'release-manager' })
    const [ana = 0] = ids
    expect(await disableUser(store, ana, BY)).toMatchObject({ kind: 'refused' })
    expect(await changeAccess(store, ana, { role: 'viewer', services: undefined }, BY)).toMatchObject({
      kind: 'refused',
    })
    expect(await findUser(store.db, ana)).toMatchObject({ role: 'admin', disabledAt: null })
    expect(await auditedIn(store)).toEqual([])
  })

  test('a disabled admin does not count as another one', async () => {
    const { store, ids } = await admins(2)
    const [ana = 0, ben = 0] = ids
    expect(await disableUser(store, ben, BY)).toMatchObject({ kind: 'changed' })
    expect(await disableUser(store, ana, BY)).toMatchObject({ kind: 'refused' })
    expect(await enableUser(store, ben, BY)).toMatchObject({ kind: 'changed' })
    expect(await disableUser(store, ana, BY)).toMatchObject({ kind: 'changed' })
    expect(await auditedIn(store)).toEqual(['user.disabled', 'user.enabled', 'user.disabled'])
  })

  test('of all admins who are disabled and demoted at the same time, one is left', async () => {
    for (let round = 0; round < 5; round++) {
      const { store, ids } = await admins(4)
      const answers = await Promise.all(
        ids.map((id, i) =>
          i % 2 === 0
            ? disableUser(store, id, BY)
            : changeAccess(store, id, { role: 'viewer', services: undefined }, BY),
        ),
      )
      expect(answers.filter(({ kind }) => kind === 'changed')).toHaveLength(3)
      const left = (await listUsers(store.db)).filter(({ role, disabledAt }) => role === 'admin' && disabledAt === null)
      expect(left).toHaveLength(1)
    }
  })

  test('another role, and being disabled, end every session at once', async () => {
    const { store, ids } = await admins(2)
    const [, ben = 0] = ids
    const session = await store.transaction((trx) => beginSession(trx, ben, HERE, NOW))
    await changeAccess(store, ben, { role: 'engineer', services: ['shop'] }, BY)
    expect(await findLiveSession(store.db, session, NOW)).toBeUndefined()
    const second = await store.transaction((trx) => beginSession(trx, ben, HERE, NOW))
    expect((await findLiveSession(store.db, second, NOW))?.user).toMatchObject({ role: 'engineer', services: ['shop'] })
    await disableUser(store, ben, BY)
    expect(await findLiveSession(store.db, second, NOW)).toBeUndefined()
    expect(await listLiveSessions(store.db, ben, NOW)).toEqual([])
    expect(await auditedIn(store)).toEqual(['user.role-changed', 'user.scope-changed', 'user.disabled'])
  })

  test('what is already so changes nothing and ends nothing', async () => {
    const { store, ids } = await admins(2)
    const [ana = 0] = ids
    const session = await store.transaction((trx) => beginSession(trx, ana, HERE, NOW))
    expect(await changeAccess(store, ana, { role: 'admin', services: undefined }, BY)).toMatchObject({
      kind: 'unchanged',
    })
    expect(await enableUser(store, ana, BY)).toMatchObject({ kind: 'unchanged' })
    expect(await findLiveSession(store.db, session, NOW)).toBeDefined()
    expect(await auditedIn(store)).toEqual([])
  })

  test.each([
    ['an unknown role', { role: 'owner', services: undefined }],
    ['a limit of nothing', { role: 'engineer', services: [] }],
    ['a limited admin', { role: 'admin', services: ['shop'] }],
    ['a name that is too long', { role: 'engineer', services: ['x'.repeat(201)] }],
  ])('%s is refused', async (_, wanted) => {
    const { store, ids } = await admins(2)
    expect(await changeAccess(store, ids[0] ?? 0, wanted, BY)).toMatchObject({ kind: 'refused' })
  })

  test('an invitation makes one account with its role and limit, however many use it at once', async () => {
    const { store } = await admins(1)
    const wanted = { email: ' Eve@Example.com', role: 'engineer', services: ['shop'] }
    const made = await inviteUser(store, wanted, BY)
    if (made.kind !== 'made') throw new Error(made.kind)
    const uses = await Promise.all(
      ['One', 'Two', 'Three'].map((name) =>
        acceptInvitation(store, made.token, { name, password: NEW_PASSWORD }, '192.0.2.7', NOW + 1),
      ),
    )
    expect(uses.map(({ kind }) => kind).sort()).toEqual(['done', 'link-not-valid', 'link-not-valid'])
    const eve = (await listUsers(store.db)).find(({ email }) => email === 'eve@example.com')
    expect(eve).toMatchObject({ role: 'engineer', services: ['shop'], disabledAt: null })
    const signedIn = await signIn(store, { email: 'eve@example.com', password: NEW_PASSWORD }, HERE, NOW + 2)
    expect(signedIn.kind).toBe('signed-in')
    expect(await inviteUser(store, wanted, BY)).toMatchObject({ kind: 'refused' })
  })

  test('an invitation ends after a week, and when another is made', async () => {
    const { store } = await admins(1)
    const wanted = { email: 'eve@example.com', role: 'viewer', services: undefined }
    const [first, second] = [await inviteUser(store, wanted, BY), await inviteUser(store, wanted, BY)]
    if (first.kind !== 'made' || second.kind !== 'made') throw new Error('not made')
    expect(await findLink(store.db, first.token, NOW)).toBeUndefined()
    expect(await findLink(store.db, second.token, NOW + hours(7 * 24) - 1)).toBeDefined()
    expect(await findLink(store.db, second.token, NOW + hours(7 * 24))).toBeUndefined()
  })

  test('a link for a new password works once, for a day, and ends every session', async () => {
    const { store, ids } = await admins(1)
    const [ana = 0] = ids
    const session = await store.transaction((trx) => beginSession(trx, ana, HERE, NOW))
    const made = await makeResetLink(store, ana, BY)
    if (made.kind !== 'made') throw new Error(made.kind)
    expect(await resetPassword(store, made.token, 'short', HERE.address, NOW)).toMatchObject({ kind: 'refused' })
    expect(await resetPassword(store, made.token, NEW_PASSWORD, HERE.address, NOW + hours(24))).toMatchObject({
      kind: 'link-not-valid',
    })
    expect(await resetPassword(store, made.token, NEW_PASSWORD, HERE.address, NOW)).toMatchObject({ kind: 'done' })
    expect(await resetPassword(store, made.token, NEW_PASSWORD, HERE.address, NOW)).toMatchObject({
      kind: 'link-not-valid',
    })
    expect(await findLiveSession(store.db, session, NOW)).toBeUndefined()
    const email = 'admin-0@example.com'
    expect((await signIn(store, { email, password: PASSWORD }, HERE, NOW)).kind).toBe('refused')
    expect((await signIn(store, { email, password: NEW_PASSWORD }, HERE, NOW)).kind).toBe('signed-in')
  })

  test('a link of one kind is no link of the other', async () => {
    const { store, ids } = await admins(1)
    const invitation = await inviteUser(store, { email: 'eve@example.com', role: 'admin', services: undefined }, BY)
    const reset = await makeResetLink(store, ids[0] ?? 0, BY)
    if (invitation.kind !== 'made' || reset.kind !== 'made') throw new Error('not made')
    expect(await resetPassword(store, invitation.token, NEW_PASSWORD, HERE.address, NOW)).toEqual({
      kind: 'link-not-valid',
    })
    const given = { name: 'Eve', password: NEW_PASSWORD }
    expect(await acceptInvitation(store, reset.token, given, HERE.address, NOW)).toEqual({ kind: 'link-not-valid' })
  })

  test('disabling somebody ends the links to their account', async () => {
    const { store, ids } = await admins(2)
    const made = await makeResetLink(store, ids[1] ?? 0, BY)
    if (made.kind !== 'made') throw new Error(made.kind)
    await disableUser(store, ids[1] ?? 0, BY)
    await enableUser(store, ids[1] ?? 0, BY)
    expect(await findLink(store.db, made.token, NOW)).toBeUndefined()
  })

  test('a new password of one’s own ends the other sessions, and asks for the old one', async () => {
    const { store, ids } = await admins(1)
    const person = { id: ids[0] ?? 0, email: 'admin-0@example.com' }
    const [own, other] = [
      await store.transaction((trx) => beginSession(trx, person.id, HERE, NOW)),
      await store.transaction((trx) => beginSession(trx, person.id, HERE, NOW)),
    ]
    const session = (await findLiveSession(store.db, own, NOW))?.idHash
    const wrong = { current: 'not it at all, sorry', password: NEW_PASSWORD }
    expect(await changePassword(store, person, wrong, session, BY)).toMatchObject({ kind: 'refused', field: 'current' })
    expect(await findLiveSession(store.db, other, NOW)).toBeDefined()
    const right = { current: PASSWORD, password: NEW_PASSWORD }
    expect(await changePassword(store, person, right, session, BY)).toEqual({ kind: 'changed' })
    expect(await findLiveSession(store.db, own, NOW)).toBeDefined()
    expect(await findLiveSession(store.db, other, NOW)).toBeUndefined()
    expect(await auditedIn(store)).toEqual(['password.changed'])
  })

  test('guessing at the old password is throttled like signing in', async () => {
    const { store, ids } = await admins(1)
    const person = { id: ids[0] ?? 0, email: 'admin-0@example.com' }
    const kinds: string[] = []
    for (let i = 0; i < 6; i++) {
      const given = { current: `guess number ${i}`, password: NEW_PASSWORD }
      kinds.push((await changePassword(store, person, given, undefined, BY)).kind)
    }
    expect(kinds.at(-1)).toBe('throttled')
  })
})
