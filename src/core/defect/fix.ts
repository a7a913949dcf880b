/**
 * What is said to fix a defect: versions of releases, several when the fix is backported, or a promise such as "the next
 * release", which the first such release keeps that is deployed after it was given.
 */
export const FIX_PROMISES = ['next-release', 'next-production-release'] as const
export type FixPromise = (typeof FIX_PROMISES)[number]

export const isFixPromise = (entry: string): entry is FixPromise => (FIX_PROMISES as readonly string[]).includes(entry)

export const promiseWords = (promise: FixPromise): string =>
  promise === 'next-release' ? 'the next release' : 'the next production release'

/** One entry of what somebody said, and since when they say it. */
export interface FixClaim {
  /** A version, a commit or a promise. */
  readonly entry: string
  readonly at: number
  readonly by: Sayer
}

/** A person by their name, or a report by its key. */
export type Sayer =
  | { readonly kind: 'person'; readonly name: string }
  | { readonly kind: 'report'; readonly key: string }

/** What one sayer says at present. */
interface Word {
  readonly by: Sayer
  readonly entries: readonly string[]
  readonly at: number
}

/**
 * What is in force after several people and senders spoke: a person's word stands above the senders', whose words add
 * up. An empty list takes one's own word back. Saying the same again does not make it younger.
 */
export class FixClaims {
  readonly #words: ReadonlyMap<string, Word>

  constructor(words: ReadonlyMap<string, Word> = new Map()) {
    this.#words = words
  }

  /** With what was said next. */
  after(by: Sayer, entries: readonly string[], at: number): FixClaims {
    const key = by.kind === 'person' ? 'person' : `report ${by.key}`
    const held = this.#words.get(key)
    if (held && JSON.stringify(held.entries) === JSON.stringify(entries)) return this
    const words = new Map(this.#words)
    if (entries.length === 0) words.delete(key)
    else words.set(key, { by, entries, at })
    return new FixClaims(words)
  }

  get inForce(): readonly FixClaim[] {
    const decided = this.#words.get('person')
    const words = decided ? [decided] : [...this.#words.values()]
    const claims = new Map<string, FixClaim>()
    for (const { by, entries, at } of words)
      for (const entry of entries) {
        const held = claims.get(entry)
        if (!held || at < held.at || (at === held.at && sayerText(by) < sayerText(held.by)))
          claims.set(entry, { entry, at, by })
      }
    return decided ? [...claims.values()] : [...claims.values()].sort((a, b) => (a.entry < b.entry ? -1 : 1))
  }
}

export const sayerText = (by: Sayer): string => (by.kind === 'person' ? by.name : by.key)
