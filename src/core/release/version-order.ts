import { quarantineReason } from './quarantine.ts'
import {
  compareVersions,
  type Family,
  familyOf,
  isNumber,
  isProper,
  type OrderRule,
  plain,
  readVersion,
  type Version,
} from './version.ts'

/** A release as its order needs it. */
export interface UnorderedRelease {
  readonly id: number
  readonly version: string
  /** Epoch ms of the first deployment, or of the first mention while there is none. */
  readonly since: number
  readonly deployed: boolean
  /** Only another name of a release: known, and no part of the order. */
  readonly isAlias: boolean
}

/** One release is part of another: its commit is in the other's list. */
export interface Containment {
  readonly partId: number
  readonly wholeId: number
}

export interface ReleasePlace {
  readonly id: number
  readonly version: Version
  /** Sorts the releases of a service byte by byte; different versions never share one. */
  readonly key: string
  /** Why it does not count, as the end of a sentence; undefined when it does. */
  readonly quarantine: string | undefined
  /** The nearest proper release below that it can be compared with. */
  readonly below: Version | undefined
}

/** A release whose version has been read. */
export interface ReadRelease extends UnorderedRelease {
  readonly parsed: Version
  readonly family: Family | undefined
}

export const readReleases = (releases: readonly UnorderedRelease[], rule: OrderRule): ReadRelease[] =>
  releases.map(({ id, version, since, deployed, isAlias }) => {
    const parsed = readVersion(version, rule)
    return { id, version, since, deployed, isAlias, parsed, family: familyOf(parsed) }
  })

/** Whether containments matter: what can be compared stands by what it says. */
export const anyIncomparable = (releases: readonly ReadRelease[]): boolean =>
  releases.some(({ family, isAlias }) => family === undefined && !isAlias)

/**
 * The order of all releases of one service, a pure function of the set.
 *
 * Versions compare within their family; a family stands above those that the service used before it (its epoch). What
 * cannot be compared (commits, code names) stands above the highest version there was at its first deployment, in the
 * order of first deployments; a commit that another release contains comes before that one, whenever it was deployed.
 * O(n log n).
 */
export function orderReleases(
  releases: readonly ReadRelease[],
  containments: readonly Containment[] = [],
): ReleasePlace[] {
  const isOut = quarantined(releases)
  const counted = releases.filter(({ id, isAlias }) => !isAlias && !isOut.has(id))
  const epochs = epochsOf(counted)
  const comparable: Keyed[] = []
  for (const release of counted) if (release.family) comparable.push({ release, key: comparableKey(release, epochs) })
  comparable.sort((a, b) => (a.key < b.key ? -1 : 1))
  const places = placesOf(comparable)
  const anchorAt = anchors(comparable)
  const firstWhole = firstWholes(counted, containments)
  return releases.map((release) => {
    const { id, since, version, parsed } = release
    const quarantine = isOut.get(id)
    if (quarantine !== undefined)
      return { id, version: parsed, key: `0${timeText(since)} ${version}`, quarantine, below: undefined }
    const place = places.get(id)
    if (place) return place
    const key = incomparableKey(release, anchorAt, firstWhole.get(id))
    return { id, version: parsed, key, quarantine: undefined, below: undefined }
  })
}

interface Keyed {
  readonly release: ReadRelease
  readonly key: string
}

function quarantined(releases: readonly ReadRelease[]): ReadonlyMap<number, string> {
  const reasons = new Map<number, string>()
  let highest: ReturnType<typeof highestDeployed> | undefined
  for (const { id, version, since, deployed, isAlias } of releases) {
    if (deployed || isAlias) continue
    highest ??= highestDeployed(releases)
    const reason = quarantineReason(readVersion(version), { highest, since })
    if (reason !== undefined) reasons.set(id, reason)
  }
  return reasons
}

function highestDeployed(releases: readonly ReadRelease[]): (version: Version) => Version | undefined {
  const highest = new Map<Family, Version>()
  for (const { version, deployed, isAlias } of releases) {
    const parsed = readVersion(version)
    const family = familyOf(parsed)
    if (!deployed || isAlias || family === undefined) continue
    const held = highest.get(family)
    const difference = held ? (compareVersions(parsed, held) ?? 0) : 1
    // Equal ones by their text, so that the words are the same whoever comes first.
    if (!held || difference > 0 || (difference === 0 && parsed.text > held.text)) highest.set(family, parsed)
  }
  return (version) => highest.get(familyOf(version) as Family)
}

