import { expect, test } from 'vitest'
import { deployed, openHistory, seen } from '../support/history-pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

const DAY = 86_400_000

describeOnEachEngine('the CSV of a chart', (openTestStore) => {
  test('has the numbers of its table, and versions that are no formulas', async () => {
    const pages = await openHistory(openTestStore)
    const now = pages.deps.clock()
    await pages.tell('deployments', deployed('=cmd', now - 40 * DAY), deployed('1.1.0', now - 30 * DAY))
    await pages.tell('defects', seen('Fault', now - 35 * DAY, { severity: 'S1' }))
    const answer = await pages.visit('/trends/releases.csv?range=90d')
    expect(answer.headers.get('Content-Type')).toMatch(/^text\/csv; charset=utf-8/)
    expect(answer.headers.get('Content-Disposition')).toBe('attachment; filename="trends-releases.csv"')
    const lines = (await answer.text()).trimEnd().split('\r\n')
    expect(lines[0]).toBe('Release,First deployed,S1,S2,S3,S4,Defects,Median of 6,Observed,Then')
    expect(lines[1]).toBe(`checkout-api =cmd,${new Date(now - 40 * DAY).toISOString()},1,0,0,0,1,,14 days,`)
    for (const name of ['discovery', 'flow', 'failures', 'lives', 'services', 'emergencies'])
      expect((await pages.visit(`/trends/${name}.csv`)).status).toBe(200)
    for (const name of ['regressions', 'noticed', 'drift', 'rise']) {
      expect((await pages.visit(`/trends/${name}.csv?service=checkout-api`)).status).toBe(200)
      // Of all services together there is none.
      expect((await pages.visit(`/trends/${name}.csv`)).status).toBe(404)
    }
  })

  test('is there for nobody who is not signed in', async () => {
    const pages = await openHistory(openTestStore)
    expect((await pages.app.request('/trends/flow.csv')).status).toBe(303)
  })
})
