import { logNegativeBinomialLikelihood } from '../statistics/negative-binomial.ts'
import { sum } from '../statistics/sum.ts'
import {
  type CountedLife,
  type DiscoveryCurve,
  discoveryCurve,
  type Expectation,
  expectationsAt,
} from './discovery-curve.ts'
import type { EvidenceStep } from './more-than-before.ts'

/**
 * How much releases of one place differ from each other, learned from the earlier ones, and what that says of a new one.
 *
 * Model: a release shows Poisson many defects around level × curve(age) × quality, its quality drawn from a gamma
 * distribution with mean 1 and variance `spread`. So counts are negative binomial. Level and spread are not known; each
 * pair of them on a grid is weighted by how well it explains the counts of the earlier releases.
 */
export interface UsualSpread {
  readonly curve: DiscoveryCurve
  readonly cells: readonly Cell[]
  /** How many releases it was learned from. */
  readonly releases: number
}

interface Cell {
  readonly level: number
  readonly spread: number
  readonly weight: number
}

/**
 * Squares of the coefficient of variation between releases. In 243 releases of five Apache projects it was 0.21 to
 * 0.85; 1.4 is one release in thirty with more than four times the mean.
 */
const SPREADS = [0.03, 0.08, 0.15, 0.25, 0.4, 0.6, 0.9, 1.3, 1.9, 2.8]
/** Before any release is seen: about e^(−spread / 0.9) each, so that an uneven place needs no proof to be allowed for. */
const PRIOR_SPREAD = 0.9
/** Levels from a seventh of the curve's to seven times, each as likely as the next before anything is seen. */
const LEVELS = Array.from({ length: 17 }, (_, i) => Math.exp(-2 + i / 4))
const NEGLIGIBLE = 1e-7

/**
 * @param recent the releases to compare with: they tell the level
 * @param older  further back: they tell how much releases differ and when they show their defects, at whatever level theirs was
 * O((recent + older) × 170)
 */
export function usualSpread(recent: readonly CountedLife[], older: readonly CountedLife[]): UsualSpread {
  const curve = discoveryCurve([...recent, ...older])
  const recentCounts = recent.map((life) => countAndExpectation(curve, life))
  const olderCounts = older.map((life) => countAndExpectation(curve, life))
  const logs = SPREADS.flatMap((spread) => {
    const prior = -spread / PRIOR_SPREAD
    const ofRecent = explanation(recentCounts, spread)
    const ofOlder = logOfSum(LEVELS.map(explanation(olderCounts, spread)))
    return LEVELS.map((level) => ({ level, spread, log: prior + ofOlder + ofRecent(level) }))
  })
  const total = logOfSum(logs.map(({ log }) => log))
  const cells = logs.map(({ level, spread, log }) => ({ level, spread, weight: Math.exp(log - total) }))
  const kept = cells.filter(({ weight }) => weight > NEGLIGIBLE)
  return { curve, cells: kept, releases: recent.length + older.length }
}

interface Counts {
  readonly found: number
  readonly expected: number
}

function countAndExpectation(curve: DiscoveryCurve, life: CountedLife): Counts {
  const [expectation] = expectationsAt(curve, life, [life.life])
  return { found: life.ages.length, expected: (expectation as Expectation).expected }
}

/** ln P(the counts) at a level. */
function explanation(counts: readonly Counts[], spread: number): (level: number) => number {
  const parts = counts.map(({ found, expected }) => ({
    of: logNegativeBinomialLikelihood(found, 1 / spread),
    expected,
  }))
  return (level) => sum(parts.map(({ of, expected }) => of(level * expected)))
}

/** How many times worse a bad release is taken to be; the evidence is the mean over them. */
const RATIOS = [5, 10]
/** A bad release is r times a usual one, not r times an outlier: under the alternative releases differ no more than this. */
const MOST_SPREAD_OF_WORSE = 0.3

/**
 * Is this beyond what releases here differ by anyway? For each own defect the probability of so many by that age under
 * "5 or 10 times the usual" over that under "one more release like the others", both averaged over what level and spread
 * may be. A Bayes factor with a proper null, so, in a world like the model's, an e-process: it reaches 100 for at most
 * 1 in 100 releases of the usual kind. That the world is like that is the assumption; docs/verdict.md has the measurements.
 *
 * @returns a step per defect of the new release, in order; O(defects × 170)
 */
export function beyondUsualSpread(release: CountedLife, spread: UsualSpread): EvidenceStep[] {
  const expectations = expectationsAt(spread.curve, release, release.ages)
  const evidence = spreadEvidence(spread)
  return release.ages.map((age, i) => ({
    age,
    evidence: evidence(i + 1, expectations[i] as Expectation),
    found: i + 1,
  }))
}

/** The same for a count and an expectation. */
export function spreadEvidence({ cells, curve }: UsualSpread): (found: number, at: Expectation) => number {
  const worseCells = cells.map((cell) => ({ ...cell, spread: Math.min(cell.spread, MOST_SPREAD_OF_WORSE) }))
  return (found, at) => {
    const uncertainty = curveUncertainty(curve, at)
    const usual = logProbability(cells, found, uncertainty)
    const worse = logProbability(worseCells, found, uncertainty)
    return Math.exp(logOfSum(RATIOS.map((ratio) => worse(ratio * at.expected))) - usual(at.expected)) / RATIOS.length
  }
}

/** ln P(found) over the cells, by what the curve expects. */
function logProbability(cells: readonly Cell[], found: number, uncertainty: number): (expected: number) => number {
  const likelihoods = new Map<number, (mean: number) => number>()
  const parts = cells.map(({ level, spread, weight }) => {
    const known = likelihoods.get(spread)
    const likelihood = known ?? logNegativeBinomialLikelihood(found, 1 / (spread + uncertainty))
    if (!known) likelihoods.set(spread, likelihood)
    return { level, likelihood, log: Math.log(weight) }
  })
  return (expected) => logOfSum(parts.map(({ level, likelihood, log }) => log + likelihood(level * expected)))
}

/**
 * The curve at a young age rests on fewer defects than as a whole, which the level already allows for: relative
 * variance 1/n(age) − 1/n.
 */
const curveUncertainty = (curve: DiscoveryCurve, { basedOn }: Expectation): number =>
  1 / (basedOn + 1) - 1 / (curve.discoveries.length + 1)

/** Range and middle of what usual releases show: at most 5 % below `low`, half by `median`, 5 % above `high`. */
export interface UsualRange {
  readonly low: number
  readonly median: number
  readonly high: number
}

/** O(170 × high). */
export function usualRange({ cells, curve }: UsualSpread, at: Expectation): UsualRange {
  const uncertainty = curveUncertainty(curve, at)
  const reached: number[] = []
  let probability = 0
  for (let count = 0; reached.length < QUANTILES.length; count++) {
    probability += Math.exp(logProbability(cells, count, uncertainty)(at.expected))
    while (reached.length < QUANTILES.length && probability >= (QUANTILES[reached.length] as number))
      reached.push(count)
  }
  const [low, median, high] = reached as [number, number, number]
  return { low, median, high }
}

const QUANTILES = [0.05, 0.5, 0.95]

function logOfSum(logs: readonly number[]): number {
  const largest = Math.max(...logs)
  return largest + Math.log(logs.reduce((total, log) => total + Math.exp(log - largest), 0))
}
