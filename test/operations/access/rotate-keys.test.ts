import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sql } from 'kysely'
import { expect, inject, test } from 'vitest'
import { forgetFormerKeys, listKeys, rotateKeys } from '../../../src/operations/access/rotate-keys.ts'
import { SEALED_COLUMNS } from '../../../src/operations/access/sealed-columns.ts'
import { KeyFileRefused, openSecretBox, SealBroken } from '../../../src/operations/access/secret-box.ts'
import { verifyAudit } from '../../../src/operations/audit/verify-audit.ts'
import { createSource, secretsOf } from '../../../src/operations/sources/sources-admin.ts'
import { listColumns } from '../../../src/store/dialect.ts'
import { compileProgram } from '../../support/compiled-program.ts'
import { day } from '../../support/factories.ts'
import { describeOnEachEngine, type OpenTestStore } from '../../support/stores.ts'

const NOW = day(1)
const asked = { by: { kind: 'cli', id: null, name: 'ana', address: null }, now: NOW } as const

async function openSealed(openTestStore: OpenTestStore) {
  const place = await openTestStore.newPlace()
  const store = await openTestStore(place)
  const keyFile = join(place.dataDir, 'key')
  const box = openSecretBox(keyFile)
  const made: Awaited<ReturnType<typeof createSource>>[] = []
  for (const slug of ['one', 'two', 'three']) made.push(await createSource(store, box, { kind: 'github', slug }, NOW))
  const opened = async (by = openSecretBox(keyFile)) => {
    const secrets = []
    for (const { id } of made) secrets.push((await secretsOf(store.db, by, id, NOW))[0]?.secret)
    return secrets
  }
  const parts = { store, keyFile, dataDir: place.dataDir }
  return { ...parts, place, box, secrets: made.map(({ secret }) => secret), opened, parts }
}

describeOnEachEngine('rotating the key', (openTestStore) => {
  test('seals every secret anew; a server that runs beside it sees the new key', async () => {
    const { parts, box, secrets, opened, store } = await openSealed(openTestStore)
    const former = box.keyId
    const rotation = await rotateKeys(parts, asked)
    expect(rotation).toMatchObject({ resealed: 3, finishesEarlier: false })
    expect(rotation.keyId).not.toBe(former)
    expect(await opened()).toEqual(secrets)
    // The box that was opened before, as a running server has it.
    expect(await opened(box)).toEqual(secrets)
    expect(box.keyId).toBe(rotation.keyId)
    expect(await listKeys(parts)).toEqual([
      { keyId: rotation.keyId, secrets: 3 },
      { keyId: former, secrets: 0 },
    ])
    expect(await forgetFormerKeys(parts)).toEqual([former])
    expect(readFileSync(parts.keyFile)).toHaveLength(32)
    expect(await opened()).toEqual(secrets)
    expect(await opened(box)).toEqual(secrets)
    expect((await verifyAudit(store.db, undefined)).faults).toEqual([])
  })

  test('that fails in the middle leaves everything readable, and goes on when done again', async () => {
    const { parts, secrets, opened, store } = await openSealed(openTestStore)
    await expect(
      rotateKeys(parts, asked, () => {
        throw new Error('out of power')
      }),
    ).rejects.toThrow('out of power')
    expect(await opened()).toEqual(secrets)
    await expect(forgetFormerKeys(parts)).rejects.toThrow('keys rotate')
    const [, former] = await listKeys(parts)
    expect(former?.secrets).toBe(3)
    // What is made meanwhile is sealed with the new key.
    await createSource(store, openSecretBox(parts.keyFile), { kind: 'github', slug: 'four' }, NOW)
    expect(await rotateKeys(parts, asked)).toMatchObject({ resealed: 3, finishesEarlier: true })
    expect(readFileSync(parts.keyFile)).toHaveLength(64)
    expect(await opened()).toEqual(secrets)
  })

  test('refuses, before it changes anything, when a secret does not open', async () => {
    const { parts, keyFile, box } = await openSealed(openTestStore)
    const right = readFileSync(keyFile)
    const { keyId } = box
    writeFileSync(keyFile, Buffer.alloc(32, 9), { mode: 0o600 })
    await expect(rotateKeys(parts, asked)).rejects.toThrow(SealBroken)
    await expect(rotateKeys(parts, asked)).rejects.toThrow(`sealed with key ${keyId}`)
    expect(readFileSync(keyFile)).toEqual(Buffer.alloc(32, 9))
    writeFileSync(keyFile, right)
    expect(await rotateKeys(parts, asked)).toMatchObject({ resealed: 3 })
  })

  test('knows every column that holds sealed texts', async () => {
    const store = await openTestStore()
    const tables = (
      await sql<{ name: string }>`${sql.raw(
        openTestStore.engine === 'sqlite'
          ? `select name from sqlite_master where type = 'table'`
          : `select table_name as name from information_schema.tables where table_schema = 'public'`,
      )}`.execute(store.db)
    ).rows
    const sealed = []
    for (const { name } of tables)
      for (const column of await listColumns(store.db, openTestStore.engine, name))
        if (/sealed/.test(column)) sealed.push(`${name}.${column}`)
    expect(sealed.sort()).toEqual(SEALED_COLUMNS.map(({ table, column }) => `${table}.${column}`).sort())
  })
})

describeOnEachEngine('a rotation that is killed', (openTestStore) => {
  test('leaves every secret readable, with the key file as it is then', async () => {
    const { parts, place, secrets, opened } = await openSealed(openTestStore)
    const script = join(import.meta.dirname, '../../support/rotating-process.ts')
    const program = compileProgram(script, inject('runFolder'))
    const child = spawn(process.execPath, [program, JSON.stringify(place)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    // It says so with the write transaction open and some secrets sealed anew.
    await once(child.stdout, 'data')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(await opened()).toEqual(secrets)
    expect(await rotateKeys(parts, asked)).toMatchObject({ resealed: 3, finishesEarlier: true })
    expect(await opened()).toEqual(secrets)
    expect(() => openSecretBox(parts.keyFile)).not.toThrow(KeyFileRefused)
  })
})
