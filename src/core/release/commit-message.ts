/** What a commit message says about other commits. Ids are in lower case, whole or as abbreviated. */
export interface CommitMentions {
  /** Commits it takes back: `This reverts commit <sha>`. */
  readonly reverts: readonly string[]
  /** Subjects of commits it takes back: `Revert "…"`; all there is when the message was shortened. */
  readonly revertedSubjects: readonly string[]
  /** Commits whose fault it mends: a line `Fixes: <sha>`, as in the Linux kernel. */
  readonly fixes: readonly string[]
}

/** A message with more is a list, not a change. */
const MOST_MENTIONS = 20
const LONGEST_MESSAGE = 20_000

const SHA = '[0-9a-f]{7,64}'
const REVERTS = new RegExp(
  `\\breverts\\s+commits?\\s+(${SHA}(?:(?:\\s*,\\s*(?:and\\s+)?|\\s+and\\s+)${SHA})*)\\b`,
  'gi',
)
const FIXES = new RegExp(`^[ \\t]*fixes:[ \\t]*(?:commit[ \\t]+)?(${SHA})\\b(?!-)`, 'gim')
const SUBJECT = /^revert:? ["“'](.+)["”'](?: ?\(#\d+\))?\.?$/i
/** Longer lines are no subjects, and would be slow to match. */
const LONGEST_SUBJECT = 500

/** Reads what Git, GitHub and people write about a commit being taken back or mended. Linear time; never throws. */
export function commitMentions(message: string): CommitMentions {
  const text = message.slice(0, LONGEST_MESSAGE)
  const reverts = [...text.matchAll(REVERTS)].flatMap(([, list]) => list?.match(new RegExp(SHA, 'gi')) ?? [])
  const fixes = [...text.matchAll(FIXES)].flatMap(([, sha]) => sha ?? []).filter(isAbbreviation)
  const subject = SUBJECT.exec(firstLine(text))?.[1]
  return {
    reverts: distinct(reverts),
    revertedSubjects: subject === undefined ? [] : [subject],
    fixes: distinct(fixes),
  }
}

const firstLine = (text: string): string => (text.trimStart().split('\n', 1)[0] ?? '').slice(0, LONGEST_SUBJECT).trim()

/** `Fixes: 1234567` is the number of an issue more often than a commit without a letter. */
const isAbbreviation = (sha: string): boolean => /[a-f]/i.test(sha) || sha.length >= 12

const distinct = (shas: readonly string[]): string[] =>
  [...new Set(shas.map((sha) => sha.toLowerCase()))].slice(0, MOST_MENTIONS)
