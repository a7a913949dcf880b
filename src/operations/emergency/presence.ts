/** Who is not seen again is gone: a page that is open asks every 20 s. */
const HERE_FOR_MS = 45_000

/**
 * Who looks at which emergency release, as far as this process knows: people who have its page open and hear the news.
 * Nothing of it is stored.
 */
export class Presence {
  readonly #onChange: () => void
  /** Open event streams, by user. */
  readonly #streams = new Map<number, number>()
  /** By emergency release and user. */
  readonly #seen = new Map<number, Map<number, { readonly name: string; readonly at: number }>>()

  /** @param onChange called when somebody came or went, but not for who is simply not seen any more */
  constructor(onChange: () => void) {
    this.#onChange = onChange
  }

  /** Somebody hears the news from now on. @returns what ends that; with their last stream they are gone */
  connect(userId: number): () => void {
    this.#streams.set(userId, (this.#streams.get(userId) ?? 0) + 1)
    // Their page asked before there was a stream; it does so again.
    this.#onChange()
    let open = true
    return () => {
      if (!open) return
      open = false
      const left = (this.#streams.get(userId) ?? 1) - 1
      if (left > 0) return void this.#streams.set(userId, left)
      this.#streams.delete(userId)
      let wasHere = false
      for (const people of this.#seen.values()) wasHere = people.delete(userId) || wasHere
      if (wasHere) this.#onChange()
    }
  }

  /**
   * Somebody looks at an emergency release.
   * @param now milliseconds that only go forward
   * @returns the names of the others who do, by name
   */
  look(emergencyId: number, person: { readonly userId: number; readonly name: string }, now: number): string[] {
    const people = this.#seen.get(emergencyId) ?? new Map()
    for (const [userId, { at }] of people) if (now - at > HERE_FOR_MS) people.delete(userId)
    const isNew = !people.has(person.userId)
    // A tab that nobody sees has no stream, and goes on asking.
    if (this.#streams.has(person.userId)) people.set(person.userId, { name: person.name, at: now })
    if (people.size === 0) this.#seen.delete(emergencyId)
    else this.#seen.set(emergencyId, people)
    if (isNew && people.has(person.userId)) this.#onChange()
    const others = [...people].flatMap(([userId, { name }]) => (userId === person.userId ? [] : [name]))
    return others.sort((a, b) => a.localeCompare(b))
  }
}
