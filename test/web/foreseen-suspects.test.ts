import { expect, test } from 'vitest'
import { foreseeSuspects } from '../../src/operations/intake/foresee-suspects.ts'
import { day } from '../support/factories.ts'
import { deployed, iso, openHistory, seen } from '../support/history-pages.ts'
import { textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

describeOnEachEngine('whom a report that is not sent yet would be held against', (openTestStore) => {
  async function withReleases() {
    const pages = await openHistory(openTestStore)
    await pages.tell('deployments', deployed('4.17.0', day(60)), deployed('4.18.0', day(90)))
    const typed = {
      ...{ title: 'Voucher total is stale', service: 'checkout-api', environment: 'production', severity: 'S2' },
      ...{ seenAt: iso(day(90.2)).slice(0, 16), version: '4.18.0', description: 'Typed at length' },
    }
    const rows = async () => {
      const { db } = pages.store
      const [defects, deliveries] = await Promise.all([
        db.selectFrom('defects').select('id').execute(),
        db.selectFrom('deliveries').select('id').execute(),
      ])
      return [defects.length, deliveries.length]
    }
    /** On a machine that is busy the time in which others may wait can run out. */
    const foresee = async (form: Record<string, string>) => {
      for (let tries = 0; ; tries++) {
        const answer = await pages.fillIn('/defects/new', '/defects/new', { ...form, act: 'foresee' })
        const html = await answer.text()
        if (tries === 20 || !html.includes('could not be worked out in time')) return { status: answer.status, html }
      }
    }
    return { pages, typed, rows, foresee }
  }

  test('is told, and nothing is kept; sent, it is held against the same', async () => {
    const { pages, typed, rows, foresee } = await withReleases()
    const before = await rows()
    const { status, html } = await foresee(typed)
    expect(status).toBe(200)
    const [, told] = /Suspected would be checkout-api 4\.18\.0 ?, (\d+) of 100/.exec(textOf(html)) ?? []
    expect(told).toBeDefined()
    expect(textOf(html)).toContain('Nothing is saved yet.')
    expect(html).toContain('Typed at length')
    expect(html).toContain(`href="/releases/checkout-api/4.18.0"`)
    expect(await rows()).toEqual(before)
    // PostgreSQL gives no number twice, so that it need not be the first.
    const saved = (await pages.fillIn('/defects/new', '/defects/new', typed)).headers.get('Location') ?? ''
    expect(saved).toMatch(/^\/defects\/PF-\d+$/)
    expect(textOf(await pages.read(saved))).toContain(`${told} of 100 from`)
  })

  test('is nobody where nothing tells, with the reason', async () => {
    const { typed, foresee } = await withReleases()
    const { html } = await foresee({ ...typed, version: '', seenAt: iso(day(10)).slice(0, 16) })
    expect(textOf(html)).toMatch(/No release would be suspected\. \S.*Nothing is saved yet/)
  })

  test('is asked with what can be sent only', async () => {
    const { typed, foresee } = await withReleases()
    const { status, html } = await foresee({ ...typed, seenAt: '2031-01-01T00:00' })
    expect([status, html.includes('id="e-seenAt"')]).toEqual([422, true])
  })

  test('is that of a defect that it would join, and not known where it takes too long', async () => {
    const { pages, rows } = await withReleases()
    await pages.tell('defects', seen('Capture fails', day(91), { id: 'A' }))
    const before = await rows()
    const report = { id: 'A', title: 'Capture fails again', service: 'checkout-api', environment: 'production' }
    const { clock } = pages.deps
    expect(await foreseeSuspects(pages.store, report, clock, 60_000)).toMatchObject({ kind: 'joins', id: 1 })
    expect(await foreseeSuspects(pages.store, { ...report, id: 'B' }, clock, 0)).toEqual({ kind: 'not-known' })
    expect(await rows()).toEqual(before)
  })
})
