import type { DataTable } from '../../../views/components/chart.tsx'
import { COUNT_CAP } from '../../../views/layout.tsx'
import { FirstSteps } from '../../../views/overview/first-steps.tsx'
import { OverviewPage, type OverviewProps } from '../../../views/overview/overview-page.tsx'
import { cameBackPath, unownedPath } from '../../../views/overview/rows-behind.ts'
import { newDefectsData, runningData } from '../../../views/overview/tables.ts'
import { usualEnvironment } from '../../core/deployment/environment.ts'
import { type PeriodFacts, periodNumbers } from '../../core/trends/period-numbers.ts'
import { listSilentSources } from '../../operations/sources/silent-sources.ts'
import type { Db } from '../../store/database.ts'
import { listDefects } from '../../store/defects/defect-list.ts'
import { listServiceChoices } from '../../store/defects/defect-queries.ts'
import { listOpenEmergencies } from '../../store/emergency/emergencies.ts'
import { listCameBack } from '../../store/overview/came-back.ts'
import {
  countOpen,
  countUnowned,
  findNewestFailedDelivery,
  hasAnyHistory,
  listEnvironmentChoices,
  listRecentDeployments,
  listWorstOpen,
  placesOf,
  type SeverityCounts,
} from '../../store/overview/overview-queries.ts'
import { countDeployments, countNewDefects, type DeploymentCounts } from '../../store/overview/period-counts.ts'
import { loadPeriodFacts } from '../../store/overview/period-facts.ts'
import { readShellFacts, type ShellFacts } from '../../store/overview/shell-queries.ts'
import { countOpenThen } from '../../store/overview/then-queries.ts'
import { findKnownSince } from '../../store/trends/known-since.ts'
import type { TrendPlace } from '../../store/trends/place.ts'
import type { Deps } from '../deps.ts'
import { attentionItems, MOST_BACK, NEWS_MS, RECENT_DEPLOYMENTS } from '../pages/attention.ts'
import { findElsewhere } from '../pages/attention-elsewhere.ts'
import { csvOfTable } from '../pages/csv-answer.ts'
import { judgeRunning, listRunningOf, NO_DEFECTS } from '../pages/overview-running.ts'
import { DEFAULT_RANGE, type OverviewScope, RANGES, readScope } from '../pages/overview-scope.ts'
import { loadUnderWay } from '../pages/reliability.ts'
import { backToScope, type ShownScope } from '../pages/scope.ts'
import { readServices } from '../pages/service-choice.ts'
import { StandingVerdicts } from '../pages/standing-verdicts.ts'
import { page } from '../render.tsx'
import type { Ctx, Routes } from '../routes.ts'
import { zoneOf } from '../time-zone.ts'

const FEED = 12
const WORST = 6

export function registerOverviewRoutes(routes: Routes, deps: Deps): void {
  const standing = new StandingVerdicts()
  routes.get('/', 'session', async (c) => {
    const live = ['deployments', 'defects', 'deliveries'] as const
    const again = backToScope(c, '/')
    if (again) return again
    const loaded = await loadOverview(deps, askedOf(c), standing)
    if (!loaded)
      return page(
        c,
        deps,
        { title: 'Overview', active: 'overview', live },
        <FirstSteps publicUrl={deps.config.publicUrl} />,
      )
    const { shell, ...props } = loaded
    const { place } = props.scope
    const title = place && place.tier !== 'production' ? `Overview, ${place.name}` : 'Overview'
    // What was is not news.
    const topics = props.scope.endedAt === undefined ? live : []
    const scope = shownOf(props.scope)
    return page(c, deps, { title, active: 'overview', live: topics, scope, shell }, <OverviewPage {...props} />)
  })
  for (const name of ['running', 'new-defects'] as const)
    routes.get(`/overview/${name}.csv`, 'session', (c) => sendTable(c, deps, name, standing))
}

/** A table of the page, in the scope of its address. */
async function sendTable(c: Ctx, deps: Deps, name: keyof typeof TABLES, standing: StandingVerdicts): Promise<Response> {
  return csvOfTable(c, `overview-${name}`, await loadOverviewTable(deps, name, askedOf(c), standing))
}

/** A table of the overview as a file: of what the page says around it, nothing is read. */
export async function loadOverviewTable(
  deps: Pick<Deps, 'store' | 'clock'>,
  name: keyof typeof TABLES,
  asked: Asked,
  standing = new StandingVerdicts(),
): Promise<DataTable> {
  const where = await readWhere(deps, asked)
  return await TABLES[name](deps, where, standing)
}

const shownOf = ({
  place,
  environments,
  services,
  range,
  absolute,
  isCompared,
  remarks,
}: OverviewProps['scope']): ShownScope => ({
  path: '/',
  ...{ service: services.chosen.join(','), env: place?.name, range: range.key, compare: isCompared ? '' : 'off' },
  usual: { env: usualEnvironment(environments.map((name) => ({ name })))?.name, range: DEFAULT_RANGE },
  ...{ span: absolute, remarks },
})

