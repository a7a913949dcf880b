import { median } from '../statistics/median.ts'
import { normalCdf } from '../statistics/normal.ts'
import { rankSumTest } from '../statistics/rank-sum.ts'
import { sum } from '../statistics/sum.ts'
import { counted, grouped } from '../text/wording.ts'
import type { FailuresInStretch } from './change-failures.ts'
import type { ReleaseColumn, TrendRelease } from './release-quality.ts'

/** Something that moved, with both numbers and how much they rest on. */
export interface Moved {
  /** The chart that has its numbers, each with its rows. */
  readonly chart: 'releases' | 'flow' | 'services' | 'failures'
  readonly title: string
  readonly text: string
}

/** What chance alone would show more often than this is not told. */
export const CHANCE = 0.05
/** On each side; below, the approximations do not hold. */
const LEAST_RELEASES = 8
const LEAST_COUNT = 20

/** Whether the later half of the releases brought fewer or more defects than the earlier half (Mann-Whitney). */
export function releasesMoved(columns: readonly ReleaseColumn<TrendRelease>[]): Moved | undefined {
  const totals = columns.filter(({ young }) => !young).map(({ total }) => total)
  const half = Math.floor(totals.length / 2)
  if (half < LEAST_RELEASES) return undefined
  const before = totals.slice(0, totals.length - half)
  const after = totals.slice(totals.length - half)
  if (rankSumTest(before, after) >= CHANCE) return undefined
  const [was, is] = [median(before), median(after)]
  if (was === is) return undefined
  return {
    chart: 'releases',
    title: is < was ? 'Releases got quieter' : 'Releases bring more defects',
    text: `Median ${is} in the first 14 days of the last ${after.length} releases, ${was} of the ${before.length} before.`,
  }
}

export interface Flow {
  readonly found: number
  readonly fixed: number
  readonly givenUp: number
  readonly openBefore: number
  readonly openAfter: number
}

/** Whether more defects came than went, or fewer: two counts that would be equal on average. */
export function backlogMoved({ found, fixed, givenUp, openBefore, openAfter }: Flow): Moved | undefined {
  const closed = fixed + givenUp
  if (found + closed < LEAST_COUNT || chanceOf((found - closed) / Math.sqrt(found + closed)) >= CHANCE) return undefined
  const dropped = givenUp > 0 ? `, ${grouped(givenUp)} given up` : ''
  return {
    chart: 'flow',
    title: found > closed ? 'Finding outpaces fixing' : 'Fixing outpaces finding',
    text: `${grouped(found)} found, ${grouped(fixed)} fixed${dropped}. Open defects went from ${grouped(openBefore)} to ${grouped(openAfter)}.`,
  }
}

export interface ServiceRate {
  readonly service: string
  readonly defects: number
  readonly deployments: number
}

/** Which service has more new defects for each deployment than the next, of those deployed at least twenty times. */
export function worstService(rates: readonly ServiceRate[]): Moved | undefined {
  const [first, second] = rates
    .filter(({ deployments }) => deployments >= LEAST_COUNT)
    .sort((a, b) => perTen(b) - perTen(a))
  if (!first || !second || first.defects < LEAST_COUNT) return undefined
  const spread = Math.sqrt(first.defects / first.deployments ** 2 + second.defects / second.deployments ** 2)
  if (chanceOf((perTen(first) - perTen(second)) / 10 / spread) >= CHANCE) return undefined
  const rate = (one: ServiceRate) => `${perTen(one).toFixed(1)}`
  return {
    chart: 'services',
    title: `${first.service} has the most`,
    text: `${rate(first)} new defects for every 10 deployments (${first.defects} in ${first.deployments}). ${second.service} is next with ${rate(second)} (${second.defects} in ${second.deployments}).`,
  }
}

const perTen = ({ defects, deployments }: ServiceRate): number => (10 * defects) / deployments

/** Whether changes fail less or more often in the later half of the stretches than in the earlier one. */
export function failuresMoved(stretches: readonly FailuresInStretch[]): Moved | undefined {
  const half = Math.floor(stretches.length / 2)
  const [before, after] = [stretches.slice(0, stretches.length - half), stretches.slice(stretches.length - half)].map(
    (part) => ({ failed: sum(part.map(({ failed }) => failed)), ripe: sum(part.map(({ ripe }) => ripe)) }),
  ) as [{ failed: number; ripe: number }, { failed: number; ripe: number }]
  if (before.ripe < LEAST_COUNT || after.ripe < LEAST_COUNT) return undefined
  const pooled = (before.failed + after.failed) / (before.ripe + after.ripe)
  const spread = Math.sqrt(pooled * (1 - pooled) * (1 / before.ripe + 1 / after.ripe))
  const [was, is] = [before.failed / before.ripe, after.failed / after.ripe]
  if (!(spread > 0) || chanceOf((is - was) / spread) >= CHANCE) return undefined
  const told = ({ failed, ripe }: { failed: number; ripe: number }) =>
    `${Math.round((100 * failed) / ripe)} % (${failed} of ${counted(ripe, 'deployment')})`
  return {
    chart: 'failures',
    title: is < was ? 'Changes fail less often' : 'Changes fail more often',
    text: `${told(after)} in the later half of the time, ${told(before)} in the earlier.`,
  }
}

/** Two-sided, of a standard normal value. */
const chanceOf = (z: number): number => 2 * normalCdf(-Math.abs(z))
