import type { ServiceDrift } from '../../src/core/signals/service-drift.ts'
import type { Period, SlowWorsening } from '../../src/core/signals/slow-worsening.ts'
import type { Stretch } from '../../src/core/time/calendar.ts'
import { CAUSED, seenIn } from './rows-counted.ts'
import {
  countCell,
  ifEnough,
  instantCell,
  numberCell,
  stretchName,
  stretchTicks,
  type TrendAddress,
  type TrendChart,
  textCell,
} from './trend-chart.tsx'

/** Weeks of these signals begin on Monday, 0:00 UTC, whoever looks. */
const ZONE = 'UTC'
const WEEK_MS = 7 * 86_400_000
const weekOf = ({ from }: { readonly from: number }) => ({ from, to: from + WEEK_MS })

/** Those that no change caused are not in these signals. */
const causedIn = (address: TrendAddress, stretch: Stretch): string => seenIn(address, stretch, { attribution: CAUSED })

/** Undefined where weeks in which it did not run lie between its own: what was found in these is not counted. */
const inPeriod = (address: TrendAddress, period: Period): string | undefined =>
  period.to - period.from === period.weeks * WEEK_MS ? causedIn(address, period) : undefined

/** The u-chart: whether a week lies outside of what weeks vary by. */
export function driftChart(
  { word, sentence, weeks, chart }: ServiceDrift,
  address: TrendAddress,
  now: number,
): TrendChart {
  const names = weeks.map((week) => stretchName(weekOf(week), 'week', ZONE, now))
  const points = chart?.points ?? []
  const mean = chart?.mean ?? 0
  return {
    id: 'drift',
    question: 'Is a week out of the ordinary?',
    hint: word,
    conclusion: sentence,
    size: 'small',
    note: 'Rule: a week is out beyond three standard deviations of what the weeks before the last four vary by (u-chart, Laney).',
    data: ifEnough(points.length, () => ({
      labels: names,
      tips: points.map(({ rate, low, high, signal }, i) => [
        `${weeks[i]?.defects} defects, ${rate.toFixed(2)} per live day`,
        `Usual ${mean.toFixed(2)}, limits ${low.toFixed(2)} to ${high.toFixed(2)}`,
        ...(signal ? [signal === 'high' ? 'More than the limit' : 'Fewer than the limit'] : []),
      ]),
      ticks: stretchTicks(weeks.map(weekOf), 'week', ZONE),
      links: weeks.map((week) => causedIn(address, weekOf(week))),
      series: [
        {
          ...{ label: 'Upper limit', kind: 'line', color: 'viz-ctx', dashed: true, width: 1.25 },
          values: points.map(({ high }) => high),
          end: 'Limit',
        },
        {
          ...{ label: 'Usual', kind: 'line', color: 'viz-median', width: 1.25 },
          values: points.map(() => mean),
          end: 'Usual',
        },
        { ...{ label: 'Week', kind: 'line', color: 'viz-focus', dots: true }, values: points.map(({ rate }) => rate) },
      ],
    })),
    table: {
      caption: 'Defects per live day, week by week',
      columns: [
        { name: 'Week (UTC)' },
        ...['Defects', 'Live days', 'Per live day', 'Lower limit', 'Upper limit'].map((name) => ({
          name,
          number: true,
        })),
        { name: 'Signal' },
      ],
      rows: weeks.map((week, i) => ({
        cells: [
          instantCell(names[i] as string, week.from),
          countCell(week.defects, causedIn(address, weekOf(week))),
          numberCell(week.exposure, 1),
          numberCell(points[i]?.rate, 2),
          numberCell(points[i]?.low, 2),
          numberCell(points[i]?.high, 2),
          textCell(points[i]?.signal ?? ''),
        ],
      })),
    },
  }
}

/** The CUSUM: whether defects have come more often for a while. */
export function riseChart(
  { word, sentence, periods, points, plan }: SlowWorsening,
  address: TrendAddress,
  now: number,
): TrendChart {
  const names = periods.map((period) => stretchName(weekOf(period), 'week', ZONE, now))
  return {
    id: 'rise',
    question: 'Is it getting worse slowly?',
    hint: word,
    conclusion: sentence,
    size: 'small',
    note: 'Rule: what is above the usual adds up, and what is below takes away (one-sided Poisson CUSUM); a false alarm once in 370 periods.',
    data: ifEnough(points.length, () => ({
      labels: names,
      tips: points.map(({ sum, alarm }, i) => [
        `${periods[i]?.defects} defects`,
        `Sum ${sum.toFixed(1)}, alarm at ${plan?.decision.toFixed(1)}`,
        ...(alarm ? ['Alarm'] : []),
      ]),
      ticks: stretchTicks(periods.map(weekOf), 'week', ZONE),
      links: periods.map((period) => inPeriod(address, period) ?? null),
      series: [
        {
          ...{ label: 'Alarm', kind: 'line', color: 'viz-ctx', dashed: true, width: 1.25 },
          values: points.map(() => plan?.decision ?? null),
          end: 'Alarm',
        },
        {
          ...{ label: 'Sum', kind: 'line', color: 'viz-focus', width: 2.25, dots: true },
          values: points.map(({ sum }) => sum),
          end: 'Sum',
        },
      ],
    })),
    table: {
      caption: 'Sum of what was above the usual',
      columns: [
        { name: 'From (UTC)' },
        ...['Defects', 'Sum'].map((name) => ({ name, number: true })),
        { name: 'Alarm' },
      ],
      rows: periods.map((period, i) => ({
        cells: [
          instantCell(names[i] as string, period.from),
          countCell(period.defects, inPeriod(address, period)),
          numberCell(points[i]?.sum, 1),
          textCell(points[i]?.alarm ? 'alarm' : ''),
        ],
      })),
    },
  }
}
