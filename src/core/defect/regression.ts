import type { EnvironmentTier } from '../event.ts'
import { compareVersions, releaseLine, type Version } from '../release/version.ts'
import { type FixPromise, promiseWords } from './fix.ts'

/** What a sighting of a fixed defect means. Only `regression` opens it again and counts against the release. */
export type RegressionAnswer =
  | 'regression'
  /** It may be one; a person has to look. */
  | 'possible regression'
  | 'old version still affected'
  | 'reappeared by rollback'
  /** Seen while the release with the fix was still being rolled out. */
  | 'straggler'
  | 'unknown'

export interface RegressionJudgement {
  readonly answer: RegressionAnswer
  /** The comparison in words: "Seen in 8.1.3; fixed in 8.1.2 on the same line." */
  readonly sentence: string
}

/** A release in which the defect is said to be fixed. */
export interface FixedRelease {
  readonly version: Version
  readonly firstDeployedAt: number | undefined
}

/** A release in which it was seen. */
export interface SeenRelease {
  readonly version: Version
  readonly firstDeployedAt: number | undefined
  /** What the commits tell, by the text of the fixed version: true contains it, false does not; absent: they do not tell. */
  readonly contains: ReadonlyMap<string, boolean>
}

export interface RanThen {
  readonly environment: string
  readonly release: SeenRelease
  /** Of the environments that count, the share that ran this release, in (0, 1]. */
  readonly share: number
  readonly since: number
  /** Put back by a rollback. */
  readonly rollback: boolean
}

export interface RegressionFacts {
  readonly fixes: readonly FixedRelease[]
  /** Promises that no deployment has kept yet. */
  readonly promises: readonly FixPromise[]
  /** When it was said to be fixed. */
  readonly claimedAt: number
  readonly sighting: {
    readonly at: number
    /** Undefined: it named none, or one that does not count. */
    readonly release: SeenRelease | undefined
    readonly tier: EnvironmentTier | undefined
  }
  /** What ran where it was seen, just before it was. */
  readonly ran: RanThen | undefined
  /** Of the environment in which the defect was found. */
  readonly tier: EnvironmentTier | undefined
}

/** So long after a rollout old processes may still speak. */
export const STRAGGLER_MS = 15 * 60_000
/** From this share on an environment runs one release. */
const ALMOST_ALL = 0.95

/** Judges one sighting of a defect that counted as fixed when it was seen. Never throws. */
export function judgeSighting(facts: RegressionFacts): RegressionJudgement {
  const { fixes, sighting, ran } = facts
  if (fixes.length === 0) return withoutFix(facts)
  if (!sighting.release && ran && ran.share < ALMOST_ALL) {
    const has = containsFix(ran.release, fixes)
    return has.contains
      ? say(
          'possible regression',
          `No version was reported, and several were live; the newest: ${uncapital(has.sentence)}`,
        )
      : say('unknown', `No version was reported, and several were live in ${ran.environment}.`)
  }
  const seen = sighting.release ?? ran?.release
  if (!seen) return say('unknown', 'No version was reported, and none is known to have been live.')
  const words = (sentence: string): string =>
    sighting.release || !ran
      ? sentence
      : `No version was reported; ${ran.environment} was running ${told(seen.version)}. ${sentence}`

  const { contains, sentence } = containsFix(seen, fixes)
  if (contains === undefined) {
    const firsts = fixes.flatMap(({ firstDeployedAt }) => firstDeployedAt ?? [])
    const isAfter = sighting.at > Math.min(...firsts) + STRAGGLER_MS
    return say(isAfter ? 'possible regression' : 'unknown', words(sentence))
  }
  if (!contains)
    return ran?.rollback && ran.release.version.text === seen.version.text
      ? say('reappeared by rollback', words(`${sentence} A rollback had put it back.`))
      : say('old version still affected', words(sentence))
  if (!sighting.release && ran && sighting.at < ran.since + STRAGGLER_MS)
    return say(
      'straggler',
      words(`It had been live for less than a quarter of an hour; older processes may still have run.`),
    )
  if (sighting.tier && facts.tier && sighting.tier !== facts.tier)
    return say(
      'possible regression',
      words(`${sentence} It was found in ${facts.tier}, and seen again in ${sighting.tier}.`),
    )
  return say('regression', words(sentence))
}

const say = (answer: RegressionAnswer, sentence: string): RegressionJudgement => ({ answer, sentence })
const uncapital = (sentence: string): string => sentence.charAt(0).toLowerCase() + sentence.slice(1)

/** Nobody named a release: all that is left is whether what was seen is younger than the word "fixed". */
function withoutFix({ promises, claimedAt, sighting, ran }: RegressionFacts): RegressionJudgement {
  const [promise] = promises
  if (promise)
    return say(
      'old version still affected',
      `The fix is promised for ${promiseWords(promise)}; none was deployed since.`,
    )
  const seen = sighting.release ?? ran?.release
  const first = seen?.firstDeployedAt
  if (!seen || first === undefined || first <= claimedAt)
    return say('unknown', 'It is said to be fixed, but not in which release.')
  return say(
    'possible regression',
    `Seen in ${told(seen.version)}, first deployed after it was said to be fixed; nobody said in which release.`,
  )
}

