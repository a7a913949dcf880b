import { type DiscoveryCurve, LAST_DAY } from '../../src/core/trends/discovery-by-age.ts'
import type { Trends } from '../../src/core/trends/trends.ts'
import { counted } from '../format.ts'
import { arrivedIn } from './rows-counted.ts'
import { countCell, noCell, numberCell, type TrendAddress, type TrendChart } from './trend-chart.tsx'

const LOOKS: Partial<
  Record<DiscoveryCurve['kind'], { readonly name: string; readonly color: string; dashed?: boolean }>
> = {
  major: { name: 'Major', color: 'viz-4' },
  minor: { name: 'Minor', color: 'viz-focus' },
  patch: { name: 'Patch', color: 'viz-2', dashed: true },
  emergency: { name: 'Emergency', color: 'viz-3', dashed: true },
  'pre-release': { name: 'Pre-release', color: 'viz-focus' },
  unknown: { name: 'Of no kind', color: 'viz-ctx' },
}
const DAY_MS = 86_400_000
const nameOf = ({ kind }: DiscoveryCurve): string => LOOKS[kind]?.name ?? kind
const DAYS = Array.from({ length: LAST_DAY + 1 }, (_, day) => day)
const endOf = ({ means }: DiscoveryCurve): number => means.at(-1) ?? 0

/** How soon do defects surface? */
export function discoveryChart({ curves, fine, coarse, months, now }: Trends, address: TrendAddress): TrendChart {
  const end = Math.max(...[fine, coarse, months].map((stretches) => stretches.at(-1)?.to ?? 0))
  /** The releases that are so many days old. */
  const asOld = (day: number, since: number, kind?: string) =>
    arrivedIn(address, { from: since, to: Math.min(end, now - day * DAY_MS + 1) }, kind)
  const { list, cut } = curves
  const oldest = Math.min(...list.map(({ since }) => since))
  const longest = Math.max(...list.map(({ means }) => means.length)) - 1
  const ends = list.map((curve) => `${nameOf(curve)} ${endOf(curve).toFixed(1)} by day ${curve.means.length - 1}`)
  return {
    id: 'discovery',
    question: 'How soon do defects surface?',
    hint: 'Mean found by age of release',
    conclusion:
      list.length === 0
        ? 'Each kind needs three releases in this time; none has as many.'
        : `Mean number of defects found by age of the release: ${ends.join(', ')}.`,
    size: 'medium',
    note: cut ? 'From the newest 50 releases of each kind, among the newest 2,000.' : undefined,
    data:
      list.length === 0
        ? undefined
        : {
            labels: DAYS.map((day) => `Day ${day}`),
            tips: DAYS.map((day) =>
              list.flatMap((curve) =>
                curve.means[day] === undefined
                  ? []
                  : `${nameOf(curve)} ${curve.means[day].toFixed(1)} (${counted(curve.atRisk[day] as number, 'release')})`,
              ),
            ),
            ticks: DAYS.filter((day) => day % 5 === 0).map((at) => ({ at, text: at === 0 ? '0' : `${at} d` })),
            links: DAYS.map((day) => (day <= longest ? asOld(day, oldest) : null)),
            xTitle: 'Days since first deployment',
            series: list.map((curve) => ({
              ...{ label: nameOf(curve), kind: 'line', color: LOOKS[curve.kind]?.color ?? 'viz-ctx', width: 2.5 },
              dashed: LOOKS[curve.kind]?.dashed,
              values: DAYS.map((day) => curve.means[day] ?? null),
              end: `${nameOf(curve)} ${endOf(curve).toFixed(1)}`,
            })),
          },
    table: {
      caption: 'Mean number of defects found by age of release',
      columns: [
        { name: 'Day' },
        ...list.flatMap((curve) => [
          { name: nameOf(curve), number: true },
          { name: `${nameOf(curve)}, releases as old`, number: true },
        ]),
      ],
      rows: DAYS.map((day) => ({
        cells: [
          { text: String(day), value: day },
          ...list.flatMap((curve) =>
            curve.means[day] === undefined
              ? [noCell, noCell]
              : [
                  numberCell(curve.means[day], 2),
                  countCell(curve.atRisk[day] as number, asOld(day, curve.since, curve.kind)),
                ],
          ),
        ],
      })),
    },
  }
}
