import { expect, test } from 'vitest'
import { loadOverviewTable } from '../../src/web/routes/overview.tsx'
import { AttentionList } from '../../views/overview/attention-list.tsx'
import { askedQueries } from '../support/asked-queries.ts'
import { openEmergencyWorld } from '../support/emergency-world.ts'
import { hours } from '../support/factories.ts'
import { seeOverview } from '../support/overview.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

describeOnEachEngine('an overview of some services', (openTestStore) => {
  test('says how much in other services needs attention, and always which emergency releases are open', async () => {
    const world = await openEmergencyWorld(openTestStore, { withTarget: false })
    const { now } = world.time
    const search = { service: 'search', environment: 'production' }
    const ago = (h: number) => new Date(now - hours(h)).toISOString()
    await world.tell(
      'deployments',
      { ...search, id: 's1', status: 'succeeded', version: '1.0.0', finishedAt: ago(5) },
      { ...search, id: 's2', status: 'failed', version: '2.0.0', finishedAt: ago(4) },
    )
    const deps = { store: world.store, clock: () => now, clockWatch: { look: () => undefined } }
    const see = (...services: string[]) =>
      seeOverview(deps as unknown as Parameters<typeof seeOverview>[0], { services })
    const elsewhereOf = async (...services: string[]) => (await see(...services)).elsewhere
    expect(await elsewhereOf('checkout-api')).toEqual({ emergencies: [], more: 1 })
    expect(await elsewhereOf('search')).toEqual({ emergencies: [], more: 0 })

    await world.tell('defects', { ...search, id: 'd1', title: 'Finds nothing', severity: 'S1', occurredAt: ago(1) })
    // It makes the release suspect, and nobody owns it.
    expect(await elsewhereOf('checkout-api')).toEqual({ emergencies: [], more: 3 })
    expect((await see()).attention).toHaveLength(3)
    expect(await elsewhereOf('search')).toEqual({ emergencies: [], more: 0 })
    // Of no service: whoever looks at one does not see it.
    await world.tell('defects', { id: 'd2', title: 'Whose is this', severity: 'S2', occurredAt: ago(1) })
    expect(await elsewhereOf('search')).toEqual({ emergencies: [], more: 1 })

    await world.opened()
    expect(await elsewhereOf('search')).toMatchObject({
      emergencies: [{ tone: 'bad', link: { text: 'Join ER-1', href: '/emergency/ER-1' } }],
      more: 1,
    })
    expect(await elsewhereOf('checkout-api')).toEqual({ emergencies: [], more: 3 })
    expect(await elsewhereOf('checkout-api', 'search')).toEqual({ emergencies: [], more: 1 })
    expect(await elsewhereOf()).toBeUndefined()
    await world.close()
  })

  test('gives its tables as files without reading what stands around them', async () => {
    const world = await openEmergencyWorld(openTestStore, { withTarget: false })
    const services = ['checkout-api']
    const asked = async (name: Parameters<typeof loadOverviewTable>[1]) => {
      const queries = await askedQueries(world.store.reader, async (reader) => {
        const deps = { store: { reader }, clock: () => world.time.now }
        const table = await loadOverviewTable(deps as Parameters<typeof loadOverviewTable>[0], name, { services })
        expect(table.rows.length).toBeGreaterThan(0)
      })
      return queries.map(({ sql }) => sql).join('\n')
    }
    expect(await asked('running')).not.toMatch(/"emergencies"|"deliveries"|"sources"/)
    expect(await asked('new-defects')).not.toMatch(/"emergencies"|"deliveries"|"sources"/)
    await world.close()
  })
})

test('what is said of other services leads to the page of all; an emergency release there stands first, unfolded', () => {
  const item = (title: string) =>
    ({ tone: 'bad', icon: 'emergency', title, detail: '', link: { text: 'See', href: '/emergency/ER-1' } }) as const
  const html = String(
    AttentionList({
      items: ['one', 'two', 'three', 'four'].map(item),
      now: 0,
      lastDeploymentAt: undefined,
      elsewhere: { emergencies: [item('ER-1 of another')], more: 2, all: '/?range=14d' },
    }),
  )
  const text = textOf(html)
  expect(text.indexOf('ER-1 of another')).toBeLessThan(text.indexOf('one'))
  expect(text).toContain('three See 1 more')
  expect(html).toContain('<a href="/?range=14d">2 more in other services</a>')
})
