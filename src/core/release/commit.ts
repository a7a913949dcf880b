import type { Commit } from '../event.ts'
import { earlier, mergeSets } from '../facts.ts'

/** Changed files kept of a commit, and of a release. */
export const MOST_FILES = 5_000

/**
 * All that is known of a commit. A commit never changes, so two statements differ only in how much of it they tell: the
 * longer message, every file. Order and repetition of the merges do not matter.
 */
export function mergeCommits(a: Commit, b: Commit): Commit {
  const files = mergeSets(a.files ?? [], b.files ?? [], MOST_FILES)
  return {
    sha: a.sha,
    message: longer(a.message, b.message),
    author: greater(a.author, b.author),
    at: earlier(a.at, b.at),
    ...(files.length > 0 && { files }),
  }
}

function longer(a: string | undefined, b: string | undefined): string | undefined {
  if (a === undefined || b === undefined) return a ?? b
  return a.length === b.length ? greater(a, b) : a.length > b.length ? a : b
}

const greater = (a: string | undefined, b: string | undefined): string | undefined =>
  a === undefined || (b !== undefined && b > a) ? b : a

/** A full git commit id. */
export const isCommitId = (text: string): boolean => /^[0-9a-f]{40}$/.test(text)
