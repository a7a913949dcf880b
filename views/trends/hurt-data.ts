import type { Trends } from '../../src/core/trends/trends.ts'
import type { DataTable } from '../components/chart.tsx'
import { countCell, instantCell, numberCell, stretchName, textCell } from './trend-chart.tsx'

/** New defects and deployments by service and month, a row for each. */
export function hurtData({ services, months, zone, now }: Trends): DataTable {
  return {
    caption: 'New defects and deployments by service and month',
    columns: [
      { name: 'Service' },
      { name: 'Month' },
      ...['New defects', 'Deployments', 'Defects for every 10 deployments'].map((name) => ({ name, number: true })),
    ],
    rows: services.flatMap(({ service, months: cells }) =>
      cells.map(({ defects, deployments }, i) => {
        const month = months[i] as (typeof months)[number]
        return {
          cells: [
            textCell(service),
            instantCell(stretchName(month, 'month', zone, now), month.from),
            countCell(defects),
            countCell(deployments),
            numberCell(deployments === 0 ? undefined : (10 * defects) / deployments, 1),
          ],
        }
      }),
    ),
  }
}
