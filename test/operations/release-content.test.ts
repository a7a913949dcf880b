import { expect, test } from 'vitest'
import type { Commit, PushEvent, SourceEvent } from '../../src/core/event.ts'
import type { Store } from '../../src/store/database.ts'
import { aDefect, aDeployment, aRelease, day } from '../support/factories.ts'
import { processingOn } from '../support/processing.ts'
import { describeOnEachEngine } from '../support/stores.ts'
import { tell } from '../support/telling.ts'

const sha = (letter: string): string => letter.repeat(40)

/** `ab` moves the branch from commit a to commit b, `abcd` to d by way of b and c; each changes the file of its name. */
const push = (line: string, more: Partial<PushEvent> = {}): PushEvent => {
  const [before, ...pushed] = [...line]
  return {
    type: 'push',
    service: 'checkout-api',
    before: before === '-' ? undefined : sha(before as string),
    after: sha(pushed.at(-1) as string),
    commits: pushed.map((letter) => ({ sha: sha(letter), message: `Change ${letter}`, files: [`src/${letter}.ts`] })),
    ...more,
  }
}

/** A deployment of a bare commit into production, on the day of its letter: a on day 1, b on day 2. */
const build = (letter: string, more: Parameters<typeof aDeployment>[0] = {}) =>
  aDeployment({ version: undefined, commit: sha(letter), at: day(letter.charCodeAt(0) - 96), ...more })

/** What a release contains: commits by their letters, then files. */
async function contentOf(store: Store, version: string): Promise<{ commits: string; files: string[] }> {
  const rows = (table: 'release_commits' | 'release_files') =>
    store.db
      .selectFrom(table)
      .innerJoin('releases', 'releases.id', `${table}.release_id`)
      .where('version', '=', version)
  const commits = await rows('release_commits').select('release_commits.sha').orderBy('release_commits.sha').execute()
  const files = await rows('release_files').select('release_files.path').orderBy('release_files.path').execute()
  return { commits: commits.map((row) => row.sha[0]).join(''), files: files.map(({ path }) => path) }
}
const commitsOf = async (store: Store, version: string) => (await contentOf(store, version)).commits

