import type { ReleaseKind } from './event.ts'

/**
 * How the releases of one service are put in order.
 * - `semver`: by the numbers in the version (SemVer 2.0 §11 precedence, two or four numbers taken as well)
 * - `calendar`: by all the numbers in the version, left to right
 * - `deployed-at`: by first deployment, for services whose versions say nothing (commits, build names)
 */
export type OrderPolicy = 'semver' | 'calendar' | 'deployed-at'
export const ORDER_POLICIES: readonly OrderPolicy[] = ['semver', 'calendar', 'deployed-at']

/** A version that can be compared by what it says. */
export interface ParsedVersion {
  readonly numbers: readonly string[]
  /** Identifiers after the dash; empty for a proper release. */
  readonly preRelease: readonly string[]
}

/**
 * Reads a version under a policy; undefined when it cannot be compared by its text (a commit, a code name).
 * Prefixes people put in front (`v`, `release-`, `pkg@`, `refs/tags/`) do not count.
 */
export function parseVersion(version: string, policy: OrderPolicy): ParsedVersion | undefined {
  if (policy === 'deployed-at' || version.length > 200) return undefined
  const text = withoutPrefix(version)
  // A commit such as 1234567 or 7e10 is all digits often enough; 40 characters are never a version.
  if (/^[0-9a-f]{40}$/i.test(text)) return undefined
  const match = /^(\d+(?:\.\d+){1,4})(?:[-_]?([a-z][0-9a-z.-]*|(?<=[-_])[0-9a-z.-]+))?(?:\+[0-9a-z.-]+)?$/i.exec(text)
  if (match) {
    const numbers = (match[1] as string).split('.')
    if (policy === 'calendar') return { numbers: [...numbers, ...numbersIn(match[2] ?? '')], preRelease: [] }
    return { numbers, preRelease: (match[2] ?? '').split('.').filter((part) => part !== '') }
  }
  if (policy === 'calendar') {
    const numbers = numbersIn(text)
    return numbers.length > 0 && /^\d/.test(text) ? { numbers, preRelease: [] } : undefined
  }
  // Build numbers: 4711. Seven digits and more could be a commit's beginning, but no such service mixes the two.
  return /^\d{1,12}$/.test(text) ? { numbers: [text], preRelease: [] } : undefined
}

const withoutPrefix = (version: string): string => {
  const tag = version.trim().replace(/^refs\/tags\//, '')
  const name = tag.slice(tag.lastIndexOf('@') + 1) || tag
  return name.replace(/^(?:[a-z][a-z0-9]*[-_/])*?(?:release|rel|version|ver|v)?[-_./]?(?=\d)/i, '')
}

const numbersIn = (text: string): string[] => text.match(/\d+/g) ?? []

/**
 * Text that sorts, byte by byte, as the releases of a service do under its policy. Versions that cannot be compared
 * sort below all that can, by the time they were first known. Different versions never share a key.
 *
 * @param since epoch ms of the first deployment, or of the first mention while there is none
 */
export function orderKey(version: string, policy: OrderPolicy, since: number): string {
  const parsed = parseVersion(version, policy)
  if (!parsed) return `1${String(Math.max(0, since)).padStart(15, '0')} ${version}`
  const significant = withoutTrailingZeros(parsed.numbers)
  const numbers = significant.map((number) => encodeNumber(number)).join('')
  const rest =
    parsed.preRelease.length === 0
      ? '~'
      : `!${parsed.preRelease.map((part) => (/^\d+$/.test(part) ? `0${encodeNumber(part)} ` : `1${part} `)).join('')}`
  // The space ends the numbers below any further one, so that 1.2 and 1.2.0 are equal and both below 1.2.1.
  return `2${numbers} ${rest} ${version}`
}

const withoutTrailingZeros = (numbers: readonly string[]): string[] => {
  const kept = [...numbers]
  while (kept.length > 1 && /^0+$/.test(kept.at(-1) as string)) kept.pop()
  return kept
}

/** Digits with their length in front, so that 9 sorts before 10. */
const encodeNumber = (digits: string): string => {
  const significant = digits.replace(/^0+(?=\d)/, '')
  return `${String(significant.length).padStart(3, '0')}${significant}`
}

/**
 * What kind of release a version is, by the first number in which it differs from the one before it.
 *
 * @param previous the highest comparable, proper release below it; undefined when there is none, then the version's
 *   own shape decides (4.0.0 major, 4.18.0 minor, 4.18.2 patch)
 * @returns unknown when the policy cannot compare them; calendar versions say when, not how much, so they are unknown too
 */
export function releaseKind(version: string, previous: string | undefined, policy: OrderPolicy): ReleaseKind {
  const parsed = parseVersion(version, policy)
  if (!parsed) return 'unknown'
  if (parsed.preRelease.length > 0) return 'pre-release'
  if (policy === 'calendar' || parsed.numbers.length === 1) return 'unknown'
  const before = previous === undefined ? undefined : parseVersion(previous, policy)
  const changed = before
    ? parsed.numbers.findIndex((number, i) => Number(number) !== Number(before.numbers[i] ?? 0))
    : parsed.numbers.findLastIndex((number) => Number(number) !== 0)
  return changed === 0 ? 'major' : changed === 1 ? 'minor' : changed > 1 ? 'patch' : 'unknown'
}

export const isProperRelease = (version: string, policy: OrderPolicy): boolean =>
  parseVersion(version, policy)?.preRelease.length === 0
