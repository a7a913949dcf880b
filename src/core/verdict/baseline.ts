import type { ReleaseInPlace } from './release-life.ts'

/** What a release is compared with. */
export interface Baseline {
  /** The last ten: they tell how many defects are usual. */
  readonly recent: readonly ReleaseInPlace[]
  /** Up to twenty before them: with the recent ones they tell how much releases differ here. */
  readonly older: readonly ReleaseInPlace[]
}

export const LEAST_RELEASES = 4
const RECENT_RELEASES = 10
const OLDER_RELEASES = 20

/**
 * The baseline among the releases of the same service and environment that were first live before this one. A release
 * put back by a rollback, or deployed again, showed its defects the first time; one that was never live showed none.
 * The choice depends on nothing that happens after `deployedAt`, so the bar does not move while the release is judged:
 * what earlier ones did later (put back by a rollback, say) is cut off. Fewer than four are too few; the caller looks.
 *
 * @param earlier newest first
 */
export function chooseBaseline(earlier: readonly ReleaseInPlace[], deployedAt: number): Baseline {
  const comparable = earlier
    .filter(({ arrivedBy }) => arrivedBy === 'deploy')
    .map((release) => ({ ...release, spans: spansBefore(release, deployedAt) }))
    .filter(({ spans }) => spans.length > 0)
  return {
    recent: comparable.slice(0, RECENT_RELEASES),
    older: comparable.slice(RECENT_RELEASES, RECENT_RELEASES + OLDER_RELEASES),
  }
}

const spansBefore = ({ spans }: ReleaseInPlace, deployedAt: number) =>
  spans
    .map((span) => ({ ...span, to: Math.min(span.to ?? deployedAt, deployedAt) }))
    .filter(({ from, to, share = 1 }) => to > from && share > 0)
