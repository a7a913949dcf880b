import type { Bound } from '../../report.ts'
import type { Scores } from './attribution.ts'
import { METHODS } from './recorded.ts'
import type { Score } from './score.ts'

/** What is promised of the method, and what was measured. */

const RULES = ['latest of the project', 'latest of the service', 'stated version, else latest'] as const
const STATED = 'stated version, else latest'
const [ONLINE, NIGHTLY] = ['online', 'nightly'] as const

/** World → how many points online has to be above the rule that takes the stated version. */
const ABOVE: Readonly<Record<string, number>> = {
  moderate: 12,
  harsh: 7,
  'moderate, commits as versions': 7,
  'misspecified and harsh': 4,
  'time only': 2,
}

export function worldGoals(played: ReadonlyMap<string, Scores>): Bound[] {
  const of = (world: string, contestant: string): Score | undefined => played.get(world)?.[contestant]
  const bounds: Bound[] = []
  const least = (world: string, contestant: string, what: 'top1' | 'top3', percent: number) => {
    const score = of(world, contestant)
    if (score) bounds.push(atLeast(`${world}, ${contestant}: ${WHAT[what]}`, score[what], percent / 100))
  }
  least('moderate', ONLINE, 'top1', 53)
  least('moderate', NIGHTLY, 'top1', 55)
  least('moderate', ONLINE, 'top3', 70)
  least('clean', ONLINE, 'top1', 65)
  least('clean', ONLINE, 'top3', 80)
  for (const [world, points] of Object.entries(ABOVE)) {
    const [method, rule] = [of(world, ONLINE), of(world, STATED)]
    if (method && rule)
      bounds.push({
        promise: `${world}: online at least ${points} points above the stated version, else latest`,
        measured: `${(100 * (method.top1 - rule.top1)).toFixed(1)}`,
        met: method.top1 - rule.top1 >= points / 100,
      })
  }
  for (const contestant of [ONLINE, NIGHTLY]) {
    const moderate = of('moderate', contestant)
    if (!moderate) continue
    bounds.push(atLeast(`moderate, ${contestant}: right at p ≥ 0.8`, moderate.sureRight, 0.85))
    bounds.push(atMost(`moderate, ${contestant}: calibration error`, moderate.calibrationError, 0.05))
    bounds.push(atMost(`moderate, ${contestant}: background falsely named`, moderate.falselyNamed, 0.15))
  }
  const worlds = [...played.keys()]
  if (worlds.length === 0) return bounds
  const both = worlds.flatMap((world) =>
    [ONLINE, NIGHTLY].map((name) => ({ name: `${world}, ${name}`, score: of(world, name) as Score })),
  )
  const leastSure = lowest(both, ({ sureRight }) => sureRight)
  bounds.push(atLeast(`every world: right at p ≥ 0.8 (least: ${leastSure.name})`, leastSure.score.sureRight, 0.84))
  const worst = lowest(both, ({ calibrationError }) => -calibrationError)
  bounds.push(atMost(`every world: calibration error (most: ${worst.name})`, worst.score.calibrationError, 0.07))
  const beaten = worlds.filter((world) =>
    [ONLINE, NIGHTLY].every((name) => RULES.every((rule) => better(of(world, name), of(world, rule)))),
  )
  bounds.push({
    promise: 'every world: online and nightly above each of the three rules at top 1',
    measured: `${beaten.length} of ${worlds.length}`,
    met: beaten.length === worlds.length,
  })
  return bounds
}

/** Sets that are parts of another one are shown, and not held to a goal of their own. */
const isPart = (name: string): boolean => name.startsWith('…')

export function recordedGoals(played: ReadonlyMap<string, Scores>): Bound[] {
  const bounds: Bound[] = []
  for (const [name, scores] of played) {
    const rule = scores['latest deployment']
    if (!rule || isPart(name)) continue
    const methods = METHODS.map((method) => ({ name: method, score: scores[method] as Score }))
    const least = lowest(methods, ({ top1 }) => top1)
    bounds.push({
      promise: `${name}: never below the latest deployment at top 1 (${shown(rule.top1)})`,
      measured: `${shown(least.score.top1)} (${least.name})`,
      met: least.score.top1 >= rule.top1,
    })
    const highest = scores['highest version']
    if (highest && name.startsWith('Apache'))
      bounds.push({
        promise: `${name}: above the highest version released (${shown(highest.top1)})`,
        measured: `${shown(least.score.top1)} (${least.name})`,
        met: least.score.top1 > highest.top1,
      })
    if (name === 'snuba, one file') {
      bounds.push(atLeast(`${name}: top 1 (${least.name})`, least.score.top1, 0.9))
      const named = lowest(methods, ({ attributedRight }) => attributedRight)
      bounds.push(atLeast(`${name}: attributed are right (${named.name})`, named.score.attributedRight, 0.95))
    }
  }
  return bounds
}

const WHAT = { top1: 'top 1', top3: 'top 3' } as const

const better = (score: Score | undefined, rule: Score | undefined): boolean =>
  score !== undefined && rule !== undefined && score.top1 > rule.top1

/** NaN, where there was nothing to be right about, counts as met. */
function lowest<T extends { readonly score: Score }>(all: readonly T[], by: (score: Score) => number): T {
  const value = ({ score }: T) => (Number.isNaN(by(score)) ? Number.POSITIVE_INFINITY : by(score))
  return all.reduce((a, b) => (value(b) < value(a) ? b : a))
}

const shown = (share: number): string => `${(100 * share).toFixed(1)} %`

const atLeast = (what: string, share: number, bound: number): Bound => ({
  promise: `${what} at least ${Math.round(100 * bound)} %`,
  measured: Number.isNaN(share) ? 'nothing' : shown(share),
  met: !(share < bound),
})

const atMost = (what: string, value: number, bound: number): Bound => ({
  promise: `${what} at most ${bound}`,
  measured: value.toFixed(3),
  met: value <= bound,
})
