import { expect, test } from 'vitest'
import { day, hours } from '../support/factories.ts'
import { deployed, iso, openHistory, seen } from '../support/history-pages.ts'
import { numberLinks, piece, rowsOf } from '../support/number-links.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const now = day(100)

describeOnEachEngine('the overview after a defect came back', (openTestStore) => {
  /** So many defects fixed in 1.1.0 and seen in it again, the last of them at that time. */
  async function someCameBack(many: number, at: number) {
    const pages = await openHistory(openTestStore)
    await pages.tell(
      'deployments',
      deployed('1.0.0', day(60)),
      deployed('1.1.0', day(90)),
      deployed('1.1.0', day(80), { environment: 'staging', tier: 'staging' }),
    )
    for (const [i, title] of ['Capture fails', 'Total is stale', 'Search is slow'].slice(0, many).entries()) {
      const fault = { title, severity: i === 0 ? 'S2' : 'S3' }
      await pages.tell('defects', seen(fault.title, day(70), { ...fault, version: '1.0.0' }))
      await pages.tell('defects', {
        ...{ service: 'checkout-api', environment: 'production', ...fault },
        ...{ status: 'fixed', fixedIn: '1.1.0', resolvedAt: iso(day(90)) },
      })
      await pages.tell('defects', seen(fault.title, at, { ...fault, version: '1.1.0' }))
    }
    const attention = async (env = 'production') =>
      piece(await pages.read(`/?env=${env}`), 'aria-label="Needs attention">', '</ul>')
    return { pages, attention }
  }

  test('says so until somebody acts', async () => {
    const { pages, attention } = await someCameBack(1, now - hours(5))
    const row = textOf(await attention())
    expect(row).toContain('Capture fails is back')
    expect(row).toMatch(/1\.1\.0.* Seen again \(checkout-api, production\) 5 h ago/)
    expect(textOf(await attention('staging'))).not.toContain('is back')
    await pages.store.db.updateTable('defects').set({ status: 'triaged' }).execute()
    expect(textOf(await attention())).not.toContain('is back')
  })

  test('says so to who looks at its service, and to nobody who looks at others', async () => {
    const { pages, attention } = await someCameBack(1, now - hours(5))
    await pages.tell('deployments', deployed('7.0.0', day(90), { service: 'search' }))
    expect(textOf(await attention('production&service=checkout-api'))).toContain('Capture fails is back')
    expect(textOf(await attention('production&service=search'))).not.toContain('is back')
  })

  test('leads to all of them, the gravest first', async () => {
    const { pages, attention } = await someCameBack(3, now - hours(5))
    const html = await attention()
    expect(textOf(html)).toContain('Worst: PF-1 Capture fails (checkout-api, production), seen again 5 h ago')
    const [link] = numberLinks(html)
    expect(link?.n).toBe(3)
    expect(await rowsOf(pages, link?.href ?? '')).toBe(3)
  })

  test('has forgotten after two days', async () => {
    const { attention } = await someCameBack(1, now - hours(49))
    expect(textOf(await attention())).not.toContain('is back')
  })
})
