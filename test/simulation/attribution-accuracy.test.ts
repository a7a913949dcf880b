import { expect, test } from 'vitest'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { type SimulatedHistory, simulateHistory } from '../../src/simulation/history.ts'
import { day } from '../support/factories.ts'
import { processingOn } from '../support/processing.ts'
import { testStoresOn } from '../support/stores.ts'

const NOW = day(90)

interface Judged {
  readonly truth: { readonly service: string; readonly version: string } | null
  readonly suspect: string | null
  readonly state: string
}

/** What the product makes of a history, defect by defect, beside what is true. */
async function judge(history: SimulatedHistory): Promise<Judged[]> {
  const store = await testStoresOn('sqlite')()
  const parts = await processingOn(store, () => NOW)
  for (const kind of ['deployments', 'defects'] as const) {
    const items = history.posts.filter((post) => post.kind === kind).map(({ item }) => item)
    for (let from = 0; from < items.length; from += 500) {
      const submission = await submitNative(parts, { kind, items: items.slice(from, from + 500), receivedAt: NOW })
      expect(submission.kind).toBe('accepted')
    }
  }
  await parts.processor.runUntilIdle()
  const rows = await store.db
    .selectFrom('reports')
    .innerJoin('defects', 'defects.id', 'reports.defect_id')
    .leftJoin('suspects', (join) => join.onRef('suspects.defect_id', '=', 'defects.id').on('rank', '=', 1))
    .leftJoin('releases', 'releases.id', 'suspects.release_id')
    .select(['reports.identity', 'releases.version', 'defects.attribution'])
    .execute()
  return rows.map(({ identity, version, attribution }) => {
    const [, id] = JSON.parse(identity) as [string, string]
    return { truth: history.truth.get(id) ?? null, suspect: version, state: attribution }
  })
}

/** What naming the release that was live in the place of the sighting would get right. */
function accuracyOfLatest(history: SimulatedHistory): number {
  const live = (service: string, environment: string, at: number): string | undefined =>
    history.posts.findLast(
      (post) =>
        post.kind === 'deployments' &&
        post.item.service === service &&
        post.item.environment === environment &&
        post.item.status === 'succeeded' &&
        Date.parse(post.item.finishedAt ?? '') < at,
    )?.item.version
  const first = new Map(
    history.posts
      .flatMap((post) => (post.kind === 'defects' ? [post.item] : []))
      .reverse()
      .map((item) => [item.id, item]),
  )
  const borne = [...history.truth].filter(([, truth]) => truth !== null)
  const right = borne.filter(([id, truth]) => {
    const { service = '', environment = 'production', occurredAt = '' } = first.get(id) ?? {}
    return live(service, environment, Date.parse(occurredAt)) === truth?.version
  })
  return right.length / borne.length
}

test('the suspect is the release that brought the defect as often as the latest one would be, or more', async () => {
  const history = simulateHistory({ seed: 7, now: NOW, days: 45 })
  const judged = await judge(history)
  const borne = judged.filter(({ truth }) => truth !== null)
  const accuracy = borne.filter(({ truth, suspect }) => suspect === truth?.version).length / borne.length
  const named = borne.filter(({ state }) => state === 'attributed')
  const precision = named.filter(({ truth, suspect }) => suspect === truth?.version).length / named.length
  const latest = accuracyOfLatest(history)
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`
  console.info(
    `simulated history: ${borne.length} release-borne reports, right suspect ${percent(accuracy)} (latest release ${percent(latest)}), of ${named.length} attributed ${percent(precision)}`,
  )
  expect(borne.length).toBeGreaterThan(200)
  expect(accuracy).toBeGreaterThanOrEqual(latest - 0.02)
})

test('the bad release in progress is suspected for all its defects', async () => {
  const history = simulateHistory({ seed: 7, now: NOW, days: 10 })
  const { release } = history.badRelease
  const its = (await judge(history)).filter(({ truth }) => truth?.version === release.version)
  expect(its.length).toBeGreaterThanOrEqual(7)
  expect(its.map(({ suspect }) => suspect)).toEqual(its.map(() => release.version))
})
