import type { ReleaseKind, Severity } from '../event.ts'
import { median } from '../statistics/median.ts'

/** A release in one environment. Instants are epoch ms. */
export interface TrendRelease {
  readonly releaseId: number
  readonly kind: ReleaseKind
  /** When it first reached the environment. */
  readonly at: number
}

/** A defect that a release is suspected, or said, to have brought. */
export interface BroughtDefect {
  readonly releaseId: number
  readonly severity: Severity
  readonly at: number
}

export interface ReleaseColumn<Release extends TrendRelease> {
  readonly release: Release
  /** Found in its first days. */
  readonly found: Readonly<Record<Severity, number>>
  readonly total: number
  /** It has not been there as long yet. */
  readonly young: boolean
  /** Of the last six that are not young, this one included; undefined until there are six. */
  readonly median: number | undefined
}

/** So long a release is looked at, so that an older one has no more time to show defects than a newer one. */
export const FIRST_DAYS = 14
const OF_LAST = 6
const DAY_MS = 86_400_000
/** Fewer of them show nothing of how releases go. */
export const FEW = 3

/**
 * The releases of which to show how they did: the major and minor ones, which are alike enough to be compared; where
 * there are fewer than three of these, as with versions that only count, all but pre-releases and emergency releases;
 * pre-releases too where nothing else is put there.
 */
export function comparableReleases<Release extends TrendRelease>(
  releases: readonly Release[],
): { readonly releases: readonly Release[]; readonly which: 'major and minor' | 'all' } {
  const large = releases.filter(({ kind }) => kind === 'major' || kind === 'minor')
  if (large.length >= FEW) return { releases: large, which: 'major and minor' }
  const planned = releases.filter(({ kind }) => kind !== 'emergency')
  const finished = planned.filter(({ kind }) => kind !== 'pre-release')
  return { releases: finished.length >= FEW ? finished : planned, which: 'all' }
}

/** What was found of each release in its first fourteen days, in the order given. O(releases + defects). */
export function releaseColumns<Release extends TrendRelease>(
  releases: readonly Release[],
  defects: readonly BroughtDefect[],
  now: number,
): ReleaseColumn<Release>[] {
  const found = new Map(
    releases.map(({ releaseId, at }) => [releaseId, { at, counts: { S1: 0, S2: 0, S3: 0, S4: 0 } }]),
  )
  for (const { releaseId, severity, at } of defects) {
    const own = found.get(releaseId)
    if (own && isEarly(own.at, at)) own.counts[severity]++
  }
  const grown: number[] = []
  return releases.map((release) => {
    const counts = found.get(release.releaseId)?.counts ?? { S1: 0, S2: 0, S3: 0, S4: 0 }
    const total = counts.S1 + counts.S2 + counts.S3 + counts.S4
    const young = now < release.at + FIRST_DAYS * DAY_MS
    if (!young) grown.push(total)
    const middle = young || grown.length < OF_LAST ? undefined : median(grown.slice(-OF_LAST))
    return { release, found: counts, total, young, median: middle }
  })
}

/** What was seen before it was there counts as well: it is suspected all the same, by what senders said. */
const isEarly = (arrivedAt: number, at: number): boolean => at < arrivedAt + FIRST_DAYS * DAY_MS
