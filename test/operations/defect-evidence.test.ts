import { expect, test } from 'vitest'
import type { Store } from '../../src/store/database.ts'
import { getDefect } from '../../src/store/defects/defects.ts'
import { aDefect, day } from '../support/factories.ts'
import { describeOnEachEngine } from '../support/stores.ts'
import { tell } from '../support/telling.ts'

/** The one defect that is left, as attribution reads it. */
async function theDefect(store: Store) {
  const { id } = await store.db
    .selectFrom('defects')
    .select('id')
    .where('merged_into_id', 'is', null)
    .executeTakeFirstOrThrow()
  const { detection, evidence } = await getDefect(store.db, id)
  return { id, detection, ...evidence }
}

describeOnEachEngine('what reports hint at', (openTestStore) => {
  test('is there for attribution, the files in the order of the stack', async () => {
    const store = await openTestStore()
    const hints = {
      files: ['src/z.ts', 'src/a.ts'],
      components: ['receipt', 'mail'],
      links: ['PAY-7', '#4'],
      culpritCommits: ['bbbbbbb', 'aaaaaaa'],
      introducedIn: '1.0',
      detection: 'alert',
    } as const
    await tell(store, aDefect(hints))
    expect(await theDefect(store)).toMatchObject({
      ...hints,
      components: ['mail', 'receipt'],
      links: ['#4', 'PAY-7'],
      culpritCommits: ['aaaaaaa', 'bbbbbbb'],
    })
  })

  test('is nothing when they hint at nothing, and then a person is taken to have noticed', async () => {
    const store = await openTestStore()
    await tell(store, aDefect())
    expect(await theDefect(store)).toMatchObject({
      detection: 'issue',
      files: [],
      components: [],
      links: [],
      culpritCommits: [],
      introducedIn: undefined,
    })
  })

  test('grows with each report, and a file has its foremost place', async () => {
    const store = await openTestStore()
    await tell(store, aDefect({ key: '1', files: ['a', 'b', 'c'], components: ['x'] }))
    await tell(store, aDefect({ key: '1', files: ['c', 'd'], components: ['y', 'x'] }))
    expect(await theDefect(store)).toMatchObject({ files: ['a', 'c', 'b', 'd'], components: ['x', 'y'] })
  })

  test('was noticed by whoever saw it first', async () => {
    const store = await openTestStore()
    await tell(store, aDefect({ key: '1', fingerprint: 'f', detection: 'issue', at: day(5) }))
    await tell(store, aDefect({ key: '2', fingerprint: 'f', detection: 'alert', at: day(4) }))
    await tell(store, aDefect({ key: '1', fingerprint: 'f', detection: 'error', at: day(6) }))
    expect((await theDefect(store)).detection).toBe('alert')
  })

  test('is blamed on the release that is named last', async () => {
    const store = await openTestStore()
    await tell(store, aDefect({ key: '1', introducedIn: '1.1', at: day(5) }))
    await tell(store, aDefect({ key: '1', introducedIn: '1.0', at: day(4) }))
    expect((await theDefect(store)).introducedIn).toBe('1.1')
  })

  test('is put together when two defects turn out to be one', async () => {
    const store = await openTestStore()
    await tell(store, aDefect({ key: '1', culpritCommits: ['aaaaaaa'] }))
    await tell(store, aDefect({ key: '2', culpritCommits: ['bbbbbbb'] }))
    await tell(store, aDefect({ key: '1', fingerprint: 'f' }), aDefect({ key: '2', fingerprint: 'f' }))
    const { id, culpritCommits } = await theDefect(store)
    expect(culpritCommits).toEqual(['aaaaaaa', 'bbbbbbb'])
    expect(await store.db.selectFrom('defect_culprits').selectAll().orderBy('sha').execute()).toEqual([
      { defect_id: id, sha: 'aaaaaaa' },
      { defect_id: id, sha: 'bbbbbbb' },
    ])
  })
})
