import { LEAST_LIVES } from '../../src/core/trends/severe-lives.ts'
import type { CoarseStretch, Trends } from '../../src/core/trends/trends.ts'
import { counted, formatCount, formatDuration } from '../format.ts'
import { deployStrip, EVENT_COLUMNS, eventCells, eventWords } from './deploy-strip.ts'
import { cameBackIn, placedIn, seenIn } from './rows-counted.ts'
import {
  countCell,
  ifEnough,
  instantCell,
  noCell,
  numberCell,
  stretchName,
  stretchTicks,
  type TrendAddress,
  type TrendChart,
} from './trend-chart.tsx'

const HOUR_MS = 3_600_000
/** Beyond this ratio the lower line would lie on the axis. */
const SPREAD = 20

const namesOf = ({ coarse, coarseUnit, zone, now }: Trends): string[] =>
  coarse.map((stretch) => stretchName(stretch, coarseUnit, zone, now))
const columnOf = ({ coarseUnit }: Trends) => ({ name: coarseUnit === 'week' ? 'Week' : 'Month' })

/** How long do S1 and S2 live? */
export function lifeChart(data: Trends, address: TrendAddress): TrendChart {
  const { coarse, coarseUnit, zone } = data
  const names = namesOf(data)
  const some = coarse.filter(({ lives }) => lives.half !== undefined)
  const [first, last] = [some[0]?.lives.half, some.at(-1)?.lives.half]
  const hours = (ms: number | undefined): number | null => (ms === undefined ? null : ms / HOUR_MS)
  const all = some.flatMap(({ lives: { half, nineInTen } }) => [half, nineInTen].filter((ms) => ms !== undefined))
  const nines = some.flatMap(({ lives }) => lives.nineInTen ?? [])
  const least = Math.min(...all)
  const hollow = coarse.flatMap(({ lives }, at) => (lives.defects < LEAST_LIVES ? at : []))
  const severeOf = ({ livesFrom: from, to }: CoarseStretch, status = 'any') =>
    from === undefined ? undefined : seenIn(address, { from, to }, { severity: 'S1,S2', status })
  const words = (ms: number | undefined) => (ms === undefined ? 'not yet' : formatDuration(ms))
  return {
    id: 'lives',
    question: 'How long do S1 and S2 live?',
    hint: `First seen to fixed, by ${coarseUnit} first seen`,
    conclusion:
      first === undefined || last === undefined
        ? 'In no stretch of this time is half of the S1 and S2 defects fixed.'
        : `Half of the S1 and S2 defects were fixed within ${formatDuration(first)} in the first ${coarseUnit}, ${formatDuration(last)} in the last.`,
    size: 'small',
    note: coarse.some(({ livesCut }) => livesCut)
      ? `From the newest 400, about, of each ${coarseUnit}; those still open count with the time so far.`
      : 'Those still open count with the time so far.',
    data: ifEnough(some.length, () => ({
      labels: names,
      tips: coarse.map(({ lives }) => [
        `Half fixed within ${words(lives.half)}`,
        `Nine in ten within ${words(lives.nineInTen)}`,
        `${counted(lives.defects, 'defect')}, ${formatCount(lives.fixed)} fixed`,
      ]),
      ticks: stretchTicks(coarse, coarseUnit, zone),
      links: coarse.map((stretch) => seenIn(address, stretch, { severity: 'S1,S2' })),
      unit: ' h',
      logarithmic: least > 0 && Math.max(...all) > SPREAD * least,
      series: [
        {
          ...{ label: 'Nine in ten', kind: 'line', color: 'viz-ctx', dots: true, dashed: true, hollow },
          values: coarse.map(({ lives }) => hours(lives.nineInTen)),
          ...(nines.length > 0 ? { end: `9 in 10: ${formatDuration(nines.at(-1) as number)}` } : {}),
        },
        {
          ...{ label: 'Half', kind: 'line', color: 'viz-focus', width: 2.5, dots: true, hollow },
          values: coarse.map(({ lives }) => hours(lives.half)),
          end: `Half: ${formatDuration(last as number)}`,
        },
      ],
    })),
    table: {
      caption: `Life of S1 and S2 defects, by ${coarseUnit} first seen`,
      columns: [
        columnOf(data),
        ...['Half, hours', 'Nine in ten, hours', 'Defects', 'Fixed'].map((name) => ({ name, number: true })),
      ],
      rows: coarse.map((stretch, i) => ({
        href: seenIn(address, stretch, { severity: 'S1,S2' }),
        cells: [
          instantCell(names[i] as string, stretch.from),
          numberCell(hours(stretch.lives.half) ?? undefined, 1),
          numberCell(hours(stretch.lives.nineInTen) ?? undefined, 1),
          countCell(stretch.lives.defects, severeOf(stretch)),
          countCell(stretch.lives.fixed, severeOf(stretch, 'fixed,verified')),
        ],
      })),
    },
  }
}

