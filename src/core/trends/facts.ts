import type { Stretch } from '../time/calendar.ts'
import type { PlacedCounts } from './change-failures.ts'
import type { BroughtDefect, TrendRelease } from './release-quality.ts'
import type { NewestLives } from './severe-lives.ts'

/** Defects that came and went in a stretch of time. */
export interface CameAndWent {
  readonly s1: number
  readonly s2: number
  readonly s3: number
  readonly s4: number
  /** Of those that came: noticed by a person. Counted for one service only, else 0. */
  readonly byPeople: number
  readonly fixed: number
  readonly givenUp: number
}

/** A release that reached an environment for the first time. */
export interface Arrival extends TrendRelease {
  readonly serviceId: number
  readonly service: string
  readonly version: string
}

/** What became of a release in the environment: it was rolled back, or an emergency release took its place. */
export interface Replacement {
  readonly releaseId: number
  readonly kind: 'rollback' | 'emergency'
  readonly by: string
  readonly at: number
}

/** How the time asked for is divided; each list adjoins, and its first and last are whole. */
export interface TrendDivisions {
  /** Days of a short range, else weeks; and weeks, else months. */
  readonly fine: readonly Stretch[]
  readonly fineUnit: 'day' | 'week'
  readonly coarse: readonly Stretch[]
  readonly coarseUnit: 'week' | 'month'
  readonly months: readonly Stretch[]
}

/** What the trends of one environment, and one service or all of them, are made from. */
export interface TrendFacts {
  /** Between any two edges of the divisions, by service. */
  readonly atoms: readonly Stretch[]
  readonly counts: ReadonlyMap<number, readonly CameAndWent[]>
  /** Open now. */
  readonly open: number
  /** When the first deployment or defect of the place became known; undefined: none is. */
  readonly knownSince: number | undefined
  /** The atoms, the one that holds it cut at `ripeUntil(now)`. */
  readonly placedIn: readonly Stretch[]
  /** What was put in place in each of these, by service. */
  readonly placed: ReadonlyMap<number, readonly PlacedCounts[]>
  /** The oldest first. */
  readonly arrivals: readonly Arrival[]
  /** There are older ones. */
  readonly arrivalsCut: boolean
  readonly found: readonly BroughtDefect[]
  readonly troubles: readonly Replacement[]
  /** Of each coarse stretch. */
  readonly lives: readonly NewestLives[]
  /** When which of the defects that had been fixed was seen again; of one service. */
  readonly regressions: readonly { readonly defectId: number; readonly at: number }[]
  readonly names: ReadonlyMap<number, string>
}