const TABLES = {
  running: async (deps: Pick<Deps, 'store' | 'clock'>, where: Where, standing: StandingVerdicts) => {
    const db = deps.store.reader
    const [open, running] = await Promise.all([countOpenIn(db, where), listRunningIn(db, where)])
    const judged = await judgeRunning(deps, standing, where.scope, running, open?.byService ?? new Map())
    return runningData([...judged.running, ...judged.moreRunning])
  },
  'new-defects': async ({ store: { reader: db } }: Pick<Deps, 'store'>, where: Where) => {
    const { scope, places, place, chosen } = where
    const [defects, deployed] = await Promise.all([
      countNewDefects(db, places, scope.columns, chosen.ids),
      place ? countDeployments(db, place, scope.columns) : [],
    ])
    return newDefectsData(columnsOf(scope, defects, deployed))
  },
}

type Asked = Parameters<typeof readScope>[0] & {
  readonly services?: readonly string[]
  readonly zone?: string | undefined
}

/** What part of the world is asked for, as the store names it. */
async function readWhere({ store: { reader: db }, clock }: Pick<Deps, 'store' | 'clock'>, asked: Asked) {
  const now = clock()
  const [environments, chosen] = await Promise.all([listEnvironmentChoices(db), readServices(db, asked.services ?? [])])
  const scope = readScope(asked, environments, now, asked.zone)
  const places: readonly (number | null)[] = scope.environment ? placesOf(scope.environment) : [null]
  const place = scope.environment && { environmentId: scope.environment.id, serviceIds: chosen.ids }
  return { now, environments, chosen, scope, places, place }
}
type Where = Awaited<ReturnType<typeof readWhere>>

const countOpenIn = async (db: Db, { places, chosen, scope: { endedAt } }: Where) =>
  endedAt === undefined
    ? await countOpen(db, places, chosen.ids)
    : await countOpenThen(db, places, endedAt, { serviceIds: chosen.ids })

const listRunningIn = async (db: Db, { place, scope }: Where) =>
  place ? await listRunningOf(db, place, scope.endedAt) : []

const columnsOf = (
  { columns }: OverviewScope,
  defects: readonly SeverityCounts[],
  deployed: readonly DeploymentCounts[],
): OverviewProps['columns'] =>
  columns.map(({ from, to }, i) => ({
    from,
    to,
    defects: defects[i] ?? NO_DEFECTS,
    deployments: deployed[i]?.deployments ?? 0,
    rollbacks: deployed[i]?.rollbacks ?? 0,
  }))

const askedOf = (c: Ctx) => ({
  services: c.req.queries('service') ?? [],
  ...{ env: c.req.query('env'), range: c.req.query('range'), compare: c.req.query('compare') },
  ...{ from: c.req.query('from'), to: c.req.query('to'), zone: zoneOf(c) },
})

/**
 * Everything the overview says, from some thirty short queries; and what the frame around it says, of which it says some
 * too. Undefined while nothing was ever received.
 */
