import { COUNTED_AT_MOST, middleCut, pageSummary } from '../../../../views/format.ts'
import { releasePath, servicePath, withQuery } from '../../../../views/paths.ts'
import { discoveryTable } from '../../../../views/releases/discovery-chart.ts'
import { ReleaseListPage, type ReleaseListProps } from '../../../../views/releases/list-page.tsx'
import { type DefectTab, ReleasePage } from '../../../../views/releases/release-page.tsx'
import { formatInstant } from '../../../core/time/instant.ts'
import { stayOf } from '../../../core/verdict/release-sign.ts'
import { listEnvironmentChoices, listServiceChoices } from '../../../store/defects/defect-queries.ts'
import { listVerdicts } from '../../../store/measures/release-verdicts.ts'
import {
  countReleases,
  listReleases,
  type ReleaseFilter,
  type ReleaseListRow,
  stayInProduction,
} from '../../../store/releases/release-list.ts'
import { FOUND_STEP_MS, FOUND_STEPS } from '../../../store/releases/release-outcomes.ts'
import {
  defectsOfRelease,
  findRelease,
  listReleaseCommits,
  listReleaseDeployments,
  releaseLanes,
} from '../../../store/releases/release-queries.ts'
import { listReleaseSessions } from '../../../store/releases/session-counts.ts'
import { encodeCursor } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { notFound } from '../../errors.ts'
import { csvOfTable } from '../../pages/csv-answer.ts'
import { judgeRunning } from '../../pages/judge-running.ts'
import { namesOf, withAsked } from '../../pages/list-choices.ts'
import { releaseDiscovery } from '../../pages/release-discovery.ts'
import { readReleaseSearch } from '../../pages/release-search.ts'
import { backToScope } from '../../pages/scope.ts'
import { StandingVerdicts } from '../../pages/standing-verdicts.ts'
import { showUnknownRelease } from '../../pages/unknown-release.tsx'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { zoneOf } from '../../time-zone.ts'

const PAGE_SIZE = 50
const MOST_COMMITS = 100
const LIVE = ['deployments', 'defects'] as const

export function registerReleaseRoutes(routes: Routes, deps: Deps): void {
  const standing = new StandingVerdicts()
  routes.get('/releases', 'session', (c) => showList(c, deps, standing))
  routes.get('/releases/:service/:version', 'session', async (c) => {
    const service = c.req.param('service') as string
    const version = c.req.param('version') as string
    const db = deps.store.reader
    const release = await findRelease(db, service, version)
    if (!release) return showUnknownRelease(c, deps, service, version)
    // Asked for by its bare commit: one release, one address.
    if (release.version !== version) return c.redirect(releasePath(service, release.version), 302)
    const now = deps.clock()
    const [verdicts, lanes, deployments, defects, commits, sessions] = await Promise.all([
      listVerdicts(db, release, now),
      releaseLanes(db, release, now),
      listReleaseDeployments(db, release.id),
      defectsOfRelease(db, release),
      listReleaseCommits(db, release.id, MOST_COMMITS),
      listReleaseSessions(db, release),
    ])
    const byTab = { new: defects.introduced, regressed: defects.regressed, fixed: defects.fixed, all: defects.all }
    const tab = tabOf(c.req.query('defects'))
    return page(
      c,
      deps,
      {
        title: `${service} ${middleCut(version, 44)}`,
        active: 'releases',
        live: LIVE,
        crumbs: [
          { text: 'Releases', href: '/releases' },
          { text: service, href: servicePath(service) },
          { text: middleCut(version, 44) },
        ],
      },
      <ReleasePage
        release={release}
        verdicts={verdicts.map((one) => ({ ...one, stay: stayOf(one.facts) }))}
        discovery={verdicts[0] && releaseDiscovery(verdicts[0], askedDiscovery(c), now)}
        lanes={lanes}
        deployments={deployments}
        tab={tab}
        counts={byTab}
        defects={byTab[tab].rows}
        commits={commits}
        sessions={sessions}
        now={now}
      />,
    )
  })
  routes.get('/releases/:service/:version/discovery.csv', 'session', async (c) => {
    const db = deps.store.reader
    const release = await findRelease(db, c.req.param('service') as string, c.req.param('version') as string)
    if (!release) return notFound(c)
    const now = deps.clock()
    const [judged] = await listVerdicts(db, release, now)
    const discovery = judged && releaseDiscovery(judged, askedDiscovery(c), now)
    return discovery ? csvOfTable(c, 'defects-by-age', discoveryTable(discovery)) : notFound(c)
  })
}

const askedDiscovery = (c: Ctx) => ({
  window: c.req.query('window'),
  severe: c.req.query('severe'),
  defects: c.req.query('defects'),
})

const TABS: readonly DefectTab[] = ['new', 'regressed', 'fixed', 'all']
const tabOf = (asked: string | undefined): DefectTab => TABS.find((tab) => tab === asked) ?? 'new'