describeOnEachEngine('what a release contains', (openTestStore) => {
  test('is what was pushed after the commit of the release it replaced', async () => {
    const store = await openTestStore()
    await tell(store, push('-a'), push('ab'), push('bcd'), build('a'), build('d'))
    expect(await contentOf(store, sha('d'))).toEqual({ commits: 'bcd', files: ['src/b.ts', 'src/c.ts', 'src/d.ts'] })
    expect(await contentOf(store, sha('a'))).toEqual({ commits: '', files: [] })
    const details = await store.db.selectFrom('release_commits').select(['message', 'stated']).orderBy('sha').execute()
    expect(details[0]).toEqual({ message: 'Change b', stated: 0 })
  })

  test('is the same when the pushes come after the deployments, the one in between last', async () => {
    const store = await openTestStore()
    await tell(store, build('a'), build('d'))
    await tell(store, push('bcd'))
    expect(await commitsOf(store, sha('d'))).toBe('')
    await tell(store, push('-a'))
    await tell(store, push('ab'))
    expect(await commitsOf(store, sha('d'))).toBe('bcd')
  })

  test('is only what was listed for it when no way leads back to what it replaced', async () => {
    const store = await openTestStore()
    await tell(store, push('-a'), push('bcd'), build('a'), build('d', { commits: [{ sha: sha('d') }] }))
    expect(await contentOf(store, sha('d'))).toEqual({ commits: 'd', files: ['src/d.ts'] })
  })

  test('shrinks when a deployment in between becomes known', async () => {
    const store = await openTestStore()
    await tell(store, push('-abcd'), build('a'), build('d'))
    await tell(store, build('c'))
    expect(await commitsOf(store, sha('c'))).toBe('bc')
    expect(await commitsOf(store, sha('d'))).toBe('d')
  })

  test('ends when its deployment turns out to have failed, and falls to the next', async () => {
    const store = await openTestStore()
    await tell(store, push('-abcd'), build('a'), build('c', { key: 'run' }), build('d'))
    await tell(store, build('c', { key: 'run', status: 'failed', at: day(3) + 1 }))
    expect(await commitsOf(store, sha('c'))).toBe('')
    expect(await commitsOf(store, sha('d'))).toBe('bcd')
  })

  test('moves with a deployment whose version is corrected', async () => {
    const store = await openTestStore()
    await tell(store, push('-abcd'), build('a'), build('c', { key: 'run' }))
    await tell(store, build('d', { key: 'run', at: day(3) + 1 }))
    expect(await commitsOf(store, sha('c'))).toBe('')
    expect(await commitsOf(store, sha('d'))).toBe('bcd')
  })

  test('is not counted from what it was put back in place of', async () => {
    const store = await openTestStore()
    await tell(store, push('-abcd'), build('d', { at: day(1) }), build('c', { at: day(2) }), build('d', { at: day(3) }))
    expect(await commitsOf(store, sha('d'))).toBe('')
  })

  test('is counted in production, even when it went to staging first', async () => {
    const store = await openTestStore()
    const staging = { environment: 'staging', tier: 'staging' } as const
    await tell(store, push('-abcd'), build('a'), build('a', staging), build('c', staging))
    await tell(store, build('d', { ...staging, at: day(4) }))
    expect(await commitsOf(store, sha('d'))).toBe('d')
    await tell(store, build('d', { at: day(5) }))
    expect(await commitsOf(store, sha('d'))).toBe('bcd')
  })

  test('is counted in the environment that is called production before a canary', async () => {
    const store = await openTestStore()
    const canary = { environment: 'canary', tier: 'production' } as const
    await tell(store, push('-abcd'), build('a'), build('a', canary), build('c', canary), build('d', canary))
    await tell(store, build('d', { at: day(5) }))
    expect(await commitsOf(store, sha('d'))).toBe('bcd')
  })

  test('is counted anew when an environment turns out to be production', async () => {
    const store = await openTestStore()
    const eu = { environment: 'eu', tier: undefined } as const
    const staging = { environment: 'staging', tier: 'staging' } as const
    await tell(store, push('-abcd'), build('a', eu), build('c', staging), build('d', staging), build('d', eu))
    expect(await commitsOf(store, sha('d'))).toBe('d')
    await tell(store, build('d', { ...eu, tier: 'production', status: 'pending', key: 'x', at: day(6) }))
    expect(await commitsOf(store, sha('d'))).toBe('bcd')
  })

  test('follows from a commit that becomes known later, its own or that of what it replaced', async () => {
    const store = await openTestStore()
    await tell(store, push('-abcd'), aDeployment({ version: '1.0', at: day(1) }))
    await tell(store, aDeployment({ version: '1.1', at: day(2) }), aDeployment({ version: '1.2', at: day(3) }))
    await tell(store, aRelease({ version: '1.1', commit: sha('c') }))
    expect(await commitsOf(store, '1.1')).toBe('')
    await tell(store, aRelease({ version: '1.0', commit: sha('a') }))
    expect(await commitsOf(store, '1.1')).toBe('bc')
    await tell(store, aRelease({ version: '1.2', commit: sha('d') }))
    expect(await commitsOf(store, '1.2')).toBe('d')
    await tell(store, aRelease({ version: '1.1', commit: sha('b'), at: day(4) }))
    expect(await commitsOf(store, '1.1')).toBe('b')
    expect(await commitsOf(store, '1.2')).toBe('cd')
  })

  test('is that of the tagged release when the bare commit turns out to be it', async () => {
    const store = await openTestStore()
    await tell(store, push('-abcd'), build('a'), build('d', { files: ['CHANGELOG.md'] }))
    await tell(store, aRelease({ version: 'v1', commit: sha('d'), at: day(5) }))
    expect(await commitsOf(store, 'v1')).toBe('bcd')
    expect(await contentOf(store, sha('d'))).toEqual({ commits: '', files: ['CHANGELOG.md'] })
  })

  test('has what was listed for the bare commit after it turned out to be the tagged release', async () => {
    const store = await openTestStore()
    await tell(store, build('a'), build('d'), aRelease({ version: 'v1', commit: sha('d'), at: day(5) }))
    await tell(store, build('d', { commits: [{ sha: sha('c'), files: ['src/c.ts'] }] }))
    expect(await contentOf(store, 'v1')).toEqual({ commits: '', files: ['src/c.ts'] })
    expect(await contentOf(store, sha('d'))).toEqual({ commits: 'c', files: [] })
  })

  test('has a commit once that was listed and pushed', async () => {
    const store = await openTestStore()
    await tell(store, push('-abcd'), build('a'), build('d'))
    await tell(store, build('d', { commits: [{ sha: sha('c') }, { sha: sha('e') }] }))
    const commits = await store.db.selectFrom('release_commits').select(['sha', 'stated']).orderBy('sha').execute()
    expect(commits.map((row) => `${row.sha[0]}${row.stated}`)).toEqual(['b0', 'c1', 'd0', 'e1'])
  })

  test('has the files of commits that were only listed, whichever of list and push came first', async () => {
    for (const inOrder of [true, false]) {
      const store = await openTestStore()
      const listed = aDeployment({ version: '1.0', commits: [{ sha: sha('b') }], files: ['README.md'] })
      await tell(store, inOrder ? listed : push('ab'))
      await tell(store, inOrder ? push('ab') : listed)
      expect(await contentOf(store, '1.0')).toEqual({ commits: 'b', files: ['README.md', 'src/b.ts'] })
      const [commit] = await store.db.selectFrom('release_commits').select(['message', 'stated']).execute()
      expect(commit).toEqual({ message: 'Change b', stated: 1 })
    }
  })

  test('has the files that a deployment lists with its commits', async () => {
    const store = await openTestStore()
    const commits: Commit[] = [
      { sha: 'r1', files: ['src/b.ts', 'src/a.ts'] },
      { sha: 'r2', files: ['src/a.ts'] },
    ]
    await tell(store, aDeployment({ version: '1.0', commits }))
    expect((await contentOf(store, '1.0')).files).toEqual(['src/a.ts', 'src/b.ts'])
  })

  test('is at most five thousand files of its own and as many of its commits, the first of them', async () => {
    const store = await openTestStore()
    const paths = (from: number) => Array.from({ length: 3_000 }, (_, i) => `src/${10_000 + from + i}.ts`)
    const commits = [
      { sha: 'r1', files: paths(0) },
      { sha: 'r2', files: paths(6_000) },
    ]
    await tell(store, aDeployment({ version: '1.0', key: 'run', files: paths(3_000), commits }))
    await tell(store, aDeployment({ version: '1.0', key: 'run', files: paths(0), commits }))
    const { files } = await contentOf(store, '1.0')
    expect(files).toHaveLength(7_000)
    expect(files.slice(0, 5_000)).toEqual([...paths(0), ...paths(3_000).slice(0, 2_000)])
  })

  test('can be pushed before anything of the service is known, and makes no service of the repository', async () => {
    const store = await openTestStore()
    await tell(store, push('-ab'))
    expect(await store.db.selectFrom('services').selectAll().execute()).toEqual([])
  })
})

