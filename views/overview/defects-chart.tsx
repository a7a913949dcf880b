import type { Severity } from '../../src/core/event.ts'
import type { SeverityCounts } from '../../src/store/overview/overview-queries.ts'
import { AsTable } from '../components/as-table.tsx'
import { CsvLink, Panel } from '../components/page-parts.tsx'
import { useZone } from '../components/zone.tsx'
import { clockTime, counted, formatCount, formatDay, formatDayAndTime } from '../format.ts'
import { deploymentsPath, newDefectsPaths, type Place } from './rows-behind.ts'

export interface ChartColumn {
  /** Half-open, epoch milliseconds. */
  readonly from: number
  readonly to: number
  readonly defects: SeverityCounts
  readonly deployments: number
  readonly rollbacks: number
}

/** Drawn from the base line up: the worst stand at the bottom, where heights compare best. */
const STACK: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']
const STRIP = 22
const PLOT = 148
const LABELS = 22
const HEIGHT = STRIP + PLOT + LABELS
/** Share of a column's width that is bar. */
const BAR = 0.72
const LABELLED = 8

interface DefectsChartProps {
  readonly place: Place | undefined
  readonly columns: readonly ChartColumn[]
  readonly stepText: string
  /** The same as a file. */
  readonly csv: string
  readonly spanText: string
  readonly now: number
}

/** New defects as stacked columns by severity, deployments as marks above them, the numbers as a table below. */
export function DefectsChart({ place, columns, stepText, csv, spanText, now }: DefectsChartProps) {
  const total = columns.reduce((sum, column) => sum + heightOf(column), 0)
  const ticks = ticksOf(columns)
  return (
    <Panel id="new-defects" title="New defects and deployments" hint={stepText} end={<Legend />} pad>
      <figure>
        <div class="ch">
          <YAxis ticks={ticks} />
          <svg height={HEIGHT} role="img" aria-label={conclusion(columns, total, spanText)}>
            <Plot columns={columns} ticks={ticks} now={now} />
          </svg>
        </div>
      </figure>
      <div class="chart-foot mt8">
        <AsTable close>
          <DataTable place={place} columns={columns} now={now} />
        </AsTable>
        <CsvLink href={csv} of="New defects and deployments" />
      </div>
    </Panel>
  )
}

const heightOf = ({ defects }: ChartColumn): number => STACK.reduce((sum, severity) => sum + defects[severity], 0)

/** Even, round steps up to a value at or above the tallest column; five at most. Thousands from ten thousand on. */
function ticksOf(columns: readonly ChartColumn[]): number[] {
  const tallest = Math.max(4, ...columns.map(heightOf))
  const magnitude = 10 ** Math.floor(Math.log10(tallest / 5))
  const sizes = [1, 2, 5, 10].map((factor) => Math.max(1, factor * magnitude))
  const step = sizes.find((size) => size * 5 >= tallest) as number
  return Array.from({ length: Math.ceil(tallest / step) + 1 }, (_, i) => i * step)
}

const yOf = (share: number): number => Math.round(STRIP + PLOT - share * PLOT)

function YAxis({ ticks }: { ticks: readonly number[] }) {
  const top = ticks.at(-1) as number
  return (
    <svg height={HEIGHT} aria-hidden="true">
      {ticks.map((tick) => (
        <text x="100%" dx="-8" y={yOf(tick / top) + 4} text-anchor="end">
          {top >= 10_000 && tick > 0 ? `${formatCount(tick / 1_000)}k` : formatCount(tick)}
        </text>
      ))}
    </svg>
  )
}

const percent = (share: number): string => `${(share * 100).toFixed(3)}%`

interface PlotProps {
  readonly columns: readonly ChartColumn[]
  readonly ticks: readonly number[]
  readonly now: number
}

function Plot({ columns, ticks, now }: PlotProps) {
  const zone = useZone()
  const top = ticks.at(-1) as number
  const width = 1 / columns.length
  const labelEvery = Math.max(1, Math.ceil(columns.length / LABELLED))
  return (
    <>
      {ticks.map((tick) => (
        <line class={tick === 0 ? 'base' : 'grid-line'} x1="0" x2="100%" y1={yOf(tick / top)} y2={yOf(tick / top)} />
      ))}
      <Stacks columns={columns} top={top} />
      {columns.map((column, i) => (
        <Marks column={column} centre={percent((i + 0.5) * width)} />
      ))}
      {columns.map((column, i) =>
        i % labelEvery === 0 ? (
          <text
            class={(i / labelEvery) % 2 === 1 ? 'x-odd' : ''}
            x={hasRoom(i * width) ? percent(i * width) : '100%'}
            y={HEIGHT - 5}
            text-anchor={hasRoom(i * width) ? 'start' : 'end'}
          >
            {isDay(column) ? formatDay(dayOf(column), now, zone) : clockTime(column.from, zone)}
          </text>
        ) : null,
      )}
    </>
  )
}

/** For a date with its year; those that begin where their columns do are as far apart as these. */
const hasRoom = (x: number): boolean => x <= 1 - 1 / LABELLED

