import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, onTestFinished, test } from 'vitest'
import { runCommand } from '../../src/cli/program.ts'
import { listAuditChain } from '../../src/store/audit/audit-entries.ts'
import { openStore } from '../../src/store/database.ts'
import { testStoresOn } from '../support/stores.ts'
import { testTerminal } from '../support/terminal.ts'

async function installation() {
  const { dataDir } = await testStoresOn('sqlite').newPlace()
  const run = async (...args: string[]) => {
    const terminal = testTerminal({ DATA_DIR: dataDir })
    return { exitCode: await runCommand(args, terminal), out: terminal.out(), err: terminal.err() }
  }
  const store = await openStore({ dataDir, exclusive: false, writerThread: false })
  onTestFinished(() => store.close())
  return { run, store, dataDir }
}

test('what a command changes is in the audit log, by the account that ran it, and can be checked', async () => {
  const { run, store } = await installation()
  await run('source', 'create', 'github')
  const exported = JSON.parse((await run('audit', 'export')).out)
  expect(exported).toMatchObject({ number: 1, actorKind: 'cli', action: 'source.created', subjectId: 'github' })
  expect(await run('audit', 'verify')).toMatchObject({
    exitCode: 0,
    out: `1 entry, none changed, moved or missing. The newest: ${exported.hash}\n`,
  })
  await sql`drop trigger audit_entries_stay_as_they_are`.execute(store.db)
  await sql`update audit_entries set actor_name = 'ben'`.execute(store.db)
  const { exitCode, err } = await run('audit', 'verify')
  expect(exitCode).toBe(1)
  expect(err).toContain('Entry 1 was changed after it was written.')
})

test('an import is in the audit log from before its first row on, one that is refused is not', async () => {
  const { run, store, dataDir } = await installation()
  const past = (text: string) => {
    const path = join(dataDir, 'past.csv')
    writeFileSync(path, text)
    return path
  }
  const actions = async () => (await listAuditChain(store.db, 0, 100)).map(({ action }) => action)
  expect((await run('import', 'defects', past('summary\nIt fails\n'))).exitCode).toBe(1)
  expect(await actions()).toEqual([])
  await run('import', 'defects', past('title\nIt fails\n'))
  // It ends where it notes how far it has come, after its rows were taken.
  await sql`create trigger noted before insert on settings begin select raise(abort, 'ended'); end`.execute(store.db)
  await expect(run('import', 'defects', past('title\nIt fails again\n'))).rejects.toThrow('ended')
  expect(await actions()).toEqual(['history.import-begun', 'history.imported', 'history.import-begun'])
})

test('the key is rotated, listed and forgotten', async () => {
  const { run } = await installation()
  await run('source', 'create', 'github')
  const before = (await run('keys', 'list')).out
  expect(before).toMatch(/^[0-9a-f]{8} {2}in use {2}1 secrets\n$/)
  expect((await run('keys', 'rotate')).out).toMatch(/^1 secrets are sealed with key [0-9a-f]{8} now\.\n$/)
  expect((await run('keys', 'list')).out).toMatch(/ {2}in use {2}1 secrets\n[0-9a-f]{8} {2}former {2}0 secrets\n$/)
  expect((await run('keys', 'forget')).out).toContain(before.slice(0, 8))
  expect((await run('keys', 'forget')).out).toBe('There is no former key.\n')
})
