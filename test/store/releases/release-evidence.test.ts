import { beforeEach, expect, test } from 'vitest'
import { NamedReleases } from '../../../src/store/attribution/named-releases.ts'
import type { Store } from '../../../src/store/database.ts'
import {
  countFileChanges,
  countReleaseCommits,
  listReleaseFiles,
  listReleaseMentions,
  listReleaseShas,
} from '../../../src/store/releases/release-evidence.ts'
import { aDeployment, aRelease, day } from '../../support/factories.ts'
import { describeOnEachEngine } from '../../support/stores.ts'
import { tell } from '../../support/telling.ts'

const sha = (letter: string): string => letter.repeat(40)

describeOnEachEngine('what attribution asks about releases', (openTestStore) => {
  let store: Store
  /** Version → id. */
  let ids: Map<string, number>
  const id = (version: string) => ids.get(version) as number

  beforeEach(async () => {
    store = await openTestStore()
    const service = 'acme/checkout-api'
    await tell(
      store,
      aDeployment({
        service,
        version: '1.0',
        at: day(1),
        url: 'https://ci.example/run/1',
        files: ['src/a.ts'],
        commits: [
          { sha: sha('a'), message: 'Retry (#4)\n\nFixes: 9f3c2ab41d', files: ['src/a.ts', 'src/b.ts'] },
          { sha: sha('b'), message: 'PAY-7: Round' },
        ],
      }),
      // A bare commit that turns out to be 1.1, with something listed under either name.
      aDeployment({ service, version: undefined, commit: sha('c'), at: day(2), commits: [{ sha: sha('c') }] }),
      aDeployment({ service, version: undefined, commit: sha('c'), at: day(2), files: ['src/b.ts', 'src/c.ts'] }),
      aRelease({
        service,
        version: '1.1',
        commit: sha('c'),
        notes: 'See #5 and https://github.com/acme/ledger/pull/6.',
        url: 'https://github.com/acme/checkout-api/releases/tag/1.1',
        commits: [{ sha: sha('c'), message: `Revert "Retry"\n\nThis reverts commit ${sha('a')}.` }],
        files: ['src/c.ts'],
      }),
      aDeployment({ service, version: '1.2', at: day(3) }),
      aDeployment({ service: 'search', version: '1.0', at: day(3), files: ['src/a.ts'] }),
    )
    const rows = await store.db.selectFrom('releases').select(['id', 'version', 'service_id']).execute()
    ids = new Map(rows.filter((row) => row.service_id === 1).map((row) => [row.version, row.id]))
  })

  test('which files they changed, under whatever name that was said', async () => {
    const files = await listReleaseFiles(store.db, [id('1.0'), id('1.1'), id('1.2')])
    expect([...files.values()]).toEqual([['src/a.ts', 'src/b.ts'], ['src/b.ts', 'src/c.ts'], []])
  })

  test('how many commits they brought, and which; not known is not none', async () => {
    const asked = [id('1.0'), id('1.1'), id('1.2')]
    expect([...(await countReleaseCommits(store.db, asked))].sort()).toEqual([
      [id('1.0'), 2],
      [id('1.1'), 1],
    ])
    expect([...(await listReleaseShas(store.db, asked)).values()]).toEqual([[sha('a'), sha('b')], [sha('c')], []])
  })

  test('what their commits, notes and deployments refer to, take back and mend', async () => {
    const mentions = await listReleaseMentions(store.db, [id('1.0'), id('1.1'), id('1.2')])
    expect([...mentions.values()]).toEqual([
      {
        references: ['PAY-7', 'acme/checkout-api#4', 'https://ci.example/run/1'],
        reverts: [],
        revertedSubjects: [],
        fixes: ['9f3c2ab41d'],
      },
      {
        references: ['acme/checkout-api#5', 'acme/ledger#6', 'https://github.com/acme/checkout-api/releases/tag/1.1'],
        reverts: [sha('a')],
        revertedSubjects: ['Retry'],
        fixes: [],
      },
      { references: [], reverts: [], revertedSubjects: [], fixes: [] },
    ])
  })

  test('nothing, when none are asked about', async () => {
    expect((await listReleaseFiles(store.db, [])).size).toBe(0)
    expect((await listReleaseMentions(store.db, [])).size).toBe(0)
  })

  test('in how many releases of their service each file was changed', async () => {
    const { releases, ofFile } = await countFileChanges(store.db, 1)
    expect(releases).toBe(2)
    expect([...ofFile]).toEqual([
      ['src/a.ts', 1],
      ['src/b.ts', 2],
      ['src/c.ts', 1],
    ])
  })

  test('which of them is blamed, by a version written some way, or by a commit or its beginning', async () => {
    const blamed = await new NamedReleases(store.db).blamed(1, {
      introducedIn: 'v1.0',
      culpritCommits: ['ccccccc', sha('b'), 'ddddddd'],
    })
    expect(blamed).toEqual({
      release: { id: id('1.0'), version: '1.0' },
      commits: [
        { sha: 'ccccccc', release: { id: id('1.1'), version: '1.1' } },
        { sha: sha('b'), release: { id: id('1.0'), version: '1.0' } },
        { sha: 'ddddddd', release: undefined },
      ],
    })
    expect(await new NamedReleases(store.db).blamed(1, { introducedIn: undefined, culpritCommits: [] })).toEqual({
      release: undefined,
      commits: [],
    })
  })

  test('which of two releases with a commit came first', async () => {
    await tell(store, aDeployment({ service: 'acme/checkout-api', version: '0.9', commits: [{ sha: sha('b') }] }))
    const { commits } = await new NamedReleases(store.db).blamed(1, {
      introducedIn: undefined,
      culpritCommits: ['bbbbbbb'],
    })
    expect(commits[0]?.release?.version).toBe('0.9')
  })
})