/** Whether a release contains a fix, and the comparison in words; undefined when nothing tells. */
export function containsFix(
  seen: SeenRelease,
  fixes: readonly FixedRelease[],
): { readonly contains: boolean | undefined; readonly sentence: string } {
  const known = fixes.find(({ version }) => seen.contains.get(version.text) === true)
  if (known) return yes(`Seen in ${told(seen.version)}, whose commits include ${told(known.version)}, which fixes it.`)
  // A fix that the commits rule out says nothing about the others.
  const open = fixes.filter(({ version }) => seen.contains.get(version.text) !== false)
  if (open.length === 0)
    return no(`Seen in ${told(seen.version)}, whose commits do not include the fix in ${list(fixes)}.`)
  return byLine(seen, open) ?? byVersion(seen, open) ?? byDeployment(seen, open)
}

const yes = (sentence: string) => ({ contains: true, sentence })
const no = (sentence: string) => ({ contains: false, sentence })

/** A fix on the line of what was seen decides for that line. */
function byLine(seen: SeenRelease, fixes: readonly FixedRelease[]) {
  const line = releaseLine(seen.version)
  const onLine = line === undefined ? [] : fixes.filter(({ version }) => releaseLine(version) === line)
  if (onLine.length === 0) return undefined
  const reached = onLine.filter(({ version }) => isFrom(seen.version, version))
  if (reached.length === 0)
    return no(`Seen in ${told(seen.version)}, before the fix in ${list(onLine)} on the same line.`)
  const fix = highest(reached)
  return compareVersions(seen.version, fix.version) === 0
    ? yes(`Seen in ${told(seen.version)}, the release that fixes it.`)
    : yes(`Seen in ${told(seen.version)}; fixed in ${told(fix.version)} on the same line.`)
}

/** A higher version contains the fix of a lower one; a lower line (8.0.1 after 8.1.0) does not. */
function byVersion(seen: SeenRelease, fixes: readonly FixedRelease[]) {
  const comparable = fixes.filter(({ version }) => compareVersions(seen.version, version) !== undefined)
  if (comparable.length === 0) return undefined
  const line = releaseLine(seen.version)
  const reached = comparable.filter(({ version }) => isFrom(seen.version, version))
  if (reached.length > 0) {
    const fix = highest(reached)
    if (compareVersions(seen.version, fix.version) === 0)
      return yes(`Seen in ${told(seen.version)}, the release that fixes it.`)
    return yes(
      `Seen in ${told(seen.version)}; fixed in ${told(fix.version)}${line === undefined ? '' : ', a lower line'}.`,
    )
  }
  // A fix named by its commit may still tell by its first deployment.
  const others = byDeployment(
    seen,
    fixes.filter((fix) => !comparable.includes(fix)),
  )
  if (others.contains) return others
  return no(
    line === undefined
      ? `Seen in ${told(seen.version)}, which is before ${list(comparable)}, where it is fixed.`
      : `Seen in ${told(seen.version)}; fixed in ${list(comparable)}, a higher line, and nothing is said of line ${line}.`,
  )
}

/** What cannot be compared follows the order of first deployments. */
function byDeployment(seen: SeenRelease, fixes: readonly FixedRelease[]) {
  const same = fixes.find(({ version }) => version.text === seen.version.text)
  if (same) return yes(`Seen in ${told(seen.version)}, the release that fixes it.`)
  const first = seen.firstDeployedAt
  const dated = fixes.filter(({ firstDeployedAt }) => firstDeployedAt !== undefined)
  if (first === undefined || dated.length === 0)
    return {
      contains: undefined,
      sentence: `Seen in ${told(seen.version)}, which cannot be compared with ${list(fixes)}.`,
    }
  const reached = dated.find(({ firstDeployedAt }) => first >= (firstDeployedAt as number))
  return reached
    ? yes(`Seen in ${told(seen.version)}, first deployed after ${told(reached.version)}, which fixes it.`)
    : no(`Seen in ${told(seen.version)}, first deployed before ${list(dated)}, where it is fixed.`)
}

const isFrom = (seen: Version, fix: Version): boolean => (compareVersions(seen, fix) ?? -1) >= 0

const highest = (fixes: readonly FixedRelease[]): FixedRelease =>
  fixes.reduce((high, one) => ((compareVersions(one.version, high.version) ?? 0) > 0 ? one : high))

const list = (fixes: readonly FixedRelease[]): string => fixes.map(({ version }) => told(version)).join(', ')

/** A commit is told by the beginning of it, as people do. */
const told = ({ text }: Version): string => (/^[0-9a-f]{40}([0-9a-f]{24})?$/i.test(text) ? text.slice(0, 10) : text)
