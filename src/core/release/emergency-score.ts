import type { Severity } from '../event.ts'

/**
 * Was this release outside the normal path? A sum of reasons, each shown with its points. The weights are judgement, not
 * measurement: docs/versions.md.
 */
export interface EmergencyFacts {
  /** A sender says it is one. */
  readonly stated: boolean
  /** Version, name and merged branches: where people write "hotfix". */
  readonly texts: readonly string[]
  /** S1 and S2 defects that it is said to fix and that were known before it went live. */
  readonly fixes: readonly { readonly defectId: number; readonly severity: Severity }[]
  /** It goes on from what was live, while a higher line had been released already. */
  readonly branched: { readonly from: string; readonly passing: string } | undefined
  /** Its first production deployment; undefined while there is none. */
  readonly production: ProductionFacts | undefined
  /** Commits listed for it; 0 when nobody listed any. */
  readonly commits: number
}

export interface ProductionFacts {
  readonly at: number
  /** Those before it in the same environment, the newest first. */
  readonly earlier: readonly number[]
  /** Releases that reached production there before it, the newest first, each with the environments it had passed. */
  readonly paths: readonly (readonly string[])[]
  /** Environments that this release had passed. */
  readonly passed: readonly string[]
}

export interface EmergencyReason {
  readonly kind: 'stated' | 'fixes-grave-defect' | 'branched-from-live' | 'quick' | 'unusual-hour' | 'skipped'
  readonly sentence: string
  readonly points: number
  /** The defects it speaks of. */
  readonly defectIds?: readonly number[]
}

export interface EmergencyScore {
  readonly points: number
  /** `ask`: a person should say. */
  readonly verdict: 'emergency' | 'ask' | 'normal'
  readonly reasons: readonly EmergencyReason[]
}

const POINTS = { stated: 3, fix: 2, branched: 2, quick: 1, hour: 1, skipped: 1 } as const
const EMERGENCY_FROM = 3
const ASK_FROM = 2

const FEW_COMMITS = 3
/** A usual pace needs so many intervals, usual hours so many deployments, a usual path so many releases. */
const LEAST_INTERVALS = 10
const LEAST_DEPLOYMENTS = 50
const LEAST_PATHS = 5
const QUICK_QUANTILE = 0.1
const RARE_HOUR_SHARE = 0.02
const USUAL_PATH_SHARE = 0.8

const HOUR_MS = 3_600_000

/** Never throws; O(what the facts hold). */
export function emergencyScore(facts: EmergencyFacts): EmergencyScore {
  const reasons = [
    statedReason(facts),
    fixReason(facts),
    branchedReason(facts),
    quickReason(facts),
    hourReason(facts.production),
    skippedReason(facts.production),
  ].filter((reason) => reason !== undefined)
  return { ...verdictOn(reasons.reduce((sum, { points }) => sum + points, 0)), reasons }
}

export const verdictOn = (points: number): Pick<EmergencyScore, 'points' | 'verdict'> => ({
  points,
  verdict: points >= EMERGENCY_FROM ? 'emergency' : points >= ASK_FROM ? 'ask' : 'normal',
})

function statedReason({ stated, texts }: EmergencyFacts): EmergencyReason | undefined {
  const points = POINTS.stated
  if (stated) return { kind: 'stated', sentence: 'Its sender says that it is an emergency release.', points }
  const text = texts.find((one) => /(?<![a-z])(?:hot-?fix|emergency)(?![a-z])/i.test(one))
  return text === undefined
    ? undefined
    : { kind: 'stated', sentence: `It is called so: “${text.slice(0, 80)}”.`, points }
}

function fixReason({ fixes }: EmergencyFacts): EmergencyReason | undefined {
  const [worst] = fixes.map(({ severity }) => severity).sort()
  if (!worst) return undefined
  const defects = fixes.length === 1 ? `a defect of severity ${worst}` : `${fixes.length} defects, the worst ${worst},`
  return {
    kind: 'fixes-grave-defect',
    sentence: `It fixes ${defects} known before it went live.`,
    points: POINTS.fix,
    defectIds: fixes.map(({ defectId }) => defectId).sort((a, b) => a - b),
  }
}

const branchedReason = ({ branched }: EmergencyFacts): EmergencyReason | undefined =>
  branched && {
    kind: 'branched-from-live',
    sentence: `It goes on from ${branched.from}, which was live, although ${branched.passing} had been released already.`,
    points: POINTS.branched,
  }

function quickReason({ production, commits }: EmergencyFacts): EmergencyReason | undefined {
  const [last] = production?.earlier ?? []
  if (!production || last === undefined || commits < 1 || commits > FEW_COMMITS) return undefined
  const intervals = production.earlier.slice(1).map((at, i) => (production.earlier[i] as number) - at)
  if (intervals.length < LEAST_INTERVALS) return undefined
  const tenth = intervals.sort((a, b) => a - b)[Math.floor(intervals.length * QUICK_QUANTILE)] as number
  const own = production.at - last
  if (own >= tenth) return undefined
  return {
    kind: 'quick',
    sentence: `Only ${inHours(own)} after the deployment before it, with ${commits} ${commits === 1 ? 'commit' : 'commits'}; nine of ten come later than ${inHours(tenth)}.`,
    points: POINTS.quick,
  }
}

function hourReason(production: ProductionFacts | undefined): EmergencyReason | undefined {
  if (!production || production.earlier.length < LEAST_DEPLOYMENTS) return undefined
  const hour = hourOf(production.at)
  const near = production.earlier.filter((at) => {
    const apart = Math.abs(hourOf(at) - hour)
    return Math.min(apart, 24 - apart) <= 1
  }).length
  if (near / production.earlier.length >= RARE_HOUR_SHARE) return undefined
  return {
    kind: 'unusual-hour',
    sentence: `Deployed at ${String(hour).padStart(2, '0')} h UTC; ${near} of the ${production.earlier.length} deployments before it were near that hour.`,
    points: POINTS.hour,
  }
}

function skippedReason(production: ProductionFacts | undefined): EmergencyReason | undefined {
  if (!production || production.paths.length < LEAST_PATHS) return undefined
  const environments = [...new Set(production.paths.flat())].sort()
  for (const environment of environments) {
    const passing = production.paths.filter((path) => path.includes(environment)).length
    if (passing / production.paths.length < USUAL_PATH_SHARE || production.passed.includes(environment)) continue
    return {
      kind: 'skipped',
      sentence: `It was not in ${environment} first, as ${passing} of the ${production.paths.length} releases before it were.`,
      points: POINTS.skipped,
    }
  }
  return undefined
}

const hourOf = (at: number): number => Math.floor(at / HOUR_MS) % 24

const inHours = (ms: number): string =>
  ms < HOUR_MS ? `${Math.round(ms / 60_000)} min` : `${Math.round((ms / HOUR_MS) * 10) / 10} h`
