import type { Running, Segment } from './facts.ts'

/** One thing that happened to what ran in a place. */
export interface PlaceStep {
  readonly at: number
  /** Undefined for a removal, which ends whatever ran. */
  readonly release: { readonly id: number; readonly order: string } | undefined
  /** Share of the place that the release has from then on, in percent; undefined: nobody said, so all of it. */
  readonly percent: number | undefined
}

/**
 * What ran in a place from step to step: a release that takes less than all of it leaves the rest to those that ran
 * before, in the proportions they had.
 *
 * @param steps in the order in which they count; of several at one instant the last holds. O(steps × releases at once)
 */
export function segmentsOf(steps: readonly PlaceStep[]): Segment[] {
  const segments: Segment[] = []
  let running: readonly Running[] = []
  for (const { at, release, percent } of steps) {
    running = release ? withShare(running, release, Math.min(1, (percent ?? 100) / 100)) : []
    if (segments.at(-1)?.from === at) segments.pop()
    segments.push({ from: at, running })
  }
  return segments
}

/** What has less than this is gone; ever smaller remainders of old canaries would pile up. */
const LEAST_SHARE = 0.001

function withShare(
  running: readonly Running[],
  { id, order }: { readonly id: number; readonly order: string },
  share: number,
): Running[] {
  const others = running.filter(({ releaseId }) => releaseId !== id)
  const had = others.reduce((sum, one) => sum + one.share, 0)
  // Where nothing else ran there is nothing to leave the rest to, and it does not run.
  const left = had > 0 ? (1 - share) / had : 0
  return [
    { releaseId: id, order, share },
    ...others.map((one) => ({ ...one, share: one.share * left })).filter((one) => one.share >= LEAST_SHARE),
  ]
}
