import { expect, test } from 'vitest'
import { serviceOfProject } from '../../src/operations/sources/sentry-projects.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import { openPages, type Pages, textOf } from '../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore, testStoresOn } from '../support/stores.ts'

const PATH = '/setup/sources/shop/receiving'

async function openSdk(openTestStore: OpenTestStore, role = 'admin') {
  const pages = await openPages(openTestStore, { role })
  const { store, secretBox, clock, processor } = pages.deps
  const { id, secret } = await createSource(store, secretBox, { kind: 'sentry-sdk', slug: 'shop' }, clock())
  const report = async (n: number, type: string) => {
    const event = { event_id: String(n).repeat(32), timestamp: clock() / 1000 + n, exception: { values: [{ type }] } }
    const body = JSON.stringify(event)
    const answer = await pages.app.request(`/api/${id}/store/?sentry_key=${secret}`, { method: 'POST', body })
    expect(answer.status).toBe(200)
    await processor.runUntilIdle()
  }
  return { ...pages, report, services: () => servicesOf(pages) }
}

/** Of each defect, in their order. */
async function servicesOf({ store }: Pages): Promise<string[]> {
  const rows = await store.db
    .selectFrom('defects')
    .innerJoin('services', 'services.id', 'defects.service_id')
    .select('services.name')
    .orderBy('defects.id')
    .execute()
  return rows.map(({ name }) => name)
}

describeOnEachEngine('the service of an SDK', (openTestStore) => {
  test('holds for what comes in after it, and for what came before once it is replayed', async () => {
    const { submit, read, report, services, deps } = await openSdk(openTestStore)
    await report(1, 'TypeError')
    await report(2, 'RangeError')
    expect(textOf(await read(PATH))).toContain('The service shop. Another one holds for what comes in from then on')
    expect((await submit(`${PATH}/service`, { service: ' acme/shop ' })).status).toBe(303)
    expect(textOf(await read(PATH))).toContain('The service acme/shop.')
    await report(3, 'SyntaxError')
    expect(await services()).toEqual(['shop', 'shop', 'acme/shop'])
    // Seen again it goes along, and one that is over does when it is read again.
    await report(4, 'RangeError')
    expect(await services()).toEqual(['shop', 'acme/shop', 'acme/shop'])
    expect((await submit('/deliveries/1/replay')).status).toBe(303)
    await deps.processor.runUntilIdle()
    expect(await services()).toEqual(['acme/shop', 'acme/shop', 'acme/shop'])
    expect(textOf(await read('/setup/sentry-sdk'))).toContain('Reports for the service acme/shop.')
    expect(await serviceOfProject(deps.store.db, 'shop')).toBe('acme/shop')
    expect((await submit(`${PATH}/service`, { service: '' })).status).toBe(303)
    expect(textOf(await read(PATH))).toContain('The service shop.')
  })
})

const onSqlite = testStoresOn('sqlite')

test('what is refused comes back with its reason, in its own form', async () => {
  const { submit } = await openSdk(onSqlite)
  const refused = await submit(`${PATH}/service`, { service: 'x'.repeat(201) })
  const text = await refused.text()
  expect([refused.status, text.match(/class="errs"/g)?.length]).toEqual([422, 1])
  expect(text).toContain(`value="${'x'.repeat(201)}"`)
  expect((await submit('/setup/sources/nobody/receiving/service', { service: 'a' })).status).toBe(404)
})

test('only who signed in a moment ago sets it, and what was typed comes back', async () => {
  const { deps, store, submit, read } = await openSdk(onSqlite)
  await store.db
    .updateTable('sessions')
    .set({ created_at: deps.clock() - 3_600_000 })
    .execute()
  const answer = await submit(`${PATH}/service`, { service: 'acme/shop' })
  const login = new URL(answer.headers.get('Location') ?? '', 'http://127.0.0.1:3000')
  expect([login.pathname, login.searchParams.get('again')]).toEqual(['/login', '1'])
  expect(textOf(await read(PATH))).toContain('The service shop.')
  expect(await read(login.searchParams.get('next') ?? '')).toContain('value="acme/shop"')
})

test('others do not see its form, and senders that say it themselves have none', async () => {
  const engineer = await openSdk(onSqlite, 'engineer')
  expect(await engineer.read(PATH)).not.toContain('name="service"')
  expect((await engineer.submit(`${PATH}/service`, { service: 'a' })).status).toBe(403)
  const admin = await openSdk(onSqlite)
  expect(await admin.read('/setup/sources/github/receiving')).not.toContain('What reports by it')
  expect((await admin.submit('/setup/sources/github/receiving/service', { service: 'a' })).status).toBe(422)
})
