import fc from 'fast-check'
import { sql } from 'kysely'
import { describe, expect, test } from 'vitest'
import { fill } from '../../../migrations/20261226T0900_keep_release_changes.ts'
import { changesOf } from '../../../src/core/delivery/changes.ts'
import type { Commit } from '../../../src/core/event.ts'
import type { Db } from '../../../src/store/database.ts'
import { ddlWords } from '../../../src/store/dialect.ts'
import { listChangesFrom, readChanges, timesOf } from '../../../src/store/measures/release-changes.ts'
import {
  replaceDerivedCommits,
  stateReleaseCommits,
  updateContainedCommits,
} from '../../../src/store/releases/release-content.ts'
import { setAlias } from '../../../src/store/releases/releases.ts'
import { plansOf } from '../../support/asked-queries.ts'
import { describeOnEachEngine, testStoresOn } from '../../support/stores.ts'
import { addReleases } from '../../support/written-histories.ts'

/** Of one service, and one of another. */
const RELEASES = [11, 12, 13, 21]
const SHAS = ['a', 'b', 'c', 'd', 'e']
const MESSAGES = [
  undefined,
  'Fix it',
  'Merge branch main',
  'merge',
  'MERGE: it',
  'Merged by hand',
  'merge_all',
  'merge9',
]

type Act =
  | { readonly kind: 'state' | 'derive'; readonly release: number; readonly commits: readonly Commit[] }
  | { readonly kind: 'drop'; readonly release: number; readonly sha: string }
  | { readonly kind: 'tell'; readonly commit: Commit }
  | { readonly kind: 'alias'; readonly to: number | undefined }

const release = fc.constantFrom(...RELEASES)
const commit: fc.Arbitrary<Commit> = fc.record({
  sha: fc.constantFrom(...SHAS),
  message: fc.constantFrom(...MESSAGES),
  at: fc.constantFrom(undefined, 1, 20, 300, 1_780_000_000_123),
})
const commits = fc.uniqueArray(commit, { selector: ({ sha }) => sha, minLength: 1, maxLength: 4 })
const act: fc.Arbitrary<Act> = fc.oneof(
  fc.record({ kind: fc.constant('state' as const), release, commits }),
  fc.record({ kind: fc.constant('derive' as const), release, commits }),
  fc.record({ kind: fc.constant('drop' as const), release, sha: fc.constantFrom(...SHAS) }),
  fc.record({ kind: fc.constant('tell' as const), commit }),
  fc.record({ kind: fc.constant('alias' as const), to: fc.constantFrom(undefined, 11, 12) }),
)

describeOnEachEngine('the changes kept with releases', (openTestStore) => {
  test('are those of their commits, whatever is written of these in whatever order, and as a migration fills them', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 12 }), async (acts) => {
        await transaction(async (trx) => {
          for (const one of acts) {
            await perform(trx, one)
            expect(await kept(trx), JSON.stringify(one)).toEqual(await counted(trx))
          }
          const before = await kept(trx)
          await trx.deleteFrom('release_changes').execute()
          await sql.raw(fill(ddlWords[openTestStore.engine])).execute(trx)
          expect(await kept(trx), 'filled').toEqual(before)
          await trx.deleteFrom('release_changes').execute()
          await trx.deleteFrom('release_commits').execute()
          await trx.updateTable('releases').set({ alias_of_id: null }).execute()
        })
      }),
      { numRuns: openTestStore.engine === 'sqlite' ? 100 : 25 },
    )
  })

  test('are read from a release on, of each service, with those whose time is not known counted', async () => {
    const { db, transaction } = await openTestStore()
    await addReleases(db)
    await transaction(async (trx) => {
      for (const id of RELEASES) await stateReleaseCommits(trx, id, [{ sha: `a${id}`, at: id }, { sha: `b${id}` }])
    })
    const found = await listChangesFrom(db, [
      { serviceId: 1, releaseId: 12 },
      { serviceId: 2, releaseId: 21 },
    ])
    expect(new Set(readChanges(found.get(1)).entries())).toEqual(
      new Set([12, 13].map((id) => [id, { count: 2, times: [id] }])),
    )
    expect([...readChanges(found.get(2))]).toEqual([[21, { count: 2, times: [21] }]])
    expect(readChanges(found.get(3)).size, 'of another').toBe(0)
    expect((await listChangesFrom(db, [])).size, 'of none').toBe(0)
  })
})

describe('the changes of some services on SQLite', () => {
  test('are looked for in the index, not among all', async () => {
    const { db } = await testStoresOn('sqlite')()
    await addReleases(db)
    await stateReleaseCommits(db, 11, [{ sha: 'a', at: 1 }])
    // As it is known of twenty services with some fifty thousand releases: of few rows it makes no difference.
    await sql`analyze`.execute(db)
    await sql`update sqlite_stat1 set stat = '55000 2750 1' where tbl = 'release_changes'`.execute(db)
    await sql`analyze sqlite_schema`.execute(db)
    const plans = await plansOf(db, (noting) => listChangesFrom(noting, [{ serviceId: 1, releaseId: 11 }]))
    expect(plans.filter((detail) => /\bc\b/.test(detail))).toEqual([
      'SEARCH c USING PRIMARY KEY (service_id=? AND release_id>?)',
    ])
  })
})

async function perform(db: Db, act: Act): Promise<void> {
  if (act.kind === 'state') await stateReleaseCommits(db, act.release, act.commits)
  if (act.kind === 'drop') await replaceDerivedCommits(db, act.release, { added: [], removed: [act.sha] })
  if (act.kind === 'tell') await updateContainedCommits(db, RELEASES, [act.commit])
  if (act.kind === 'alias') await setAlias(db, 13, act.to)
  if (act.kind !== 'derive') return
  const held = await db.selectFrom('release_commits').select('sha').where('release_id', '=', act.release).execute()
  const isHeld = new Set(held.map(({ sha }) => sha))
  await replaceDerivedCommits(db, act.release, {
    added: act.commits.filter(({ sha }) => !isHeld.has(sha)),
    removed: [],
  })
}

const kept = async (db: Db) =>
  await db.selectFrom('release_changes').selectAll().orderBy('service_id').orderBy('release_id').execute()

/** From all the commits, release by release. */
async function counted(db: Db) {
  const releases = await db.selectFrom('releases').select(['id', 'service_id', 'alias_of_id']).orderBy('id').execute()
  const commits = await db.selectFrom('release_commits').selectAll().execute()
  return releases.flatMap(({ id, service_id, alias_of_id }) => {
    const names = new Set(releases.filter((one) => one.id === id || one.alias_of_id === id).map((one) => one.id))
    const changes = changesOf(commits.filter(({ release_id }) => names.has(release_id)))
    return alias_of_id !== null || changes.count === 0
      ? []
      : [{ service_id, release_id: id, times_json: JSON.stringify(timesOf(changes)) }]
  })
}
