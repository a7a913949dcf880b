import { COUNT_CAP } from '../../../views/layout.tsx'
import { FirstSteps } from '../../../views/overview/first-steps.tsx'
import { OverviewPage, type OverviewProps } from '../../../views/overview/overview-page.tsx'
import { cameBackPath, unownedPath } from '../../../views/overview/rows-behind.ts'
import { newDefectsData, runningData } from '../../../views/overview/tables.ts'
import { type PeriodFacts, periodNumbers } from '../../core/trends/period-numbers.ts'
import type { Verdict } from '../../core/verdict/verdict.ts'
import { listSilentSources } from '../../operations/sources/silent-sources.ts'
import type { Db } from '../../store/database.ts'
import { listDefects } from '../../store/defects/defect-list.ts'
import { listOpenEmergencies } from '../../store/emergency/emergencies.ts'
import { listCameBack } from '../../store/overview/came-back.ts'
import {
  countOpen,
  countUnowned,
  findNewestFailedDelivery,
  hasAnyHistory,
  listEnvironmentChoices,
  listRecentDeployments,
  listRunning,
  listWorstOpen,
  type OpenCounts,
  placesOf,
  type RunningRelease,
  type SeverityCounts,
} from '../../store/overview/overview-queries.ts'
import { countDeployments, countNewDefects, type DeploymentCounts } from '../../store/overview/period-counts.ts'
import { loadPeriodFacts } from '../../store/overview/period-facts.ts'
import { readShellFacts } from '../../store/overview/shell-queries.ts'
import { countOpenThen, listRunningThen } from '../../store/overview/then-queries.ts'
import { findKnownSince } from '../../store/trends/known-since.ts'
import type { Deps } from '../deps.ts'
import { attentionItems, NEWS_MS } from '../pages/attention.ts'
import { csvOfTable } from '../pages/csv-answer.ts'
import { backToLastScope, rememberScope } from '../pages/last-scope.ts'
import { type OverviewScope, RANGES, readScope } from '../pages/overview-scope.ts'
import { loadUnderWay } from '../pages/reliability.ts'
import { StandingVerdicts } from '../pages/standing-verdicts.ts'
import { page } from '../render.tsx'
import type { Ctx, Routes } from '../routes.ts'
import { zoneOf } from '../time-zone.ts'

/** The newest of these make up the feed and what needs attention. */
const RECENT = 60
const FEED = 12
const WORST = 6
/** More came back at once than anybody counts. */
const MOST_BACK = 99

export function registerOverviewRoutes(routes: Routes, deps: Deps): void {
  const standing = new StandingVerdicts()
  routes.get('/', 'session', async (c) => {
    const live = ['deployments', 'defects', 'deliveries'] as const
    const history = await hasAnyHistory(deps.store.reader)
    if (!history.deployments && !history.defects)
      return page(
        c,
        deps,
        { title: 'Overview', active: 'overview', live },
        <FirstSteps publicUrl={deps.config.publicUrl} />,
      )
    const again = backToLastScope(c, '/')
    if (again) return again
    const asked = askedOf(c)
    const props = await loadOverview(deps, asked, history.defects, standing)
    // A moment of the past is looked at once; who comes back wants now.
    if (props.scope.remarks.length === 0 && !props.scope.absolute)
      rememberScope(c, '/', { env: asked.env, range: asked.range })
    const place = props.scope.environment
    const title = place && place.tier !== 'production' ? `Overview, ${place.name}` : 'Overview'
    // What was is not news.
    const topics = props.scope.endedAt === undefined ? live : []
    return page(c, deps, { title, active: 'overview', live: topics }, <OverviewPage {...props} />)
  })
  for (const name of ['running', 'new-defects'] as const)
    routes.get(`/overview/${name}.csv`, 'session', (c) => sendTable(c, deps, name, standing))
}

/** A table of the page, in the scope of its address. */
async function sendTable(c: Ctx, deps: Deps, name: keyof typeof TABLES, standing: StandingVerdicts): Promise<Response> {
  const props = await loadOverview(deps, askedOf(c), true, standing)
  return csvOfTable(c, `overview-${name}`, TABLES[name](props))
}

const TABLES = {
  running: ({ running, moreRunning }: OverviewProps) => runningData([...running, ...moreRunning]),
  'new-defects': ({ columns }: OverviewProps) => newDefectsData(columns),
}