describeOnEachEngine('the way back from one build to another', (openTestStore) => {
  const rangeAfter = async (pushes: PushEvent[], from: string, to: string) => {
    const store = await openTestStore()
    await tell(store, ...pushes, build(from, { at: day(1) }), build(to, { at: day(2) }))
    return commitsOf(store, sha(to))
  }

  test('leads over the commits of a merged branch, whose own base does not count', async () => {
    expect(await rangeAfter([push('-a'), push('-1'), push('12'), push('ab'), push('b12e')], 'a', 'e')).toBe('12be')
  })

  test('does not lead through a branch that took the main one in', async () => {
    // 1 is on a branch that began at a, and 2 merges b, 3 and c into it; to main they were pushed one by one.
    const branch = [push('a1'), push('1b3c2')]
    expect(await rangeAfter([push('-a'), push('ab'), push('b3'), push('3c'), ...branch], 'a', 'c')).toBe('3bc')
  })

  test('is not known over a forced push', async () => {
    expect(await rangeAfter([push('-ab'), push('bc', { before: undefined })], 'a', 'c')).toBe('')
  })

  test('is not known to something older than a new branch', async () => {
    expect(await rangeAfter([push('-a'), push('-b')], 'a', 'b')).toBe('')
  })

  test('is not known to a later commit, as after going back by hand', async () => {
    expect(await rangeAfter([push('-abc')], 'c', 'b')).toBe('')
    expect(await rangeAfter([push('-abc'), push('be')], 'c', 'e')).toBe('')
  })

  test('begins and ends in the middle of pushes', async () => {
    expect(await rangeAfter([push('-abc'), push('cdef')], 'b', 'e')).toBe('cde')
    expect(await rangeAfter([push('-abcde')], 'b', 'd')).toBe('cd')
  })

  test('is the shortest, and of equally short ones always the same', async () => {
    expect(await rangeAfter([push('-a'), push('abcd'), push('a1'), push('12'), push('2d')], 'a', 'd')).toBe('bcd')
    const equal = [push('ab'), push('bd'), push('ac'), push('cd')]
    expect(await rangeAfter(equal, 'a', 'd')).toBe(await rangeAfter([...equal].reverse(), 'a', 'd'))
  })

  test('is not known in a circle, and looking for it ends', async () => {
    expect(await rangeAfter([push('bc'), push('cb'), push('-a')], 'a', 'c')).toBe('')
  })

  test('takes the longer of two lists for one move, whichever came first', async () => {
    const short = push('ad')
    const long = push('abcd')
    expect(await rangeAfter([push('-a'), short, long], 'a', 'd')).toBe('bcd')
    expect(await rangeAfter([push('-a'), long, short], 'a', 'd')).toBe('bcd')
  })

  test('leads over a push that lists fewer commits than it brought', async () => {
    expect(await rangeAfter([push('-a'), push('ab', { after: sha('c') }), push('cd')], 'a', 'd')).toBe('bd')
  })
})

