import { usualEnvironment } from '../../core/deployment/environment.ts'
import type { EnvironmentChoice, Period } from '../../store/overview/overview-queries.ts'

/** What part of the world and which stretch of time the overview is about. Lives in the URL. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export interface Range {
  readonly key: string
  /** As in "last 14 days", "previous 14 days". */
  readonly text: string
  readonly ms: number
  /** Width of a column of the chart; 20 to 60 of them. */
  readonly stepMs: number
  readonly stepText: string
}

export const RANGES: readonly Range[] = [
  { key: '24h', text: '24 hours', ms: DAY, stepMs: HOUR, stepText: 'per hour' },
  { key: '7d', text: '7 days', ms: 7 * DAY, stepMs: 6 * HOUR, stepText: 'per 6 hours' },
  { key: '14d', text: '14 days', ms: 14 * DAY, stepMs: 6 * HOUR, stepText: 'per 6 hours' },
  { key: '30d', text: '30 days', ms: 30 * DAY, stepMs: DAY, stepText: 'per day' },
]
const DEFAULT_RANGE = '14d'

export interface OverviewScope {
  /** Undefined while no environment is known. */
  readonly environment: EnvironmentChoice | undefined
  readonly range: Range
  readonly current: Period
  readonly previous: Period
  /** What was asked for and does not exist, said in words. */
  readonly remarks: readonly string[]
}

/** What is not there falls back to production and 14 days, and is said. */
export function readScope(
  asked: { readonly env?: string | undefined; readonly range?: string | undefined },
  environments: readonly EnvironmentChoice[],
  now: number,
): OverviewScope {
  const usual = usualEnvironment(environments)
  const environment = asked.env ? (environments.find(({ name }) => name === asked.env) ?? usual) : usual
  const defaultRange = RANGES.find(({ key }) => key === DEFAULT_RANGE) as Range
  const range = asked.range ? (RANGES.find(({ key }) => key === asked.range) ?? defaultRange) : defaultRange
  const remarks: string[] = []
  if (asked.env && environment?.name !== asked.env)
    remarks.push(`Unknown environment ‘${asked.env}’. Showing ${environment?.name ?? 'everything'}.`)
  if (asked.range && range.key !== asked.range)
    remarks.push(`Unknown range ‘${asked.range}’. Showing the last ${range.text}.`)
  return {
    environment,
    range,
    // What happens in this very millisecond is in, hence the one.
    current: { from: now - range.ms + 1, to: now + 1 },
    previous: { from: now - 2 * range.ms + 1, to: now - range.ms + 1 },
    remarks,
  }
}
