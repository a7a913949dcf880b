import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { isoCBOR } from '@simplewebauthn/server/helpers'

/** An authenticator in software, which can also do what a genuine one never would. */
export class Authenticator {
  readonly credentialId = randomBytes(32)
  readonly #key = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  readonly #rpId: string
  readonly #origin: string
  userHandle = ''
  /** As it says it: genuine ones count up, or say 0 for ever. */
  count = 0

  constructor({ rpId = 'localhost', origin = 'http://localhost:3000' }: { rpId?: string; origin?: string } = {}) {
    this.#rpId = rpId
    this.#origin = origin
  }

  /** What a browser sends for a passkey that was made. */
  make(options: { challenge: string; user: { id: string } }, { verified = true } = {}) {
    this.userHandle = options.user.id
    const { x = '', y = '' } = this.#key.publicKey.export({ format: 'jwk' })
    const cose = new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, bytesOf(x)],
      [-3, bytesOf(y)],
    ])
    const authData = Buffer.concat([
      this.#authData(0x41, verified),
      Buffer.alloc(16),
      Buffer.from([0, this.credentialId.length]),
      this.credentialId,
      isoCBOR.encode(cose),
    ])
    const attestation = new Map<string, string | Uint8Array | Map<never, never>>([
      ['fmt', 'none'],
      ['attStmt', new Map<never, never>()],
      ['authData', new Uint8Array(authData)],
    ])
    const attestationObject = Buffer.from(isoCBOR.encode(attestation)).toString('base64url')
    return this.#message({ clientDataJSON: this.#client('webauthn.create', options.challenge), attestationObject })
  }

  /** What a browser sends for a sign-in. */
  answer(options: { challenge: string }, { verified = true, type = 'webauthn.get' } = {}) {
    const clientDataJSON = this.#client(type, options.challenge)
    const authenticatorData = this.#authData(0x01, verified)
    const hash = createHash('sha256').update(Buffer.from(clientDataJSON, 'base64url')).digest()
    const signature = sign('sha256', Buffer.concat([authenticatorData, hash]), this.#key.privateKey)
    return this.#message({
      clientDataJSON,
      authenticatorData: authenticatorData.toString('base64url'),
      signature: signature.toString('base64url'),
      userHandle: this.userHandle,
    })
  }

  #message<Response>(response: Response) {
    const id = this.credentialId.toString('base64url')
    return { id, rawId: id, type: 'public-key', clientExtensionResults: {}, response }
  }

  #client(type: string, challenge: string): string {
    return Buffer.from(JSON.stringify({ type, challenge, origin: this.#origin, crossOrigin: false })).toString(
      'base64url',
    )
  }

  /** WebAuthn Level 3, 6.1: hash of the host, flags (present, verified, has a new key), count. */
  #authData(flags: number, verified: boolean): Buffer {
    const count = Buffer.alloc(4)
    count.writeUInt32BE(this.count)
    const all = flags | (verified ? 0x04 : 0)
    return Buffer.concat([createHash('sha256').update(this.#rpId).digest(), Buffer.from([all]), count])
  }
}

const bytesOf = (base64url: string): Uint8Array => new Uint8Array(Buffer.from(base64url, 'base64url'))
