/**
 * How the releases of one service are put in order.
 * - `semver`: by what the versions say, each scheme in itself (SemVer 2.0 §11 precedence, two to five numbers, calendar
 *   versions, build numbers); a service that changes its scheme goes on above the old one
 * - `calendar`: by all the numbers in the version, left to right
 * - `deployed-at`: by first deployment, for services whose versions say nothing
 * - `manual`: as a person listed them; those not listed by first deployment
 */
export type OrderPolicy = 'semver' | 'calendar' | 'deployed-at' | 'manual'
export const ORDER_POLICIES: readonly OrderPolicy[] = ['semver', 'calendar', 'deployed-at', 'manual']

/** `listed`: the versions in the order a person gave, lowest first; only the manual policy reads it. */
export interface OrderRule {
  readonly policy: OrderPolicy
  readonly listed?: readonly string[]
}

const BY_VERSION: OrderRule = { policy: 'semver' }

/** `sha` and `opaque` versions say nothing about their order; the others compare within their family. */
export type Scheme = 'semver' | 'numeric' | 'calver' | 'build' | 'sha' | 'opaque'

/** A version as far as its text can be understood. */
export interface Version {
  readonly text: string
  readonly scheme: Scheme
  /** Digits without leading zeros, of any length. */
  readonly numbers: readonly string[]
  /** Identifiers that make it come before the proper release; empty for a proper one. */
  readonly preRelease: readonly string[]
  /** What a calendar version says beside its numbers, such as a commit: of two that differ in it neither is known to be later. */
  readonly remark: string
}

const LONGEST = 200

/** Reads a version as the rule of its service sees it. Any text is some version; never throws. */
export function readVersion(text: string, { policy, listed = [] }: OrderRule = BY_VERSION): Version {
  const rank = policy === 'manual' ? listed.indexOf(text) : -1
  if (rank >= 0) return { ...version(text, 'build'), numbers: [String(rank)] }
  if (text.length > LONGEST || policy === 'deployed-at' || policy === 'manual') return version(text, 'opaque')
  const name = nameIn(text)
  const bare = withoutPrefix(name)
  if (isCommit(name) || isCommit(bare)) return version(text, 'sha')
  const read = policy === 'calendar' ? (calendarIn(bare) ?? numbersAlone(bare)) : readByShape(bare)
  return read ? { ...version(text, read.scheme), ...read } : version(text, 'opaque')
}

type Read = Pick<Version, 'scheme' | 'numbers'> & Partial<Version>

const version = (text: string, scheme: Scheme): Version => ({ text, scheme, numbers: [], preRelease: [], remark: '' })

/** 7 to 40 hexadecimal digits, a letter among them unless they are all 40; or the 64 of SHA-256. */
const isCommit = (text: string): boolean =>
  /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/i.test(text) || (/^[0-9a-f]{7,39}$/i.test(text) && /[a-f]/i.test(text))

/** `refs/tags/v1.2` and `shop@1.2` name v1.2 and 1.2. */
function nameIn(text: string): string {
  const tag = text.trim().replace(/^refs\/tags\//, '')
  return tag.slice(tag.lastIndexOf('@') + 1) || tag
}

/** Without what people put in front: `v`, `release-`, `checkout-v`, `team/checkout/`. */
const withoutPrefix = (name: string): string =>
  name.replace(/^(?:[a-z][a-z0-9]*[-_/])*?(?:release|rel|version|ver|v|r)?[-_./ ]?(?=\d)/i, '')

function readByShape(text: string): Read | undefined {
  const calendar = calendarIn(text)
  if (calendar) return calendar
  if (/^\d{1,12}$/.test(text)) return { scheme: 'build', numbers: [plain(text)] }
  const match = /^(\d+(?:[._]\d+){1,4})(?:[-_.]?([a-z][0-9a-z.-]*)|[-_]([0-9a-z.-]+))?(?:\+[0-9a-z.-]+)?$/i.exec(text)
  if (!match) return undefined
  const numbers = (match[1] as string).split(/[._]/).map(plain)
  const rest = match[2] ?? match[3] ?? ''
  const scheme = numbers.length === 3 ? 'semver' : 'numeric'
  // `git describe`: so many commits after that tag.
  const described = /^(\d+)-g[0-9a-f]{7,40}$/i.exec(rest)
  if (described) return { scheme, numbers: [...numbers, plain(described[1] as string)] }
  const preRelease = /^(?:final|ga|incubating|lts)\b/i.test(rest) ? [] : rest.split('.').flatMap(identifiersIn)
  return { scheme, numbers, preRelease }
}

/** `rc10` is rc number 10, after `rc9`; SemVer alone would compare them letter by letter. */
function identifiersIn(part: string): string[] {
  if (part === '') return []
  const [, word, number] = /^([a-z]+)(\d+)$/i.exec(part) ?? []
  return word !== undefined && number !== undefined ? [word, number] : [part]
}

/** `2024.01.31`, `2024-01-31.2`, `20240131`, `2024.1`, `2024.1-rc1`, `20240131-a1b2c3d`. */
function calendarIn(text: string): Read | undefined {
  const spread = text
    .replace(/^((?:19|20)\d\d)(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])(?!\d)/, '$1.$2.$3')
    .replace(/(\d)T(\d)/, '$1.$2')
  const parts = spread.split(/[-._+]/).filter((part) => part !== '')
  const [year = '', month = ''] = parts
  if (!/^(?:19[89]\d|20\d\d)$/.test(year) || !/^\d{1,2}$/.test(month) || Number(month) < 1 || Number(month) > 12)
    return undefined
  if (parts.some((part) => !/^[0-9a-z]+$/i.test(part))) return undefined
  const end = parts.findIndex((part) => !/^\d+$/.test(part))
  const numbers = (end < 0 ? parts : parts.slice(0, end)).map(plain)
  const rest = end < 0 ? [] : parts.slice(end)
  const isPreRelease = /^(?:rc|cr|alpha|beta|dev|pre|preview|snapshot)\d*$/i.test(rest[0] ?? '')
  return isPreRelease
    ? { scheme: 'calver', numbers, preRelease: rest.flatMap(identifiersIn) }
    : { scheme: 'calver', numbers, remark: rest.join('.') }
}

