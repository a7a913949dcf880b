import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { NO_ENTRY } from '../../../src/core/audit/chain.ts'
import type { AuditRecord } from '../../../src/core/audit/entry.ts'
import { hashOfEntry, recordAudit } from '../../../src/operations/audit/record-audit.ts'
import { getAuditHead, listAuditChain } from '../../../src/store/audit/audit-entries.ts'
import { openStore, type Store } from '../../../src/store/database.ts'
import { day } from '../../support/factories.ts'
import { describeOnEachEngine } from '../../support/stores.ts'

const NOW = day(1)
const ANA = { kind: 'person', id: 'user:1', name: 'Ana', address: '192.0.2.7' } as const
const CREATED: AuditRecord = {
  actor: ANA,
  action: 'source.created',
  subject: { kind: 'source', id: 4, name: 'hub' },
  change: { kind: 'github' },
}
const record = (store: Store, what: AuditRecord = CREATED) => store.transaction((trx) => recordAudit(trx, what, NOW))

describeOnEachEngine('the audit log', (openTestStore) => {
  test('keeps who did what to what, when and from where', async () => {
    const store = await openTestStore()
    await record(store)
    expect(await listAuditChain(store.db, 0, 10)).toEqual([
      {
        number: 1,
        at: NOW,
        actorKind: 'person',
        actorId: 'user:1',
        actorName: 'Ana',
        address: '192.0.2.7',
        action: 'source.created',
        subjectKind: 'source',
        subjectId: '4',
        subjectName: 'hub',
        changeJson: '{"kind":"github"}',
        previousHash: NO_ENTRY.hash,
        hash: expect.stringMatching(/^[0-9a-f]{64}$/),
      },
    ])
  })

  test('binds each entry to the one before it', async () => {
    const store = await openTestStore()
    await record(store)
    await record(store, { ...CREATED, subject: { kind: 'source', id: 5, name: 'lab' } })
    const [first, second] = await listAuditChain(store.db, 0, 10)
    if (!first || !second) throw new Error('two were recorded')
    expect(second.previousHash).toBe(first.hash)
    const { hash, ...facts } = second
    expect(hash).toBe(hashOfEntry(facts))
    expect(await getAuditHead(store.db)).toEqual({ number: 2, hash })
  })

  test('has no entry of what was not done, and no gap for it', async () => {
    const store = await openTestStore()
    await record(store)
    const given = store.transaction(async (trx) => {
      await recordAudit(trx, CREATED, NOW)
      throw new Error('it failed after all')
    })
    await expect(given).rejects.toThrow('it failed after all')
    await record(store)
    expect((await listAuditChain(store.db, 0, 10)).map(({ number }) => number)).toEqual([1, 2])
  })

  test('is not written outside of a transaction', async () => {
    const store = await openTestStore()
    await expect(recordAudit(store.db, CREATED, NOW)).rejects.toThrow('outside of the transaction')
    expect(await getAuditHead(store.db)).toEqual(NO_ENTRY)
  })

  test('is one chain, though two processes write it at the same time', async () => {
    const place = await openTestStore.newPlace()
    const stores = [await openStore(place), await openStore(place)]
    try {
      // On SQLite a waiting connection holds up its thread: one after the other, in turns.
      for (let round = 0; round < 10; round++)
        await (openTestStore.engine === 'sqlite'
          ? stores.reduce((before, store) => before.then(() => record(store)), Promise.resolve())
          : Promise.all(stores.flatMap((store) => [record(store), record(store)])))
      const [store] = stores as [Store]
      const chain = await listAuditChain(store.db, 0, 100)
      const numbers = chain.map(({ number }) => number)
      expect(numbers).toEqual(numbers.map((_, i) => i + 1))
      expect(numbers.length).toBe(openTestStore.engine === 'sqlite' ? 20 : 40)
      let previous = NO_ENTRY.hash
      for (const { previousHash, hash } of chain) {
        expect(previousHash).toBe(previous)
        previous = hash
      }
    } finally {
      for (const store of stores) await store.close()
    }
  })

  test.each([`update audit_entries set actor_name = 'Ben'`, 'delete from audit_entries', 'delete from audit_head'])(
    'refuses: %s',
    async (statement) => {
      const store = await openTestStore()
      await record(store)
      await expect(sql.raw(statement).execute(store.db)).rejects.toThrow('never changed or deleted')
      expect(await getAuditHead(store.db)).toMatchObject({ number: 1 })
    },
  )

  test('is not emptied whole', async () => {
    const store = await openTestStore()
    await record(store)
    if (openTestStore.engine === 'sqlite') return
    for (const table of ['audit_entries', 'audit_head'])
      await expect(sql`truncate ${sql.table(table)}`.execute(store.db)).rejects.toThrow('never changed or deleted')
  })
})
