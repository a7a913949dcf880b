import { randomBytes } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  statSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

export const KEY_BYTES = 32
/** More former keys than anybody needs at a time. */
const MOST_KEYS = 16

/** The key file cannot be used as it is; the message says what to do. */
export class KeyFileRefused extends Error {}

/** Keys of 32 bytes, one after the other: the one in use first, then former ones, the latest first. */
export interface KeyFile {
  /** One at least. */
  read(): readonly Uint8Array[]
}

/** @throws KeyFileRefused when others may read the file or it does not hold whole keys */
export function openKeyFile(path: string): KeyFile {
  try {
    return new WatchedKeyFile(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  makeKeyFile(path)
  return new WatchedKeyFile(path)
}

/** Read once, and again when there is another file in its place; keys that it once held are still good for opening. */
class WatchedKeyFile implements KeyFile {
  readonly #path: string
  #keys: readonly Uint8Array[]
  #seen: string

  constructor(path: string) {
    this.#path = path
    this.#seen = stateOf(path)
    this.#keys = readKeys(path)
  }

  read(): readonly Uint8Array[] {
    try {
      const seen = stateOf(this.#path)
      if (seen !== this.#seen) {
        const keys = readKeys(this.#path)
        const gone = this.#keys.filter((known) => !keys.some((key) => Buffer.compare(key, known) === 0))
        this.#keys = [...keys, ...gone]
        this.#seen = seen
      }
    } catch {
      // A file that is gone or cannot be read takes no keys away from a running server; the next start is loud about it.
    }
    return this.#keys
  }
}

function stateOf(path: string): string {
  const { ino, mtimeMs, size } = statSync(path)
  return `${ino} ${mtimeMs} ${size}`
}

function readKeys(path: string): Uint8Array[] {
  const file = openSync(path, 'r')
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw new KeyFileRefused(`KEY_FILE ${path} is not a file.`)
    // Windows has no such modes and reports every file as open to all.
    if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0)
      throw new KeyFileRefused(
        `KEY_FILE ${path} may be read by others (mode ${(stat.mode & 0o777).toString(8).padStart(4, '0')}). Run: chmod 600 ${path}`,
      )
    if (stat.size === 0 || stat.size % KEY_BYTES !== 0 || stat.size > MOST_KEYS * KEY_BYTES)
      throw new KeyFileRefused(
        `KEY_FILE ${path} holds ${stat.size} bytes, not ${KEY_BYTES} for each key. Put the right file back; remove it only if no secret was sealed with it.`,
      )
    const bytes = new Uint8Array(stat.size)
    if (readSync(file, bytes, 0, stat.size, 0) !== stat.size) throw new KeyFileRefused(`KEY_FILE ${path} is cut short.`)
    return Array.from({ length: stat.size / KEY_BYTES }, (_, i) => bytes.slice(i * KEY_BYTES, (i + 1) * KEY_BYTES))
  } finally {
    closeSync(file)
  }
}

/** All that are in the file now. @throws KeyFileRefused */
export const keysIn = (path: string): readonly Uint8Array[] => readKeys(path)

/** Puts a new key in front of those that the file holds. @returns all of them @throws KeyFileRefused */
export function addKey(path: string): readonly Uint8Array[] {
  const keys = [randomBytes(KEY_BYTES), ...readKeys(path)]
  if (keys.length > MOST_KEYS)
    throw new KeyFileRefused(`KEY_FILE ${path} holds ${MOST_KEYS} keys already. Run: postflight keys forget`)
  replaceKeys(path, keys)
  return keys
}

/** Whole or not at all, and on disk when it returns. */
export function replaceKeys(path: string, keys: readonly Uint8Array[]): void {
  const draft = writeDraft(path, keys)
  renameSync(draft, path)
  syncFolder(dirname(path))
}

/** Whole or not at all: two processes that start together end up with the same key, a crash leaves no half one. */
function makeKeyFile(path: string): void {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 })
  const draft = writeDraft(path, [randomBytes(KEY_BYTES)])
  try {
    linkSync(draft, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    unlinkSync(draft)
  }
}

function writeDraft(path: string, keys: readonly Uint8Array[]): string {
  const draft = `${path}.${randomBytes(6).toString('hex')}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, Buffer.concat(keys))
    fsyncSync(file)
  } finally {
    closeSync(file)
  }
  return draft
}

function syncFolder(folder: string): void {
  // Windows opens no folders.
  if (process.platform === 'win32') return
  const handle = openSync(folder, 'r')
  try {
    fsyncSync(handle)
  } finally {
    closeSync(handle)
  }
}
