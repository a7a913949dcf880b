/** Who is on call when: people who take turns, or the shifts of a calendar; overrides stand above both. */
export interface Schedule {
  readonly base: Rotation | Calendar
  /** The later in the list wins where two meet. */
  readonly overrides: readonly Shift[]
}

export interface Rotation {
  readonly kind: 'rotation'
  /** In their order; the first has the first turn. */
  readonly names: readonly string[]
  /** When the first turn begins, on the clock of the zone: `2026-11-23T09:00`. */
  readonly starts: string
  readonly every: number
  /** Days and weeks end at the same time of the clock, whatever it was set to meanwhile; hours are counted. */
  readonly unit: 'hours' | 'days' | 'weeks'
  readonly zone: string
}

export interface Calendar {
  readonly kind: 'calendar'
  /** As far as they were read; in any order. */
  readonly shifts: readonly Shift[]
}

/** From an instant up to another, epoch milliseconds. */
export interface Shift {
  readonly from: number
  readonly to: number
  readonly name: string
}

export const UNITS: readonly Rotation['unit'][] = ['hours', 'days', 'weeks']