const askedOf = (c: Ctx) => ({
  ...{ env: c.req.query('env'), range: c.req.query('range') },
  ...{ from: c.req.query('from'), to: c.req.query('to'), zone: zoneOf(c) },
})

/** Everything the overview says, from about ten short queries. */
export async function loadOverview(
  deps: Pick<Deps, 'store' | 'clock' | 'clockWatch'>,
  asked: Parameters<typeof readScope>[0] & { readonly zone?: string },
  anyDefects: boolean,
  standing = new StandingVerdicts(),
): Promise<OverviewProps> {
  const db = deps.store.reader
  const now = deps.clock()
  const environments = await listEnvironmentChoices(db)
  const scope = readScope(asked, environments, now, asked.zone)
  const places = scope.environment ? placesOf(scope.environment) : [null]
  const { endedAt } = scope
  const [
    open,
    defects,
    defectsBefore,
    deployed,
    periods,
    running,
    worst,
    [worstUnowned],
    unownedCount,
    cameBack,
    shell,
    newestFailed,
    silent,
    underWay,
  ] = await Promise.all([
    endedAt === undefined ? countOpen(db, places) : countOpenThen(db, places, endedAt),
    countNewDefects(db, places, scope.columns),
    countNewDefects(db, places, [scope.previous]),
    loadDeployments(deps, scope),
    loadPeriods(db, scope, now),
    scope.environment ? listRunningOf(db, scope.environment.id, endedAt) : [],
    endedAt === undefined ? listWorstOpen(db, places, WORST) : listWorstThen(db, scope, endedAt),
    listWorstOpen(db, places, 1, { severities: ['S1', 'S2'], unassigned: true }),
    countUnowned(db, places, COUNT_CAP),
    endedAt === undefined ? listCameBack(db, places, now - NEWS_MS, MOST_BACK + 1) : [],
    readShellFacts(db, COUNT_CAP),
    findNewestFailedDelivery(db),
    listSilentSources(db, now),
    loadUnderWay(deps.store),
  ])
  const { recent, current, previous } = deployed
  const newsTo = endedAt ?? now + 1
  const judged = await judgeRunning(deps, standing, scope, running, open?.byService ?? new Map())
  return {
    now,
    scope: {
      environment: scope.environment,
      environments: environments.map(({ name }) => name),
      range: scope.range,
      absolute: scope.absolute,
      endedAt,
      current: scope.current,
      previous: scope.previous,
      ranges: RANGES,
      remarks: scope.remarks,
    },
    attention:
      endedAt === undefined
        ? attentionItems({
            now,
            environment: scope.environment?.name,
            unowned: {
              worst: worstUnowned,
              count: unownedCount,
              cap: COUNT_CAP,
              rows: unownedPath(scope.environment),
            },
            cameBack: { list: cameBack, cap: MOST_BACK, rows: cameBackPath(scope.environment, now - NEWS_MS) },
            deployments: recent,
            failedDeliveries: { count: shell.failedDeliveries, cap: COUNT_CAP, newest: newestFailed },
            silent,
            emergencies: await listOpenEmergencies(deps.store.reader),
            running: judged.running,
            clockJump: deps.clockWatch.look(),
          })
        : [],
    ...judged,
    changesOf: { from: newsTo - 1 - NEWS_MS, to: newsTo },
    changes: recent.filter(({ at }) => at >= newsTo - 1 - NEWS_MS).slice(0, FEED),
    lastDeploymentAt: recent[0]?.at,
    numbers: {
      open: open?.total,
      ...comparedPeriods(periods, sumOf(defects), sumOf(defectsBefore)),
      deployments: { now: total(current, 'deployments'), before: total(previous, 'deployments') },
      rollbacks: { now: total(current, 'rollbacks'), before: total(previous, 'rollbacks') },
    },
    columns: scope.columns.map(({ from, to }, i) => ({
      from,
      to,
      defects: defects[i] ?? NONE,
      deployments: current[i]?.deployments ?? 0,
      rollbacks: current[i]?.rollbacks ?? 0,
    })),
    openDefects: worst,
    anyDefects,
    underWay,
  }
}

const listRunningOf = async (db: Db, environmentId: number, endedAt: number | undefined) =>
  endedAt === undefined ? await listRunning(db, environmentId) : await listRunningThen(db, environmentId, endedAt)

