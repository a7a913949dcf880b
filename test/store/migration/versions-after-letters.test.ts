import type { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { up } from '../../../migrations/20261222T1100_find_versions_after_letters.ts'
import { listDefects } from '../../../src/store/defects/defect-list.ts'
import { ddlWords } from '../../../src/store/dialect.ts'
import { day } from '../../support/factories.ts'
import { openHistory, seen } from '../../support/history-pages.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

describeOnEachEngine('titles kept before', (openTestStore) => {
  test('are found by the numbers after letters', async () => {
    const { tell, store } = await openHistory(openTestStore)
    const titles = ['Broken since v3.1', 'Broken since 3.1', 'Upgrade of hive3.1.2 hangs', '3 of 1']
    await tell('defects', ...titles.map((title, i) => seen(title, day(90), { id: `d${i}` })))
    const { db } = store
    const before = {
      'Broken since v3.1': ' broken since v3 1',
      'Upgrade of hive3.1.2 hangs': ' upgrade of hive3 1 2 hangs',
    }
    for (const [title, title_words] of Object.entries(before))
      await db.updateTable('defects').set({ title_words }).where('title', '=', title).execute()
    const found = async () =>
      (await listDefects(db, { text: '3.1' }, { sort: 'first_seen', limit: 10 })).rows.map(({ title }) => title).sort()
    expect(await found()).toEqual(['Broken since 3.1'])
    await up(db as unknown as Kysely<unknown>, ddlWords[openTestStore.engine])
    expect(await found()).toEqual(['Broken since 3.1', 'Broken since v3.1', 'Upgrade of hive3.1.2 hangs'])
  })
})
