import { formatDuration } from '../../../views/format.ts'
import { usualEnvironment } from '../../core/deployment/environment.ts'
import { type Step, stepsOver } from '../../core/time/steps.ts'
import type { EnvironmentChoice, Period } from '../../store/overview/overview-queries.ts'
import { type AskedEnds, readPastRange } from './absolute-range.ts'

/** What part of the world and which stretch of time the overview is about. Lives in the URL. */

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export interface Range {
  readonly key: string
  /** As in "last 14 days", "previous 14 days", "last hour". */
  readonly text: string
  readonly ms: number
  /** Width of a column of the chart; 20 to 60 of them. */
  readonly step: Step
  readonly stepText: string
}

export const RANGES: readonly Range[] = [
  { key: '1h', text: 'hour', ms: HOUR, step: 2 * MINUTE, stepText: 'per 2 minutes' },
  { key: '6h', text: '6 hours', ms: 6 * HOUR, step: 10 * MINUTE, stepText: 'per 10 minutes' },
  { key: '24h', text: '24 hours', ms: DAY, step: HOUR, stepText: 'per hour' },
  { key: '7d', text: '7 days', ms: 7 * DAY, step: 6 * HOUR, stepText: 'per 6 hours' },
  { key: '14d', text: '14 days', ms: 14 * DAY, step: 6 * HOUR, stepText: 'per 6 hours' },
  { key: '30d', text: '30 days', ms: 30 * DAY, step: 'day', stepText: 'per day' },
  { key: '6mo', text: '6 months', ms: 183 * DAY, step: 'week', stepText: 'per week' },
]
export const DEFAULT_RANGE = '14d'

export interface OverviewScope {
  /** Undefined while no environment is known. */
  readonly environment: EnvironmentChoice | undefined
  readonly range: Range
  /** Named by its ends; undefined: it ends now. */
  readonly absolute: Period | undefined
  /** When it ended, if that is past: the page then tells how things stood just before that. */
  readonly endedAt: number | undefined
  readonly current: Period
  /** `current` in the columns of the chart; days and longer ones are those of the reader's clock. */
  readonly columns: readonly Period[]
  /** As long a time before it. */
  readonly previous: Period
  /** Whether the numbers are compared with it. */
  readonly isCompared: boolean
  /** What was asked for and does not exist, said in words. */
  readonly remarks: readonly string[]
}

const STEPS: readonly (readonly [step: Step, text: string, ms: number])[] = [
  [2 * MINUTE, 'per 2 minutes', 2 * MINUTE],
  [10 * MINUTE, 'per 10 minutes', 10 * MINUTE],
  [HOUR, 'per hour', HOUR],
  [6 * HOUR, 'per 6 hours', 6 * HOUR],
  ['day', 'per day', DAY],
  ['week', 'per week', 7 * DAY],
  ['month', 'per month', 30 * DAY],
]
const MOST_COLUMNS = 60
/** As many columns of months. */
export const LONGEST_OVERVIEW = { ms: 5 * 366 * DAY, text: 'five years' }

/**
 * What is not there falls back to production, 14 days and the period before, and is said. A stretch named by its ends,
 * `from` and `to`, ends now at the latest; a `range` goes before it.
 */
export function readScope(
  asked: AskedEnds & {
    readonly env?: string | undefined
    readonly range?: string | undefined
    readonly compare?: string | undefined
  },
  environments: readonly EnvironmentChoice[],
  now: number,
  zone = 'UTC',
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
  const isCompared = asked.compare !== 'off'
  if (asked.compare && isCompared && asked.compare !== 'previous')
    remarks.push(`Unknown comparison ‘${asked.compare}’. Comparing with the period before.`)
  const instead = `the last ${defaultRange.text}`
  const { span: absolute, remarks: wrong } = readPastRange(asked.range ? {} : asked, {
    now,
    zone,
    instead,
    longest: LONGEST_OVERVIEW,
  })
  remarks.push(...wrong)
  if (absolute) {
    const ms = absolute.to - absolute.from
    const previous = { from: absolute.from - ms, to: absolute.from }
    const endedAt = absolute.to <= now ? absolute.to : undefined
    const named = rangeOf(ms)
    const columns = stepsOver(absolute, named.step, zone)
    return { environment, range: named, absolute, endedAt, current: absolute, columns, previous, isCompared, remarks }
  }
  // What happens in this very millisecond is in, hence the one.
  const current = { from: now - range.ms + 1, to: now + 1 }
  return {
    environment,
    range,
    absolute,
    endedAt: undefined,
    current,
    columns: stepsOver(current, range.step, zone),
    previous: { from: now - 2 * range.ms + 1, to: now - range.ms + 1 },
    isCompared,
    remarks,
  }
}

function rangeOf(ms: number): Range {
  const [step, stepText] =
    STEPS.find(([, , stepMs]) => ms / stepMs <= MOST_COLUMNS) ?? (STEPS.at(-1) as (typeof STEPS)[number])
  return { key: '', text: formatDuration(ms), ms, step, stepText }
}
