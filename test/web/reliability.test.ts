import { expect, test } from 'vitest'
import { learnNow } from '../../src/operations/learn-profiles.ts'
import { bodyOf } from '../support/api.ts'
import { openPages, type Pages, textOf } from '../support/pages.ts'
import { describeOnEachEngine } from '../support/stores.ts'

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
    expect(text).toContain('People agreed with the first suspect in 7 of 10 verdicts.')
    expect(text).toContain('Says too much')
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

  test('the page of a defect leads there', async () => {
    const pages = await openPages(openTestStore)
    await withVerdicts(pages)
    expect(await pages.read('/defects/PF-1')).toContain('href="/reliability#how"')
  })
})