async function showList(c: Ctx, deps: Deps, standing: StandingVerdicts): Promise<Response> {
  const db = deps.store.reader
  const now = deps.clock()
  const again = backToScope(c, '/releases')
  if (again) return again
  const query = new URL(c.req.url).searchParams
  const {
    filter,
    asked,
    services: chosen,
    after,
    remarks,
    judged,
    behind,
  } = await readReleaseSearch(db, standing, query, now, zoneOf(c))
  // What the link of a number asks for is looked at once.
  const isOfNumber =
    behind.length > 0 ||
    [asked.reachedFrom, asked.arrivedIn, asked.above, asked.inQuestionFor].some((value) => value !== '')
  const [found, count, services, environments] = await Promise.all([
    listReleases(db, filter, { after: after && { firstKnownAt: after.firstKnownAt, id: after.id }, limit: PAGE_SIZE }),
    countReleases(db, filter, COUNTED_AT_MOST),
    listServiceChoices(db),
    listEnvironmentChoices(db),
  ])
  const verdicts = judged?.verdicts ?? (await judgeRunning(db, standing, found.rows, now))
  const shownBefore = after?.shown ?? 0
  const shown = shownBefore + found.rows.length
  return page(
    c,
    deps,
    {
      title: 'Releases',
      active: 'releases',
      live: after ? [] : LIVE,
      ...(isOfNumber
        ? {}
        : { scope: { path: '/releases', ...asked, compare: '', span: spanOf(filter, asked), remarks } }),
    },
    <ReleaseListPage
      rows={found.rows.map((row) => ({
        ...row,
        foundBy: firstWeek(row, now),
        stay: stayInProduction(row),
        verdict: verdicts.get(row.id),
      }))}
      room={FOUND_STEPS + 1}
      filters={{ ...asked, environment: asked.env }}
      moment={momentOf(filter, asked, behind, now)}
      services={{
        ...{ chosen, choices: services.map(({ name }) => name) },
        hrefOf: (service = '') => withQuery('/releases', { view: 'all', ...asked, service, above: '', upTo: '' }),
      }}
      choices={{
        environments: withAsked(namesOf(environments), asked.env),
      }}
      remarks={remarks}
      limits={judged?.limits}
      anyFilter={Object.values(asked).some((value) => value !== '')}
      summary={pageSummary(shownBefore, found.rows.length, count)}
      first={after ? withQuery('/releases', asked) : undefined}
      next={
        found.next ? withQuery('/releases', { ...asked, after: encodeCursor({ ...found.next, shown }) }) : undefined
      }
      csv={withQuery('/releases.csv', asked)}
      lookedAt={found.stoppedAfter === null ? undefined : found.stoppedAfter.toLocaleString('en')}
      now={now}
    />,
  )
}

/** The stretch that the address names by both its ends. */
function spanOf({ from, to }: ReleaseFilter, asked: { readonly from: string; readonly to: string }) {
  return asked.from && asked.to && from !== undefined && to !== undefined ? { from, to } : undefined
}

/** What it showed in its first week in production, as far as that has gone; nothing of one that was never there. */
function firstWeek({ foundBy, firstProductionAt }: ReleaseListRow, now: number): readonly number[] {
  if (firstProductionAt === undefined || firstProductionAt > now) return []
  return foundBy.slice(0, Math.ceil((now - firstProductionAt) / FOUND_STEP_MS) + 1)
}

type ReleaseSearch = Awaited<ReturnType<typeof readReleaseSearch>>

/** The stretches that the address names by their ends, and the address that names what is shown now by them. */
function momentOf(
  { from, to, reached, arrived, between }: ReleaseFilter,
  asked: ReleaseSearch['asked'],
  behind: ReleaseSearch['behind'],
  now: number,
): ReleaseListProps['moment'] {
  const ends = { from: from === undefined ? '' : formatInstant(from), to: formatInstant(to ?? now + 1) }
  const narrowing = (names: readonly (keyof typeof asked)[]) => ({
    kept: names.map((name) => ({ name, value: asked[name] })),
    without: withQuery('/releases', { view: 'all', ...asked, ...Object.fromEntries(names.map((name) => [name, ''])) }),
  })
  return {
    link: withQuery('/releases', { ...asked, range: '', ...ends }),
    asked: [
      ...(asked.from || asked.to ? [{ text: 'First known', span: { from, to }, ...narrowing(['from', 'to']) }] : []),
      ...(reached ? [{ text: 'First in production', span: reached, ...narrowing(['reachedFrom', 'reachedTo']) }] : []),
      ...(arrived
        ? [
            {
              ...{ text: `First in ${asked.arrivedIn}`, span: { from: arrived.from, to: arrived.to } },
              ...narrowing(['arrivedIn', 'arrivedFrom', 'arrivedTo']),
            },
          ]
        : []),
      ...(between
        ? [{ text: `Above ${middleCut(asked.above)}, up to ${middleCut(asked.upTo)}`, ...narrowing(['above', 'upTo']) }]
        : []),
      ...(asked.inQuestionFor
        ? [{ text: `In question for ${asked.inQuestionFor}`, ...narrowing(['inQuestionFor']) }]
        : []),
      ...behind.map(({ text, names }) => ({ text, ...narrowing(names) })),
    ],
  }
}
