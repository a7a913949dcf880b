import { expect, test } from 'vitest'
import { readRoleMap } from '../../../src/core/access/role-map.ts'
import { signIn } from '../../../src/operations/access/sign-in.ts'
import { type OutsideRules, signInFromOutside } from '../../../src/operations/access/sign-in-from-outside.ts'
import type { Store } from '../../../src/store/database.ts'
import { day } from '../../support/factories.ts'
import { addPerson } from '../../support/people.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const NOW = day(1)
const here = { address: '192.0.2.1' }
const ANA = { issuer: 'https://id.example', subject: 'a1', email: 'ana@example.com', name: 'Ana', groups: ['ops'] }
const read = readRoleMap('groups: ops=engineer, boss=admin')
const MAP = read.ok ? read.map : undefined

describeOnEachEngine('signing in from outside', (openTestStore) => {
  const enter = (store: Store, person: Partial<typeof ANA> = {}, rules: Partial<OutsideRules> = {}) =>
    signInFromOutside(
      store,
      { ...ANA, ...person },
      { way: 'oidc', map: MAP, defaultRole: undefined, onlyFor: undefined, ...rules },
      here,
      NOW,
    )
  const users = (store: Store) => store.db.selectFrom('users').select(['email', 'role']).orderBy('id').execute()

  test('of several first sign-ins at once one makes the user, and all are let in', async () => {
    const store = await openTestStore()
    const outcomes = await Promise.all([enter(store), enter(store), enter(store)])
    expect(outcomes.map(({ kind }) => kind)).toEqual(['signed-in', 'signed-in', 'signed-in'])
    expect(await users(store)).toEqual([{ email: 'ana@example.com', role: 'engineer' }])
  })

  test('the same subject of another issuer is somebody else', async () => {
    const store = await openTestStore()
    await enter(store)
    await enter(store, { issuer: 'https://other.example', email: 'ben@example.com' })
    expect(await users(store)).toHaveLength(2)
  })

  test('whoever was made by it has no password', async () => {
    const store = await openTestStore()
    await enter(store)
    const password = { email: ANA.email, password: '' }
    expect((await signIn(store, password, here, NOW)).kind).toBe('refused')
    expect((await signIn(store, { ...password, password: 'granite pelican umbrella' }, here, NOW)).kind).toBe('refused')
  })

  test('of two admins who lose their groups at once, one stays', async () => {
    const store = await openTestStore()
    await enter(store, { groups: ['boss'] })
    await enter(store, { subject: 'b2', email: 'ben@example.com', groups: ['boss'] })
    await Promise.all([enter(store), enter(store, { subject: 'b2', email: 'ben@example.com' })])
    expect((await users(store)).filter(({ role }) => role === 'admin')).toHaveLength(1)
  })

  test('refusals say why to the audit log', async () => {
    const store = await openTestStore()
    await addPerson(store.db, { email: 'cid@example.com' })
    expect(await enter(store, { groups: [] })).toEqual({ kind: 'refused', because: 'no-role' })
    expect(
      await signInFromOutside(
        store,
        { ...ANA, email: undefined },
        { way: 'oidc', map: MAP, defaultRole: 'viewer', onlyFor: undefined },
        here,
        NOW,
      ),
    ).toEqual({ kind: 'refused', because: 'no-email' })
    const entries = await store.db.selectFrom('audit_entries').select(['action', 'change_json']).execute()
    expect(entries).toEqual([
      { action: 'sign-in.refused', change_json: '{"because":"no-role","way":"oidc"}' },
      { action: 'sign-in.refused', change_json: '{"because":"no-email","way":"oidc"}' },
    ])
  })
})
