import { randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto'
import { Turnstile } from '../intake/turnstile.ts'

/** scrypt's work: 2^log2N blocks of 128·r bytes, p times. The default takes 32 MiB and about a third of a second. */
export interface ScryptCost {
  readonly log2N: number
  readonly r: number
  readonly p: number
}

const COST: ScryptCost = { log2N: 15, r: 8, p: 3 }
const KEY_BYTES = 32
const SALT_BYTES = 16

/** Hashing takes whole cores: a burst of sign-ins must not stop deliveries. Throws TurnstileFull beyond it. */
const turnstile = new Turnstile({ atOnce: 2, line: 20 })

/** `$scrypt$ln=15,r=8,p=3$salt$hash`: says how it was made, so that a later cost does not lock anyone out. */
export async function hashPassword(password: string, cost: ScryptCost = COST): Promise<string> {
  const salt = randomBytes(SALT_BYTES)
  const key = await turnstile.pass(() => derive(password, salt, cost))
  return encode(cost, salt, key)
}

const encode = (cost: ScryptCost, salt: Buffer, key: Buffer): string =>
  `$scrypt$ln=${cost.log2N},r=${cost.r},p=${cost.p}$${base64(salt)}$${base64(key)}`

/** Of nobody's password, for people who sign in otherwise: checking one takes as long as ever and says no. */
export const noPasswordHash = (): string => encode(COST, randomBytes(SALT_BYTES), randomBytes(KEY_BYTES))

/**
 * Whether this is the password. Without a hash (no such user) it works as long as with one and says no.
 * @throws TurnstileFull when too many are waiting
 */
export async function verifyPassword(password: string, encoded: string | undefined): Promise<boolean> {
  const { cost, salt, key } = encoded === undefined ? nobody : decode(encoded)
  const derived = await turnstile.pass(() => derive(password, salt, cost))
  return timingSafeEqual(derived, key) && encoded !== undefined
}

const nobody = { cost: COST, salt: randomBytes(SALT_BYTES), key: randomBytes(KEY_BYTES) }

function decode(encoded: string): typeof nobody {
  const parts = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/]+)\$([\w+/]+)$/.exec(encoded)
  const [, log2N, r, p, salt = '', key = ''] = parts ?? []
  const decoded = {
    cost: { log2N: Number(log2N), r: Number(r), p: Number(p) },
    salt: Buffer.from(salt, 'base64'),
    key: Buffer.from(key, 'base64'),
  }
  if (!parts || decoded.key.byteLength !== KEY_BYTES) throw new Error('a stored password hash is not readable')
  return decoded
}

function derive(password: string, salt: Uint8Array, { log2N, r, p }: ScryptCost): Promise<Buffer> {
  const N = 2 ** log2N
  // Node allows 32 MiB unless told, which is exactly what the default cost needs plus a little.
  const options: ScryptOptions = { N, r, p, maxmem: 2 * 128 * N * r }
  return new Promise((resolve, reject) =>
    // NFKC: the same keys give other code points on other systems (NIST SP 800-63B, 3.1.1.2).
    scrypt(password.normalize('NFKC'), salt, KEY_BYTES, options, (error, key) =>
      error ? reject(error) : resolve(key),
    ),
  )
}

const base64 = (bytes: Buffer): string => bytes.toString('base64').replace(/=+$/, '')

export const PASSWORD_LENGTH = { min: 12, max: 256 } as const

/** What is wrong with a new password, as a sentence for its owner; undefined: nothing. Length counts, composition does not. */
export function passwordProblem(password: string, email: string): string | undefined {
  const length = [...password].length
  if (length < PASSWORD_LENGTH.min) return `Use at least ${PASSWORD_LENGTH.min} characters; this one has ${length}.`
  if (length > PASSWORD_LENGTH.max) return `Use at most ${PASSWORD_LENGTH.max} characters; this one has ${length}.`
  if (isCommon(password, email))
    return 'This one is among the first that are guessed. Use a longer sentence or a password manager.'
  return undefined
}

/** What the most used passwords are made of; twelve characters are reached by repeating and numbering them. */
const COMMON_WORDS =
  `password passwort motdepasse contrasena parola passphrase qwerty qwertz azerty qwertyuiop asdf asdfghjkl zxcvbnm
  abc abcdef abcdefghijkl letmein welcome iloveyou monkey dragon football baseball sunshine princess superman batman
  trustno master shadow michael charlie admin administrator root user guest login test secret changeme default temp
  hello whatever starwars freedom summer winter spring autumn correcthorsebatterystaple postflight company server deploy
  release my the is a i it`.split(/\s+/)
const LOOK_ALIKES: Record<string, string> = {
  0: 'o',
  1: 'i',
  3: 'e',
  4: 'a',
  5: 's',
  7: 't',
  '@': 'a',
  $: 's',
  '!': 'i',
}
/** Numbers and signs added to common words; more of them than this is a secret of its own. */
const ADDED_AT_MOST = 8

function isCommon(password: string, email: string): boolean {
  const text = password.toLowerCase()
  if (new Set(text).size < 5 || isRun(text)) return true
  const own = lettersOf(email.toLowerCase().split('@')[0] ?? '')
  const words = own === '' ? COMMON_WORDS : [...COMMON_WORDS, own]
  const spelledOut = text.replace(/[0134578@$!]/g, (sign) => LOOK_ALIKES[sign] ?? sign)
  return [lettersOf(text), lettersOf(spelledOut)].some(
    (letters) => letters !== '' && text.length - letters.length <= ADDED_AT_MOST && isMadeOf(letters, words),
  )
}

const lettersOf = (text: string): string => text.replace(/[^\p{L}]/gu, '')

/** 123456789012, abcdefghijkl and backwards. */
function isRun(text: string): boolean {
  const steps = new Set<number>()
  for (let i = 1; i < text.length; i++) steps.add((text.charCodeAt(i) - text.charCodeAt(i - 1) + 10) % 10)
  return steps.size === 1
}

/** Whether the letters are words of the list, one after the other, and nothing else. */
function isMadeOf(letters: string, words: readonly string[]): boolean {
  const reachable = new Set([0])
  for (let at = 0; at < letters.length; at++) {
    if (!reachable.has(at)) continue
    for (const word of words) if (letters.startsWith(word, at)) reachable.add(at + word.length)
  }
  return reachable.has(letters.length)
}
