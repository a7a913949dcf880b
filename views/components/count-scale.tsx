import { formatCount } from '../format.ts'

/** How the counts of a chart that the server draws stand in it, in pixels from its top. */
export interface CountScale {
  /** What the highest mark says. */
  readonly top: number
  /** Counts with a line, from none up. */
  readonly marks: readonly number[]
  readonly y: (count: number) => number
}

/**
 * @param most the highest count that is shown
 * @param bottom where none is, in pixels from the top
 * @param plot from there to the highest mark, in pixels
 */
export function countScale(most: number, { bottom, plot }: { bottom: number; plot: number }): CountScale {
  const top = niceTop(most)
  return {
    top,
    marks: top % 2 === 0 ? [0, top / 2, top] : [0, top],
    y: (count) => Math.round((bottom - (count / top) * plot) * 10) / 10,
  }
}

/** The next of 1, 2, 4, 5, 10, 20, 40, 50 … */
export function niceTop(most: number): number {
  for (let power = 1; ; power *= 10) for (const step of [1, 2, 4, 5]) if (step * power >= most) return step * power
}

/** The marks in words, in the margin of their own that `.ch` gives the first drawing. */
export const ScaleWords = ({ scale: { marks, y }, height }: { scale: CountScale; height: number }) => (
  <svg height={height} aria-hidden="true">
    {marks.map((count) => (
      <text x="100%" dx="-8" y={y(count) + 4} text-anchor="end">
        {formatCount(count)}
      </text>
    ))}
  </svg>
)

/** The lines of the marks, across the plot. */
export const ScaleLines = ({ scale: { marks, y } }: { scale: CountScale }) => (
  <>
    {marks.map((count) => (
      <line class={count === 0 ? 'base' : 'grid-line'} x1="0" x2="100%" y1={y(count)} y2={y(count)} />
    ))}
  </>
)
