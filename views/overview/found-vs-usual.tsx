import type { ReleaseComparison } from '../../src/core/verdict/compare-releases.ts'
import { formatCount } from '../format.ts'
import { UsualRange } from './usual-range.tsx'

interface FoundVsUsualProps {
  readonly comparison: ReleaseComparison | undefined
  /** Where it is told at length. */
  readonly href?: string
}

/** What a release showed beside what is usual at its age: `7 vs 0.4 expected`. */
export function FoundVsUsual({ comparison, href }: FoundVsUsualProps) {
  if (!comparison) return <span class="t3">Not enough data</span>
  const { found, expected, usual, word } = comparison
  return (
    <>
      <UsualRange found={found} expected={expected} usual={usual} />
      <b>{href ? <a href={href}>{formatCount(found)}</a> : formatCount(found)}</b> <span class="t3">vs</span>{' '}
      {expected.toFixed(1)}
      <span class="t3 exp"> expected</span>
      {word === 'not enough data' ? <span class="sub2 blk">Not enough data</span> : null}
    </>
  )
}
