import { type AuditHead, type ChainedEntry, type LinkedFacts, NO_ENTRY } from './chain.ts'

/** What is wrong with the log, at the first entry where it is. */
export type AuditFault =
  /** Entries are gone, from `number` to `upTo`. */
  | { readonly kind: 'missing'; readonly number: number; readonly upTo: number }
  /** It says something else than when it was written. */
  | { readonly kind: 'changed'; readonly number: number }
  /** It does not follow on the entry before it: moved, or one of them written anew. */
  | { readonly kind: 'unlinked'; readonly number: number }
  /** The log itself says that there were more, or others. */
  | { readonly kind: 'not-the-head'; readonly number: number; readonly head: AuditHead }
  /** What was noted elsewhere is not in it. */
  | { readonly kind: 'not-as-noted'; readonly noted: AuditHead; readonly found: string | undefined }

/** Goes along a chain, entry by entry, and keeps what is wrong with it. */
export class ChainCheck {
  readonly faults: AuditFault[] = []
  readonly #hashOf: (entry: LinkedFacts) => string
  readonly #noted: AuditHead | undefined
  #last: AuditHead = NO_ENTRY
  #hashAtNoted: string | undefined

  /** @param noted the newest entry as it was known elsewhere; undefined: nothing is known */
  constructor(hashOf: (entry: LinkedFacts) => string, noted: AuditHead | undefined) {
    this.#hashOf = hashOf
    this.#noted = noted
    if (noted?.number === 0) this.#hashAtNoted = NO_ENTRY.hash
  }

  /** In the order of numbers. */
  add(entry: ChainedEntry): void {
    const expected = this.#last.number + 1
    const { hash, ...facts } = entry
    if (entry.number !== expected) this.faults.push({ kind: 'missing', number: expected, upTo: entry.number - 1 })
    else if (entry.previousHash !== this.#last.hash) this.faults.push({ kind: 'unlinked', number: entry.number })
    if (this.#hashOf(facts) !== hash) this.faults.push({ kind: 'changed', number: entry.number })
    if (entry.number === this.#noted?.number) this.#hashAtNoted = hash
    this.#last = { number: entry.number, hash }
  }

  /** @param head the newest entry as the log says itself @returns all that is wrong, in order; none: it is whole */
  end(head: AuditHead): readonly AuditFault[] {
    if (this.#last.number !== head.number || this.#last.hash !== head.hash)
      this.faults.push({ kind: 'not-the-head', number: this.#last.number, head })
    if (this.#noted && this.#hashAtNoted !== this.#noted.hash)
      this.faults.push({ kind: 'not-as-noted', noted: this.#noted, found: this.#hashAtNoted })
    return this.faults
  }
}

/** A sentence for the operator. */
export function faultSentence(fault: AuditFault): string {
  switch (fault.kind) {
    case 'missing':
      return fault.number === fault.upTo
        ? `Entry ${fault.number} is missing.`
        : `Entries ${fault.number} to ${fault.upTo} are missing.`
    case 'changed':
      return `Entry ${fault.number} was changed after it was written.`
    case 'unlinked':
      return `Entry ${fault.number} does not follow on the one before it: entries were moved or written anew.`
    case 'not-the-head':
      return `The log ends with entry ${fault.number}, but entry ${fault.head.number} was written: the end was cut off or written anew.`
    case 'not-as-noted':
      return fault.found === undefined
        ? `Entry ${fault.noted.number} was noted outside of the database and is not in it: the end was cut off, or an older back-up was put back.`
        : `Entry ${fault.noted.number} is another one than was noted outside of the database: the log was written anew.`
  }
}
