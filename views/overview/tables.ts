import type { Severity } from '../../src/core/event.ts'
import type { DataColumn, DataTable } from '../components/chart.tsx'
import { countCell, instantCell, numberCell, textCell } from '../trends/trend-chart.tsx'
import type { ChartColumn } from './defects-chart.tsx'
import type { RunningRow } from './running-table.tsx'

/** The tables of the overview as programs read them. */

const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']
const columnsOf = (prefix: string): DataColumn[] =>
  SEVERITIES.map((severity) => ({ name: `${prefix}${severity}`, number: true }))
const at = (instant: number) => instantCell('', instant)

export const runningData = (rows: readonly RunningRow[]): DataTable => ({
  caption: 'Running',
  columns: [
    ...['Service', 'Version', 'Kind', 'Live since', 'Verdict'].map((name) => ({ name })),
    ...[
      { name: 'Defects', number: true },
      { name: 'Expected at this age', number: true },
    ],
    ...columnsOf('Open '),
  ],
  rows: rows.map(({ service, version, kind, since, verdict, open }) => ({
    cells: [
      ...[textCell(service), textCell(version), textCell(kind), at(since), textCell(verdict?.word ?? '')],
      ...[numberCell(verdict?.comparison?.found, 0), numberCell(verdict?.comparison?.expected, 1)],
      ...SEVERITIES.map((severity) => countCell(open[severity])),
    ],
  })),
})

export const newDefectsData = (columns: readonly ChartColumn[]): DataTable => ({
  caption: 'New defects and deployments',
  columns: [
    ...[{ name: 'From' }, { name: 'To' }],
    ...columnsOf(''),
    ...[
      { name: 'Deployments', number: true },
      { name: 'Rollbacks', number: true },
    ],
  ],
  rows: columns.map(({ from, to, defects, deployments, rollbacks }) => ({
    cells: [
      ...[at(from), at(to)],
      ...SEVERITIES.map((severity) => countCell(defects[severity])),
      ...[countCell(deployments), countCell(rollbacks)],
    ],
  })),
})
