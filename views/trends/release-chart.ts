import type { Severity } from '../../src/core/event.ts'
import type { Arrival, Replacement } from '../../src/core/trends/facts.ts'
import { FIRST_DAYS, type ReleaseColumn } from '../../src/core/trends/release-quality.ts'
import type { Trends } from '../../src/core/trends/trends.ts'
import type { ChartMarker, ChartSeries } from '../components/chart-data.ts'
import { counted, formatDay, formatDuration, middleCut } from '../format.ts'
import { instantText, releasePath, withQuery } from '../paths.ts'
import {
  countCell,
  ifEnough,
  instantCell,
  numberCell,
  type TrendAddress,
  type TrendChart,
  textCell,
} from './trend-chart.tsx'

const DAY_MS = 86_400_000
const STACK: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']
const STROKES: Partial<Record<Severity, string>> = { S3: 'viz-s3-stroke', S4: 'viz-s4-stroke' }

type Column = ReleaseColumn<Arrival>

/** Are releases getting better? */
export function releaseChart({ releases, one, zone, now }: Trends, address: TrendAddress): TrendChart {
  const { columns, which, cut, troubles } = releases
  const kinds = which === 'all' ? 'releases' : 'major and minor releases'
  const grown = columns.filter(({ young }) => !young)
  const medians = grown.flatMap(({ median }) => median ?? [])
  const [first, last] = [medians[0], medians.at(-1)]
  const total = grown.reduce((sum, column) => sum + column.total, 0)
  const trend = first === undefined || last === undefined ? '' : ` Median of six goes from ${first} to ${last}.`
  const troubleOf = new Map(columns.map(({ release }) => [release.releaseId, [] as Replacement[]]))
  for (const trouble of troubles) troubleOf.get(trouble.releaseId)?.push(trouble)
  const afterwards = (column: Column): readonly string[] =>
    (troubleOf.get(column.release.releaseId) ?? []).map((trouble) =>
      trouble.kind === 'rollback' ? 'rolled back' : `hotfix ${middleCut(trouble.by, 20)}`,
    )
  return {
    id: 'releases',
    question: 'Are releases getting better?',
    hint: `Defects per release in its first ${FIRST_DAYS} days, ${kinds}`,
    conclusion: `${counted(total, 'defect')} in the first ${FIRST_DAYS} days of ${counted(grown.length, 'release')}.${trend}`,
    size: 'large',
    legend: [
      ...STACK.map((severity) => ({ text: severity, look: severity.toLowerCase() })),
      { text: 'Median of 6', look: 'dash' },
    ],
    note: cut ? `The newest ${columns.length} releases of the time asked for.` : undefined,
    data: ifEnough(columns.length, () => ({
      labels: columns.map((column) => nameOf(column, one)),
      tips: columns.map((column) => [
        `${counted(column.total, 'defect')}: ${STACK.map((severity) => `${severity} ${column.found[severity]}`).join(', ')}`,
        ...(column.median === undefined ? [] : [`Median of six: ${column.median}`]),
        ...(column.young ? [`Only ${ageOf(column, now)} old`] : []),
        ...afterwards(column),
      ]),
      ticks: ticksOf(columns, one, zone, now),
      links: columns.map((column) => linkOf(column, address)),
      series: [
        {
          ...{ label: 'Median of six', kind: 'line', color: 'viz-median', dashed: true, width: 1.5 },
          values: columns.map(({ median }) => median ?? null),
        },
        ...STACK.map(
          (severity): ChartSeries => ({
            ...{ label: severity, kind: 'columns', color: `viz-${severity.toLowerCase()}`, stroke: STROKES[severity] },
            values: columns.map(({ found }) => found[severity]),
          }),
        ),
      ],
      markers: columns.flatMap((column, at) => markersOf(column, at, troubleOf, one, now)),
    })),
    table: {
      caption: `Defects per release in its first ${FIRST_DAYS} days`,
      columns: [
        { name: 'Release' },
        { name: 'First deployed' },
        ...STACK.map((name) => ({ name, number: true })),
        { name: 'Defects', number: true },
        { name: 'Median of 6', number: true },
        { name: 'Observed' },
        { name: 'Then' },
      ],
      rows: columns.map((column) => ({
        href: releasePath(column.release.service, column.release.version),
        cells: [
          textCell(`${column.release.service} ${column.release.version}`),
          instantCell(formatDay(column.release.at, now, zone), column.release.at),
          ...STACK.map((severity) => countCell(column.found[severity], linkOf(column, address, severity))),
          countCell(column.total, linkOf(column, address)),
          numberCell(column.median, 1),
          textCell(column.young ? `only ${ageOf(column, now)}` : `${FIRST_DAYS} days`),
          textCell(afterwards(column).join(', ')),
        ],
      })),
    },
  }
}

const nameOf = ({ release }: Column, one: boolean): string =>
  one ? release.version : `${release.service} ${release.version}`

const ageOf = ({ release }: Column, now: number): string => formatDuration(Math.max(0, now - release.at))

/** What is held against a release and was found in its first days. */
const linkOf = ({ release }: Column, { env }: TrendAddress, severity?: Severity): string =>
  withQuery('/defects', {
    ...{ status: 'any', service: release.service, release: release.version, env, severity },
    seenTo: instantText(release.at + FIRST_DAYS * DAY_MS),
  })

/** Versions where there is one service, else the first release of each month. */
function ticksOf(columns: readonly Column[], one: boolean, zone: string, now: number) {
  if (one) return columns.map(({ release }, at) => ({ at, text: middleCut(release.version, 9) }))
  const months = columns.map(({ release }) => formatDay(release.at, now, zone).split(' ')[1] as string)
  return months.flatMap((text, at) => (months[at - 1] === text ? [] : { at, text }))
}

function markersOf(
  column: Column,
  at: number,
  troubleOf: ReadonlyMap<number, readonly Replacement[]>,
  one: boolean,
  now: number,
): ChartMarker[] {
  const troubles = troubleOf.get(column.release.releaseId) ?? []
  const name = middleCut(one ? column.release.version : nameOf(column, false), 24)
  const marks = troubles.slice(0, 1).map(
    ({ kind, by }): ChartMarker => ({
      at,
      kind,
      label: kind === 'rollback' ? `${name} rolled back` : `hotfix ${middleCut(by, 16)}`,
    }),
  )
  if (marks.length > 0 || !column.young) return marks
  return [{ at, kind: 'deploy', label: `${name}, only ${ageOf(column, now)} old` }]
}
