import type { CountedPlaces } from './day-counts.ts'

/** What trends are about: one environment, and some services or all of them. */
export interface TrendPlace {
  readonly environmentId: number
  /** Undefined: all. */
  readonly serviceIds?: readonly number[] | undefined
}

export const countedPlaces = ({ environmentId, serviceIds }: TrendPlace): CountedPlaces => ({
  environmentIds: [environmentId],
  serviceIds,
})
