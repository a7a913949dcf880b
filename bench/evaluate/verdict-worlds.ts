import type { World } from './release-world.ts'

/** How the duplicates and weekdays of a world are dealt with. */
export interface Setting extends World {
  /** `learned`: as the product does it; `never`: nobody names components; `always`: folded before the product sees them. */
  readonly folding?: 'learned' | 'never' | 'always'
  /** Learned from twenty other places with the same weekends. */
  readonly rhythm?: 'learned'
  /** Settings with the same are tried on the same drawn worlds; its name when absent. */
  readonly draws?: string
  /** The naive tests are run as well. */
  readonly naive?: boolean
}

export const alike = { shape: Number.POSITIVE_INFINITY, ratio: 1, earlier: 10, naive: true }
export const uneven = { ...alike, shape: 2 }
const veryUneven = { ...alike, shape: 0.7 }
const long = { earlier: 30, naive: false }

export const UNCHANGED: readonly Setting[] = [
  { ...alike, name: 'alike, 1 a week', perWeek: 1 },
  { ...alike, name: 'alike, 4 a week', perWeek: 4 },
  { ...alike, name: 'alike, 20 a week', perWeek: 20 },
  { ...uneven, name: 'uneven (shape 2), 4 a week', perWeek: 4 },
  { ...uneven, name: 'uneven (shape 2), 20 a week', perWeek: 20 },
  { ...veryUneven, name: 'very uneven (shape 0.7), 4 a week', perWeek: 4 },
  { ...veryUneven, name: 'very uneven (shape 0.7), 20 a week', perWeek: 20 },
  { ...veryUneven, ...long, name: 'very uneven, 4 a week, 30 earlier', perWeek: 4 },
  { ...veryUneven, ...long, name: 'very uneven, 20 a week, 30 earlier', perWeek: 20 },
  { ...uneven, name: 'uneven, 4 earlier releases only', perWeek: 4, earlier: 4 },
  { ...uneven, name: 'uneven, quiet weekends, not known', perWeek: 4, weekly: true },
  {
    ...uneven,
    name: 'uneven, quiet weekends, learned',
    draws: 'uneven, quiet weekends, not known',
    perWeek: 4,
    weekly: true,
    rhythm: 'learned',
    naive: false,
  },
  { ...uneven, name: 'uneven, 30 % duplicates, no components', perWeek: 4, duplicates: 0.3, folding: 'never' },
  {
    ...uneven,
    name: 'uneven, 30 % duplicates, components',
    draws: 'uneven, 30 % duplicates, no components',
    perWeek: 4,
    duplicates: 0.3,
    naive: false,
  },
]

export const WORSE: readonly Setting[] = [
  ...([3, 5, 10] as const).flatMap((ratio) =>
    ([1, 4, 20] as const).map((perWeek) => ({
      ...alike,
      name: `alike, ${perWeek} a week, ${ratio} times`,
      perWeek,
      ratio,
    })),
  ),
  ...([3, 5, 10] as const).map((ratio) => ({
    ...uneven,
    name: `uneven (shape 2), 4 a week, ${ratio} times`,
    perWeek: 4,
    ratio,
  })),
  ...([5, 10] as const).map((ratio) => ({
    ...alike,
    ...long,
    name: `alike, ${ratio === 5 ? 4 : 1} a week, ${ratio} times, 30 earlier`,
    perWeek: ratio === 5 ? 4 : 1,
    ratio,
  })),
  { ...alike, naive: false, name: 'alike, 4 a week, 5 times, 30 % duplicates', perWeek: 4, ratio: 5, duplicates: 0.3 },
]
