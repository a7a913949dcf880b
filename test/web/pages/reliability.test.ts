import { expect, test } from 'vitest'
import { learnNow } from '../../../src/operations/learning/learn-profiles.ts'
import { markForAttribution, moveAttributionRange } from '../../../src/store/attribution/attribution-ranges.ts'
import { saveSetting } from '../../../src/store/settings.ts'
import { bodyOf } from '../../support/api.ts'
import { openHistory } from '../../support/history-pages.ts'
import { followed, numberLinks } from '../../support/number-links.ts'
import { openPages, type Pages, textOf } from '../../support/pages.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const at = (day: number, hour = 0) => new Date(Date.UTC(2026, 2, day, hour)).toISOString()

/** Ten releases, and a defect that names each; people agree with the first seven and correct the rest. */
async function withVerdicts(pages: Pages): Promise<void> {
  const place = { service: 'checkout-api', environment: 'production' }
  const days = Array.from({ length: 10 }, (_, i) => i + 1)
  await bodyOf(
    await pages.post(
      '/api/v1/deployments',
      days.map((n) => ({ ...place, version: `1.${n}.0`, finishedAt: at(n) })),
    ),
    202,
  )
  await bodyOf(
    await pages.post(
      '/api/v1/defects',
      days.map((n) => ({
        ...place,
        title: `Fault number ${'x'.repeat(n)}`,
        occurredAt: at(n, 5),
        introducedIn: `1.${n}.0`,
      })),
    ),
    202,
  )
  await pages.deps.processor.runUntilIdle()
  for (const n of days) {
    const attribution = n <= 7 ? { decision: 'confirmed' } : n === 8 ? { decision: 'not-a-change' } : undefined
    const wrong = { decision: 'chosen', release: 'checkout-api@1.1.0' }
    await bodyOf(await pages.patch(`/api/v1/defects/PF-${n}`, { attribution: attribution ?? wrong, reason: 'Looked.' }))
  }
}

