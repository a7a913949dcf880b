import { formatDay } from '../../../views/format.ts'
import type { TrendsFrameProps } from '../../../views/trends/trends-frame.tsx'
import { usualEnvironment } from '../../core/deployment/environment.ts'
import { dayKey } from '../../core/reports/period.ts'
import { parseDay } from '../../core/time/calendar-month.ts'
import { findLastDeployed, listServicesDeployedTo } from '../../store/measures/trend-queries.ts'
import { listEnvironmentChoices } from '../../store/overview/overview-queries.ts'
import { findService } from '../../store/services/services.ts'
import type { Deps } from '../deps.ts'
import type { Ctx } from '../routes.ts'
import { zoneOf } from '../time-zone.ts'

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
/** A longer list is no choice. */
const MOST_CHOICES = 500

export interface KnownService {
  readonly id: number
  readonly name: string
}

export interface TrendScope<Place extends { readonly name: string }> {
  readonly environment: Place | undefined
  /** Undefined: all of them. */
  readonly service: KnownService | undefined
  readonly range: TrendRange
  /** The last day of it, `2024-12-31`; undefined: it ends now. */
  readonly until: string | undefined
  /** As in "in the last 90 days", "in the 90 days up to 31 Dec 2024". */
  readonly span: string
  readonly from: number
  readonly to: number
  /** The last days of the stretches before and after it; undefined: that one ends now, or it is the last. */
  readonly earlier: string
  readonly later: { readonly until: string | undefined } | undefined
  readonly today: string
  /** What was asked for and does not exist, said in words. */
  readonly remarks: readonly string[]
}

/** What is not there falls back to production, all services and 90 days, and is said. */
export function readTrendScope<Place extends { readonly name: string }>(
  asked: {
    readonly env?: string | undefined
    readonly service?: string | undefined
    readonly range?: string | undefined
    readonly until?: string | undefined
  },
  known: { readonly environments: readonly Place[]; readonly service: KnownService | undefined },
  { now, zone }: { readonly now: number; readonly zone: string },
): TrendScope<Place> {
  const { environments, service } = known
  const usualPlace = usualEnvironment(environments)
  const environment = asked.env ? (environments.find(({ name }) => name === asked.env) ?? usualPlace) : usualPlace
  const usualRange = TREND_RANGES.find(({ key }) => key === USUAL) as TrendRange
  const range = asked.range ? (TREND_RANGES.find(({ key }) => key === asked.range) ?? usualRange) : usualRange
  const remarks: string[] = []
  if (asked.env && environment?.name !== asked.env)
    remarks.push(`Unknown environment ‘${asked.env}’. Showing ${environment?.name ?? 'everything'}.`)
  if (asked.service && service === undefined) remarks.push(`Unknown service ‘${asked.service}’. Showing all of them.`)
  if (asked.range && range.key !== asked.range)
    remarks.push(`Unknown range ‘${asked.range}’. Showing the last ${range.text}.`)
  const day = asked.until ? parseDay(asked.until, zone) : undefined
  if (asked.until && !day) remarks.push(`‘${asked.until}’ is no day. Showing what was up to now.`)
  // A day that is not over ends now.
  const last = day && day.to <= now ? day : undefined
  const to = last ? last.to : now + 1
  const from = (last ? last.to : now) - range.days * DAY
  const next = to + range.days * DAY
  return {
    ...{ environment, service, range, from, to, remarks },
    until: last?.key,
    span: last ? `${range.text} up to ${formatDay(last.from, now, zone)}` : `last ${range.text}`,
    earlier: dayKey(from - 1, zone),
    today: dayKey(now, zone),
    later: last && { until: next <= now ? dayKey(next - 1, zone) : undefined },
  }
}

type Environment = Awaited<ReturnType<typeof listEnvironmentChoices>>[number]

export interface AskedTrends {
  readonly scope: TrendScope<Environment>
  readonly environments: readonly string[]
  /** Those deployed to the environment in the time asked for, and the one asked for. */
  readonly services: readonly string[]
  readonly now: number
}

/** The scope that an address asks for, with what else there is to choose from. */
export async function loadAskedTrends(c: Ctx, { store, clock }: Pick<Deps, 'store' | 'clock'>): Promise<AskedTrends> {
  const asked = {
    ...{ env: c.req.query('env'), service: c.req.query('service') },
    ...{ range: c.req.query('range'), until: c.req.query('until') },
  }
  const now = clock()
  const environments = await listEnvironmentChoices(store.reader)
  const service = asked.service ? await findService(store.reader, asked.service) : undefined
  const scope = readTrendScope(asked, { environments, service }, { now, zone: zoneOf(c) })
  const deployed = scope.environment
    ? await listServicesDeployedTo(store.reader, scope.environment.id, scope, MOST_CHOICES)
    : []
  const names = [...deployed, ...(service ? [service] : [])].map(({ name }) => name)
  return { scope, environments: environments.map(({ name }) => name), services: [...new Set(names)].sort(), now }
}

/**
 * Where to look when nothing happened in the time asked for: the day of the last deployment before it. Undefined when
 * there is none.
 */
export async function lastDayBefore(c: Ctx, { store }: Pick<Deps, 'store'>, scope: AskedTrends['scope']) {
  const { environment, service, from } = scope
  if (!environment) return undefined
  const at = await findLastDeployed(store.reader, { environmentId: environment.id, serviceId: service?.id }, from)
  return at === undefined ? undefined : { at, until: dayKey(at, zoneOf(c)) }
}

/** What the frame of the pages shows of it. */
export const frameOf = ({ scope, environments, services }: AskedTrends): TrendsFrameProps => ({
  scope: { ...scope, environment: scope.environment?.name, service: scope.service?.name },
  choices: { environments, services, ranges: TREND_RANGES },
})
