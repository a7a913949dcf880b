/** What trends are about: one environment, and one service or all of them. */
export interface TrendPlace {
  readonly environmentId: number
  readonly serviceId?: number | undefined
}
