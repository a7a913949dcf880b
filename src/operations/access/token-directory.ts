import { type ApiToken, setTokenLastUsed } from '../../store/access/api-tokens.ts'
import type { Store } from '../../store/database.ts'
import { isLocked } from '../../store/dialect.ts'
import { findApiToken, isInForce } from './api-tokens.ts'
import { hashSecretToken } from './secret-token.ts'

/** How long a revoked token may still work. */
const REMEMBER_MS = 5_000
const REMEMBER_AT_MOST = 1_000
const NOTE_USE_EVERY_MS = 60_000

/** API tokens by their text, remembered for seconds, so that a busy sender does not cost a query per request. */
export class TokenDirectory {
  readonly #store: Pick<Store, 'notes' | 'reader'>
  readonly #clock: () => number
  readonly #onNoteFailed: (error: unknown) => void
  /** By hash: a memory dump does not hold the tokens. */
  readonly #known = new Map<string, { token: ApiToken; until: number }>()
  readonly #usesNoted = new Map<number, number>()
  #noting: Promise<unknown> = Promise.resolve()

  constructor(store: Pick<Store, 'notes' | 'reader'>, clock: () => number, onNoteFailed: (error: unknown) => void) {
    this.#store = store
    this.#clock = clock
    this.#onNoteFailed = onNoteFailed
  }

  /** The token in force with this text; notes that it was used, without waiting for the note. */
  async find(text: string): Promise<ApiToken | undefined> {
    const now = this.#clock()
    const token = this.#remembered(text, now) ?? (await this.#lookUp(text, now))
    if (!token || !isInForce(token, now)) return undefined
    this.#noteUse(token, now)
    return token
  }

  /** Settles when the notes under way are written. */
  async settled(): Promise<void> {
    await this.#noting
  }

  #remembered(text: string, now: number): ApiToken | undefined {
    const known = this.#known.get(hashSecretToken(text))
    return known && now < known.until ? known.token : undefined
  }

  async #lookUp(text: string, now: number): Promise<ApiToken | undefined> {
    const hash = hashSecretToken(text)
    const token = await findApiToken(this.#store.reader, text, now)
    this.#known.delete(hash)
    if (token) {
      if (this.#known.size >= REMEMBER_AT_MOST) this.#known.delete(this.#known.keys().next().value as string)
      this.#known.set(hash, { token, until: now + REMEMBER_MS })
    }
    return token
  }

  #noteUse(token: ApiToken, now: number): void {
    const noted = Math.max(this.#usesNoted.get(token.id) ?? 0, token.lastUsedAt ?? 0)
    if (now - noted < NOTE_USE_EVERY_MS) return
    this.#usesNoted.set(token.id, now)
    // Not awaited by the request: "last used" is for people, and must not fail or slow down a delivery.
    const note = setTokenLastUsed(this.#store.notes, token.id, now).catch((error) => {
      if (isLocked(error)) this.#usesNoted.set(token.id, noted)
      else this.#onNoteFailed(error)
    })
    this.#noting = Promise.all([this.#noting, note])
  }
}
