import type { BandAtAge } from '../../src/core/verdict/discovery-band.ts'
import { agesOf, foundBy, type LookedAt, tableAges, tickDays } from '../../src/core/verdict/discovery-window.ts'
import type { DataCell, DataTable } from '../components/chart.tsx'
import type { ChartData, ChartSeries } from '../components/chart-data.ts'
import { counted, formatCount, middleCut } from '../format.ts'
import { ageText } from './age-ticks.tsx'

/** The defects that a release showed by age, over what earlier releases lead to expect. */

export interface DiscoveryFacts extends LookedAt {
  readonly version: string
  readonly rolledBack: boolean
}

const usualText = ({ low, high }: BandAtAge['usual']): string => (low === high ? String(low) : `${low} to ${high}`)

export function discoveryData(facts: DiscoveryFacts, rowsBy: (ageDays: number) => string): ChartData {
  const { discoveries, windowDays, version, rolledBack } = facts
  const { lifeDays } = discoveries
  const ages = agesOf(facts)
  const bands = new Map(discoveries.band.map((at) => [at.ageDays, at]))
  const own = ages.map((age) => (age <= lifeDays ? foundBy(discoveries, age) : null))
  const end = Math.min(lifeDays, windowDays)
  const last = ages.findLastIndex((age) => age <= end)
  const name = middleCut(version, 14)
  const of = (value: (at: BandAtAge) => number) =>
    ages.map((age) => {
      const at = bands.get(age)
      return at ? value(at) : null
    })
  const band: ChartSeries[] =
    bands.size === 0
      ? []
      : [
          line(
            'Fewest usual',
            'viz-band',
            of(({ usual }) => usual.low),
            { width: 0, stepped: true },
          ),
          line(
            'Most usual',
            'viz-band',
            of(({ usual }) => usual.high),
            { width: 0, stepped: true, filled: true },
          ),
          line(
            'Expected',
            'viz-median',
            of(({ expected }) => expected),
            { width: 1.75, dashed: true, end: 'expected' },
          ),
        ]
  return {
    labels: ages.map((age) => (age === 0 ? 'When it went live' : `After ${ageText(age)}`)),
    tips: ages.map((age, i) => {
      const at = bands.get(age)
      return [
        ...(own[i] === null ? [] : [`${middleCut(version)}: ${counted(own[i] as number, 'defect')}`]),
        ...(at ? [`Earlier releases: ${at.expected.toFixed(1)} expected, ${usualText(at.usual)} usual`] : []),
        ...(at ? [`${formatCount(at.releases)} of ${formatCount(discoveries.earlier)} were live as long`] : []),
      ]
    }),
    positions: ages,
    links: ages.map((age) => (age <= lifeDays ? rowsBy(age) : null)),
    until: windowDays,
    ticks: tickDays(windowDays).map((at) => ({ at, text: at === 0 ? '0' : ageText(at) })),
    xTitle: 'Time live',
    series: [
      ...band,
      line(version, 'viz-focus', own, { width: 2.5, stepped: true }),
      {
        label: version,
        kind: 'dots',
        color: 'viz-focus',
        values: ages.map((_, i) => (i === last ? (own[i] as number) : null)),
        end: `${name}: ${formatCount(foundBy(discoveries, end))}${rolledBack && lifeDays <= windowDays ? ' ◀' : ''}`,
      },
    ],
  }
}

const line = (
  label: string,
  color: string,
  values: ChartSeries['values'],
  look: Partial<ChartSeries>,
): ChartSeries => ({ label, kind: 'line', color, values, ...look })

/** @param rowsBy the defects found by an age in days; absent where they have no list */
export function discoveryTable(facts: DiscoveryFacts, rowsBy?: (ageDays: number) => string): DataTable {
  const { discoveries, version } = facts
  const rows = tableAges(facts)
  return {
    caption: `Defects found by age of ${middleCut(version, 44)}`,
    columns: [
      { name: 'Age', unit: 'days' },
      { name: middleCut(version, 20), number: true },
      { name: 'Expected', number: true },
      { name: 'Usual from', number: true },
      { name: 'Usual to', number: true },
      { name: 'Earlier releases as old', number: true },
    ],
    rows: rows.map((age) => {
      const at = discoveries.band.find(({ ageDays }) => ageDays === age)
      return {
        cells: [
          { text: ageText(age), value: Math.round(age * 1e4) / 1e4 },
          age <= discoveries.lifeDays ? count(foundBy(discoveries, age), rowsBy?.(age)) : NONE,
          at ? { text: at.expected.toFixed(1), value: Math.round(at.expected * 1e4) / 1e4 } : NONE,
          at ? count(at.usual.low) : NONE,
          at ? count(at.usual.high) : NONE,
          at ? count(at.releases) : NONE,
        ],
      }
    }),
  }
}

const NONE: DataCell = { text: '–', value: null }
const count = (n: number, href?: string): DataCell => ({
  ...{ text: formatCount(n), value: n },
  href: n === 0 ? undefined : href,
})
