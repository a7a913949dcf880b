import { DAY_MS, isWithin, type Period } from '../delivery/facts.ts'
import { median, percentile } from '../statistics/median.ts'

/** Instants are epoch ms. */
export interface FlowingDefect {
  readonly id: number
  readonly openedAt: number
  /** Fixed, verified or dropped; undefined while it is open. */
  readonly closedAt: number | undefined
}

export interface FlowStep extends Period {
  readonly inflowIds: readonly number[]
  readonly outflowIds: readonly number[]
  /** Open at the end. */
  readonly backlog: number
}

export interface DefectFlow {
  readonly steps: readonly FlowStep[]
  /** Open before the first step. */
  readonly backlogBefore: number
  /** Of those open at the end of the last step, or now when that is earlier; days, null when none is. */
  readonly openIds: readonly number[]
  readonly medianAgeDays: number | null
  /** Only 15 % are older. */
  readonly highAgeDays: number | null
}

/**
 * Defects coming in, going out, and lying in between. What went in and out of the same step is in both; nothing after
 * `now` counts. O(defects × steps).
 *
 * @param steps in order of time, adjoining
 */
export function defectFlow(defects: readonly FlowingDefect[], steps: readonly Period[], now: number): DefectFlow {
  // Half-open like the steps: the instant of now is the last that counts.
  const end = Math.min(steps.at(-1)?.to ?? Number.POSITIVE_INFINITY, now + 1)
  const openBefore = (at: number) =>
    defects.filter(({ openedAt, closedAt = Number.POSITIVE_INFINITY }) => openedAt < at && closedAt >= at)
  const open = openBefore(end)
  const ages = open.map(({ openedAt }) => Math.min(now - openedAt, end - openedAt) / DAY_MS)
  return {
    steps: steps.map(({ from, to }) => {
      const step = { from, to: Math.min(to, end) }
      return {
        from,
        to,
        inflowIds: defects.filter(({ openedAt }) => isWithin(openedAt, step)).map(({ id }) => id),
        outflowIds: defects.filter(({ closedAt = Number.NaN }) => isWithin(closedAt, step)).map(({ id }) => id),
        backlog: openBefore(step.to).length,
      }
    }),
    backlogBefore: openBefore(steps[0]?.from ?? end).length,
    openIds: open.map(({ id }) => id),
    medianAgeDays: ages.length === 0 ? null : median(ages),
    highAgeDays: ages.length === 0 ? null : percentile(ages, 0.85),
  }
}
