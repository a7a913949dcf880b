import { existsSync, mkdirSync, renameSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '../../src/config.ts'
import { openStore, StoreRefused, sqliteFile } from '../../src/store/database.ts'
import { fileSystemMagic, unreliableFileSystem } from '../../src/store/network-file-system.ts'
import { testStoresOn } from '../support/stores.ts'

describe('a file system', () => {
  test.each([
    ['NFS', 0x6969n],
    ['SMB', 0x517bn],
    ['SMB2', 0xfe534d42n],
    ['CIFS', 0xff534d42n],
    ['9P', 0x01021997n],
    ['Ceph', 0x00c36400n],
    ['AFS', 0x5346414fn],
    ['AFS', 0x6b414653n],
    ['Coda', 0x73757245n],
    ['NCP', 0x564cn],
    ['OCFS2', 0x7461636fn],
    ['Lustre', 0x0bd00bd0n],
    ['VirtualBox shared folder', 0x786f4256n],
    ['FUSE', 0x65735546n],
  ])('over a network is told by its number: %s %#', (name, magic) => {
    expect(unreliableFileSystem(magic)).toBe(name)
  })

  test.each([
    ['ext4', 0xef53n],
    ['xfs', 0x58465342n],
    ['btrfs', 0x9123683en],
    ['tmpfs', 0x01021994n],
    ['overlay', 0x794c7630n],
    ['zfs', 0x2fc12fc1n],
    ['f2fs', 0xf2f52010n],
  ])('on this machine is fine: %s', (_, magic) => {
    expect(unreliableFileSystem(magic)).toBeUndefined()
  })

  test('is known by a number with its sign extended too, as 32-bit systems give it', () => {
    expect(unreliableFileSystem(BigInt.asIntN(32, 0xff534d42n))).toBe('CIFS')
    expect(unreliableFileSystem(0xfffffffffe534d42n)).toBe('SMB2')
  })

  test.runIf(process.platform === 'linux')('is asked for its number on Linux', () => {
    expect(fileSystemMagic('/proc')).toBe(0x9fa0n)
  })
})

describe('the SQLite store on a network file system', () => {
  const stores = testStoresOn('sqlite')

  test('is refused before anything is written, with what to do', async () => {
    const place = await stores.newEmptyPlace()
    const opening = openStore({ ...place, fileSystemMagic: () => 0x6969n })
    await expect(opening).rejects.toThrow(/\(NFS\).*local disk, or use PostgreSQL.*ALLOW_NETWORK_FILE_SYSTEM=true/)
    await expect(opening).rejects.toBeInstanceOf(StoreRefused)
    expect(existsSync(sqliteFile(place.dataDir))).toBe(false)
  })

  test('opens for an operator who knows better, and warns each time', async () => {
    const warnings: string[] = []
    const log = { info() {}, warn: (text: string) => warnings.push(text) }
    await (await stores({ fileSystemMagic: () => 0x65735546n, allowNetworkFileSystem: true, log })).close()
    expect(warnings).toEqual([expect.stringMatching(/\(FUSE\).*may be lost.*used all the same/)])
  })

  test('is a matter of a setting, which is off', () => {
    expect(readConfig({}).allowNetworkFileSystem).toBe(false)
    expect(readConfig({ ALLOW_NETWORK_FILE_SYSTEM: 'true' }).allowNetworkFileSystem).toBe(true)
  })

  test('opens without a word where there is nothing to say', async () => {
    const log = { info: expect.unreachable, warn: expect.unreachable }
    for (const magic of [0xef53n, undefined]) await (await stores({ fileSystemMagic: () => magic, log })).close()
  })

  test('is looked for where the file really is', async () => {
    const place = await stores.newPlace()
    const elsewhere = join(place.dataDir, 'elsewhere')
    mkdirSync(elsewhere)
    renameSync(sqliteFile(place.dataDir), join(elsewhere, 'file'))
    symlinkSync(join(elsewhere, 'file'), sqliteFile(place.dataDir))
    const asked: string[] = []
    await (await stores({ ...place, fileSystemMagic: (path) => void asked.push(path) as undefined })).close()
    expect(asked).toEqual([sqliteFile(place.dataDir)])
  })
})
