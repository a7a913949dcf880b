import { LEAST_LIVES, type LifeTimes } from './severe-lives.ts'

/** What became known of an environment in a stretch of time. */
export interface PeriodFacts {
  readonly newDefects: number
  /** That reached the environment for the first time. */
  readonly releases: number
  /** Deployments that put a release in place. */
  readonly placed: {
    readonly failed: number
    /** Old enough to be judged, the failed ones among them. */
    readonly ripe: number
    readonly unripe: number
  }
  /** Of the S1 and S2 first seen in it, the latest MOST_LIVES of them. */
  readonly lives: LifeTimes
  /** `NewestLives.from` */
  readonly livesFrom: number | undefined
}

/** What the latest so many tell is what all do, near enough. */
export const MOST_LIVES = 2_000

export interface Figure {
  /** Undefined: there is too little to go by. */
  readonly value: number | undefined
  /** Against the period before; undefined where either has no value. */
  readonly change: number | undefined
  /** The change is more than chance makes once in twenty times. */
  readonly notable: boolean
}

/** Of all of them, less is better. */
export interface PeriodNumbers {
  readonly newDefects: Figure
  readonly defectsPerRelease: Figure
  /** DORA's change fail rate: the share of the deployments old enough to be judged. */
  readonly failureShare: Figure
  /** By which half of the S1 and S2 are fixed, in ms, those still open counted; how sure a change is is not known. */
  readonly fixTime: Figure
}

/** @param before the period before, as long as this one; undefined: not all of it is known */
export function periodNumbers(now: PeriodFacts, before: PeriodFacts | undefined): PeriodNumbers {
  const figure = (worth: (facts: PeriodFacts) => number | undefined, differ: Differ): Figure => {
    const value = worth(now)
    const earlier = before && worth(before)
    if (value === undefined || earlier === undefined) return { value, change: undefined, notable: false }
    return { value, change: value - earlier, notable: differ(now, before as PeriodFacts) }
  }
  return {
    newDefects: figure(({ newDefects }) => newDefects, countsDiffer),
    defectsPerRelease: figure(
      ({ newDefects, releases }) => (releases === 0 ? undefined : newDefects / releases),
      ratesDiffer,
    ),
    failureShare: figure(
      ({ placed: { failed, ripe } }) => (ripe < LEAST_RIPE ? undefined : failed / ripe),
      sharesDiffer,
    ),
    fixTime: figure(
      ({ lives }) => (lives.defects < LEAST_LIVES ? undefined : lives.half),
      () => false,
    ),
  }
}

type Differ = (now: PeriodFacts, before: PeriodFacts) => boolean

/** A share of two says nothing. */
const LEAST_RIPE = 3
/** What the normal approximation leaves out only once in twenty times. */
const SIGMAS = 2

/** Of two counts of one Poisson process. */
const countsDiffer: Differ = (now, before) =>
  Math.abs(now.newDefects - before.newDefects) > SIGMAS * Math.sqrt(now.newDefects + before.newDefects)

/** Of two Poisson rates, each by its own variance. */
const ratesDiffer: Differ = (now, before) => {
  const rate = ({ newDefects, releases }: PeriodFacts) => newDefects / releases
  const variance = ({ newDefects, releases }: PeriodFacts) => newDefects / releases ** 2
  return Math.abs(rate(now) - rate(before)) > SIGMAS * Math.sqrt(variance(now) + variance(before))
}

/** Of two shares, by the variance of what both have in common. */
const sharesDiffer: Differ = ({ placed: now }, { placed: before }) => {
  const common = (now.failed + before.failed) / (now.ripe + before.ripe)
  const sigma = Math.sqrt(common * (1 - common) * (1 / now.ripe + 1 / before.ripe))
  return Math.abs(now.failed / now.ripe - before.failed / before.ripe) > SIGMAS * sigma
}
