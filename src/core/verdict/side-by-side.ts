import type { Baseline } from './baseline.ts'
import type { CountedLife } from './discovery-curve.ts'
import { foldDuplicates, haveDuplicates } from './duplicate-sightings.ts'
import { type AgedSighting, type ReleaseInPlace, type ReleaseLife, releaseLife } from './release-life.ts'
import { type UsualSpread, usualSpread } from './usual-spread.ts'
import type { WeeklyRhythm } from './weekly-rhythm.ts'

/** A release and its baseline on their own clocks, duplicates folded. */
export interface SideBySide {
  /** The release up to `comparedDays`. */
  readonly its: CountedLife
  readonly before: readonly CountedLife[]
  readonly spread: UsualSpread
  readonly lifeDays: number
  /** Beyond this age there is one earlier release at most to compare with. */
  readonly comparedDays: number
  /** Its defects left out as duplicates. */
  readonly folded: number
}

/** Whether defects are folded is learned from the baseline, so a release that brings many cannot hide them. */
export function laySideBySide(
  release: ReleaseInPlace,
  { recent, older }: Baseline,
  rhythm: WeeklyRhythm,
  now: number,
): SideBySide {
  const own = releaseLife(release, now, rhythm)
  const earlier = [...recent, ...older].map((one) => releaseLife(one, now, rhythm))
  const fold = haveDuplicates(earlier.map(({ sightings }) => sightings))
  const lives = earlier.map((life) => countedLife(life, life.life, fold))
  const before = lives.slice(0, recent.length)
  const comparedDays = Math.min(own.life, secondLongest(before))
  const its = countedLife(own, comparedDays, fold)
  return {
    its,
    before,
    spread: usualSpread(before, lives.slice(recent.length)),
    lifeDays: own.life,
    comparedDays,
    folded: countedLife(own, comparedDays, false).ages.length - its.ages.length,
  }
}

/** The release alone, all of its life, with what counts beside that baseline. */
export function wholeLife(
  release: ReleaseInPlace,
  { recent, older }: Baseline,
  rhythm: WeeklyRhythm,
  now: number,
): CountedLife {
  const own = releaseLife(release, now, rhythm)
  const earlier = [...recent, ...older].map((one) => releaseLife(one, now, rhythm).sightings)
  return countedLife(own, own.life, haveDuplicates(earlier))
}

/** What counts of a release alone, as in `wholeLife`, in order of age. */
export function foundInLife(
  release: ReleaseInPlace,
  { recent, older }: Baseline,
  rhythm: WeeklyRhythm,
  now: number,
): readonly AgedSighting[] {
  const { sightings } = releaseLife(release, now, rhythm)
  const earlier = [...recent, ...older].map((one) => releaseLife(one, now, rhythm).sightings)
  return haveDuplicates(earlier) ? foldDuplicates(sightings) : sightings
}

/** The life up to an age, with what counts. */
function countedLife({ life, exposure, sightings }: ReleaseLife, upTo: number, fold: boolean): CountedLife {
  const counted = fold ? foldDuplicates(sightings) : sightings
  return { life: Math.min(life, upTo), exposure, ages: counted.map(({ age }) => age).filter((age) => age <= upTo) }
}

const secondLongest = (lives: readonly CountedLife[]): number =>
  lives.map(({ life }) => life).sort((a, b) => b - a)[1] ?? 0
