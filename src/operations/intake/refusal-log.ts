import { mergeRefusals, OTHER_ADDRESSES, type Refusal, type RefusalReason } from '../../core/inbound/refusal.ts'
import type { Store } from '../../store/database.ts'
import { addRefusals, REFUSALS_KEPT } from '../../store/inbox/refusals.ts'

/** How long a refusal may stay unwritten: a flood of them is one write, and a crash loses a moment's. */
const WRITE_EVERY_MS = 2_000
const LONGEST_ADDRESS = 64

/**
 * Remembers who was refused at the address of a source and why, never what was sent. Anybody can make it work, so noting
 * one costs no query, and what is held and written is bounded by the number of sources.
 */
export class RefusalLog {
  readonly #store: Pick<Store, 'notes'>
  readonly #onTrouble: (error: unknown) => void
  readonly #onNews: () => void
  /** By source, then by reason and address. */
  #held = new Map<number, Map<string, Refusal>>()
  #timer: NodeJS.Timeout | undefined

  constructor(parts: { store: Pick<Store, 'notes'>; onTrouble: (error: unknown) => void; onNews: () => void }) {
    this.#store = parts.store
    this.#onTrouble = parts.onTrouble
    this.#onNews = parts.onNews
  }

  /** Returns at once. */
  note(sourceId: number, reason: RefusalReason, address: string, at: number): void {
    this.#hold(sourceId, { reason, address: address.slice(0, LONGEST_ADDRESS), firstAt: at, lastAt: at, times: 1 })
    this.#timer ??= setTimeout(() => void this.write(), WRITE_EVERY_MS).unref()
  }

  /** Writes what is held; kept for the next time when the database does not let us. */
  async write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const held = this.#held
    this.#held = new Map()
    for (const [sourceId, refusals] of held)
      try {
        await addRefusals(this.#store.notes, sourceId, [...refusals.values()])
      } catch (error) {
        this.#onTrouble(error)
        for (const refusal of refusals.values()) this.#hold(sourceId, refusal)
      }
    if (held.size > 0) this.#onNews()
  }

  #hold(sourceId: number, refusal: Refusal): void {
    const ofSource = this.#held.get(sourceId) ?? new Map<string, Refusal>()
    this.#held.set(sourceId, ofSource)
    const keyOf = (address: string) => `${refusal.reason} ${address}`
    const isOneTooMany = ofSource.size >= REFUSALS_KEPT && !ofSource.has(keyOf(refusal.address))
    const told = isOneTooMany ? { ...refusal, address: OTHER_ADDRESSES } : refusal
    const before = ofSource.get(keyOf(told.address))
    ofSource.set(keyOf(told.address), before ? mergeRefusals(before, told) : told)
  }
}
