/** Which service, environment and stretch of time the trends are about. Lives in the URL. */

const DAY = 86_400_000

export interface TrendRange {
  readonly key: string
  /** As in "last 90 days". */
  readonly text: string
  readonly days: number
}

export const TREND_RANGES: readonly TrendRange[] = [
  { key: '30d', text: '30 days', days: 30 },
  { key: '90d', text: '90 days', days: 90 },
  { key: '180d', text: '6 months', days: 183 },
  { key: '365d', text: 'year', days: 366 },
]
const USUAL = '90d'

export interface TrendScope<Place extends { readonly name: string }> {
  readonly environment: Place | undefined
  /** Undefined: all of them, each for itself. */
  readonly service: string | undefined
  readonly range: TrendRange
  readonly from: number
  readonly to: number
  /** What was asked for and does not exist, said in words. */
  readonly remarks: readonly string[]
}

/** What is not there falls back to production, all services and 90 days, and is said. */
export function readTrendScope<Place extends { readonly name: string }>(
  asked: {
    readonly env?: string | undefined
    readonly service?: string | undefined
    readonly range?: string | undefined
  },
  known: { readonly environments: readonly Place[]; readonly isService: boolean },
  now: number,
): TrendScope<Place> {
  const { environments } = known
  const usualPlace = environments.find(({ name }) => name === 'production') ?? environments[0]
  const environment = asked.env ? (environments.find(({ name }) => name === asked.env) ?? usualPlace) : usualPlace
  const usualRange = TREND_RANGES.find(({ key }) => key === USUAL) as TrendRange
  const range = asked.range ? (TREND_RANGES.find(({ key }) => key === asked.range) ?? usualRange) : usualRange
  const service = asked.service && known.isService ? asked.service : undefined
  const remarks: string[] = []
  if (asked.env && environment?.name !== asked.env)
    remarks.push(`Unknown environment ‘${asked.env}’. Showing ${environment?.name ?? 'everything'}.`)
  if (asked.service && service === undefined) remarks.push(`Unknown service ‘${asked.service}’. Showing all of them.`)
  if (asked.range && range.key !== asked.range)
    remarks.push(`Unknown range ‘${asked.range}’. Showing the last ${range.text}.`)
  return { environment, service, range, from: now - range.days * DAY, to: now + 1, remarks }
}

/** The months, in UTC, that a stretch of time touches; the first and the last may be in part. */
export function monthsOf(from: number, to: number): { readonly from: number; readonly to: number }[] {
  const months: { from: number; to: number }[] = []
  for (let begin = from; begin < to; ) {
    const date = new Date(begin)
    const next = Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1)
    months.push({ from: begin, to: Math.min(next, to) })
    begin = next
  }
  return months
}
