import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto'
import {
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  unlinkSync,
  writeSync,
} from 'node:fs'
import { dirname } from 'node:path'

const KEY_BYTES = 32
const NONCE_BYTES = 12
const TAG_BYTES = 16
const FORMAT = 'box1'

/** The key file cannot be used as it is; the message says what to do. */
export class KeyFileRefused extends Error {}

/** A sealed text that this key does not open: another key, another place, or changed bytes. */
export class SealBroken extends Error {}

/** Where a sealed text lives. A text sealed for one place does not open in another. */
export interface SealedPlace {
  /** Table and column; each purpose has its own key. */
  readonly purpose: string
  /** The row it belongs to. */
  readonly row: string
}

/** Seals texts that must be read back (webhook signing keys), so that the database alone does not give them away. */
export class SecretBox {
  readonly #root: Uint8Array
  /** Tells apart what was sealed with which key; says nothing about the key. */
  readonly keyId: string

  constructor(rootKey: Uint8Array) {
    if (rootKey.byteLength !== KEY_BYTES) throw new KeyFileRefused(`The key must be ${KEY_BYTES} bytes.`)
    this.#root = rootKey
    this.keyId = Buffer.from(this.#derive('key id')).toString('hex').slice(0, 8)
  }

  /** AES-256-GCM with a fresh random nonce; the same text never seals to the same string twice. */
  seal(place: SealedPlace, text: string): string {
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', this.#derive(place.purpose), nonce)
    cipher.setAAD(boundTo(place))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return [FORMAT, this.keyId, nonce.toString('base64url'), sealed.toString('base64url')].join('.')
  }

  /** @throws SealBroken */
  open(place: SealedPlace, sealed: string): string {
    const [format, keyId, nonceText = '', boxText = ''] = sealed.split('.')
    if (format !== FORMAT) throw new SealBroken(`${place.purpose}: sealed in an unknown form.`)
    if (keyId !== this.keyId)
      throw new SealBroken(
        `${place.purpose}: sealed with key ${keyId}, but KEY_FILE holds key ${this.keyId}. Put the former key file back, or create the secret anew.`,
      )
    const nonce = Buffer.from(nonceText, 'base64url')
    const box = Buffer.from(boxText, 'base64url')
    if (nonce.byteLength !== NONCE_BYTES || box.byteLength < TAG_BYTES)
      throw new SealBroken(`${place.purpose}: the sealed text is cut short.`)
    const decipher = createDecipheriv('aes-256-gcm', this.#derive(place.purpose), nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(boundTo(place))
    decipher.setAuthTag(box.subarray(-TAG_BYTES))
    try {
      return Buffer.concat([decipher.update(box.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')
    } catch {
      throw new SealBroken(`${place.purpose}: the sealed text was changed or belongs elsewhere.`)
    }
  }

  #derive(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync('sha256', this.#root, new Uint8Array(0), `postflight ${purpose}`, KEY_BYTES))
  }
}

const boundTo = (place: SealedPlace): Buffer => Buffer.from(`${place.purpose}\0${place.row}`, 'utf8')

/**
 * The box whose key is in `keyFile`; a missing file is made, 32 random bytes, readable by its owner alone.
 * @throws KeyFileRefused when others may read the file or it does not hold exactly 32 bytes
 */
export function openSecretBox(keyFile: string): SecretBox {
  try {
    return new SecretBox(readKey(keyFile))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
  makeKey(keyFile)
  return new SecretBox(readKey(keyFile))
}

function readKey(keyFile: string): Uint8Array {
  const file = openSync(keyFile, 'r')
  try {
    const stat = fstatSync(file)
    if (!stat.isFile()) throw new KeyFileRefused(`KEY_FILE ${keyFile} is not a file.`)
    // Windows has no such modes and reports every file as open to all.
    if (process.platform !== 'win32' && (stat.mode & 0o077) !== 0)
      throw new KeyFileRefused(
        `KEY_FILE ${keyFile} may be read by others (mode ${(stat.mode & 0o777).toString(8).padStart(4, '0')}). Run: chmod 600 ${keyFile}`,
      )
    if (stat.size !== KEY_BYTES)
      throw new KeyFileRefused(
        `KEY_FILE ${keyFile} holds ${stat.size} bytes, not ${KEY_BYTES}. Put the right file back; remove it only if no source secret was made with it.`,
      )
    const key = new Uint8Array(KEY_BYTES)
    if (readSync(file, key, 0, KEY_BYTES, 0) !== KEY_BYTES)
      throw new KeyFileRefused(`KEY_FILE ${keyFile} is cut short.`)
    return key
  } finally {
    closeSync(file)
  }
}

/** Whole or not at all: two processes that start together end up with the same key, a crash leaves no half one. */
function makeKey(keyFile: string): void {
  mkdirSync(dirname(keyFile), { recursive: true, mode: 0o700 })
  const draft = `${keyFile}.${randomBytes(6).toString('hex')}`
  const file = openSync(draft, 'wx', 0o600)
  try {
    writeSync(file, randomBytes(KEY_BYTES))
    fsyncSync(file)
    linkSync(draft, keyFile)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    closeSync(file)
    unlinkSync(draft)
  }
}
