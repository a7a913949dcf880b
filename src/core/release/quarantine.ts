import { familyOf, type Version } from './version.ts'

/**
 * Versions that somebody's build made up: they stay known, but count in no order, no kind and no baseline until a
 * deployment shows that such a release exists.
 */
export interface VersionRange {
  /** The highest that was deployed, of each family that has one. */
  readonly highest: (version: Version) => Version | undefined
  /** When the version was first heard of, epoch ms. */
  readonly since: number
}

/** Names of what is newest somewhere, or of nothing at all; as whole versions. */
const PLACEHOLDERS = new Set([
  ...['latest', 'stable', 'edge', 'nightly', 'canary', 'current', 'default', 'newest', 'next'],
  ...['dev', 'devel', 'develop', 'development', 'snapshot', 'local', 'localhost', 'test', 'testing'],
  ...['head', 'main', 'master', 'trunk', 'staging', 'production', 'prod', 'release', 'version'],
  ...['unknown', 'unspecified', 'undefined', 'null', 'none', 'nil', 'nan', 'na', 'n/a', 'tbd', 'todo', 'true', 'false'],
])

/** What a template leaves behind when nobody filled it in: `${VERSION}`, `{{ version }}`, `%VERSION%`, `__VERSION__`. */
const UNFILLED = /\$\{|\{\{|\$\(|<%|^\$\w+$|^%\w+%$|^@[\w.]+@$|^__\w+__$/

/** A jump in the first number by more than this, and to more than twice what there was, is nobody's next version. */
const LARGEST_JUMP = 50
const LARGEST_BUILD_FACTOR = 100
const YEARS_AHEAD = 2
const YEAR_MS = 365.25 * 24 * 3_600_000

/**
 * Why a version that was never deployed does not count, as the end of a sentence that begins with it; undefined when it
 * counts.
 */
export function quarantineReason(version: Version, range: VersionRange): string | undefined {
  const text = version.text.trim().toLowerCase()
  if (PLACEHOLDERS.has(text) || UNFILLED.test(version.text) || !/[a-z0-9]/i.test(text))
    return 'is a placeholder, not a version'
  const family = familyOf(version)
  if (family === undefined) return undefined
  const first = Number(version.numbers[0])
  if (version.numbers.every((number) => number === '0')) return 'is what builds are called before they have a version'
  if (family === 'calendar')
    return first > 1970 + range.since / YEAR_MS + YEARS_AHEAD ? 'lies years in the future' : undefined
  if (family === 'numbers' && first >= 99 && version.numbers.every((number) => /^9+$/.test(number)))
    return 'is all nines, as placeholders are'
  const highest = range.highest(version)
  if (!highest) return undefined
  const known = Number(highest.numbers[0])
  const isFar =
    family === 'build' ? first > known * LARGEST_BUILD_FACTOR : first > Math.max(known + LARGEST_JUMP, known * 2)
  return isFar ? `is far above ${highest.text}, the highest that was deployed` : undefined
}
