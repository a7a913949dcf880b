import { expect, test } from 'vitest'
import { changeDefect, type DefectChange } from '../../src/operations/defects/change-defect.ts'
import { submitNative } from '../../src/operations/intake/submit-native.ts'
import { day, hours } from '../support/factories.ts'
import { processingOn } from '../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../support/stores.ts'

const iso = (at: number) => new Date(at).toISOString()

/** A story told item by item: what was deployed, seen and said, in whatever order. */
async function storyOn(openTestStore: OpenTestStore) {
  const parts = await processingOn(await openTestStore())
  const tell = async (kind: 'deployments' | 'defects', ...items: Record<string, unknown>[]) => {
    const submission = await submitNative(parts, { kind, items, receivedAt: day(99) })
    if (submission.kind === 'refused') throw new Error(JSON.stringify(submission.problems))
    await parts.processor.runUntilIdle()
  }
  const { db } = parts.store
  const place = { service: 'checkout', environment: 'production' }
  const bug = { title: 'Timeout', service: 'checkout', id: 'BUG-1' }
  return {
    ...parts,
    tell,
    deploy: (version: string, at: number, more: Record<string, unknown> = {}) =>
      tell('deployments', { ...place, version, finishedAt: iso(at), ...more }),
    see: (version: string | undefined, at: number, more: Record<string, unknown> = {}) =>
      tell('defects', { ...bug, environment: 'production', version, occurredAt: iso(at), ...more }),
    fix: (at: number, fixedIn: string | string[] | undefined, more: Record<string, unknown> = {}) =>
      tell('defects', { ...bug, status: 'fixed', fixedIn, resolvedAt: iso(at), ...more }),
    async decide(change: DefectChange, now: number) {
      const { id } = await db.selectFrom('defects').select('id').orderBy('id').limit(1).executeTakeFirstOrThrow()
      const result = await changeDefect(parts, { defectId: id, actor: { name: 'Ana' }, now, change })
      expect(result.kind).toBe('changed')
      await parts.processor.runUntilIdle()
    },
    async defect() {
      const row = await db
        .selectFrom('defects')
        .selectAll()
        .where('merged_into_id', 'is', null)
        .orderBy('id')
        .executeTakeFirstOrThrow()
      return {
        status: row.status,
        since: row.status_at,
        open: row.open,
        answer: row.regression_answer,
        sentence: row.regression_sentence,
        generation: row.generation,
        fixedIn: JSON.parse(row.fixed_in_json) as string[],
      }
    },
    generations: async () =>
      (
        await db
          .selectFrom('generations')
          .leftJoin('releases', 'releases.id', 'generations.release_id')
          .select(['number', 'since_at', 'releases.version', 'fixed_at', 'fixed_in_json'])
          .orderBy('number')
          .execute()
      ).map((row) => [row.number, row.since_at, row.version, row.fixed_at, row.fixed_in_json]),
  }
}