describeOnEachEngine('whether suspicions can be trusted', (openTestStore) => {
  test('says so when there is nothing to go by', async () => {
    const pages = await openPages(openTestStore)
    const text = textOf(await pages.read('/reliability'))
    expect(text).toContain('There is nothing to judge them by yet.')
    expect(text).toContain('Nothing was learned yet.')
    expect(text).toContain('How the score works')
  })

  test('counts verdicts by what had been said, the same on the page and in the API', async () => {
    const pages = await openPages(openTestStore)
    await withVerdicts(pages)
    const metrics = await bodyOf<{ bands: { from: number; verdicts: number; right: number; answer: string }[] }>(
      await pages.get('/api/v1/metrics/attribution'),
    )
    expect(metrics).toMatchObject({
      verdicts: 10,
      right: 7,
      calibrationError: null,
      services: [{ service: 'checkout-api', detection: 'hosted', learnedAt: null, timeAlone: { mayName: false } }],
      learning: null,
    })
    expect(metrics.bands.reduce((sum, { right }) => sum + right, 0)).toBe(7)
    expect(metrics.bands[0]).toMatchObject({ from: 0.95, verdicts: 10, right: 7, answer: 'says too much' })
    const text = textOf(await pages.read('/reliability'))
    expect(text).toContain('People agreed with the first suspect in 7 of 10 verdicts')
    expect(text).toContain('Says too much')
  })

  test('every number of it leads to those defects, on the page and in the API', async () => {
    const pages = await openHistory(openTestStore)
    await withVerdicts(pages)
    const html = (await pages.read('/reliability')).split('<h1')[1] as string
    const links = numberLinks(html).filter(({ href }) => href.includes('said='))
    const { said, found } = await followed(pages, links)
    expect(found).toEqual(said)
    expect(said.map(({ n }) => n)).toEqual([7, 10, 7, 10])
    const text = textOf(await pages.read(links[2]?.href as string))
    expect(text).toContain('Suspected with 95 to 100 %, and a person agreed')
    const { bands } = await bodyOf<{ bands: { verdicts: number; rows: string | null }[] }>(
      await pages.get('/api/v1/metrics/attribution'),
    )
    expect(bands.slice(1).map(({ rows }) => rows)).toEqual([null, null, null, null])
    const rows = async (more: string) =>
      (await bodyOf<{ items: unknown[] }>(await pages.get(`${bands[0]?.rows}${more}`))).items.length
    expect([await rows(''), await rows('&agreed=true')]).toEqual([10, 7])
  })

  test('a band that is none is refused, and all are shown', async () => {
    const pages = await openHistory(openTestStore)
    await withVerdicts(pages)
    for (const query of ['said=95..80', 'said=80..101', 'said=much', 'agreed=yes', 'said=0..100&agreed=no'])
      expect([query, textOf(await pages.read(`/defects?status=any&${query}`))]).toEqual([
        query,
        expect.stringContaining('by two percentages such as 80..95'),
      ])
    for (const query of ['said=95..80', 'said=80..101', 'said=much', 'agreed=true', 'said=0..100&agreed=false'])
      expect([query, (await pages.get(`/api/v1/defects?${query}`)).status]).toEqual([query, 400])
  })

  test('says what the last night brought', async () => {
    const pages = await openPages(openTestStore)
    await withVerdicts(pages)
    await learnNow(pages.store, pages.deps.clock())
    expect(textOf(await pages.read('/reliability'))).toContain('That is too little to learn from.')
    expect(await bodyOf(await pages.get('/api/v1/metrics/attribution'))).toMatchObject({
      learning: { outcome: 'too-few-defects', defects: 10, verdicts: 10 },
    })
  })

  test('what the last night learned from leads to those defects, and so does what time alone was right of', async () => {
    const pages = await openHistory(openTestStore)
    const place = { service: 'checkout-api', environment: 'production' }
    const days = Array.from({ length: 31 }, (_, i) => i + 1)
    const deployments = days.map((n) => ({ ...place, version: `1.${n}.0`, finishedAt: at(n) }))
    const defects = days.map((n) => ({ ...place, title: `Fault number ${'x'.repeat(n)}`, occurredAt: at(n, 1) }))
    await bodyOf(await pages.post('/api/v1/deployments', deployments), 202)
    await bodyOf(await pages.post('/api/v1/defects', defects), 202)
    await pages.deps.processor.runUntilIdle()
    for (const n of [20, 21, 22, 23, 24]) {
      const wrong = { decision: 'chosen', release: 'checkout-api@1.1.0' }
      const attribution = n === 24 ? wrong : { decision: 'confirmed' }
      await bodyOf(await pages.patch(`/api/v1/defects/PF-${n}`, { attribution, reason: 'Looked.' }))
    }
    await learnNow(pages.store, pages.deps.clock())
    const html = (await pages.read('/reliability')).split('<h1')[1] as string
    const links = numberLinks(html).filter(({ href }) => href.includes('learned='))
    const { said, found } = await followed(pages, links)
    expect(found).toEqual(said)
    expect(said.map(({ n, href }) => [n, new URLSearchParams(href.split('?')[1]).get('learned')])).toEqual([
      [4, 'time-right'],
      [5, 'time'],
      [31, 'defects'],
      [5, 'verdicts'],
    ])
    expect(textOf(await pages.read(links[0]?.href as string))).toContain(
      'Time alone was sure, of checkout-api, and right',
    )
    for (const query of [
      'learned=much',
      'learned=time',
      'learned=time&learnedOf=cart',
      'learned=defects&learnedOf=cart',
    ])
      expect([query, textOf(await pages.read(`/defects?status=any&${query}`))]).toEqual([
        query,
        expect.stringContaining('Nothing of that name was learned from. Showing all.'),
      ])
  })

  test('numbers of a night whose defects were not kept lead nowhere', async () => {
    const pages = await openPages(openTestStore)
    await withVerdicts(pages)
    const { from, timeAlone, ...before } = await learnNow(pages.store, pages.deps.clock())
    expect(from?.defectIds).toHaveLength(10)
    expect(timeAlone).toBeUndefined()
    await pages.store.change((trx) => saveSetting(trx, 'attribution_learning', JSON.stringify(before)))
    const html = await pages.read('/reliability')
    expect(textOf(html)).toMatch(/from 10 defects and 10 verdicts/)
    expect(html).not.toContain('learned=')
  })

  test('the page of a defect leads there', async () => {
    const pages = await openPages(openTestStore)
    await withVerdicts(pages)
    expect(await pages.read('/defects/PF-1')).toContain('href="/reliability#how"')
  })

  test('says which suspicions are being worked out again, until they are', async () => {
    const pages = await openPages(openTestStore)
    await withVerdicts(pages)
    await bodyOf(await pages.post('/api/v1/defects', [{ title: 'Blank page', occurredAt: at(5, 7) }]), 202)
    await pages.deps.processor.runUntilIdle()
    const shown = async () => ({
      overview: textOf(await pages.read('/')).match(/Suspicions of .*? again\./)?.[0],
      reliability: textOf(await pages.read('/reliability')).match(/Suspicions of .*? again\./)?.[0],
      defects: await Promise.all(
        [5, 6, 9, 11].map(async (id) =>
          textOf(await pages.read(`/defects/PF-${id}`)).includes('The suspicions are being worked out again.'),
        ),
      ),
      metric: (await (await pages.get('/metrics')).text()).match(/^attribution_waiting .*/m)?.[0],
      underWay: (await bodyOf<{ underWay: unknown }>(await pages.get('/api/v1/metrics/attribution'))).underWay,
    })
    expect(await shown()).toEqual({
      overview: undefined,
      reliability: undefined,
      defects: [false, false, false, false],
      metric: 'attribution_waiting 0',
      underWay: [],
    })
    // As a step of the work leaves it behind: PF-5 is done, PF-6 and later are not.
    await pages.deps.store.change(async (trx) => {
      await markForAttribution(trx, 1, Date.parse(at(5, 5)))
      await moveAttributionRange(trx, 1, { firstSeenAt: Date.parse(at(5, 5)), id: 5 })
    })
    const line = 'Suspicions of 5 defects since 6 Mar 05:00 in checkout-api are being worked out again.'
    expect(await shown()).toEqual({
      overview: line,
      reliability: line,
      // People decided these; what they said stands meanwhile.
      defects: [false, false, false, false],
      metric: 'attribution_waiting 5',
      underWay: [{ service: 'checkout-api', since: '2026-03-06T05:00:00.000Z', defects: 5 }],
    })
    await pages.deps.store.change((trx) => markForAttribution(trx, undefined, 0))
    expect(await shown()).toMatchObject({
      overview:
        'Suspicions of 6 defects since 5 Mar 07:00 in checkout-api and without a service are being worked out again.',
      defects: [false, false, false, true],
      metric: 'attribution_waiting 6',
    })
    await pages.deps.processor.runUntilIdle()
    expect(await shown()).toMatchObject({
      overview: undefined,
      reliability: undefined,
      metric: 'attribution_waiting 0',
    })
  })
})
