import type { Db, Store } from '../../store/database.ts'
import { findSourceById, findSourceBySlug, type SourceRow } from '../../store/sources/sources.ts'
import type { SecretBox } from '../access/secret-box.ts'
import type { Rate } from '../intake/rate-limits.ts'
import { isSlug, secretsOf } from './sources-admin.ts'

/** What a webhook needs to know of its source. */
export interface KnownSource {
  readonly id: number
  readonly slug: string
  readonly kind: string
  /** In force now, newest first, two at most. */
  readonly secrets: readonly string[]
  /** Of the secrets, in their order. */
  readonly secretIds: readonly number[]
  /** What it may send; undefined: what the configuration says. */
  readonly rate: Rate | undefined
}

type Remembered = Omit<KnownSource, 'secrets' | 'secretIds'> & {
  readonly secrets: readonly { readonly id: number; readonly secret: string; readonly expiresAt: number | null }[]
}

type LookUp = (db: Db) => Promise<SourceRow | undefined>

/** In front of a number, where slugs stand otherwise: no slug begins so. */
const NUMBERED = '#'
/** How long a change made by another process may stay unseen. */
const REMEMBER_MS = 1_500
const REMEMBER_AT_MOST = 1_000

/** Sources by slug with their opened secrets, remembered for a moment: webhooks must not cost a query each. */
export class SourceDirectory {
  readonly #store: Pick<Store, 'reader'>
  readonly #secretBox: SecretBox
  readonly #clock: () => number
  /** The look-up itself is kept, so that a burst asks once; unknown slugs too, so that guessing costs us nothing. */
  readonly #known = new Map<string, { source: Promise<Remembered | undefined>; until: number }>()

  constructor(store: Pick<Store, 'reader'>, secretBox: SecretBox, clock: () => number) {
    this.#store = store
    this.#secretBox = secretBox
    this.#clock = clock
  }

  /** The enabled source of this slug. Rejects with SealBroken when its secrets do not open with this key. */
  async find(slug: string): Promise<KnownSource | undefined> {
    return isSlug(slug) ? await this.#inForce(slug, (db) => findSourceBySlug(db, slug)) : undefined
  }

  /** The same by its number, which is its project number in a DSN. */
  async findNumbered(number: string): Promise<KnownSource | undefined> {
    const id = /^[1-9]\d{0,8}$/.test(number) ? Number(number) : undefined
    return id === undefined ? undefined : await this.#inForce(`${NUMBERED}${id}`, (db) => findSourceById(db, id))
  }

  async #inForce(key: string, look: LookUp): Promise<KnownSource | undefined> {
    const now = this.#clock()
    const source = await this.#remembered(key, look, now)
    if (!source) return undefined
    const inForce = source.secrets.filter(({ expiresAt }) => expiresAt === null || now < expiresAt)
    return {
      id: source.id,
      slug: source.slug,
      kind: source.kind,
      secrets: inForce.map(({ secret }) => secret),
      secretIds: inForce.map(({ id }) => id),
      rate: source.rate,
    }
  }

  /** Forgets one slug, or all: what was changed in this process is seen at once. */
  forget(slug?: string): void {
    for (const key of this.#known.keys())
      if (slug === undefined || key === slug || key.startsWith(NUMBERED)) this.#known.delete(key)
  }

  #remembered(key: string, look: LookUp, now: number): Promise<Remembered | undefined> {
    const known = this.#known.get(key)
    if (known && now < known.until) return known.source
    const source = this.#lookUp(look, now)
    this.#known.delete(key)
    if (this.#known.size >= REMEMBER_AT_MOST) this.#known.delete(this.#known.keys().next().value as string)
    const entry = { source, until: now + REMEMBER_MS }
    this.#known.set(key, entry)
    // A failed look-up is nobody's answer but its own.
    source.catch(() => {
      if (this.#known.get(key) === entry) this.#known.delete(key)
    })
    return source
  }

  async #lookUp(look: LookUp, now: number): Promise<Remembered | undefined> {
    const source = await look(this.#store.reader)
    if (!source?.enabled) return undefined
    const secrets = await secretsOf(this.#store.reader, this.#secretBox, source.id, now)
    return { id: source.id, slug: source.slug, kind: source.kind, rate: source.rate, secrets }
  }
}
