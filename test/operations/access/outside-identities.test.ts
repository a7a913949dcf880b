import { expect, test } from 'vitest'
import { canSignIn, type OpenWays } from '../../../src/core/access/ways-in.ts'
import { makeResetLink, resetPassword } from '../../../src/operations/access/account-links.ts'
import { identityHandle, unlinkIdentity } from '../../../src/operations/access/outside-identities.ts'
import { beginSession, findLiveSession } from '../../../src/operations/access/sessions.ts'
import { signInFromOutside } from '../../../src/operations/access/sign-in-from-outside.ts'
import { listIdentities } from '../../../src/store/access/outside-identities.ts'
import { findUserByEmail } from '../../../src/store/access/users.ts'
import { day } from '../../support/factories.ts'
import { addPerson } from '../../support/people.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const NOW = day(3)
const HERE = { address: '192.0.2.1' }
const BY = { actor: { kind: 'cli', id: null, name: 'root', address: null } as const, now: NOW }
const OPEN: OpenWays = { passwords: true, passkeys: true, issuers: ['https://id.example', 'proxy'] }
const HOW = { open: OPEN, session: undefined }

/** Cleo, whom other systems let in. */
async function withCleo(openTestStore: OpenTestStore, issuers: readonly string[], email = 'cleo@example.com') {
  const store = await openTestStore()
  for (const issuer of issuers)
    await signInFromOutside(
      store,
      { issuer, subject: `cleo at ${issuer}`, email, name: 'Cleo', groups: [] },
      { way: 'oidc', map: undefined, defaultRole: 'viewer', onlyFor: undefined },
      HERE,
      NOW,
    )
  const cleo = await findUserByEmail(store.db, email)
  if (!cleo) throw new Error('Cleo was not let in')
  const handles = async () => (await listIdentities(store.db, cleo.id)).map(identityHandle)
  const unlinkings = async () =>
    await store.db
      .selectFrom('audit_entries')
      .select(['subject_name', 'change_json'])
      .where('action', '=', 'identity.unlinked')
      .execute()
  return { store, cleo, handles, unlinkings }
}

describeOnEachEngine('an outside identity', (openTestStore) => {
  test('is unlinked where another lets in, which ends the other sessions', async () => {
    const { store, cleo, handles, unlinkings } = await withCleo(openTestStore, ['https://id.example', 'proxy'])
    const elsewhere = await beginSession(store.db, cleo.id, HERE, NOW)
    const [first = ''] = await handles()
    expect(await unlinkIdentity(store, cleo, first, HOW, BY)).toEqual({ kind: 'unlinked' })
    expect(await unlinkIdentity(store, cleo, first, HOW, BY)).toEqual({ kind: 'not-found' })
    expect(await handles()).toHaveLength(1)
    expect(await findLiveSession(store.db, elsewhere, NOW)).toBeUndefined()
    expect(await unlinkings()).toEqual([
      { subject_name: 'cleo@example.com', change_json: JSON.stringify({ issuer: 'https://id.example' }) },
    ])
  })

  test('stays when nothing else lets in', async () => {
    const { store, cleo, handles, unlinkings } = await withCleo(openTestStore, ['https://id.example'])
    const [only = ''] = await handles()
    expect(await unlinkIdentity(store, cleo, only, HOW, BY)).toMatchObject({ kind: 'refused' })
    expect([await handles(), await unlinkings()]).toEqual([[only], []])
    const made = await makeResetLink(store, cleo.id, BY)
    await resetPassword(store, 'token' in made ? made.token : '', 'granite pelican umbrella', HERE.address, NOW)
    expect(await unlinkIdentity(store, cleo, only, HOW, BY)).toEqual({ kind: 'unlinked' })
  })

  test('goes from its owner alone', async () => {
    const { store, handles, cleo } = await withCleo(openTestStore, ['https://id.example', 'proxy'])
    const ben = { id: await addPerson(store.db, { email: 'ben@example.com' }), email: 'ben@example.com' }
    const [first = ''] = await handles()
    expect(await unlinkIdentity(store, ben, first, HOW, BY)).toEqual({ kind: 'not-found' })
    expect(await listIdentities(store.db, cleo.id)).toHaveLength(2)
  })

  test('of two that are unlinked at the same time, one stays', async () => {
    for (let round = 0; round < 5; round++) {
      const { store, cleo, handles } = await withCleo(openTestStore, ['https://id.example', 'proxy'])
      const outcomes = await Promise.all(
        (await handles()).map((handle) => unlinkIdentity(store, cleo, handle, HOW, BY)),
      )
      expect(outcomes.map(({ kind }) => kind).sort()).toEqual(['refused', 'unlinked'])
    }
  })
})

test.each([
  [{ hasPassword: true }, {}, true],
  [{ hasPassword: true }, { passwords: false }, false],
  [{ passkeys: 1 }, {}, true],
  [{ passkeys: 1 }, { passkeys: false }, false],
  [{ passkeys: 1 }, { passwords: false }, false],
  [{ issuers: ['proxy'] }, {}, true],
  [{ issuers: ['https://former.example'] }, {}, false],
  [{}, {}, false],
])('who has %j may sign in, or not, where %j', (has, differs, may) => {
  expect(canSignIn({ hasPassword: false, passkeys: 0, issuers: [], ...has }, { ...OPEN, ...differs })).toBe(may)
})
