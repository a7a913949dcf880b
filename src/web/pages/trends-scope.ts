import { formatDay, formatDuration } from '../../../views/format.ts'
import { instantsOf, type TrendAddress } from '../../../views/trends/trend-chart.tsx'
import type { TrendsFrameProps } from '../../../views/trends/trends-frame.tsx'
import { usualEnvironment } from '../../core/deployment/environment.ts'
import { dayKey } from '../../core/reports/period.ts'
import type { Stretch } from '../../core/time/calendar.ts'
import { parseDay } from '../../core/time/calendar-month.ts'
import { findLastDeployed, listServicesDeployedTo } from '../../store/measures/trend-queries.ts'
import { listEnvironmentChoices } from '../../store/overview/overview-queries.ts'
import type { Deps } from '../deps.ts'
import type { Ctx } from '../routes.ts'
import { zoneOf } from '../time-zone.ts'
import { type AskedEnds, readPastRange } from './absolute-range.ts'
import { readServices } from './service-choice.ts'

/** Which services, environment and stretch of time the trends are about. Lives in the URL. */

const DAY = 86_400_000

export interface TrendRange {
  /** Empty: the address names the ends. */
  readonly key: string
  /** As in "last 90 days". */
  readonly text: string
  /** A part of one for a stretch that the address names by its ends. */
  readonly days: number
}

/** What an address says of the time. */
type TrendTime = Pick<TrendAddress, 'range' | 'until' | 'from' | 'to'>

export const TREND_RANGES: readonly TrendRange[] = [
  { key: '30d', text: '30 days', days: 30 },
  { key: '90d', text: '90 days', days: 90 },
  { key: '6mo', text: '6 months', days: 183 },
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
  /** None: all of them. */
  readonly services: readonly KnownService[]
  /** The only one; undefined: several, or all. */
  readonly service: KnownService | undefined
  readonly range: TrendRange
  /** The last day of it, `2024-12-31`; undefined: it ends now, or the address names its ends. */
  readonly until: string | undefined
  /** Named by its ends. */
  readonly absolute: Stretch | undefined
  /** As in "in the last 90 days", "in the 90 days up to 31 Dec 2024". */
  readonly span: string
  readonly from: number
  readonly to: number
  readonly time: TrendTime
  /** As long before it, and after it; undefined: it is the last. */
  readonly earlier: TrendTime
  readonly later: TrendTime | undefined
  /** What was asked for and does not exist, said in words. */
  readonly remarks: readonly string[]
}

/**
 * What is not there falls back to production, all services and 90 days, and is said. `range` and `until` go before a
 * stretch named by its ends, `from` and `to`.
 */
export function readTrendScope<Place extends { readonly name: string }>(
  asked: AskedEnds & {
    readonly env?: string | undefined
    readonly range?: string | undefined
    readonly until?: string | undefined
  },
  known: { readonly environments: readonly Place[]; readonly services: readonly KnownService[] },
  { now, zone }: { readonly now: number; readonly zone: string },
): TrendScope<Place> {
  const { environments, services } = known
  const service = services.length === 1 ? services[0] : undefined
  const usualPlace = usualEnvironment(environments)
  const environment = asked.env ? (environments.find(({ name }) => name === asked.env) ?? usualPlace) : usualPlace
  const usualRange = TREND_RANGES.find(({ key }) => key === USUAL) as TrendRange
  const range = asked.range ? (TREND_RANGES.find(({ key }) => key === asked.range) ?? usualRange) : usualRange
  const remarks: string[] = []
  if (asked.env && environment?.name !== asked.env)
    remarks.push(`Unknown environment ‘${asked.env}’. Showing ${environment?.name ?? 'everything'}.`)
  if (asked.range && range.key !== asked.range)
    remarks.push(`Unknown range ‘${asked.range}’. Showing the last ${range.text}.`)
  const ends = asked.range || asked.until ? {} : asked
  const named = readPastRange(ends, { now, zone, instead: `the last ${usualRange.text}` })
  remarks.push(...named.remarks)
  if (named.span) return { environment, services, service, remarks, ...stretchNamed(named.span, now) }
  const day = asked.until ? parseDay(asked.until, zone) : undefined
  if (asked.until && !day) remarks.push(`‘${asked.until}’ is no day. Showing what was up to now.`)
  // A day that is not over ends now.
  const last = day && day.to <= now ? day : undefined
  return { environment, services, service, remarks, ...stretchUpTo(last, range, now, zone) }
}

type TrendStretch = Omit<TrendScope<never>, 'environment' | 'services' | 'service' | 'remarks'>