describeOnEachEngine('a fixed defect that is seen again', (openTestStore) => {
  test('in a release with the fix is a regression: open again, a new generation, with the comparison in words', async () => {
    const { deploy, see, fix, defect, generations } = await storyOn(openTestStore)
    await deploy('8.1.1', day(1))
    await see('8.1.1', day(2))
    await fix(day(3), '8.1.2')
    await deploy('8.1.2', day(4))
    expect(await defect()).toMatchObject({ status: 'fixed', open: 0, answer: null, generation: 1 })
    await deploy('8.1.3', day(5))
    await see('8.1.3', day(6))
    expect(await defect()).toMatchObject({
      status: 'regressed',
      since: day(6),
      open: 1,
      answer: 'regression',
      sentence: 'Seen in 8.1.3; fixed in 8.1.2 on the same line.',
      generation: 2,
      fixedIn: [],
    })
    expect(await generations()).toEqual([
      [1, day(2), null, day(3), '["8.1.2"]'],
      [2, day(6), '8.1.3', null, '[]'],
    ])
    await fix(day(7), '8.1.4')
    await see('8.1.4', day(8))
    expect(await defect()).toMatchObject({ status: 'regressed', since: day(8), generation: 3 })
  })

  test('in an old version, or on a line the fix was not brought to, is not', async () => {
    const { see, fix, deploy, defect } = await storyOn(openTestStore)
    for (const [i, version] of ['8.0.0', '8.1.0', '8.1.2', '8.0.1'].entries()) await deploy(version, day(1 + i))
    await see('8.1.0', day(2))
    await fix(day(3.5), '8.1.2')
    await see('8.0.1', day(5))
    expect(await defect()).toMatchObject({ status: 'fixed', generation: 1, answer: 'old version still affected' })
    await fix(day(6), ['8.1.2', '8.0.1'])
    await see('8.0.1', day(7))
    expect(await defect()).toMatchObject({ status: 'regressed', generation: 2, answer: 'regression' })
  })

  test('without a version goes by what ran there: straggler, then regression; a rollback, then not', async () => {
    const { see, fix, deploy, defect } = await storyOn(openTestStore)
    await deploy('1.0.0', day(1))
    await see(undefined, day(2))
    await fix(day(3), '1.1.0')
    await deploy('1.1.0', day(4))
    await see(undefined, day(4) + 60_000)
    expect(await defect()).toMatchObject({ status: 'fixed', answer: 'straggler' })
    await deploy('1.0.0', day(5))
    await see(undefined, day(5) + hours(1))
    expect(await defect()).toMatchObject({ status: 'fixed', answer: 'reappeared by rollback' })
    await deploy('1.1.0', day(6))
    await see(undefined, day(6) + hours(1))
    expect(await defect()).toMatchObject({ status: 'regressed', since: day(6) + hours(1), answer: 'regression' })
  })

  test('is found among any number of sightings that are none', async () => {
    const { see, fix, deploy, defect, tell } = await storyOn(openTestStore)
    await deploy('1.0.0', day(1))
    await see(undefined, day(2))
    await fix(day(3), '1.1.0')
    const sightings = Array.from({ length: 200 }, (_, i) => ({
      title: 'Timeout',
      service: 'checkout',
      id: 'BUG-1',
      environment: 'production',
      occurredAt: iso(day(3.1) + i * 60_000),
    }))
    await tell('defects', ...sightings)
    await deploy('1.1.0', day(3.1) + hours(1) + 30_000)
    expect(await defect()).toMatchObject({
      status: 'regressed',
      // The first sighting a quarter of an hour after the release went live.
      since: day(3.1) + hours(1) + 16 * 60_000,
    })
  })

  test('where several releases run is only possibly one', async () => {
    const { see, fix, deploy, defect } = await storyOn(openTestStore)
    const eu = { environment: 'eu', tier: 'production' }
    await deploy('1.0.0', day(1))
    await deploy('1.0.0', day(1), eu)
    await see(undefined, day(2), { environment: undefined })
    await fix(day(3), '1.1.0')
    await deploy('1.1.0', day(4), eu)
    await see(undefined, day(5), { environment: undefined })
    expect(await defect()).toMatchObject({ status: 'fixed', answer: 'possible regression' })
    await deploy('1.1.0', day(6))
    await see(undefined, day(7), { environment: undefined })
    expect(await defect()).toMatchObject({ status: 'regressed', answer: 'regression' })
  })

  test('in another tier is only possibly one', async () => {
    const { see, fix, deploy, defect } = await storyOn(openTestStore)
    await deploy('1.0.0', day(1))
    await see('1.0.0', day(2))
    await fix(day(3), '1.1.0')
    await see('1.1.0', day(5), { environment: 'staging' })
    expect(await defect()).toMatchObject({ status: 'fixed', answer: 'possible regression' })
  })

  test('in a version that a build made up says nothing; then what ran there counts', async () => {
    const { see, fix, deploy, defect } = await storyOn(openTestStore)
    await deploy('1.0.0', day(1))
    await see('1.0.0', day(2))
    await fix(day(3), '1.1.0')
    await see('999.9.9', day(4))
    expect(await defect()).toMatchObject({ status: 'fixed', answer: 'old version still affected' })
    await deploy('1.1.0', day(5))
    await see('0.0.0-dev', day(6))
    expect(await defect()).toMatchObject({ status: 'regressed', answer: 'regression' })
  })

  test('commits tell, whatever the numbers say', async () => {
    const { see, fix, deploy, defect } = await storyOn(openTestStore)
    const [fixing, other] = ['f'.repeat(40), 'e'.repeat(40)]
    await deploy('8.0.0', day(1))
    await see('8.0.0', day(2))
    await deploy('8.1.0', day(3), { commit: fixing })
    await fix(day(4), fixing)
    expect(await defect()).toMatchObject({ status: 'fixed', fixedIn: ['8.1.0'] })
    await deploy('8.0.1', day(5), { commit: other, commits: [{ sha: fixing }] })
    await see('8.0.1', day(6))
    expect(await defect()).toMatchObject({
      status: 'regressed',
      sentence: 'Seen in 8.0.1, whose commits include 8.1.0, which fixes it.',
    })
  })

  test('a service that deploys commits goes by their first deployments', async () => {
    const { see, fix, deploy, defect } = await storyOn(openTestStore)
    const [a, b, c] = ['a1', 'b2', 'c3'].map((start) => start.repeat(20)) as [string, string, string]
    for (const [i, sha] of [a, b, c].entries()) await deploy(sha, day(1 + i))
    await see(a, day(1.5))
    await fix(day(2), b)
    await see(a, day(4))
    expect(await defect()).toMatchObject({ status: 'fixed', answer: 'old version still affected' })
    await see(undefined, day(5))
    expect(await defect()).toMatchObject({ status: 'regressed', generation: 2 })
  })
})

