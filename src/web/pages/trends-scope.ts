import type { TrendsFrameProps } from '../../../views/trends/trends-frame.tsx'
import { usualEnvironment } from '../../core/deployment/environment.ts'
import { listServicesDeployedTo } from '../../store/measures/trend-queries.ts'
import { listEnvironmentChoices } from '../../store/overview/overview-queries.ts'
import { findService } from '../../store/services/services.ts'
import type { Deps } from '../deps.ts'
import type { Ctx } from '../routes.ts'

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
  known: { readonly environments: readonly Place[]; readonly service: KnownService | undefined },
  now: number,
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
  return { environment, service, range, from: now - range.days * DAY, to: now + 1, remarks }
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
  const asked = { env: c.req.query('env'), service: c.req.query('service'), range: c.req.query('range') }
  const now = clock()
  const environments = await listEnvironmentChoices(store.reader)
  const service = asked.service ? await findService(store.reader, asked.service) : undefined
  const scope = readTrendScope(asked, { environments, service }, now)
  const deployed = scope.environment
    ? await listServicesDeployedTo(store.reader, scope.environment.id, scope.from, MOST_CHOICES)
    : []
  const names = [...deployed, ...(service ? [service] : [])].map(({ name }) => name)
  return { scope, environments: environments.map(({ name }) => name), services: [...new Set(names)].sort(), now }
}

/** What the frame of the pages shows of it. */
export const frameOf = ({ scope, environments, services }: AskedTrends): TrendsFrameProps => ({
  scope: { ...scope, environment: scope.environment?.name, service: scope.service?.name },
  choices: { environments, services, ranges: TREND_RANGES },
})
