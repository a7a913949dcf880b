import { expect, test } from 'vitest'
import { countAsked, listRedeliveries, type RedeliveryPosition } from '../../../src/store/inbox/redeliveries.ts'
import { insertSource } from '../../../src/store/sources/sources.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

describeOnEachEngine('what a source was asked for again', (openTestStore) => {
  test('is gone through page by page, the last asked first, as many as are counted', async () => {
    const { db } = await openTestStore()
    const id = await insertSource(db, { slug: 'github', kind: 'github', name: 'GitHub', createdAt: 0 })
    const guids = Array.from({ length: 23 }, (_, i) => `g-${String(i).padStart(2, '0')}`)
    await db
      .insertInto('redeliveries')
      .values(
        guids.map((guid, i) => ({
          ...{ source_id: id, guid, because: 'failed' as const, times: 1 + (i % 3) },
          asked_at: 1_000 * Math.floor(i / 4),
        })),
      )
      .execute()
    const seen: string[] = []
    let after: RedeliveryPosition | undefined
    for (let more = true; more; ) {
      const page = await listRedeliveries(db, id, { onlyArrived: false, after, limit: 5 })
      seen.push(...page.rows.map(({ guid }) => guid))
      more = page.more
      after = page.rows.at(-1)
    }
    expect([...seen].sort()).toEqual(guids)
    expect(seen.slice(0, 4)).toEqual(['g-20', 'g-21', 'g-22', 'g-16'])
    expect(Number((await countAsked(db)).get(id)?.asked)).toBe(23)
    expect((await listRedeliveries(db, id, { onlyArrived: true, limit: 5 })).rows).toEqual([])
  })
})
