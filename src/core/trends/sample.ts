import type { ReleaseKind } from '../event.ts'
import { comparableReleases, FEW, type TrendRelease } from './release-quality.ts'

/** The kinds that have a curve, and how many releases at most it is drawn from. */
const KINDS: readonly ReleaseKind[] = ['major', 'minor', 'patch', 'emergency']
/** Where no kind has a curve: commits and counted builds are of no kind. */
const OTHERWISE: readonly ReleaseKind[] = ['pre-release', 'unknown']
export const MOST_OF_KIND = 50
export const MOST_COLUMNS = 60

/** Of which releases the defects are looked at: the newest that are shown, and the newest of each kind. */
export interface ReleaseSample<Release extends TrendRelease> {
  readonly shown: readonly Release[]
  readonly which: 'major and minor' | 'all'
  readonly shownCut: boolean
  readonly ofKind: readonly {
    readonly kind: ReleaseKind
    readonly releases: readonly Release[]
    readonly cut: boolean
  }[]
}

/** @param releases the oldest first */
export function sampleReleases<Release extends TrendRelease>(releases: readonly Release[]): ReleaseSample<Release> {
  const { releases: comparable, which } = comparableReleases(releases)
  const byKind = new Map<ReleaseKind, Release[]>()
  for (const release of releases) {
    const own = byKind.get(release.kind)
    if (own) own.push(release)
    else byKind.set(release.kind, [release])
  }
  const ofKind = (kind: ReleaseKind) => byKind.get(kind) ?? []
  const kinds = KINDS.some((kind) => ofKind(kind).length >= FEW) ? KINDS : [...KINDS, ...OTHERWISE]
  return {
    shown: comparable.slice(-MOST_COLUMNS),
    which,
    shownCut: comparable.length > MOST_COLUMNS,
    ofKind: kinds.map((kind) => {
      const own = ofKind(kind)
      return { kind, releases: own.slice(-MOST_OF_KIND), cut: own.length > MOST_OF_KIND }
    }),
  }
}
