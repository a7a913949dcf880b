/** How exact "last used" is. */
const NOTE_EVERY_MS = 60_000

/**
 * When each secret last proved a delivery genuine, remembered here and written now and then: a write per delivery would
 * cost more than what it tells is worth.
 */
export class SecretUse {
  readonly #used = new Map<number, number>()
  readonly #noted = new Map<number, number>()

  used(secretId: number, at: number): void {
    this.#used.set(secretId, Math.max(at, this.#used.get(secretId) ?? 0))
  }

  /** Secret ids with their instants, those a minute or more after what was written; to be `noted` once they are. */
  due(): (readonly [secretId: number, at: number])[] {
    return [...this.#used].filter(([id, at]) => at >= (this.#noted.get(id) ?? Number.NEGATIVE_INFINITY) + NOTE_EVERY_MS)
  }

  noted(uses: readonly (readonly [secretId: number, at: number])[]): void {
    for (const [id, at] of uses) this.#noted.set(id, at)
  }
}
