import type { Trends } from '../../src/core/trends/trends.ts'
import type { DataTable } from '../components/chart.tsx'
import { discoveryChart } from './discovery-chart.ts'
import { failureChart } from './failure-chart.ts'
import { flowChart } from './flow-chart.ts'
import { hurtData } from './hurt-data.ts'
import { emergencyChart, lifeChart, noticeChart, regressionChart } from './month-charts.ts'
import { releaseChart } from './release-chart.ts'
import type { TrendAddress } from './trend-chart.tsx'

/** In the addresses of their CSV. */
export const CHART_NAMES: readonly string[] = [
  ...['releases', 'discovery', 'flow', 'failures', 'lives', 'services', 'emergencies'],
  ...['regressions', 'noticed'],
]

/** The charts of the page; the last two are of one service. */
export function chartsOf(trends: Trends, address: TrendAddress) {
  const { one } = trends
  return {
    releases: releaseChart(trends, address),
    discovery: discoveryChart(trends, address),
    flow: flowChart(trends, address),
    failures: failureChart(trends, address),
    lives: lifeChart(trends, address),
    emergencies: emergencyChart(trends, address),
    regressions: one ? regressionChart(trends, address) : undefined,
    noticed: one ? noticeChart(trends, address) : undefined,
  }
}

/** The numbers of a chart, by the name in the address of its CSV; undefined for one that there is not. */
export function dataOf(name: string, trends: Trends, address: TrendAddress): DataTable | undefined {
  if (name === 'services') return hurtData(trends)
  return Object.values(chartsOf(trends, address)).find((chart) => chart?.id === name)?.table
}