describeOnEachEngine('defects and what releases contain', (openTestStore) => {
  const suspects = async (store: Store) =>
    (
      await store.db
        .selectFrom('defects')
        .leftJoin('suspects', (join) => join.onRef('suspects.defect_id', '=', 'defects.id').on('rank', '=', 1))
        .leftJoin('releases', 'releases.id', 'suspects.release_id')
        .select('version')
        .orderBy('defects.id')
        .execute()
    ).map(({ version }) => version?.[0])

  test('a defect that blames a commit turns to the release that is found to contain it', async () => {
    const store = await openTestStore()
    const { processor } = await processingOn(store)
    await tell(store, build('a'), build('d'), build('f'), aDefect({ culpritCommits: [sha('c')], at: day(9) }))
    await processor.runUntilIdle()
    expect(await suspects(store)).toEqual(['f'])
    await tell(store, push('abcd'))
    await processor.runUntilIdle()
    expect(await suspects(store)).toEqual(['d'])
    await tell(store, build('c'))
    await processor.runUntilIdle()
    expect(await suspects(store)).toEqual(['c'])
  })

  test('so does one that was seen moments before that release went out, for clocks differ', async () => {
    const store = await openTestStore()
    const { processor } = await processingOn(store)
    await tell(store, build('a'), build('d'), aDefect({ culpritCommits: [sha('c')], at: day(4) - 60_000 }))
    await processor.runUntilIdle()
    expect(await suspects(store)).toEqual(['a'])
    await tell(store, push('abcd'))
    await processor.runUntilIdle()
    expect(await suspects(store)).toEqual(['d'])
  })

  const waiting = (store: Store) => store.db.selectFrom('attribution_ranges').select('from_at').execute()

  test.each<[string, SourceEvent, number]>([
    ['commits were pushed', push('abcd'), 4],
    ['files were listed', build('d', { key: 'run', files: ['src/x.ts'] }), 4],
    ['a commit was listed', build('d', { key: 'run', commits: [{ sha: sha('x') }] }), 4],
    ['the files of a listed commit were told', push('-e'), 5],
  ])('those seen since a release went out are attributed anew when %s', async (_, event, since) => {
    const store = await openTestStore()
    const { processor } = await processingOn(store)
    await tell(store, build('a'), build('d', { key: 'run' }), build('e', { commits: [{ sha: sha('e') }] }))
    await tell(store, aDefect({ at: day(8) }))
    await processor.runUntilIdle()
    expect(await waiting(store)).toEqual([])
    await tell(store, event)
    // Five minutes before the roll-out began, for clocks differ.
    expect(await waiting(store)).toEqual([{ from_at: day(since) - 5 * 60_000 }])
  })

  test('one that names a release that never went out is attributed anew when files were listed for it', async () => {
    const store = await openTestStore()
    const { processor } = await processingOn(store)
    await tell(store, aRelease({ version: '1.0' }), aDefect({ version: '1.0', at: day(8) }))
    await processor.runUntilIdle()
    await tell(store, aRelease({ version: '1.0', files: ['src/x.ts'] }))
    // From when it was known, less five minutes, for a report may name it at any time since.
    expect(await waiting(store)).toEqual([{ from_at: day(1) - 5 * 60_000 }])
  })

  test('nothing is attributed anew when a repeat says nothing new', async () => {
    const store = await openTestStore()
    const { processor } = await processingOn(store)
    const events = [
      push('abcd'),
      build('a'),
      build('d', { files: ['src/x.ts'] }),
      aDefect({ at: day(8), sighting: 's' }),
    ]
    await tell(store, ...events)
    await processor.runUntilIdle()
    await tell(store, ...events)
    expect(await waiting(store)).toEqual([])
  })

  test.each([
    ['that it blames', { introducedIn: '1.0' }],
    ['that it blames, without its v', { introducedIn: '1.0' }],
    ['with a commit that it blames', { culpritCommits: [sha('c')] }],
    ['with a commit that it blames by its beginning', { culpritCommits: ['ccccccc'] }],
  ])('a release %s, known later, has the defect attributed anew', async (name, blamed) => {
    const store = await openTestStore()
    const { processor } = await processingOn(store)
    await tell(store, build('a'), aDefect({ key: '1', at: day(8), ...blamed }), aDefect({ key: '2', at: day(7) }))
    await processor.runUntilIdle()
    const version = name.includes('v') && name.endsWith('its v') ? 'v1.0' : '1.0'
    await tell(store, aRelease({ version, commit: sha('c') }))
    expect(await waiting(store)).toEqual([{ from_at: day(8) }])
  })
})
