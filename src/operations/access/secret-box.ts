import { createCipheriv, createDecipheriv, createHmac, hkdfSync, randomBytes } from 'node:crypto'
import { KEY_BYTES, type KeyFile, KeyFileRefused, openKeyFile } from './key-file.ts'
import { sameSecret } from './secret-token.ts'

export { KeyFileRefused }

const NONCE_BYTES = 12
const TAG_BYTES = 16
const FORMAT = 'box1'

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
  readonly #keys: KeyFile

  /** @param keys the key, or a file with the one in use and former ones */
  constructor(keys: Uint8Array | KeyFile) {
    if (!(keys instanceof Uint8Array)) this.#keys = keys
    else if (keys.byteLength !== KEY_BYTES) throw new KeyFileRefused(`The key must be ${KEY_BYTES} bytes.`)
    else this.#keys = { read: () => [keys] }
  }

  /** Of the key in use: tells apart what was sealed with which; says nothing about the key. */
  get keyId(): string {
    return keyIdOf(this.#inUse())
  }

  /** AES-256-GCM with a fresh random nonce; the same text never seals to the same string twice. */
  seal(place: SealedPlace, text: string): string {
    const key = this.#inUse()
    const nonce = randomBytes(NONCE_BYTES)
    const cipher = createCipheriv('aes-256-gcm', derive(key, place.purpose), nonce)
    cipher.setAAD(boundTo(place))
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
    return [FORMAT, keyIdOf(key), nonce.toString('base64url'), sealed.toString('base64url')].join('.')
  }

  /** @throws SealBroken */
  open(place: SealedPlace, sealed: string): string {
    const [format, keyId, nonceText = '', boxText = ''] = sealed.split('.')
    if (format !== FORMAT) throw new SealBroken(`${place.purpose}: sealed in an unknown form.`)
    const key = this.#find(keyId)
    if (!key)
      throw new SealBroken(
        `${place.purpose}: sealed with key ${keyId}, but KEY_FILE holds ${this.#heldInWords()}. Put the former key file back, or create the secret anew.`,
      )
    const nonce = Buffer.from(nonceText, 'base64url')
    const box = Buffer.from(boxText, 'base64url')
    if (nonce.byteLength !== NONCE_BYTES || box.byteLength < TAG_BYTES)
      throw new SealBroken(`${place.purpose}: the sealed text is cut short.`)
    const decipher = createDecipheriv('aes-256-gcm', derive(key, place.purpose), nonce, { authTagLength: TAG_BYTES })
    decipher.setAAD(boundTo(place))
    decipher.setAuthTag(box.subarray(-TAG_BYTES))
    try {
      return Buffer.concat([decipher.update(box.subarray(0, -TAG_BYTES)), decipher.final()]).toString('utf8')
    } catch {
      throw new SealBroken(`${place.purpose}: the sealed text was changed or belongs elsewhere.`)
    }
  }

  /** Shows that whoever wrote a text had the key; with which key, first. */
  sign(purpose: string, text: string): string {
    const key = this.#inUse()
    return `${keyIdOf(key)}.${macOf(key, purpose, text)}`
  }

  isSignedBy(purpose: string, text: string, signature: string): boolean {
    const key = this.#find(signature.split('.')[0] ?? '')
    return key !== undefined && sameSecret(`${keyIdOf(key)}.${macOf(key, purpose, text)}`, signature)
  }

  #inUse(): Uint8Array {
    return this.#keys.read()[0] as Uint8Array
  }

  #find(keyId: string | undefined): Uint8Array | undefined {
    return this.#keys.read().find((key) => keyIdOf(key) === keyId)
  }

  #heldInWords(): string {
    const ids = this.#keys.read().map(keyIdOf)
    return ids.length === 1 ? `key ${ids[0]}` : `the keys ${ids.join(', ')}`
  }
}

/** The key with which a text was sealed. */
export const keyIdOfSealed = (sealed: string): string => sealed.split('.')[1] ?? ''

const derive = (key: Uint8Array, purpose: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', key, new Uint8Array(0), `postflight ${purpose}`, KEY_BYTES))

export const keyIdOf = (key: Uint8Array): string => Buffer.from(derive(key, 'key id')).toString('hex').slice(0, 8)

const macOf = (key: Uint8Array, purpose: string, text: string): string =>
  createHmac('sha256', derive(key, purpose)).update(text, 'utf8').digest('base64url')

const boundTo = (place: SealedPlace): Buffer => Buffer.from(`${place.purpose}\0${place.row}`, 'utf8')

/**
 * The box whose keys are in `keyFile`; a missing file is made, with one key, readable by its owner alone. The file is
 * looked at again whenever it changed, so that a rotation beside a running server is seen by it.
 * @throws KeyFileRefused when others may read the file or it does not hold whole keys
 */
export const openSecretBox = (keyFile: string): SecretBox => new SecretBox(openKeyFile(keyFile))
