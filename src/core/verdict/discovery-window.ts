import type { Discoveries } from './discovery-band.ts'

/** How much of a release's life is looked at, and at which ages. Ages are in days. */

export const WINDOWS = [
  { name: '2h', text: '2 h', days: 1 / 12 },
  { name: '24h', text: '24 h', days: 1 },
  { name: '7d', text: '7 d', days: 7 },
  { name: '30d', text: '30 d', days: 30 },
] as const
export type WindowName = (typeof WINDOWS)[number]['name'] | 'all'

export const LONGEST_WINDOW = 30

const YEAR = 365.25

/** The smallest in which the age takes half of the room at most, else the one that has room for it. */
export const suitableWindow = (days: number): WindowName =>
  (WINDOWS.find((one) => one.days >= 2 * days) ?? WINDOWS.find((one) => one.days >= days))?.name ?? 'all'

/**
 * How many days of a life are drawn when all of it is asked for: without the end in which nothing was found any more, but
 * to twice the age up to which it is compared.
 */
export const drawnOfLife = ({ lifeDays, ages }: Discoveries, comparedDays = 0): number =>
  Math.max(LONGEST_WINDOW, Math.min(lifeDays, Math.max(2 * comparedDays, 1.1 * (ages.at(-1) ?? 0))))

/** At most seven, on whole hours, days or years. */
export function tickDays(days: number): number[] {
  const sizes = [
    1 / 144,
    1 / 48,
    1 / 24,
    1 / 12,
    1 / 8,
    1 / 4,
    1 / 2,
    1,
    2,
    4,
    7,
    14,
    30,
    60,
    120,
    YEAR,
    2 * YEAR,
    5 * YEAR,
  ]
  const size = sizes.find((candidate) => days / candidate <= 6.5) ?? days / 4
  return Array.from({ length: Math.floor(days / size + 1e-9) + 1 }, (_, i) => i * size)
}

export interface LookedAt {
  readonly discoveries: Discoveries
  /** What the axis ends at. */
  readonly windowDays: number
  /** Up to which age the verdict compares; undefined: it does not. */
  readonly comparedDays: number | undefined
}

const STEPS = 24
/** Of the release's own defects no more than these have a place of their own. */
const MOST_STEPS = 80

/** The ages that are drawn or stand in the table, in order. */
export function agesOf({ discoveries, windowDays, comparedDays }: LookedAt): number[] {
  const own = discoveries.ages.filter((age) => age <= windowDays)
  const every = Math.ceil(own.length / MOST_STEPS)
  return [
    ...new Set([
      ...Array.from({ length: STEPS + 1 }, (_, i) => (windowDays * i) / STEPS),
      ...tickDays(windowDays),
      ...own.filter((_, i) => (own.length - 1 - i) % every === 0),
      ...[discoveries.lifeDays, comparedDays ?? 0].filter((age) => age <= windowDays),
    ]),
  ].sort((a, b) => a - b)
}

/** The ages with a row in the table: the marks of the axis, where it is compared, and its own. */
export const tableAges = ({ discoveries, windowDays, comparedDays = 0 }: LookedAt): number[] =>
  [...new Set([...tickDays(windowDays).slice(1), comparedDays, discoveries.lifeDays])]
    .filter((age) => age > 0 && age <= windowDays)
    .sort((a, b) => a - b)

/** How many of its own defects were found by an age. */
export const foundBy = ({ ages }: Discoveries, age: number): number => ages.filter((one) => one <= age).length