describeOnEachEngine('late facts', (openTestStore) => {
  test('turn a sighting into a regression, and back', async () => {
    const { see, fix, deploy, defect } = await storyOn(openTestStore)
    await deploy('1.0.0', day(1))
    await see(undefined, day(2))
    await fix(day(3), '1.1.0')
    await see(undefined, day(6))
    expect(await defect()).toMatchObject({ status: 'fixed', answer: 'old version still affected' })
    await deploy('1.1.0', day(5), { id: 'run-1' })
    expect(await defect()).toMatchObject({ status: 'regressed', since: day(6), generation: 2 })
    await deploy('1.1.0', day(5), { id: 'run-1', status: 'failed', finishedAt: iso(day(5) + 1) })
    expect(await defect()).toMatchObject({ status: 'fixed', generation: 1 })
  })

  test('a fix named by its commit is that of the release with the commit, once one is known, deployed or not', async () => {
    const { fix, see, deploy, defect } = await storyOn(openTestStore)
    const sha = 'd'.repeat(40)
    await deploy('1.0.0', day(1))
    await see('1.0.0', day(2))
    await fix(day(3), sha)
    expect((await defect()).fixedIn).toEqual([sha])
    await deploy('1.1.0', day(5), { commit: sha, status: 'failed' })
    expect((await defect()).fixedIn).toEqual(['1.1.0'])
  })

  test('a removal that arrives late takes back what was thought to run', async () => {
    const { see, fix, deploy, defect, tell } = await storyOn(openTestStore)
    await deploy('1.0.0', day(1))
    await see('1.0.0', day(2))
    await fix(day(3), '1.1.0')
    await deploy('1.1.0', day(4))
    await see(undefined, day(6))
    expect(await defect()).toMatchObject({ status: 'regressed' })
    const removal = { action: 'remove', finishedAt: iso(day(5)) }
    await tell('deployments', { service: 'checkout', environment: 'production', version: '1.1.0', ...removal })
    expect(await defect()).toMatchObject({ status: 'fixed', answer: 'unknown' })
  })

  test('the tier of an environment decides whether what ran there counts', async () => {
    const { see, fix, deploy, defect, tell } = await storyOn(openTestStore)
    await deploy('1.0.0', day(1), { environment: 'eu' })
    await see('1.0.0', day(2), { environment: undefined })
    await fix(day(3), '1.1.0')
    await deploy('1.1.0', day(4), { environment: 'eu' })
    await see(undefined, day(6), { environment: undefined })
    expect(await defect()).toMatchObject({ status: 'fixed', answer: 'unknown' })
    await tell('defects', { title: 'Other', service: 'search', environment: 'eu', tier: 'production' })
    expect(await defect()).toMatchObject({ status: 'regressed' })
  })

  test('a fix that is told of late counts from when it was given', async () => {
    const { see, fix, deploy, defect, generations } = await storyOn(openTestStore)
    await deploy('1.1.0', day(1))
    await see('1.1.0', day(2))
    await see('1.2.0', day(9))
    expect(await defect()).toMatchObject({ status: 'open' })
    await fix(day(5), '1.1.1')
    expect(await defect()).toMatchObject({ status: 'regressed', since: day(9), generation: 2 })
    await fix(day(10), '1.2.1')
    expect(await defect()).toMatchObject({ status: 'fixed', since: day(10), generation: 2, fixedIn: ['1.2.1'] })
    expect(await generations()).toEqual([
      [1, day(2), null, day(5), '["1.1.1"]'],
      // 1.2.0 was never deployed, so there is no such release to count it against.
      [2, day(9), null, day(10), '["1.2.1"]'],
    ])
  })

  test('a tag that names the commit a fix was given by takes its place', async () => {
    const { fix, see, deploy, defect } = await storyOn(openTestStore)
    const sha = 'c'.repeat(40)
    await deploy('1.0.0', day(1))
    await see('1.0.0', day(2))
    await fix(day(3), sha)
    await deploy(sha, day(4))
    expect((await defect()).fixedIn).toEqual([sha])
    await deploy('1.1.0', day(5), { environment: 'staging', commit: sha })
    expect((await defect()).fixedIn).toEqual(['1.1.0'])
  })
})

