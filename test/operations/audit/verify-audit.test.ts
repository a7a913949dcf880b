import { writeFileSync } from 'node:fs'
import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { faultSentence } from '../../../src/core/audit/check-chain.ts'
import { SecretBox } from '../../../src/operations/access/secret-box.ts'
import { acceptAudit } from '../../../src/operations/audit/accept-audit.ts'
import { AuditAnchoring } from '../../../src/operations/audit/anchor-audit.ts'
import { AnchorBroken, anchorFile, readAnchor } from '../../../src/operations/audit/audit-anchor.ts'
import { hashOfEntry, recordAudit } from '../../../src/operations/audit/record-audit.ts'
import { verifyAudit } from '../../../src/operations/audit/verify-audit.ts'
import { getAuditHead, listAuditChain } from '../../../src/store/audit/audit-entries.ts'
import { day } from '../../support/factories.ts'
import { silentLog } from '../../support/processing.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const NOW = day(1)
const secretBox = new SecretBox(new Uint8Array(32).fill(3))
const ANA = { kind: 'person', id: 'user:1', name: 'Ana', address: null } as const

/** A log of five entries, noted outside of the database, and what somebody does to it who may write everywhere. */
async function openLog(openTestStore: OpenTestStore) {
  const place = await openTestStore.newPlace()
  const store = await openTestStore(place)
  const { dataDir } = place
  const record = (name: string) =>
    store.transaction((trx) =>
      recordAudit(trx, { actor: ANA, action: 'source.created', subject: { kind: 'source', id: name, name } }, NOW),
    )
  for (const name of ['a', 'b', 'c', 'd', 'e']) await record(name)
  const logged: string[] = []
  const log = Object.assign(Object.create(silentLog), { error: (message: string) => logged.push(message) })
  const anchoring = new AuditAnchoring({ store, dataDir, secretBox, log, clock: () => NOW })
  await anchoring.note()
  return {
    store,
    dataDir,
    record,
    anchoring,
    logged,
    /** Statements with the triggers out of the way. */
    async tamper(...statements: string[]) {
      for (const trigger of ['audit_entries_stay_as_they_are', 'audit_entries_stay', 'audit_head_stays'])
        await (openTestStore.engine === 'sqlite'
          ? sql.raw(`drop trigger ${trigger}`).execute(store.db)
          : sql.raw('drop function if exists refuse_audit_change cascade').execute(store.db))
      for (const statement of statements) await sql.raw(statement).execute(store.db)
    },
    async faults() {
      const { faults } = await verifyAudit(store.db, readAnchor(dataDir, secretBox))
      return faults.map(faultSentence)
    },
  }
}

/** What somebody does who knows how the log is made: from `number` on every hash is worked out again. */
async function rewriteFrom(log: Awaited<ReturnType<typeof openLog>>, number: number, name: string): Promise<void> {
  const chain = await listAuditChain(log.store.db, 0, 100)
  let previousHash = chain[number - 2]?.hash as string
  const statements: string[] = []
  for (const { hash: _, ...entry } of chain.slice(number - 1)) {
    const forged = { ...entry, previousHash, subjectName: entry.number === number ? name : entry.subjectName }
    previousHash = hashOfEntry(forged)
    statements.push(
      `update audit_entries set subject_name = '${forged.subjectName}', previous_hash = '${forged.previousHash}',
         hash = '${previousHash}' where number = ${entry.number}`,
    )
  }
  await log.tamper(...statements, `update audit_head set hash = '${previousHash}'`)
}

