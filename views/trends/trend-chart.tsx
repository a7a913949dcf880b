import type { CalendarUnit, Stretch } from '../../src/core/time/calendar.ts'
import { dateIn } from '../../src/core/time/calendar.ts'
import { Chart, type DataCell, type DataTable } from '../components/chart.tsx'
import type { ChartData } from '../components/chart-data.ts'
import { Panel } from '../components/page-parts.tsx'
import { formatCount, MONTHS } from '../format.ts'
import { instantText, withQuery } from '../paths.ts'

/** One question, answered by a chart. */
export interface TrendChart {
  /** Names the panel and the CSV. */
  readonly id: string
  readonly question: string
  readonly hint: string
  readonly conclusion: string
  readonly size: 'large' | 'medium' | 'small'
  readonly legend?: readonly { readonly text: string; readonly look: string }[]
  readonly data: ChartData | undefined
  readonly table: DataTable
  /** What is left out or cut, in a sentence. */
  readonly note?: string | undefined
}

/** What the addresses of this view carry. */
export interface TrendAddress {
  readonly service: string | undefined
  readonly env: string | undefined
  readonly range?: string | undefined
  /** The last day of it; undefined: it ends now. */
  readonly until?: string | undefined
  /** Its ends, in place of these. */
  readonly from?: string | undefined
  readonly to?: string | undefined
}

/** The ends of a stretch as addresses name them. */
export const instantsOf = ({ from, to }: Stretch) => ({
  from: instantText(from),
  to: instantText(to),
})

/** With fewer points there is no line to be seen. */
const FEW_POINTS = 3

/** The data of a chart, unless there is too little of it to draw. */
export const ifEnough = (points: number, data: () => ChartData): ChartData | undefined =>
  points < FEW_POINTS ? undefined : data()

export function TrendPanel({ chart, address }: { chart: TrendChart; address: TrendAddress }) {
  const { id, question, hint, legend = [], ...rest } = chart
  return (
    <Panel
      id={id}
      title={question}
      hint={hint}
      pad
      end={
        legend.length > 0 && rest.data ? (
          <span class="lg">
            {legend.map(({ text, look }) => (
              <span>
                <i class={look} />
                {text}
              </span>
            ))}
          </span>
        ) : undefined
      }
    >
      <Chart {...rest} csv={withQuery(`/trends/${id}.csv`, { ...address })} />
    </Panel>
  )
}

/** `Nov`, with the year when it is not that of `now`. */
export function monthName({ from }: Stretch, zone: string, now: number): string {
  const { year, month } = dateIn(from, zone)
  return year === dateIn(now, zone).year ? (MONTHS[month - 1] as string) : `${MONTHS[month - 1]} ${year}`
}

/** `16 Nov`, `Week of 16 Nov`, `Nov`, with the year when it is not that of `now`; `so far` while it is not over. */
export function stretchName(stretch: Stretch, unit: CalendarUnit, zone: string, now: number): string {
  const soFar = stretch.to > now ? ' so far' : ''
  if (unit === 'month') return `${monthName(stretch, zone, now)}${soFar}`
  const { year, day } = dateIn(stretch.from, zone)
  const month = MONTHS[dateIn(stretch.from, zone).month - 1]
  const date = year === dateIn(now, zone).year ? `${day} ${month}` : `${day} ${month} ${year}`
  return `${unit === 'week' ? `Week of ${date}` : date}${soFar}`
}

/** Labels of an axis of stretches: days by their dates, weeks where a month begins, months each. */
export function stretchTicks(stretches: readonly Stretch[], unit: CalendarUnit, zone: string): ChartData['ticks'] {
  const dates = stretches.map(({ from }) => dateIn(from, zone))
  return dates.flatMap(({ month, day }, at) => {
    const name = MONTHS[month - 1] as string
    if (unit === 'month') return { at, text: name }
    if (unit === 'day') return day % 5 === 0 ? { at, text: `${day} ${name}` } : []
    // The week in which the first of a month lies, but for the very first, of which only the end may be seen.
    if (stretches.length <= 14) return { at, text: `${day} ${name}` }
    return at > 0 && dates[at - 1]?.month !== month ? { at, text: name } : []
  })
}

export const textCell = (text: string): DataCell => ({ text, value: text })
/** With the rows that it counts, where there are any. */
export const countCell = (n: number, href?: string): DataCell => ({
  ...{ text: formatCount(n), value: n },
  href: n === 0 ? undefined : href,
})
export const numberCell = (value: number | undefined, digits: number, unit = ''): DataCell =>
  value === undefined
    ? { text: '–', value: null }
    : { text: `${value.toFixed(digits)}${unit}`, value: Number(value.toFixed(Math.max(digits, 4))) }
/** A time as people read it, and for programs in UTC. */
export const instantCell = (text: string, at: number): DataCell => ({ text, value: new Date(at).toISOString() })
export const noCell: DataCell = { text: '–', value: null }
