import type { Stretch } from '../../src/core/time/calendar.ts'
import { ripeUntil } from '../../src/core/trends/change-failures.ts'
import type { Trends } from '../../src/core/trends/trends.ts'
import { counted, formatCount } from '../format.ts'
import { withQuery } from '../paths.ts'
import { FAILURES } from './metric-words.ts'
import { placedIn } from './rows-counted.ts'
import {
  countCell,
  ifEnough,
  instantCell,
  instantsOf,
  numberCell,
  stretchName,
  stretchTicks,
  type TrendAddress,
  type TrendChart,
} from './trend-chart.tsx'

const percentOf = (share: number | undefined): number | undefined => (share === undefined ? undefined : 100 * share)

/** How often does a change fail? */
export function failureChart(data: Trends, address: TrendAddress): TrendChart {
  const { weeks, zone, now } = data
  const names = weeks.map((stretch) => stretchName(stretch, 'week', zone, now))
  const failed = weeks.reduce((sum, stretch) => sum + stretch.failed, 0)
  const ripe = weeks.reduce((sum, stretch) => sum + stretch.ripe, 0)
  const medians = weeks.flatMap(({ median }) => median ?? [])
  const last = medians.at(-1)
  const percent = (share: number) => `${(100 * share).toFixed(share < 0.1 ? 1 : 0)} %`
  const ripeOf = ({ from, to }: Stretch): Stretch => ({ from, to: Math.min(to, ripeUntil(now)) })
  const unripeOf = ({ from, to }: Stretch): Stretch => ({ from: Math.max(from, ripeUntil(now)), to })
  const rated = weeks.filter(({ share }) => share !== undefined).length
  return {
    id: 'failures',
    question: 'How often does a change fail?',
    hint: `Share of deployments per week`,
    conclusion:
      ripe === 0
        ? 'No deployment is old enough to be judged.'
        : `${formatCount(failed)} of ${counted(ripe, 'deployment')} failed.${
            last === undefined
              ? ''
              : ` The median of eight weeks goes from ${percent(medians[0] as number)} to ${percent(last)}.`
          }`,
    size: 'small',
    note: FAILURES,
    data: ifEnough(rated, () => ({
      labels: names,
      tips: weeks.map((stretch) => [
        stretch.ripe === 0
          ? 'No deployment to judge'
          : `${stretch.failed} of ${counted(stretch.ripe, 'deployment')} failed`,
        ...(stretch.unripe > 0 ? [`${counted(stretch.unripe, 'deployment')} too young to judge`] : []),
        ...(stretch.median === undefined ? [] : [`Median of eight weeks: ${percent(stretch.median)}`]),
      ]),
      ticks: stretchTicks(weeks, 'week', zone),
      links: weeks.map((week) => deliveryPath(address, week)),
      unit: '%',
      series: [
        {
          ...{ label: 'Week', kind: 'dots', color: 'viz-ctx' },
          values: weeks.map(({ share }) => percentOf(share) ?? null),
        },
        {
          ...{ label: `Median of eight weeks`, kind: 'line', color: 'viz-focus', width: 2.5 },
          values: weeks.map(({ median }) => percentOf(median) ?? null),
          ...(last === undefined ? {} : { end: `Median ${percent(last)}` }),
        },
      ],
    })),
    table: {
      caption: `Failed deployments per week`,
      columns: [
        { name: 'Week' },
        ...['Failed', 'Deployments judged', 'Too young', 'Share', 'Median of 8'].map((name) => ({
          name,
          number: true,
        })),
      ],
      rows: weeks.map((stretch, i) => ({
        href: deliveryPath(address, stretch),
        cells: [
          instantCell(names[i] as string, stretch.from),
          countCell(stretch.failed, placedIn(address, ripeOf(stretch), 'failed')),
          countCell(stretch.ripe, placedIn(address, ripeOf(stretch), 'all')),
          countCell(stretch.unripe, placedIn(address, unripeOf(stretch), 'all')),
          numberCell(percentOf(stretch.share), 1, ' %'),
          numberCell(percentOf(stretch.median), 1, ' %'),
        ],
      })),
    },
  }
}

/** Where the deployments of a week that failed are named, for each service. */
const deliveryPath = ({ service, env }: TrendAddress, week: Stretch): string =>
  `${withQuery('/trends/delivery', { service, env, ...instantsOf(week) })}#changeFailRate`
