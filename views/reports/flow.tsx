import type { FlowStep, ReportedFlow } from '../../src/core/reports/snapshot.ts'
import { AsTable } from '../components/as-table.tsx'
import { ChartTable, type DataTable } from '../components/chart.tsx'
import { countScale, ScaleLines, ScaleWords } from '../components/count-scale.tsx'
import { useZone } from '../components/zone.tsx'
import { formatCount, formatDay } from '../format.ts'

/** Defects that came and went by day or week, as pairs of columns, drawn by the server: it is to be printed. */

const TOP = 12
const PLOT = 150
const BOTTOM = TOP + PLOT
const HEIGHT = BOTTOM + 24
/** More labels than this run into each other. */
const LABELLED = 8

export function FlowColumns({ flow, madeAt }: { flow: ReportedFlow; madeAt: number }) {
  const zone = useZone()
  const { steps, unit } = flow
  const scale = countScale(Math.max(4, ...steps.map(({ found, fixed }) => Math.max(found, fixed))), {
    bottom: BOTTOM,
    plot: PLOT,
  })
  const { top, y } = scale
  const width = 100 / Math.max(1, steps.length)
  const labelEvery = Math.max(1, Math.ceil(steps.length / LABELLED))
  const column = (n: number, left: number, look: string) =>
    n === 0 ? null : (
      <rect
        class={look}
        x={`${left.toFixed(2)}%`}
        width={`${(width * 0.36).toFixed(2)}%`}
        y={y(n)}
        height={((n / top) * PLOT).toFixed(1)}
      />
    )
  return (
    <figure>
      <div class="ch" role="img" aria-label={flowConclusion(flow)}>
        <ScaleWords scale={scale} height={HEIGHT} />
        <svg height={HEIGHT} aria-hidden="true">
          <ScaleLines scale={scale} />
          {steps.map(({ found, fixed }, i) => (
            <>
              {column(found, i * width + width * 0.1, 'rpt-in')}
              {column(fixed, i * width + width * 0.5, 'rpt-out')}
            </>
          ))}
          {steps.map(({ from }, i) =>
            i % labelEvery === 0 ? (
              <text
                class={(i / labelEvery) % 2 === 1 ? 'x-odd' : ''}
                x={`${(i * width).toFixed(2)}%`}
                y={HEIGHT - 5}
                text-anchor="start"
              >
                {formatDay(from, madeAt, zone)}
              </text>
            ) : null,
          )}
        </svg>
      </div>
      <p class="t3 fs12">Filled: found. Outlined: fixed. By {unit}.</p>
      <AsTable>
        <ChartTable table={tableOf(flow, (from) => formatDay(from, madeAt, zone))} />
      </AsTable>
    </figure>
  )
}

export function flowConclusion({ steps, openBefore, openAfter }: ReportedFlow): string {
  const over = (count: (step: FlowStep) => number) => formatCount(steps.reduce((sum, step) => sum + count(step), 0))
  return `${over(({ found }) => found)} found, ${over(({ fixed }) => fixed)} fixed. Open defects went from ${formatCount(openBefore)} to ${formatCount(openAfter)}.`
}

const tableOf = ({ steps, unit }: ReportedFlow, day: (at: number) => string): DataTable => ({
  caption: `Defects found and fixed per ${unit}`,
  columns: [
    { name: unit === 'week' ? 'Week from' : 'Day' },
    ...['Found', 'Fixed', 'Given up', 'Open at the end'].map((name) => ({ name, number: true })),
  ],
  rows: steps.map(({ from, found, fixed, givenUp, open }) => ({
    cells: [
      { text: day(from), value: new Date(from).toISOString() },
      ...[found, fixed, givenUp, open].map((n) => ({ text: formatCount(n), value: n })),
    ],
  })),
})