/** How often do we need an emergency? */
export function emergencyChart(data: Trends, address: TrendAddress): TrendChart {
  const { coarse, coarseUnit, zone } = data
  const names = namesOf(data)
  const sum = (count: (stretch: CoarseStretch) => number) => coarse.reduce((all, stretch) => all + count(stretch), 0)
  const rollbacks = sum((stretch) => stretch.rollbacks)
  const hotfixes = sum((stretch) => stretch.emergencies)
  return {
    id: 'emergencies',
    question: 'How often do we need an emergency?',
    hint: `Per ${coarseUnit}`,
    conclusion:
      rollbacks + hotfixes === 0
        ? 'No rollback and no emergency release in this time.'
        : `${counted(hotfixes, 'emergency release')} and ${counted(rollbacks, 'rollback')}.`,
    size: 'small',
    legend: [
      { text: 'Hotfix', look: 'v2' },
      { text: 'Rollback', look: 'v4' },
    ],
    data:
      rollbacks + hotfixes === 0
        ? undefined
        : ifEnough(coarse.length, () => ({
            labels: names,
            tips: coarse.map((stretch) => [
              counted(stretch.emergencies, 'emergency release'),
              counted(stretch.rollbacks, 'rollback'),
              `${formatCount(stretch.events.deployments)} other deployments`,
            ]),
            ticks: stretchTicks(coarse, coarseUnit, zone),
            links: coarse.map((stretch) => placedIn(address, stretch, 'unplanned')),
            series: [
              {
                ...{ label: 'Rollback', kind: 'columns', color: 'viz-4' },
                values: coarse.map((stretch) => stretch.rollbacks),
              },
              {
                ...{ label: 'Hotfix', kind: 'columns', color: 'viz-s2' },
                values: coarse.map((stretch) => stretch.emergencies),
              },
            ],
          })),
    table: {
      caption: `Emergency releases and rollbacks per ${coarseUnit}`,
      columns: [
        columnOf(data),
        ...['Hotfixes', 'Rollbacks', 'Other deployments'].map((name) => ({ name, number: true })),
      ],
      rows: coarse.map((stretch, i) => ({
        href: placedIn(address, stretch, 'all'),
        cells: [
          instantCell(names[i] as string, stretch.from),
          countCell(stretch.emergencies, placedIn(address, stretch, 'emergency')),
          countCell(stretch.rollbacks, placedIn(address, stretch, 'rollback')),
          countCell(stretch.events.deployments, placedIn(address, stretch, 'planned')),
        ],
      })),
    },
  }
}

