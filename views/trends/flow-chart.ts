import type { FineStretch, Trends } from '../../src/core/trends/trends.ts'
import { counted, formatCount } from '../format.ts'
import { deployStrip, EVENT_COLUMNS, eventCells, eventWords } from './deploy-strip.ts'
import { closedIn, openAtEndOf, seenIn } from './rows-counted.ts'
import {
  countCell,
  ifEnough,
  instantCell,
  stretchName,
  stretchTicks,
  type TrendAddress,
  type TrendChart,
} from './trend-chart.tsx'

/** Are we keeping up? */
export function flowChart(data: Trends, address: TrendAddress): TrendChart {
  const { fine, fineUnit, zone, now, flow } = data
  const last = lastWhole(fine, now)
  const names = fine.map((stretch) => stretchName(stretch, fineUnit, zone, now))
  const over = (count: (stretch: FineStretch) => number) => fine.reduce((sum, stretch) => sum + count(stretch), 0)
  const { one } = data
  // The stretch that is not over would always look quiet; it is in the table.
  const drawn = fine.filter(({ to }) => to <= now)
  return {
    id: 'flow',
    question: 'Are we keeping up?',
    hint: `Per ${fineUnit}`,
    conclusion: `${counted(
      over(({ found }) => found),
      'defect',
    )} found and ${formatCount(over(({ fixed }) => fixed))} fixed. Open defects went from ${formatCount(flow.openBefore)} to ${formatCount(flow.openAfter)}.`,
    size: 'medium',
    data: ifEnough(drawn.length, () => ({
      labels: names.slice(0, drawn.length),
      tips: drawn.map(({ found, fixed, givenUp, backlog, events }) => [
        `${found} found, ${fixed} fixed${givenUp > 0 ? `, ${givenUp} given up` : ''}`,
        `${formatCount(backlog)} open at the end`,
        ...(one ? eventWords(events) : []),
      ]),
      ticks: stretchTicks(drawn, fineUnit, zone),
      links: drawn.map((stretch) => seenIn(address, stretch)),
      series: [
        {
          ...{ label: 'Found', kind: 'line', color: 'viz-focus', width: 2.25, end: `Found ${last?.found ?? 0}` },
          values: drawn.map(({ found }) => found),
        },
        {
          ...{
            label: 'Fixed',
            kind: 'line',
            color: 'viz-2',
            width: 2.25,
            dashed: true,
            end: `Fixed ${last?.fixed ?? 0}`,
          },
          values: drawn.map(({ fixed }) => fixed),
        },
      ],
      ...(one ? { markers: deployStrip(drawn) } : {}),
    })),
    table: {
      caption: `Defects found and fixed per ${fineUnit}`,
      columns: [
        { name: fineUnit === 'week' ? 'Week' : 'Day' },
        ...['Found', 'Fixed', 'Given up', 'Open at the end'].map((name) => ({ name, number: true })),
        ...(one ? EVENT_COLUMNS : []),
      ],
      rows: fine.map((stretch, i) => ({
        cells: [
          instantCell(names[i] as string, stretch.from),
          countCell(stretch.found, seenIn(address, stretch)),
          countCell(stretch.fixed, closedIn(address, stretch, 'fixed,verified')),
          countCell(stretch.givenUp, closedIn(address, stretch, 'wont-fix')),
          countCell(stretch.backlog, openAtEndOf(address, stretch)),
          ...(one ? eventCells(stretch, address) : []),
        ],
      })),
    },
  }
}

const lastWhole = (fine: readonly FineStretch[], now: number): FineStretch | undefined =>
  fine.findLast(({ to }) => to <= now)