export async function loadOverview(
  deps: Pick<Deps, 'store' | 'clock' | 'clockWatch'>,
  asked: Asked,
  standing = new StandingVerdicts(),
): Promise<(OverviewProps & { readonly shell: ShellFacts }) | undefined> {
  const db = deps.store.reader
  const [where, services, history] = await Promise.all([
    readWhere(deps, asked),
    listServiceChoices(db),
    hasAnyHistory(db),
  ])
  if (!history.deployments && !history.defects) return undefined
  const { now, environments, chosen, scope, places, place } = where
  const shownPlace = scope.environment && { ...scope.environment, service: chosen.text }
  const { endedAt } = scope
  // The two meet in what is judged, which need not wait for all the rest.
  const [openIn, runningIn] = [countOpenIn(db, where), listRunningIn(db, where)]
  const [
    open,
    defects,
    deployed,
    periods,
    judged,
    worst,
    [worstUnowned],
    unownedCount,
    cameBack,
    shell,
    newestFailed,
    silent,
    underWay,
    emergencies,
  ] = await Promise.all([
    openIn,
    countNewDefects(db, places, countedOf(scope), chosen.ids).then((counts) => apart(scope, counts)),
    loadDeployments(db, scope, place),
    loadPeriods(db, scope, place, now),
    Promise.all([openIn, runningIn]).then(([counts, running]) =>
      judgeRunning(deps, standing, scope, running, counts?.byService ?? new Map()),
    ),
    endedAt === undefined
      ? listWorstOpen(db, places, WORST, { serviceIds: chosen.ids })
      : listWorstThen(db, scope, chosen.ids, endedAt),
    listWorstOpen(db, places, 1, { severities: ['S1', 'S2'], unassigned: true, serviceIds: chosen.ids }),
    countUnowned(db, places, COUNT_CAP, chosen.ids),
    endedAt === undefined ? listCameBack(db, places, now - NEWS_MS, MOST_BACK + 1, chosen.ids) : [],
    readShellFacts(db, COUNT_CAP),
    findNewestFailedDelivery(db),
    listSilentSources(db, now),
    loadUnderWay(deps.store),
    listOpenEmergencies(db),
  ])
  const { recent, counts } = deployed
  const newsTo = endedAt ?? now + 1
  const elsewhere =
    chosen.ids === undefined || endedAt !== undefined
      ? undefined
      : await findElsewhere(deps, standing, {
          environment: scope.environment,
          services: chosen.services,
          unowned: unownedCount,
          emergencies,
        })
  return {
    shell,
    now,
    scope: {
      place: shownPlace,
      environments: environments.map(({ name }) => name),
      services: {
        chosen: chosen.services.map(({ name }) => name),
        choices: services.map(({ name }) => name),
      },
      range: scope.range,
      absolute: scope.absolute,
      endedAt,
      current: scope.current,
      previous: scope.previous,
      isCompared: scope.isCompared,
      ranges: RANGES,
      remarks: [...chosen.remarks, ...scope.remarks],
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
              rows: unownedPath(shownPlace),
            },
            cameBack: { list: cameBack, cap: MOST_BACK, rows: cameBackPath(shownPlace, now - NEWS_MS) },
            deployments: recent,
            failedDeliveries: { count: shell.failedDeliveries, cap: COUNT_CAP, newest: newestFailed },
            silent,
            emergencies: emergencies.filter(
              ({ service }) => chosen.ids === undefined || chosen.services.some(({ name }) => name === service),
            ),
            running: judged.running,
            clockJump: deps.clockWatch.look(),
          })
        : [],
    elsewhere,
    ...judged,
    changesOf: { from: newsTo - 1 - NEWS_MS, to: newsTo },
    changes: recent.filter(({ at }) => at >= newsTo - 1 - NEWS_MS).slice(0, FEED),
    lastDeploymentAt: recent[0]?.at,
    numbers: {
      open: open?.total,
      isCompared: scope.isCompared,
      ...comparedPeriods(periods, sumOf(defects.columns), sumOf(defects.before)),
      deployments: { now: total(counts.columns, 'deployments'), before: total(counts.before, 'deployments') },
      rollbacks: { now: total(counts.columns, 'rollbacks'), before: total(counts.before, 'rollbacks') },
    },
    columns: columnsOf(scope, defects.columns, counts.columns),
    openDefects: worst,
    anyDefects: history.defects,
    underWay,
  }
}

/** The gravest of those open then, by the severity that they have now. */
async function listWorstThen(
  db: Db,
  { environment }: OverviewScope,
  serviceIds: readonly number[] | undefined,
  openAt: number,
) {
  const filter = {
    ...{ serviceIds, environmentId: environment?.id, openAt },
    orNoEnvironment: environment?.tier === 'production',
  }
  return (await listDefects(db, filter, { sort: 'worst', limit: WORST })).rows
}

async function loadDeployments(db: Db, scope: OverviewScope, place: TrendPlace | undefined) {
  if (!place) return { recent: [], counts: { before: [], columns: [] } }
  const [recent, counts] = await Promise.all([
    listRecentDeployments(db, place, RECENT_DEPLOYMENTS, scope.endedAt),
    countDeployments(db, place, countedOf(scope)),
  ])
  return { recent, counts: apart(scope, counts) }
}

/** The columns of the chart, after the period before them where they are compared with it: they adjoin, and are counted at once. */
const countedOf = ({ isCompared, previous, columns }: OverviewScope) => (isCompared ? [previous, ...columns] : columns)
const apart = <Counts,>({ isCompared }: OverviewScope, counts: readonly Counts[]) => {
  const first = isCompared ? 1 : 0
  return { before: counts.slice(0, first), columns: counts.slice(first) }
}

/** What the period and the one before it came to; and since when anything is known of the environment, or these services. */
async function loadPeriods(
  db: Db,
  { environment, previous, current, isCompared }: OverviewScope,
  place: TrendPlace | undefined,
  now: number,
) {
  if (!environment || !place) return { facts: [NOT_THERE, NOT_THERE], knownBefore: false, knownSince: undefined }
  const places = placesOf(environment)
  if (!isCompared) {
    const facts = await loadPeriodFacts(db, place, places, [current], now)
    return { facts: [NOT_THERE, ...facts], knownBefore: false, knownSince: undefined }
  }
  const [facts, knownSince] = await Promise.all([
    loadPeriodFacts(db, place, places, [previous, current], now),
    findKnownSince(db, place),
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

const sumOf = (steps: readonly SeverityCounts[]): number =>
  steps.reduce((sum, counts) => sum + counts.S1 + counts.S2 + counts.S3 + counts.S4, 0)

const total = (steps: readonly DeploymentCounts[], what: keyof DeploymentCounts): number =>
  steps.reduce((sum, step) => sum + step[what], 0)