/** The gravest of those open then, by the severity that they have now. */
async function listWorstThen(db: Db, { environment }: OverviewScope, openAt: number) {
  const filter = { environmentId: environment?.id, orNoEnvironment: environment?.tier === 'production', openAt }
  return (await listDefects(db, filter, { sort: 'worst', limit: WORST })).rows
}

/** So many services show before the rest folds away; those are judged. */
const SHOWN_SERVICES = 20

/** What runs, by how bad it is: the verdict first, then the open defects. The rest have the fewest of these. */
async function judgeRunning(
  { store, clock }: Pick<Deps, 'store' | 'clock'>,
  standing: StandingVerdicts,
  { environment, endedAt }: OverviewScope,
  running: readonly RunningRelease[],
  openByService: OpenCounts['byService'],
): Promise<Pick<OverviewProps, 'running' | 'moreRunning'>> {
  const rows = running.map((row) => ({ ...row, open: openByService.get(row.serviceId) ?? NONE })).sort(byOpenDefects)
  const shown = rows.slice(0, SHOWN_SERVICES)
  // A verdict is about now; what was known then is not kept.
  const verdicts =
    environment && endedAt === undefined ? await standing.of(store.reader, shown, environment, clock()) : new Map()
  return {
    running: shown
      .map((row) => ({ ...row, verdict: verdicts.get(row.serviceId) }))
      .sort((a, b) => gravity(a.verdict?.word) - gravity(b.verdict?.word)),
    moreRunning: rows.slice(SHOWN_SERVICES),
  }
}

/** The order of the sort is kept among equals. */
const gravity = (word: Verdict['word'] | undefined): number => GRAVEST_FIRST.indexOf(word ?? 'too early')
const GRAVEST_FIRST: readonly Verdict['word'][] = ['suspect', 'watch', 'too early', 'healthy']

function byOpenDefects(a: OverviewProps['moreRunning'][number], b: OverviewProps['moreRunning'][number]): number {
  for (const severity of SEVERITIES) {
    const more = b.open[severity] - a.open[severity]
    if (more !== 0) return more
  }
  return a.service < b.service ? -1 : 1
}

async function loadDeployments(
  { store }: Pick<Deps, 'store'>,
  { environment, columns, previous, endedAt }: OverviewScope,
) {
  if (!environment) return { recent: [], current: [], previous: [] }
  const [recent, inRange, before] = await Promise.all([
    listRecentDeployments(store.reader, environment.id, RECENT, endedAt),
    countDeployments(store.reader, environment.id, columns),
    countDeployments(store.reader, environment.id, [previous]),
  ])
  return { recent, current: inRange, previous: before }
}

/** What the period and the one before it came to; and since when anything is known of the environment. */
async function loadPeriods(db: Db, { environment, previous, current }: OverviewScope, now: number) {
  if (!environment) return { facts: [NOT_THERE, NOT_THERE], knownBefore: false, knownSince: undefined }
  const [facts, knownSince] = await Promise.all([
    loadPeriodFacts(db, environment.id, placesOf(environment), [previous, current], now),
    findKnownSince(db, { environmentId: environment.id }),
  ])
  // What was before anything was known is not nothing.
  return { facts, knownSince, knownBefore: knownSince !== undefined && knownSince <= previous.from }
}

const NOT_THERE: Omit<PeriodFacts, 'newDefects'> = {
  releases: 0,
  placed: { failed: 0, ripe: 0, unripe: 0 },
  lives: { defects: 0, fixed: 0, half: undefined, nineInTen: undefined },
  livesFrom: undefined,
}

function comparedPeriods(
  { facts: [earlier = NOT_THERE, later = NOT_THERE], knownBefore, knownSince }: Awaited<ReturnType<typeof loadPeriods>>,
  newDefects: number,
  newDefectsBefore: number,
) {
  const now = { ...later, newDefects }
  const before = { ...earlier, newDefects: newDefectsBefore }
  return { now, before, knownBefore, knownSince, figures: periodNumbers(now, knownBefore ? before : undefined) }
}

const SEVERITIES = ['S1', 'S2', 'S3', 'S4'] as const
const NONE: SeverityCounts = { S1: 0, S2: 0, S3: 0, S4: 0 }

const sumOf = (steps: readonly SeverityCounts[]): number =>
  steps.reduce((sum, counts) => sum + counts.S1 + counts.S2 + counts.S3 + counts.S4, 0)

const total = (steps: readonly DeploymentCounts[], what: keyof DeploymentCounts): number =>
  steps.reduce((sum, step) => sum + step[what], 0)