/** Columns of a range of days are labelled with the day, those of a single day with the time. */
const isDay = ({ from, to }: ChartColumn): boolean => to - from > 3_600_000
/** Those of hours begin on whole hours of UTC: the day is the one that most of a column is on. Others begin on theirs. */
const dayOf = ({ from, to }: ChartColumn): number => (to - from > 6 * 3_600_000 ? from : (from + to) / 2)

/** One shape for each severity, however many columns; the plot is as wide as these are many. */
function Stacks({ columns, top }: { columns: readonly ChartColumn[]; top: number }) {
  const bases = columns.map(() => PLOT)
  const shapes = STACK.map((severity) => {
    const bars = columns.map(({ defects }, i) => {
      const height = (defects[severity] / top) * PLOT
      const base = bases[i] as number
      bases[i] = base - height
      return height > 0
        ? `M${(i + (1 - BAR) / 2).toFixed(2)} ${base.toFixed(1)}h${BAR}V${(base - height).toFixed(1)}h-${BAR}z`
        : ''
    })
    return { severity, path: bars.join('') }
  })
  return (
    <svg
      y={STRIP}
      width="100%"
      height={PLOT}
      viewBox={`0 0 ${columns.length} ${PLOT}`}
      preserveAspectRatio="none"
      aria-hidden="true"
    >
      {shapes.map(({ severity, path }) => path && <path class={`bar-${severity.toLowerCase()}`} d={path} />)}
    </svg>
  )
}

function Marks({ column, centre }: { column: ChartColumn; centre: string }) {
  if (column.rollbacks > 0)
    return (
      <>
        <line class="mk-roll-line" x1={centre} x2={centre} y1={STRIP - 6} y2={STRIP + PLOT} />
        <svg x={centre} y="4" width="1" height="1" aria-hidden="true">
          <path class="mk-roll" d="M-5 4 3-1v10z" />
        </svg>
      </>
    )
  if (column.deployments === 0) return null
  return (
    <svg x={centre} y="4" width="1" height="1" aria-hidden="true">
      <path class="mk-deploy" d="M-4 0h8l-4 7z" />
    </svg>
  )
}

function Legend() {
  return (
    <span class="lg">
      {STACK.map((severity) => (
        <span>
          <i class={severity.toLowerCase()} />
          {severity}
        </span>
      ))}
      <span>
        <svg viewBox="0 0 10 10" aria-hidden="true">
          <path class="mk-deploy" d="M1 1.5h8l-4 7z" />
        </svg>
        deployments
      </span>
      <span class="roll">
        <svg viewBox="0 0 10 10" aria-hidden="true">
          <path class="mk-roll" d="M1 5 9 0v10z" />
        </svg>
        with a rollback
      </span>
    </span>
  )
}

function conclusion(columns: readonly ChartColumn[], total: number, spanText: string): string {
  const deployments = columns.reduce((sum, column) => sum + column.deployments, 0)
  const worst = columns.reduce((most, column) => Math.max(most, heightOf(column)), 0)
  const peak = worst > 0 ? `, at most ${formatCount(worst)} in one column` : ''
  return `${counted(total, 'new defect')} in the ${spanText}${peak}; ${counted(deployments, 'deployment')}.`
}

/** As the tables of other charts are (ChartTable): of some hundred cells each says its number and leads to its rows, no more. */
function DataTable({ place, columns, now }: Pick<DefectsChartProps, 'place' | 'columns' | 'now'>) {
  const zone = useZone()
  const some = columns.filter((column) => heightOf(column) > 0 || column.deployments > 0)
  const pathsOf = newDefectsPaths(place)
  return (
    <section class="tw" tabindex={0} aria-label="New defects and deployments as a table">
      <table class="t keep figures">
        <caption>New defects by severity and deployments; stretches without either are left out</caption>
        <thead>
          <tr>
            <th scope="col" class="words">
              From
            </th>
            {[...STACK, 'Deployments', 'Rollbacks'].map((name) => (
              <th scope="col">{name}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {some.map((column) => {
            const pathOf = pathsOf(column)
            const { deployments, rollbacks } = column
            return (
              <tr>
                <th scope="row">{formatDayAndTime(column.from, now, zone)}</th>
                {STACK.map((severity) => rowsCell(column.defects[severity], () => pathOf(severity)))}
                {rowsCell(deployments, () => deploymentsPath(place, column, 'deployed'))}
                {rowsCell(rollbacks, () => deploymentsPath(place, column, 'rollback'))}
              </tr>
            )
          })}
          {some.length === 0 ? (
            <tr>
              <td colspan={7} class="t3 words">
                No defects and no deployments.
              </td>
            </tr>
          ) : null}
        </tbody>
      </table>
    </section>
  )
}

/** Zeros have no rows to lead to. */
const rowsCell = (n: number, hrefOf: () => string) =>
  n === 0 ? (
    <td class="z">0</td>
  ) : (
    <td>
      <a href={hrefOf()}>{formatCount(n)}</a>
    </td>
  )
