import { survivalQuantiles } from '../statistics/kaplan-meier.ts'

/** Instants are epoch ms. */
export interface DefectLife {
  readonly seenAt: number
  /** Undefined while it is open. */
  readonly closedAt: number | undefined
  /** Closed by a fix; else it was given up. */
  readonly fixed: boolean
}

export interface LifeTimes {
  readonly defects: number
  readonly fixed: number
  /** ms by which half of them, and nine in ten, are fixed; undefined while fewer are. */
  readonly half: number | undefined
  readonly nineInTen: number | undefined
}

/** Of the lives of a stretch those that were read. */
export interface NewestLives {
  readonly list: readonly DefectLife[]
  /** There are older ones. */
  readonly cut: boolean
  /** From when on they are all that began; undefined where that cannot be said: too many began in one instant. */
  readonly from: number | undefined
}

/**
 * The newest `most` at most, of those that began within `from` and later, the newest first, of which one more was read.
 * Those that began in the same instant as the first one left out are left out too, so that an instant parts them.
 */
export function newestLives(lives: readonly DefectLife[], most: number, from: number): NewestLives {
  const left = lives[most]
  if (!left) return { list: lives, cut: false, from }
  const later = lives.filter(({ seenAt }) => seenAt > left.seenAt)
  if (later.length === 0) return { list: lives.slice(0, most), cut: true, from: undefined }
  return { list: later, cut: true, from: left.seenAt + 1 }
}

/** Below this a month says more of chance. */
export const LEAST_LIVES = 5

/**
 * How long defects live, from first seen to fixed, those not fixed counted with the time so far, or until they were
 * given up (Kaplan-Meier).
 */
export function lifeTimes(lives: readonly DefectLife[], now: number): LifeTimes {
  const durations = lives.map(({ seenAt, closedAt = now, fixed }) => ({
    duration: Math.max(0, closedAt - seenAt),
    ended: fixed,
  }))
  const [half, nineInTen] = survivalQuantiles(durations, [0.5, 0.9])
  return { defects: lives.length, fixed: lives.filter(({ fixed }) => fixed).length, half, nineInTen }
}
