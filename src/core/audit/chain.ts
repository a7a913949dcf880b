import type { AuditFacts } from './entry.ts'

/** What an entry's hash is over: what it says, its place, and the hash of the entry before it. */
export interface LinkedFacts extends AuditFacts {
  readonly number: number
  readonly at: number
  readonly previousHash: string
}

export interface ChainedEntry extends LinkedFacts {
  readonly hash: string
}

/** The newest entry, as the log itself has it and as it is known elsewhere. */
export interface AuditHead {
  /** 0 before the first. */
  readonly number: number
  readonly hash: string
}

/** Before the first entry. */
export const NO_ENTRY: AuditHead = { number: 0, hash: '0'.repeat(64) }

/**
 * The bytes that are hashed, as text. JSON of a list of fixed order tells every text from every other, null from empty,
 * and where one ends.
 */
export const canonicalEntry = (entry: LinkedFacts): string =>
  JSON.stringify([
    'postflight audit entry 1',
    entry.number,
    entry.at,
    entry.actorKind,
    entry.actorId,
    entry.actorName,
    entry.address,
    entry.action,
    entry.subjectKind,
    entry.subjectId,
    entry.subjectName,
    entry.changeJson,
    entry.previousHash,
  ])