describeOnEachEngine('the promise of a fix', (openTestStore) => {
  test('is kept by the first release deployed after it, in production when it says so, and by no backport', async () => {
    const { see, fix, deploy, defect } = await storyOn(openTestStore)
    await deploy('1.0.0', day(1))
    await deploy('1.1.0', day(2))
    await see('1.1.0', day(2.5))
    await fix(day(3), ['next-release', 'next-production-release'])
    expect(await defect()).toMatchObject({ status: 'fixed', fixedIn: [] })
    await see('1.1.0', day(3.5))
    expect(await defect()).toMatchObject({ status: 'fixed', answer: 'old version still affected' })
    await deploy('1.0.1', day(4))
    expect((await defect()).fixedIn).toEqual([])
    await deploy('1.2.0', day(5), { environment: 'staging' })
    expect((await defect()).fixedIn).toEqual(['1.2.0'])
    await deploy('1.3.0', day(6))
    expect((await defect()).fixedIn).toEqual(['1.3.0', '1.2.0'])
  })

  test('a deployment that arrives late may have kept it before', async () => {
    const { see, fix, deploy, defect } = await storyOn(openTestStore)
    await deploy('1.0.0', day(1))
    await see('1.0.0', day(2))
    await fix(day(3), 'next-production-release')
    await deploy('1.2.0', day(6))
    expect((await defect()).fixedIn).toEqual(['1.2.0'])
    await deploy('1.1.0', day(5))
    expect((await defect()).fixedIn).toEqual(['1.1.0'])
  })

  test('saying it again, as trackers do with every edit, does not make it younger', async () => {
    const { see, fix, deploy, defect } = await storyOn(openTestStore)
    await deploy('1.0.0', day(1))
    await see('1.0.0', day(2))
    await fix(day(3), 'next-release')
    await deploy('1.1.0', day(4))
    await fix(day(5), 'next-release')
    await deploy('1.2.0', day(6))
    expect((await defect()).fixedIn).toEqual(['1.1.0'])
  })
})

describeOnEachEngine('what people say of a fix', (openTestStore) => {
  test('stands above what senders say, with the status or alone, until it is taken back', async () => {
    const { see, fix, deploy, decide, defect } = await storyOn(openTestStore)
    await deploy('1.0.0', day(1))
    await see('1.0.0', day(2))
    await fix(day(3), '1.1.0')
    await decide({ kind: 'fixed-in', fixedIn: ['1.2.0', '1.0.5'] }, day(4))
    expect(await defect()).toMatchObject({ status: 'fixed', fixedIn: ['1.2.0', '1.0.5'] })
    await fix(day(5), '1.3.0')
    expect((await defect()).fixedIn).toEqual(['1.2.0', '1.0.5'])
    await decide({ kind: 'fixed-in', fixedIn: [] }, day(6))
    expect((await defect()).fixedIn).toEqual(['1.3.0'])
    await decide({ kind: 'status', status: 'in-progress' }, day(7))
    expect(await defect()).toMatchObject({ status: 'in-progress', open: 1, fixedIn: ['1.3.0'] })
  })

  test('survives that two defects turn out to be one', async () => {
    const { tell, decide, defect } = await storyOn(openTestStore)
    await tell('defects', { title: 'One', service: 'checkout', id: 'BUG-1', occurredAt: iso(day(1)) })
    await tell('defects', { title: 'Two', service: 'checkout', id: 'BUG-2', occurredAt: iso(day(2)) })
    await decide({ kind: 'status', status: 'fixed', fixedIn: ['1.1.0'] }, day(3))
    const same = { service: 'checkout', fingerprint: 'same', status: 'triaged', updatedAt: iso(day(2.5)) }
    await tell('defects', { title: 'One', id: 'BUG-1', ...same }, { title: 'Two', id: 'BUG-2', ...same })
    expect(await defect()).toMatchObject({ status: 'fixed', since: day(3), fixedIn: ['1.1.0'] })
  })
})
