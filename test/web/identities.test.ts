import { describe, expect, test } from 'vitest'
import { insertIdentity, listIdentities } from '../../src/store/access/outside-identities.ts'
import { anAccessApp } from '../support/access-app.ts'
import { textOf, YES } from '../support/pages.ts'
import { addPerson } from '../support/people.ts'
import { openToAll } from '../support/visitors.ts'

const MINUTE = 60_000
const PATH = '/account/security/identities/removal'
const IDENTITY = { issuer: 'https://id.example', subject: 'ana-7' }

const handleIn = (html: string): string => /name="identity" value="(\w+)"/.exec(html)?.[1] ?? ''

async function withAna() {
  const access = await anAccessApp()
  const userId = await addPerson(access.store.db)
  await insertIdentity(access.store.db, { ...IDENTITY, userId }, access.time.now)
  const ana = access.browser()
  await ana.signIn()
  const identity = handleIn(await (await ana.visit('/account/security')).text())
  const submit = async () => await ana.visit(PATH, { form: { _csrf: await ana.csrfToken(), identity } })
  return { ...access, userId, ana, submit, identities: () => listIdentities(access.store.db, userId) }
}

describe('one’s own identity elsewhere', () => {
  test('is shown and unlinked', async () => {
    const { ana, submit, identities } = await withAna()
    expect(textOf(await (await ana.visit('/account/security')).text())).toContain('https://id.example ana-7')
    expect((await submit()).headers.get('Location')).toBe('/account/security')
    expect(await identities()).toEqual([])
    expect((await ana.visit('/account/security')).status).toBe(200)
  })

  test('asks for a recent sign-in and our own page', async () => {
    const { ana, time, submit, identities } = await withAna()
    expect((await ana.visit(PATH, { form: { identity: 'x' } })).status).toBe(403)
    time.now += 11 * MINUTE
    expect((await submit()).headers.get('Location')).toContain('/login?again=1')
    expect(await identities()).toHaveLength(1)
  })

  test('that alone lets in stays, and the page says why', async () => {
    const { store, userId, submit, identities } = await withAna()
    await store.db.updateTable('users').set({ has_password: 0 }).where('id', '=', userId).execute()
    const refused = await submit()
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('Nothing else would let')])
    expect(await identities()).toHaveLength(1)
  })
})

test('an admin unlinks somebody else’s', async () => {
  const { app, store, headersOf } = await openToAll()
  const admin = await headersOf({ is: 'person', role: 'admin' })
  const userId = await addPerson(store.db, { email: 'eve@example.com', role: 'engineer' })
  await insertIdentity(store.db, { ...IDENTITY, userId }, 0)
  const page = `http://127.0.0.1:3000/admin/users/${userId}`
  const [, identity = ''] =
    /removal\?identity=(\w+)"/.exec(await (await app.request(page, { headers: admin })).text()) ?? []
  const submit = async (headers: Record<string, string>) =>
    await app.request(`${page}/identities/removal`, {
      method: 'POST',
      headers: { ...headers, 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ identity, ...YES }).toString(),
    })
  expect((await submit(await headersOf({ is: 'person', role: 'release-manager' }))).status).toBe(403)
  const late = await headersOf({ is: 'person', role: 'admin', signedInAgoMs: 11 * MINUTE })
  expect((await submit(late)).headers.get('Location')).toContain('/login?again=1')
  await store.db.updateTable('users').set({ has_password: 0 }).where('id', '=', userId).execute()
  expect((await submit(admin)).status).toBe(422)
  await store.db.updateTable('users').set({ has_password: 1 }).where('id', '=', userId).execute()
  expect((await submit(admin)).headers.get('Location')).toBe(`/admin/users/${userId}#identities`)
  expect(await listIdentities(store.db, userId)).toEqual([])
})
