import { expect, test } from 'vitest'
import { listAuditChain } from '../../src/store/audit/audit-entries.ts'
import { findServiceDetails } from '../../src/store/services/service-queries.ts'
import { day } from '../support/factories.ts'
import { deployed, openHistory } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const PAGE = '/services/checkout-api/settings'

async function withServices(openTestStore: OpenTestStore, role = 'admin') {
  const pages = await openHistory(openTestStore, { role })
  await pages.tell('deployments', deployed('2.0', day(1)), deployed('1.0', day(2)))
  await pages.tell('deployments', deployed('1', day(1), { service: 'ledger' }))
  const details = () => findServiceDetails(pages.store.db, 'checkout-api')
  const order = async () =>
    (
      await pages.store.db
        .selectFrom('releases')
        .innerJoin('services', 'services.id', 'releases.service_id')
        .select('version')
        .where('services.name', '=', 'checkout-api')
        .orderBy('order_key')
        .execute()
    ).map(({ version }) => version)
  return { ...pages, details, order }
}

describeOnEachEngine('the settings of a service', (openTestStore) => {
  test('are set one by one, and are in the audit log', async () => {
    const { fillIn, details, order, read, store } = await withServices(openTestStore)
    const before = (await listAuditChain(store.db, 0, 100)).length
    expect(await order()).toEqual(['1.0', '2.0'])
    const forms: readonly (readonly [string, Record<string, string>])[] = [
      ['owner', { owner: ' Payments ' }],
      ['detection', { detection: 'shipped' }],
      ['order', { policy: 'manual', versions: '2.0\r\n\r\n1.0\r\n' }],
      ['dependencies', { dependsOn: 'ledger\n' }],
    ]
    for (const [what, fields] of forms) {
      const saved = await fillIn(PAGE, `${PAGE}/${what}`, fields)
      expect([what, saved.status, saved.headers.get('Location')]).toEqual([what, 303, PAGE])
    }
    const expected = { owner: 'Payments', detection: 'shipped', orderPolicy: 'manual', dependsOn: ['ledger'] }
    expect(await details()).toMatchObject(expected)
    expect(await order()).toEqual(['2.0', '1.0'])
    const entries = (await listAuditChain(store.db, before, 100)).map(({ action, actorName }) => [action, actorName])
    expect(entries).toEqual([
      ['service.changed', 'Ana'],
      ['service.changed', 'Ana'],
      ['service.order-changed', 'Ana'],
      ['service.dependencies-changed', 'Ana'],
    ])
    const page = await read(PAGE)
    expect(page).toContain('value="Payments"')
    expect(page).toContain('2.0\n1.0</textarea>')
    expect(textOf(await read('/services/checkout-api'))).toContain('Owned by Payments')
    await fillIn(PAGE, `${PAGE}/owner`, { owner: '' })
    expect((await details())?.owner).toBeUndefined()
  })

  test.each([
    ['order', { policy: 'manual', versions: '' }, 'list the versions'],
    ['order', { policy: 'newest' }, 'choose one'],
    ['detection', { detection: 'elsewhere' }, 'choose one'],
    ['dependencies', { dependsOn: 'nobody' }, 'there is no service “nobody”'],
    ['dependencies', { dependsOn: 'ledger\ncheckout-api' }, 'not on itself'],
  ])('%s of %j is refused and told', async (what, fields: Record<string, string>, told) => {
    const { submit, details, read } = await withServices(openTestStore)
    const before = await details()
    const refused = await submit(`${PAGE}/${what}`, fields)
    expect([refused.status, await refused.text()]).toEqual([422, expect.stringContaining(told)])
    expect(await details()).toEqual(before)
    expect(textOf(await read(`${PAGE}`))).toContain('Settings of checkout-api')
  })

  test('are for admins, and of services that there are', async () => {
    const { submit, read, store } = await withServices(openTestStore)
    expect((await submit('/services/nobody/settings/owner', { owner: 'x' })).status).toBe(404)
    expect(await read('/services/checkout-api')).toContain(`href="${PAGE}"`)
    await store.db.updateTable('users').set({ role: 'release-manager' }).execute()
    expect((await submit(`${PAGE}/owner`, { owner: 'x' })).status).toBe(403)
    expect(await read('/services/checkout-api')).not.toContain(`href="${PAGE}"`)
  })
})
