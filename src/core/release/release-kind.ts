import type { ReleaseKind } from '../event.ts'
import { compareVersions, familyOf, isProper, releaseLine, type Version } from './version.ts'

/** What replacing one version by another amounts to. */
export type VersionChange =
  | 'major'
  | 'minor'
  | 'patch'
  | 'pre-release'
  /** The same content again. */
  | 'redeploy'
  /** Something that ran there before, or an earlier version of the same line. */
  | 'rollback'
  /** A lower number on another line that had not run there: that line is still maintained. */
  | 'backport'
  /** Calendar versions and build numbers say when, not how much. */
  | 'calendar'
  | 'build'
  | 'unknown'

/**
 * What a deployment changes, from the version that ran there before and the new one.
 *
 * @param previous undefined when nothing ran there
 * @param seenBefore the new one had already run there
 */
export function versionChange(previous: Version | undefined, next: Version, seenBefore = false): VersionChange {
  if (!previous) return next.preRelease.length > 0 ? 'pre-release' : 'unknown'
  const difference = compareVersions(previous, next)
  if (difference === 0) return 'redeploy'
  if (seenBefore) return 'rollback'
  if (difference === undefined) return next.scheme === 'sha' ? 'build' : 'unknown'
  const isLower = difference > 0
  if (isLower && releaseLine(previous) === releaseLine(next)) return 'rollback'
  if (next.preRelease.length > 0) return 'pre-release'
  if (next.scheme === 'calver') return 'calendar'
  if (next.scheme === 'build') return 'build'
  return isLower ? 'backport' : (firstDifference(previous, next) ?? 'minor')
}

/** Which part of the version moved; undefined when only a pre-release became the release. */
function firstDifference(previous: Version, next: Version): 'major' | 'minor' | 'patch' | undefined {
  const i = next.numbers.findIndex((number, at) => number !== (previous.numbers[at] ?? '0'))
  return i < 0 ? undefined : i === 0 ? 'major' : i === 1 ? 'minor' : 'patch'
}

/**
 * The kind of a release from what ran before it, the newest first, in the environment that counts.
 *
 * Pre-releases are passed over: 2.0.0 after 2.0.0-rc.2 after 1.9.0 is major.
 * @returns undefined when that does not tell: nothing comparable ran there, or a higher one did (a backport)
 */
export function kindByContent(next: Version, ranBefore: readonly Version[]): ReleaseKind | undefined {
  if (next.preRelease.length > 0) return 'pre-release'
  if (!isProper(next)) return undefined
  const previous = ranBefore.find((one) => isProper(one) && familyOf(one) === familyOf(next))
  const change = previous && versionChange(previous, next)
  return change === 'major' || change === 'minor' || change === 'patch' ? change : undefined
}

/**
 * The kind of a release from its neighbour in the order.
 *
 * @param below the nearest proper release below it; undefined when there is none, then the version's own shape decides
 *   (4.0.0 major, 4.18.0 minor, 4.18.2 patch)
 * @returns unknown for what says when, not how much, or nothing at all
 */
export function kindByOrder(version: Version, below: Version | undefined): ReleaseKind {
  if (version.preRelease.length > 0) return 'pre-release'
  if (familyOf(version) !== 'numbers') return 'unknown'
  if (below) return firstDifference(below, version) ?? 'unknown'
  const i = version.numbers.findLastIndex((number) => number !== '0')
  return i === 0 ? 'major' : i === 1 ? 'minor' : i > 1 ? 'patch' : 'unknown'
}

/** Everything that says of what kind a release is; the first that says something wins. */
export interface KindStatements {
  /** A sender's word. */
  readonly stated: ReleaseKind | undefined
  readonly isEmergency: boolean
  readonly byContent: ReleaseKind | undefined
  readonly byOrder: ReleaseKind
}

export const kindOf = ({ stated, isEmergency, byContent, byOrder }: KindStatements): ReleaseKind =>
  stated ?? (isEmergency ? 'emergency' : (byContent ?? byOrder))