function numbersAlone(text: string): Read | undefined {
  const numbers = text.match(/\d+/g)
  return numbers && /^\d/.test(text) ? { scheme: 'calver', numbers: numbers.map(plain) } : undefined
}

/** Digits without leading zeros. */
export const plain = (digits: string): string => digits.replace(/^0+(?=\d)/, '')

/** Versions of different families cannot be compared by what they say; those without one never can. */
export type Family = 'numbers' | 'calendar' | 'build'

export function familyOf({ scheme }: Version): Family | undefined {
  switch (scheme) {
    case 'semver':
    case 'numeric':
      return 'numbers'
    case 'calver':
      return 'calendar'
    case 'build':
      return 'build'
    case 'sha':
    case 'opaque':
      return undefined
  }
}

/** A release that is no pre-release, as far as its version says. */
export const isProper = (one: Version): boolean => familyOf(one) !== undefined && one.preRelease.length === 0

/**
 * Which of two versions comes first, by SemVer 2.0 §11: numbers, then a pre-release before its release, then its
 * identifiers; build metadata does not count. A number that is not there is 0.
 *
 * @returns below, at or above 0; undefined when what they say does not tell
 */
export function compareVersions(a: Version, b: Version): number | undefined {
  if (familyOf(a) === undefined || familyOf(a) !== familyOf(b)) return a.text === b.text ? 0 : undefined
  for (let i = 0; i < Math.max(a.numbers.length, b.numbers.length); i++) {
    const difference = compareDigits(a.numbers[i] ?? '0', b.numbers[i] ?? '0')
    if (difference !== 0) return difference
  }
  const difference = comparePreReleases(a.preRelease, b.preRelease)
  return difference === 0 && a.remark !== b.remark ? undefined : difference
}

const compareDigits = (a: string, b: string): number => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0)

function comparePreReleases(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return Number(b.length > 0) - Number(a.length > 0)
  for (let i = 0; i < Math.min(a.length, b.length); i++) {
    const [x, y] = [a[i] as string, b[i] as string]
    const [xIsNumber, yIsNumber] = [isNumber(x), isNumber(y)]
    const difference =
      xIsNumber && yIsNumber
        ? compareDigits(plain(x), plain(y))
        : Number(yIsNumber) - Number(xIsNumber) || (x < y ? -1 : x > y ? 1 : 0)
    if (difference !== 0) return difference
  }
  return a.length - b.length
}

export const isNumber = (identifier: string): boolean => /^\d+$/.test(identifier)

/**
 * The release line a version is maintained on, major.minor as in `8.1`; undefined where a scheme has none.
 * A fix on a line says what is fixed on that line.
 */
export const releaseLine = (one: Version): string | undefined =>
  familyOf(one) === 'numbers' ? `${one.numbers[0] ?? '0'}.${one.numbers[1] ?? '0'}` : undefined

const FAMILIES: readonly (Family | undefined)[] = [undefined, 'build', 'calendar', 'numbers']

/** Of several names for one commit the one to call it by: the scheme that says most, then the highest version. */
export function bestName(names: readonly string[]): string | undefined {
  const versions = names.map((name) => readVersion(name))
  versions.sort(
    (a, b) =>
      FAMILIES.indexOf(familyOf(b)) - FAMILIES.indexOf(familyOf(a)) ||
      -(compareVersions(a, b) ?? 0) ||
      (a.text < b.text ? 1 : -1),
  )
  return versions[0]?.text
}
