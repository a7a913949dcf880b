import { titleFingerprint } from './title-fingerprint.ts'

/** What a defect is compared by when a person looks for one that it may be the same as. */
export interface Likeness {
  readonly title: string
  /** Epoch ms. */
  readonly firstSeenAt: number
  readonly lastSeenAt: number
}

export interface Likely<Other> {
  readonly other: Other
  /** Why it may be the same, as short sentences; the strongest first. */
  readonly because: readonly string[]
}

const DAY_MS = 86_400_000
const SIMILAR = 0.5

/** Those that are most likely the same, at most `limit`; never one of which nothing says so. */
export function likelySame<Other extends Likeness>(
  defect: Likeness,
  others: readonly Other[],
  limit: number,
): Likely<Other>[] {
  const [print, words] = [titleFingerprint(defect.title), wordsIn(defect.title)]
  return others
    .map((other) => {
      const isSameTitle = titleFingerprint(other.title) === print
      const similarity = isSameTitle ? 1 : sharedPart(words, wordsIn(other.title))
      const gap = gapBetween(defect, other)
      const because = [
        ...(isSameTitle ? ['The same title but for numbers.'] : similarity >= SIMILAR ? ['A similar title.'] : []),
        ...(gap === 0 ? ['Seen in the same time.'] : gap <= DAY_MS ? ['Seen within a day.'] : []),
      ]
      return { other, because, score: 2 * similarity + DAY_MS / (DAY_MS + gap) }
    })
    .filter(({ because }) => because.length > 0)
    .sort((a, b) => b.score - a.score)
    .slice(0, limit)
    .map(({ other, because }) => ({ other, because }))
}

/** Milliseconds between the spans in which they were seen; 0 when these meet. */
const gapBetween = (a: Likeness, b: Likeness): number =>
  Math.max(0, a.firstSeenAt - b.lastSeenAt, b.firstSeenAt - a.lastSeenAt)

const wordsIn = (title: string): ReadonlySet<string> =>
  new Set(
    titleFingerprint(title)
      .replace('title-v1:', '')
      .match(/[\p{L}\p{N}]{2,}/gu) ?? [],
  )

/** Jaccard: what they share of all they have. */
function sharedPart(a: ReadonlySet<string>, b: ReadonlySet<string>): number {
  const shared = [...a].filter((word) => b.has(word)).length
  return shared === 0 ? 0 : shared / (a.size + b.size - shared)
}
