import type { Stretch } from '../../src/core/time/calendar.ts'
import type { DeployEvents } from '../../src/core/trends/trends.ts'
import type { DataCell } from '../components/chart.tsx'
import type { ChartMarker } from '../components/chart-data.ts'
import { counted, formatCount } from '../format.ts'
import { placedIn } from './rows-counted.ts'
import { countCell, type TrendAddress } from './trend-chart.tsx'

/** With more of them in view the marks would run together. */
const MOST_MARKS = 40

/** What was deployed meanwhile, above a chart of one service: a mark for each kind, or ticks with their counts. */
export function deployStrip(stretches: readonly { readonly events: DeployEvents }[]): ChartMarker[] {
  const all = stretches.reduce((sum, { events }) => sum + totalOf(events), 0)
  return stretches.flatMap(({ events }, at): ChartMarker[] => {
    const total = totalOf(events)
    if (total === 0) return []
    if (all > MOST_MARKS) return [{ at, kind: 'tick', label: formatCount(total) }]
    // One mark has room: that of what matters most.
    const kind = events.emergencies > 0 ? 'emergency' : events.rollbacks > 0 ? 'rollback' : 'deploy'
    return [{ at, kind }]
  })
}

const totalOf = ({ deployments, rollbacks, emergencies }: DeployEvents): number => deployments + rollbacks + emergencies

export const EVENT_COLUMNS = ['Deployments', 'Rollbacks', 'Emergencies'].map((name) => ({ name, number: true }))
export const eventCells = (stretch: Stretch & { readonly events: DeployEvents }, address: TrendAddress): DataCell[] => [
  countCell(stretch.events.deployments, placedIn(address, stretch, 'planned')),
  countCell(stretch.events.rollbacks, placedIn(address, stretch, 'rollback')),
  countCell(stretch.events.emergencies, placedIn(address, stretch, 'emergency')),
]

/** `3 deployments, 1 rollback`; nothing where there was nothing. */
export function eventWords({ deployments, rollbacks, emergencies }: DeployEvents): string[] {
  const words = [
    ...(deployments > 0 ? [counted(deployments, 'deployment')] : []),
    ...(rollbacks > 0 ? [counted(rollbacks, 'rollback')] : []),
    ...(emergencies > 0 ? [counted(emergencies, 'emergency release')] : []),
  ]
  return words.length > 0 ? [words.join(', ')] : []
}
