import { existsSync, statfsSync } from 'node:fs'
import { dirname } from 'node:path'
import type { StoreOptions } from './database.ts'
import { StoreRefused } from './store-refused.ts'

/**
 * File systems on which SQLite's locks, shared memory and syncs cannot be relied on, by the number that statfs gives
 * for them. From Linux' include/uapi/linux/magic.h; Lustre's and vboxsf's are from their own sources.
 *
 * FUSE is among them although much of it is local: the number does not tell sshfs and s3fs, the shared folders of
 * Docker Desktop and the user shares of Unraid from a harmless bindfs, and a wrong guess loses acknowledged deliveries
 * where a refusal costs one setting. OCFS2 lies on a shared disk, where another machine may open the same file.
 */
const UNRELIABLE: ReadonlyMap<bigint, string> = new Map([
  [0x6969n, 'NFS'],
  [0x517bn, 'SMB'],
  [0xfe534d42n, 'SMB2'],
  [0xff534d42n, 'CIFS'],
  [0x01021997n, '9P'],
  [0x00c36400n, 'Ceph'],
  [0x5346414fn, 'AFS'],
  [0x6b414653n, 'AFS'],
  [0x73757245n, 'Coda'],
  [0x564cn, 'NCP'],
  [0x7461636fn, 'OCFS2'],
  [0x0bd00bd0n, 'Lustre'],
  [0x786f4256n, 'VirtualBox shared folder'],
  [0x65735546n, 'FUSE'],
])

/** What to call a file system that SQLite must not be on; undefined for one that is fine, or not known to be bad. */
export const unreliableFileSystem = (magic: bigint): string | undefined =>
  // A 32-bit system hands the numbers above 2^31 on with their sign extended.
  UNRELIABLE.get(BigInt.asUintN(32, magic))

/** The number of the file system that holds `path`, as Linux gives it; undefined elsewhere, where it means other things. */
export const fileSystemMagic = (path: string): bigint | undefined =>
  process.platform === 'linux' ? statfsSync(path, { bigint: true }).type : undefined

/**
 * Looks at where a SQLite file is, or will be. On the file systems above its locks and its shared memory may not reach
 * another process, and what was synced may not be on a disk.
 * @throws StoreRefused unless the operator wants it there all the same; then it warns
 */
export function assertReliableFileSystem(
  file: string,
  options: Pick<StoreOptions, 'allowNetworkFileSystem' | 'fileSystemMagic' | 'log'>,
): void {
  const magicOf = options.fileSystemMagic ?? fileSystemMagic
  // The file itself where there is one: it may be a link to another place.
  const magic = magicOf(existsSync(file) ? file : dirname(file))
  const name = magic === undefined ? undefined : unreliableFileSystem(magic)
  if (name === undefined) return
  const risk = `${file} is on a file system (${name}) where SQLite cannot keep its promises: acknowledged deliveries may be lost and the database damaged.`
  if (!options.allowNetworkFileSystem)
    throw new StoreRefused(
      `${risk} Set DATA_DIR to a folder on a local disk, or use PostgreSQL (DATABASE_URL). If you know that this one keeps locks and syncs as a local disk does, set ALLOW_NETWORK_FILE_SYSTEM=true.`,
    )
  options.log?.warn(`${risk} It is used all the same because ALLOW_NETWORK_FILE_SYSTEM is set.`)
}
