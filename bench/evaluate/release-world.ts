import type { FirstSighting, ReleaseInPlace } from '../../src/core/verdict/release-life.ts'
import type { Random } from '../../src/simulation/random.ts'
import { drawGamma, drawPoisson } from './draws.ts'

/** A made world of releases in one place, in which we know how bad the new one is. */
export interface World {
  readonly name: string
  /** Defects a usual release shows in a week. */
  readonly perWeek: number
  /** How many times worse the new release is than its own quality would make it. */
  readonly ratio: number
  /** Shape of the gamma distribution of quality; Infinity: all releases are alike. */
  readonly shape: number
  readonly earlier: number
  /** At weekends three of ten defects are found. */
  readonly weekly?: boolean
  /** Chance that a defect is followed by another of the same fault, about an hour later, and again. */
  readonly duplicates?: number
}

export interface DrawnWorld {
  readonly release: ReleaseInPlace
  /** Newest first. */
  readonly earlier: readonly ReleaseInPlace[]
}

export const DAY_MS = 86_400_000
const MONDAY = 4 * DAY_MS
export const WEEK_DAYS = 7
/** When a release's own defects are found: shares and mean days. Some at once, some in days, some in weeks. */
const DISCOVERY = [
  { share: 0.35, meanDays: 0.15 },
  { share: 0.25, meanDays: 1.5 },
  { share: 0.4, meanDays: 20 },
] as const
/** Found at a constant rate, whatever the age. */
const BACKGROUND = 0.3
const COMPONENTS = { api: 40, database: 20, checkout: 15, search: 10, mail: 10, admin: 5 } as const
const foundBy = (days: number) =>
  DISCOVERY.reduce((sum, { share, meanDays }) => sum + share * (1 - Math.exp(-days / meanDays)), 0)

/** Earlier releases lived 2.8 to 11.2 days; the new one has been live for a week. All start at any time of a week. */
export function drawWorld(random: Random, world: World): DrawnWorld {
  const quality = () => (Number.isFinite(world.shape) ? drawGamma(random, world.shape, 1) : 1)
  const earlier = Array.from({ length: world.earlier }, (_, i) =>
    drawRelease(random, world, i + 1, quality(), WEEK_DAYS * random.between(0.4, 1.6)),
  )
  return { earlier, release: drawRelease(random, world, 0, quality() * world.ratio, WEEK_DAYS) }
}

function drawRelease(random: Random, world: World, releaseId: number, badness: number, life: number): ReleaseInPlace {
  // All are deployed in the first week: only their ages are compared, and the week they have in common is the weekdays'.
  const from = MONDAY + random.between(0, WEEK_DAYS) * DAY_MS
  const ages: number[] = []
  const own = drawPoisson(random, (world.perWeek * (1 - BACKGROUND) * badness) / foundBy(WEEK_DAYS))
  for (let i = 0; i < own; i++) ages.push(random.exponential(meanDaysOf(random.uniform())))
  const background = drawPoisson(random, (world.perWeek * BACKGROUND * badness * life) / WEEK_DAYS)
  for (let i = 0; i < background; i++) ages.push(random.between(0, life))

  const sightings: FirstSighting[] = []
  for (const age of ages) {
    const at = from + age * DAY_MS
    if (age >= life || (world.weekly && isWeekend(at) && !random.chance(0.3))) continue
    const component = random.weighted(COMPONENTS)
    sightings.push({ at, component })
    while (random.chance(world.duplicates ?? 0)) {
      const again = at + random.exponential(1 / 24) * DAY_MS
      if (again < from + life * DAY_MS) sightings.push({ at: again, component })
    }
  }
  const spans = [{ from, to: from + life * DAY_MS }]
  return { releaseId, version: String(releaseId), arrivedBy: 'deploy', spans, sightings }
}

function meanDaysOf(drawn: number): number {
  let left = drawn
  for (const { share, meanDays } of DISCOVERY) {
    if (left < share) return meanDays
    left -= share
  }
  return DISCOVERY[2].meanDays
}

const isWeekend = (at: number): boolean => Math.floor((at - MONDAY) / DAY_MS) % WEEK_DAYS >= 5
