import { binomialTail } from '../../src/core/statistics/binomial.ts'
import { normalCdf } from '../../src/core/statistics/normal.ts'
import type { ReleaseInPlace } from '../../src/core/verdict/release-life.ts'
import { DAY_MS, type DrawnWorld } from './release-world.ts'

/** What one would do first, looked at again and again: every three hours and at every defect. */

const LEVEL = 0.01
/** Two-sided 98 %, as canary judges use it. */
const MANN_WHITNEY_LEVEL = 0.02

interface Counted {
  readonly ages: readonly number[]
  readonly life: number
}

const onItsClock = ({ spans, sightings }: ReleaseInPlace): Counted => {
  const [{ from, to }] = spans as unknown as [{ from: number; to: number }]
  return { ages: sightings.map(({ at }) => (at - from) / DAY_MS).sort((a, b) => a - b), life: (to - from) / DAY_MS }
}
const countBy = (ages: readonly number[], age: number): number => ages.filter((one) => one <= age).length
const eighths = (life: number): number[] => Array.from({ length: Math.round(life * 8) }, (_, i) => (i + 1) / 8)

export const NAIVE_TESTS: readonly { readonly name: string; readonly alarms: (world: DrawnWorld) => boolean }[] = [
  { name: 'Poisson vs previous, every look', alarms: poissonAgainstPrevious },
  { name: 'Poisson at equal age, every look', alarms: poissonAtEqualAge },
  { name: 'Mann-Whitney, repeated', alarms: mannWhitneyHourly },
]

function poissonAgainstPrevious({ release, earlier }: DrawnWorld): boolean {
  const own = onItsClock(release)
  const previous = onItsClock(earlier[0] as ReleaseInPlace)
  return looks(own).some((age) => isHigher(countBy(own.ages, age), age, previous.ages.length, previous.life))
}

function poissonAtEqualAge({ release, earlier }: DrawnWorld): boolean {
  const own = onItsClock(release)
  const others = earlier.map(onItsClock)
  return looks(own).some((age) => {
    const exposure = others.reduce((sum, { life }) => sum + Math.min(age, life), 0)
    const count = others.reduce((sum, { ages, life }) => sum + countBy(ages, Math.min(age, life)), 0)
    return isHigher(countBy(own.ages, age), age, count, exposure)
  })
}

const looks = ({ ages, life }: Counted): number[] => [...eighths(life), ...ages]

const isHigher = (count: number, time: number, otherCount: number, otherTime: number): boolean =>
  binomialTail(count, count + otherCount, time / (time + otherTime)) < LEVEL

/** Hourly counts of the new and the previous release, from the sixth hour on. */
function mannWhitneyHourly({ release, earlier }: DrawnWorld): boolean {
  const own = onItsClock(release)
  const previous = onItsClock(earlier[0] as ReleaseInPlace)
  const before = hourly(previous.ages, Math.floor(previous.life * 24))
  return eighths(own.life).some((age) => {
    const hours = Math.floor(age * 24)
    return hours >= 6 && mannWhitney(hourly(own.ages, hours), before) < MANN_WHITNEY_LEVEL
  })
}

function hourly(ages: readonly number[], hours: number): number[] {
  const counts = new Array<number>(hours).fill(0)
  for (const age of ages) {
    const hour = Math.floor(age * 24)
    if (hour < hours) counts[hour] = (counts[hour] as number) + 1
  }
  return counts
}

/** One-sided p-value of "the first are not larger", normal approximation with ties and continuity correction. */
function mannWhitney(first: readonly number[], second: readonly number[]): number {
  const [m, n] = [first.length, second.length]
  const tally = new Map<number, { first: number; all: number }>()
  for (const [values, isFirst] of [
    [first, 1],
    [second, 0],
  ] as const)
    for (const value of values) {
      const { first = 0, all = 0 } = tally.get(value) ?? {}
      tally.set(value, { first: first + isFirst, all: all + 1 })
    }
  let rankSum = 0
  let ties = 0
  let below = 0
  for (const [, { first: own, all }] of [...tally].sort(([a], [b]) => a - b)) {
    rankSum += own * (below + (all + 1) / 2)
    ties += all ** 3 - all
    below += all
  }
  const u = rankSum - (m * (m + 1)) / 2
  const deviation = Math.sqrt(((m * n) / 12) * (m + n + 1 - ties / ((m + n) * (m + n - 1))))
  return deviation > 0 ? 1 - normalCdf((u - (m * n) / 2 - 0.5) / deviation) : 1
}
