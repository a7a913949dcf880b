import { niceTop } from '../components/count-scale.tsx'

interface UsualRangeProps {
  readonly found: number
  readonly expected: number
  readonly usual: { readonly low: number; readonly high: number }
}

const WIDTH = 72
const HEIGHT = 14
const INSET = 6

/** A count on a line from 0: the box is what most releases show, the tick what is expected. The number stands beside it. */
export function UsualRange({ found, expected, usual }: UsualRangeProps) {
  const top = niceTop(Math.max(4, found, usual.high))
  const x = (count: number): number => Math.round((INSET + (count / top) * (WIDTH - 2 * INSET)) * 10) / 10
  const middle = HEIGHT / 2
  const isMore = found > usual.high
  return (
    <svg class="usual" width={WIDTH} height={HEIGHT} viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <line class="axis" x1={x(0)} x2={x(top)} y1={middle} y2={middle} />
      <rect x={x(usual.low) - 2} y="2.5" width={x(usual.high) - x(usual.low) + 4} height={HEIGHT - 5} rx="2" />
      <line class="mid" x1={x(expected)} x2={x(expected)} y1="2.5" y2={HEIGHT - 2.5} />
      {isMore ? (
        <path class="out" d={`M${x(found)} ${middle - 5}l5 5l-5 5l-5 -5z`} />
      ) : (
        <circle class="in" cx={x(found)} cy={middle} r="3.5" />
      )}
    </svg>
  )
}