/** What comes back; of one service. */
export function regressionChart(data: Trends, address: TrendAddress): TrendChart {
  const { coarse, coarseUnit, zone } = data
  const names = namesOf(data)
  const total = coarse.reduce((sum, { regressions }) => sum + regressions, 0)
  return {
    id: 'regressions',
    question: 'What comes back?',
    hint: `Regressions per ${coarseUnit}`,
    conclusion:
      total === 0
        ? 'No defect that was fixed has come back in this time.'
        : `${counted(total, 'regression')} in this time.`,
    size: 'small',
    data:
      total === 0
        ? undefined
        : ifEnough(coarse.length, () => ({
            labels: names,
            tips: coarse.map(({ regressions, events }) => [counted(regressions, 'regression'), ...eventWords(events)]),
            ticks: stretchTicks(coarse, coarseUnit, zone),
            links: coarse.map((stretch) => cameBackIn(address, stretch)),
            series: [
              {
                ...{ label: 'Regressions', kind: 'columns', color: 'viz-focus' },
                values: coarse.map(({ regressions }) => regressions),
              },
            ],
            markers: deployStrip(coarse),
          })),
    table: {
      caption: `Regressions per ${coarseUnit}`,
      columns: [columnOf(data), { name: 'Regressions', number: true }, ...EVENT_COLUMNS],
      rows: coarse.map((stretch, i) => ({
        href: cameBackIn(address, stretch),
        cells: [
          instantCell(names[i] as string, stretch.from),
          countCell(stretch.regressions, cameBackIn(address, stretch)),
          ...eventCells(stretch, address),
        ],
      })),
    },
  }
}

/** A share of fewer is one of chance. */
const LEAST_FOUND = 3

/** Who notices first? Of one service. */
export function noticeChart(data: Trends, address: TrendAddress): TrendChart {
  const { coarse, coarseUnit, zone } = data
  const names = namesOf(data)
  const found = coarse.reduce((sum, stretch) => sum + stretch.found, 0)
  const people = coarse.reduce((sum, stretch) => sum + stretch.byPeople, 0)
  const shareOf = ({ found: all, byPeople }: CoarseStretch) => (all < LEAST_FOUND ? undefined : (100 * byPeople) / all)
  const rated = coarse.filter((stretch) => shareOf(stretch) !== undefined).length
  return {
    id: 'noticed',
    question: 'Who notices first?',
    hint: `Share of defects that people reported before monitoring did, per ${coarseUnit}`,
    conclusion: `People reported ${formatCount(people)} of ${counted(found, 'defect')} first, monitoring ${formatCount(found - people)}.`,
    size: 'small',
    data: ifEnough(rated, () => ({
      labels: names,
      tips: coarse.map((stretch) => [
        `${stretch.byPeople} of ${counted(stretch.found, 'defect')} noticed by people`,
        `${stretch.found - stretch.byPeople} by monitoring`,
        ...eventWords(stretch.events),
      ]),
      ticks: stretchTicks(coarse, coarseUnit, zone),
      links: coarse.map((stretch) => seenIn(address, stretch)),
      unit: '%',
      series: [
        {
          ...{ label: 'Noticed by people', kind: 'columns', color: 'viz-focus' },
          values: coarse.map((stretch) => shareOf(stretch) ?? null),
        },
      ],
      markers: deployStrip(coarse),
    })),
    table: {
      caption: `Defects noticed by people and by monitoring, per ${coarseUnit}`,
      columns: [
        columnOf(data),
        ...['By people', 'By monitoring', 'Share by people'].map((name) => ({ name, number: true })),
        ...EVENT_COLUMNS,
      ],
      rows: coarse.map((stretch, i) => ({
        href: seenIn(address, stretch),
        cells: [
          instantCell(names[i] as string, stretch.from),
          countCell(stretch.byPeople, seenIn(address, stretch, { noticed: 'people' })),
          countCell(stretch.found - stretch.byPeople, seenIn(address, stretch, { noticed: 'monitoring' })),
          stretch.found === 0 ? noCell : numberCell((100 * stretch.byPeople) / stretch.found, 1, ' %'),
          ...eventCells(stretch, address),
        ],
      })),
    },
  }
}