describeOnEachEngine('an audit log', (openTestStore) => {
  test('is whole when nobody touched it, and while it goes on', async () => {
    const log = await openLog(openTestStore)
    expect(await log.faults()).toEqual([])
    await log.record('f')
    expect(await log.faults()).toEqual([])
    expect((await verifyAudit(log.store.db, undefined)).head.number).toBe(6)
  })

  test('shows that an entry was changed', async () => {
    const log = await openLog(openTestStore)
    await log.tamper(`update audit_entries set actor_name = 'Ben' where number = 3`)
    expect(await log.faults()).toEqual(['Entry 3 was changed after it was written.'])
  })

  test('shows that an entry was taken out', async () => {
    const log = await openLog(openTestStore)
    await log.tamper('delete from audit_entries where number = 3')
    expect(await log.faults()).toEqual(['Entry 3 is missing.'])
  })

  test('shows that entries changed places', async () => {
    const log = await openLog(openTestStore)
    await log.tamper(
      'update audit_entries set number = 99 where number = 2',
      'update audit_entries set number = 2 where number = 3',
      'update audit_entries set number = 3 where number = 99',
    )
    const faults = await log.faults()
    expect(faults).toContain('Entry 2 was changed after it was written.')
    expect(faults).toContain('Entry 3 was changed after it was written.')
    expect(faults.some((fault) => fault.includes('does not follow on the one before it'))).toBe(true)
  })

  test('shows that its end was cut off', async () => {
    const log = await openLog(openTestStore)
    await log.tamper('delete from audit_entries where number > 3')
    expect(await log.faults()).toContain(
      'The log ends with entry 3, but entry 5 was written: the end was cut off or written anew.',
    )
  })

  test('shows that its end was cut off, though its own head was put right', async () => {
    const log = await openLog(openTestStore)
    const third = (await listAuditChain(log.store.db, 2, 1))[0]?.hash
    await log.tamper(
      'delete from audit_entries where number > 3',
      `update audit_head set number = 3, hash = '${third}'`,
    )
    expect(await log.faults()).toEqual([
      'Entry 5 was noted outside of the database and is not in it: the end was cut off, or an older back-up was put back.',
    ])
    // The server finds it by itself, says it once, and does not note the shorter log.
    await log.anchoring.note()
    await log.anchoring.note()
    expect(log.logged).toEqual(['the audit log does not hold what was noted of it. Run: postflight audit verify'])
    expect(readAnchor(log.dataDir, secretBox)?.number).toBe(5)
  })

  test('shows that it was written anew, though every hash was worked out again', async () => {
    const log = await openLog(openTestStore)
    await rewriteFrom(log, 2, 'x')
    expect(await log.faults()).toEqual([
      'Entry 5 is another one than was noted outside of the database: the log was written anew.',
    ])
  })

  test('is noted with the key alone: a note made without it is refused', async () => {
    const log = await openLog(openTestStore)
    const { mac: _, ...anchor } = { mac: '', ...readAnchor(log.dataDir, secretBox) }
    writeFileSync(anchorFile(log.dataDir), JSON.stringify({ ...anchor, number: 3, mac: 'x.y' }))
    expect(() => readAnchor(log.dataDir, secretBox)).toThrow(AnchorBroken)
    const other = new SecretBox(new Uint8Array(32).fill(4))
    await log.anchoring.note()
    expect(log.logged[0]).toContain('was not written with this key, or was changed')
    expect(() => readAnchor(log.dataDir, other)).toThrow(AnchorBroken)
  })

  test('is accepted as it is by a person, and says that it was', async () => {
    const log = await openLog(openTestStore)
    const third = (await listAuditChain(log.store.db, 2, 1))[0]?.hash
    await log.tamper(
      'delete from audit_entries where number > 3',
      `update audit_head set number = 3, hash = '${third}'`,
    )
    await acceptAudit({ store: log.store, secretBox, dataDir: log.dataDir }, { ...ANA, kind: 'cli' }, NOW)
    expect(await log.faults()).toEqual([])
    expect((await listAuditChain(log.store.db, 3, 10))[0]).toMatchObject({
      action: 'audit.anchor-replaced',
      changeJson: expect.stringContaining('"entry":5'),
    })
    expect((await getAuditHead(log.store.db)).number).toBe(4)
  })
})