/** The days up to the end of one of them, or up to now. */
function stretchUpTo(last: ReturnType<typeof parseDay>, range: TrendRange, now: number, zone: string): TrendStretch {
  const to = last ? last.to : now + 1
  const from = to - range.days * DAY
  const next = to + range.days * DAY
  const timeUntil = (until: string | undefined): TrendTime => ({ range: range.key, until })
  return {
    ...{ range, from, to, until: last?.key, absolute: undefined, time: timeUntil(last?.key) },
    span: last ? `${range.text} up to ${formatDay(last.from, now, zone)}` : `last ${range.text}`,
    earlier: timeUntil(dayKey(from - 1, zone)),
    later: last && timeUntil(next <= now ? dayKey(next - 1, zone) : undefined),
  }
}

function stretchNamed({ from, to }: Stretch, now: number): TrendStretch {
  const ms = to - from
  const text = formatDuration(ms)
  const next = { from: to, to: to + ms }
  return {
    ...{ range: { key: '', text, days: ms / DAY }, from, to, until: undefined, absolute: { from, to } },
    ...{
      span: `${text} asked for`,
      time: instantsOf({ from, to }),
      earlier: instantsOf({ from: from - ms, to: from }),
    },
    later: to > now ? undefined : instantsOf(next.to <= now ? next : { from: now + 1 - ms, to: now + 1 }),
  }
}

type Environment = Awaited<ReturnType<typeof listEnvironmentChoices>>[number]

export interface AskedTrends {
  readonly scope: TrendScope<Environment>
  /** The environment that is shown when none is asked for. */
  readonly usualEnvironment: string | undefined
  readonly environments: readonly string[]
  /** Those deployed to the environment in the time asked for. */
  readonly services: readonly string[]
  readonly now: number
}

/** The scope that an address asks for, with what else there is to choose from. */
export async function loadAskedTrends(c: Ctx, { store, clock }: Pick<Deps, 'store' | 'clock'>): Promise<AskedTrends> {
  const asked = {
    ...{ env: c.req.query('env') },
    ...{ range: c.req.query('range'), until: c.req.query('until') },
    ...{ from: c.req.query('from'), to: c.req.query('to') },
  }
  const now = clock()
  const environments = await listEnvironmentChoices(store.reader)
  const chosen = await readServices(store.reader, c.req.queries('service') ?? [])
  const read = readTrendScope(asked, { environments, services: chosen.services }, { now, zone: zoneOf(c) })
  const scope = { ...read, remarks: [...chosen.remarks, ...read.remarks] }
  const deployed = scope.environment
    ? await listServicesDeployedTo(store.reader, scope.environment.id, scope, MOST_CHOICES)
    : []
  return {
    scope,
    usualEnvironment: usualEnvironment(environments)?.name,
    environments: environments.map(({ name }) => name),
    services: deployed.map(({ name }) => name),
    now,
  }
}

/**
 * Where to look when nothing happened in the time asked for: as long a time up to the day of the last deployment before
 * it. Undefined when there is none.
 */
export async function lastDayBefore(c: Ctx, { store }: Pick<Deps, 'store'>, scope: AskedTrends['scope']) {
  const { environment, services, from, to, range, absolute } = scope
  if (!environment) return undefined
  const at = await findLastDeployed(store.reader, { environmentId: environment.id, serviceIds: idsOf(services) }, from)
  if (at === undefined) return undefined
  const until = dayKey(at, zoneOf(c))
  const end = parseDay(until, zoneOf(c))?.to ?? at + 1
  return { at, time: absolute ? instantsOf({ from: end - (to - from), to: end }) : { range: range.key, until } }
}

/** What a page of trends shows of the scope; days up to one of the past are a stretch. */
export const shownOf = <Path extends string>(
  path: Path,
  { scope: { environment, services, range, until, absolute, from, to, remarks }, usualEnvironment }: AskedTrends,
) => ({
  path,
  service: services.map(({ name }) => name).join(','),
  env: environment?.name,
  range: range.key,
  usual: { env: usualEnvironment, range: USUAL },
  span: until === undefined && !absolute ? undefined : { from, to },
  remarks,
})

/** Undefined: all. */
export const idsOf = (services: readonly KnownService[]): readonly number[] | undefined =>
  services.length === 0 ? undefined : services.map(({ id }) => id)

/** What the frame of the pages shows of it. */
export const frameOf = ({ scope, environments, services }: AskedTrends): TrendsFrameProps => ({
  scope: {
    ...scope,
    environment: scope.environment?.name,
    services: scope.services.map(({ name }) => name),
    service: scope.services.map(({ name }) => name).join(',') || undefined,
  },
  choices: { environments, services, ranges: TREND_RANGES },
})