/** Families in the order in which the service first used them. */
function epochsOf(releases: readonly ReadRelease[]): ReadonlyMap<Family, number> {
  const firsts = new Map<Family, number>()
  for (const { family, since } of releases)
    if (family) firsts.set(family, Math.min(since, firsts.get(family) ?? Number.POSITIVE_INFINITY))
  const inOrder = [...firsts].sort(([a, since], [b, sinceB]) => since - sinceB || (a < b ? -1 : 1))
  return new Map(inOrder.map(([family], epoch) => [family, epoch]))
}

function comparableKey({ parsed, family, since, version }: ReadRelease, epochs: ReadonlyMap<Family, number>): string {
  const numbers = withoutTrailingZeros(parsed.numbers).map(encodeNumber).join('')
  const rest =
    parsed.preRelease.length === 0
      ? '~'
      : `!${parsed.preRelease.map((part) => (isNumber(part) ? `0${encodeNumber(plain(part))} ` : `1${part} `)).join('')}`
  const time = parsed.remark === '' ? '' : `${timeText(since)} `
  // The space ends the numbers below any further one, so that 1.2 and 1.2.0 are equal and both below 1.2.1.
  return `2${epochs.get(family as Family)}${numbers} ${rest} ${time}${version}`
}

function withoutTrailingZeros(numbers: readonly string[]): readonly string[] {
  const end = numbers.findLastIndex((number) => number !== '0')
  return numbers.slice(0, Math.max(1, end + 1))
}

/** Digits with their length in front, so that 9 sorts before 10. */
const encodeNumber = (digits: string): string => `${String(digits.length).padStart(3, '0')}${digits}`

const timeText = (at: number): string => String(Math.max(0, at)).padStart(15, '0')

/** Where a release stands that is part of another one, or nothing. */
function incomparableKey(
  release: ReadRelease,
  anchorAt: (at: number) => string,
  wholeSince: number | undefined,
): string {
  const moved = wholeSince !== undefined && wholeSince <= release.since
  const at = moved ? wholeSince : release.since
  const anchor = anchorAt(moved ? at - 1 : at)
  return `${anchor} ${timeText(at)}${moved ? 0 : 1}${timeText(release.since)} ${release.version}`
}

/** The key of the highest comparable release that there was at an instant; below all of them when there was none. */
function anchors(comparable: readonly Keyed[]): (at: number) => string {
  const bySince = [...comparable].sort((a, b) => a.release.since - b.release.since || (a.key < b.key ? -1 : 1))
  const highestUpTo: string[] = []
  for (const { key } of bySince) {
    const held = highestUpTo.at(-1)
    highestUpTo.push(held === undefined || key > held ? key : held)
  }
  return (at) => {
    let [low, high] = [0, bySince.length]
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((bySince[middle] as Keyed).release.since <= at) low = middle + 1
      else high = middle
    }
    return highestUpTo[low - 1] ?? '1'
  }
}

/** For each release that is part of others, the first deployment of the earliest of those. */
function firstWholes(
  releases: readonly ReadRelease[],
  containments: readonly Containment[],
): ReadonlyMap<number, number> {
  const firsts = new Map<number, number>()
  if (containments.length === 0) return firsts
  const since = new Map(releases.map((release) => [release.id, release.since]))
  for (const { partId, wholeId } of containments) {
    const at = since.get(wholeId)
    if (at === undefined || partId === wholeId) continue
    firsts.set(partId, Math.min(at, firsts.get(partId) ?? Number.POSITIVE_INFINITY))
  }
  return firsts
}

/** The places of comparable releases, which come in their order. */
function placesOf(comparable: readonly Keyed[]): ReadonlyMap<number, ReleasePlace> {
  const places = new Map<number, ReleasePlace>()
  const last = new Map<Family, Version>()
  for (const { release, key } of comparable) {
    const { id, parsed, family } = release
    places.set(id, { id, version: parsed, key, quarantine: undefined, below: last.get(family as Family) })
    if (isProper(parsed)) last.set(family as Family, parsed)
  }
  return places
}
