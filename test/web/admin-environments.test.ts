import { expect, test } from 'vitest'
import { listAuditChain } from '../../src/store/audit/audit-entries.ts'
import { day } from '../support/factories.ts'
import { deployed, openHistory } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const LIST = '/admin/environments'

async function withEnvironments(openTestStore: OpenTestStore, role = 'admin') {
  const pages = await openHistory(openTestStore, { role })
  await pages.tell('deployments', deployed('1.0', day(1)), deployed('1.1', day(2), { environment: 'eu-west' }))
  const { id } = await pages.store.db
    .selectFrom('environments')
    .select('id')
    .where('name', '=', 'eu-west')
    .executeTakeFirstOrThrow()
  const tiers = async () =>
    Object.fromEntries(
      (await pages.store.db.selectFrom('environments').select(['name', 'tier']).execute()).map(({ name, tier }) => [
        name,
        tier,
      ]),
    )
  return { ...pages, one: `${LIST}/${id}`, tiers }
}

describeOnEachEngine('the pages of environments', (openTestStore) => {
  test('show each with its tier, where that comes from, what runs and what was deployed last', async () => {
    const { read, one } = await withEnvironments(openTestStore)
    const list = await read(LIST)
    expect(list).toContain(`href="${one}">eu-west</a>`)
    expect(textOf(list)).toMatch(/eu-west other Says who: its name Services running: 1 Last: checkout-api 1\.1 , /)
    expect(textOf(list)).toContain('production production Says who: its name')
    expect(textOf(await read(`${LIST}?q=WEST`))).not.toContain('production production Says who: its name')
    expect(textOf(await read(`${LIST}?q=nowhere`))).toContain('No environment has that in its name.')
    expect(textOf(await read(`${LIST}?after=x`))).toContain('a page that does not exist')
    expect(textOf(await read(one))).toContain('As its name says: other')
    await read(`${LIST}/999`, 404)
  })

  test('set a tier, tell that it is worked out, and give it back', async () => {
    const { read, fillIn, one, tiers, deps, store } = await withEnvironments(openTestStore)
    const saved = await fillIn(one, `${one}/tier`, { tier: 'production' })
    expect([saved.status, saved.headers.get('Location')]).toEqual([303, one])
    expect(await tiers()).toEqual({ production: 'production', 'eu-west': 'production' })
    expect(textOf(await read(LIST))).toContain('being worked out')
    expect(textOf(await read(one))).toContain('are being worked out anew')
    await deps.processor.runUntilIdle()
    const page = await read(one)
    expect(textOf(page)).toContain('Says who Ana')
    expect(textOf(page)).not.toContain('worked out anew')
    expect(page).toContain('<option value="production" selected="">')
    expect(textOf(await read(LIST))).not.toContain('being worked out')
    await fillIn(one, `${one}/tier`, { tier: 'said' })
    expect(await tiers()).toMatchObject({ 'eu-west': 'other' })
    const entries = (await listAuditChain(store.db, 0, 100)).filter(({ action }) => action === 'environment.changed')
    expect(entries.map(({ actorName, subjectName }) => [actorName, subjectName])).toEqual([
      ['Ana', 'eu-west'],
      ['Ana', 'eu-west'],
    ])
  })

  test('refuse what is no tier', async () => {
    const { submit, read, one, tiers } = await withEnvironments(openTestStore)
    const before = await tiers()
    const refused = await submit(`${one}/tier`, { tier: 'blue' })
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining('Tier: choose one.')])
    expect((await submit(`${LIST}/999/tier`, { tier: 'production' })).status).toBe(404)
    expect(await tiers()).toEqual(before)
    expect(await read('/admin')).toContain(`href="${LIST}"`)
  })

  test('are for admins', async () => {
    const { submit, read, one, tiers } = await withEnvironments(openTestStore, 'release-manager')
    const before = await tiers()
    await read(LIST, 403)
    await read(one, 403)
    expect((await submit(`${one}/tier`, { tier: 'production' })).status).toBe(403)
    expect(await tiers()).toEqual(before)
  })
})
