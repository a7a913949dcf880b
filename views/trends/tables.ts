import type { DeliveryMetrics } from '../../src/core/delivery/delivery-metrics.ts'
import type { DataCell, DataTable } from '../components/chart.tsx'
import { METRICS } from './metric-words.ts'
import type { QualityPageProps } from './quality-page.tsx'
import { numberCell, textCell } from './trend-chart.tsx'

/** The tables of delivery and quality as programs read them. */

interface Made {
  readonly value: number | null
  readonly unit: string
  readonly numerator: number
  readonly denominator: number
  readonly enough: boolean
  readonly interval: { readonly low: number | null; readonly high: number | null } | null
  readonly rule: string
}

const MADE = [
  ...[{ name: 'Value', number: true }, { name: 'Unit' }],
  ...['Numerator', 'Denominator'].map((name) => ({ name, number: true })),
  ...[{ name: 'Enough' }, { name: '95 % from', number: true }, { name: '95 % to', number: true }, { name: 'Rule' }],
]

const number = (value: number | null | undefined): DataCell => numberCell(value ?? undefined, 4)

const made = ({ value, unit, numerator, denominator, enough, interval, rule }: Made): DataCell[] => [
  ...[number(value), textCell(unit), number(numerator), number(denominator), textCell(enough ? 'yes' : 'no')],
  ...[number(interval?.low), number(interval?.high), textCell(rule)],
]

export const qualityData = (rows: readonly { readonly name: string; readonly number: Made }[]): DataTable => ({
  caption: 'Quality in numbers',
  columns: [{ name: 'Number' }, ...MADE],
  rows: rows.map(({ name, number }) => ({ cells: [textCell(name), ...made(number)] })),
})

export const deliveryData = (
  services: readonly { readonly service: string; readonly metrics: DeliveryMetrics }[],
): DataTable => ({
  caption: 'Delivery metrics by service',
  columns: [{ name: 'Service' }, { name: 'Metric' }, ...MADE],
  rows: services.flatMap(({ service, metrics }) =>
    METRICS.map(({ key, name }) => ({ cells: [textCell(service), textCell(name), ...made(metrics[key])] })),
  ),
})

export function signalsData({ worst, signals }: NonNullable<QualityPageProps['all']>): DataTable {
  const believed = new Set(worst.services.filter((one) => one.believed).map(({ service }) => service))
  return {
    caption: 'Signals by service',
    columns: ['Service', 'Live release', 'Stands out', 'Weeks', 'Slow rise', 'Still hidden'].map((name) => ({ name })),
    rows: signals.map(({ service, version, drift, worsening, hidden }) => ({
      cells: [
        ...[textCell(service), textCell(version), textCell(believed.has(service) ? 'yes' : 'no')],
        ...[textCell(drift.word), textCell(worsening.word), textCell(hidden.word)],
      ],
    })),
  }
}
