import { z } from 'zod'
import { middleCut } from '../../../../views/format.ts'
import { releasePath, servicePath, withQuery } from '../../../../views/paths.ts'
import { discoveryTable } from '../../../../views/releases/discovery-chart.ts'
import { ReleaseListPage, type ReleaseListProps } from '../../../../views/releases/list-page.tsx'
import { type DefectTab, ReleasePage } from '../../../../views/releases/release-page.tsx'
import type { ReleaseKind } from '../../../core/event.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import {
  findEnvironmentId,
  findServiceId,
  listEnvironmentChoices,
  listServiceChoices,
} from '../../../store/defects/defect-queries.ts'
import { listVerdicts } from '../../../store/measures/release-verdicts.ts'
import { listReleases, type ReleaseFilter } from '../../../store/releases/release-list.ts'
import {
  defectsOfRelease,
  findRelease,
  listReleaseCommits,
  listReleaseDeployments,
  releaseLanes,
} from '../../../store/releases/release-queries.ts'
import { listReleaseSessions } from '../../../store/releases/session-counts.ts'
import { cursorOf, encodeCursor } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { notFound } from '../../errors.ts'
import { readAbsoluteRange } from '../../pages/absolute-range.ts'
import { csvOfTable } from '../../pages/csv-answer.ts'
import { judgeRunning } from '../../pages/judge-running.ts'
import { backToLastScope, rememberScope } from '../../pages/last-scope.ts'
import { namesOf, withAsked } from '../../pages/list-choices.ts'
import { releaseDiscovery } from '../../pages/release-discovery.ts'
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
        verdicts={verdicts.map((one) => ({ ...one, live: one.facts.release.spans.at(-1)?.to === undefined }))}
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

const KINDS: readonly ReleaseKind[] = ['major', 'minor', 'patch', 'emergency', 'pre-release', 'unknown']
const DAY_MS = 86_400_000
const RANGES: Readonly<Record<string, number>> = {
  '24h': DAY_MS,
  '7d': 7 * DAY_MS,
  '14d': 14 * DAY_MS,
  '30d': 30 * DAY_MS,
  '90d': 90 * DAY_MS,
}
const place = cursorOf(z.object({ firstKnownAt: z.int(), id: z.int(), shown: z.int().min(0) }))

async function showList(c: Ctx, deps: Deps, standing: StandingVerdicts): Promise<Response> {
  const db = deps.store.reader
  const now = deps.clock()
  const again = backToLastScope(c, '/releases')
  if (again) return again
  const { filter, asked, after, remarks } = await readQuery(deps, new URL(c.req.url).searchParams, now, zoneOf(c))
  // A moment of the past is looked at once; who comes back wants now.
  if (!asked.from && !asked.to) rememberScope(c, '/releases', asked)
  const [found, services, environments] = await Promise.all([
    listReleases(db, filter, { after: after && { firstKnownAt: after.firstKnownAt, id: after.id }, limit: PAGE_SIZE }),
    listServiceChoices(db),
    listEnvironmentChoices(db),
  ])
  const verdicts = await judgeRunning(db, standing, found.rows, now)
  const shownBefore = after?.shown ?? 0
  const shown = shownBefore + found.rows.length
  return page(
    c,
    deps,
    { title: 'Releases', active: 'releases', live: after ? [] : LIVE },
    <ReleaseListPage
      rows={found.rows.map((row) => ({ ...row, verdict: verdicts.get(row.id) }))}
      filters={{ service: asked.service, kind: asked.kind, environment: asked.env, range: asked.range }}
      moment={momentOf(filter, asked, now)}
      choices={{
        services: withAsked(namesOf(services), asked.service),
        environments: withAsked(namesOf(environments), asked.env),
      }}
      remarks={remarks}
      anyFilter={Object.values(asked).some((value) => value !== '')}
      summary={found.rows.length > 0 ? `${shownBefore + 1}–${shown}` : ''}
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

/** The stretch that the address names by its ends, and the address that names what is shown now by them. */
function momentOf(
  { from, to }: ReleaseFilter,
  asked: Awaited<ReturnType<typeof readQuery>>['asked'],
  now: number,
): ReleaseListProps['moment'] {
  const ends = { from: from === undefined ? '' : formatInstant(from), to: formatInstant(to ?? now + 1) }
  const isAbsolute = asked.from !== '' || asked.to !== ''
  return {
    link: withQuery('/releases', { ...asked, range: '', ...ends }),
    asked: isAbsolute
      ? {
          ...{ text: 'First known', span: { from, to } },
          kept: (['from', 'to'] as const).map((name) => ({ name, value: asked[name] })),
          without: withQuery('/releases', { view: 'all', ...asked, from: '', to: '' }),
        }
      : undefined,
  }
}

/** The filter that the address of the list asks for. A `range` goes before `from` and `to`. */
export async function readQuery(deps: Deps, query: URLSearchParams, now: number, zone: string) {
  const db = deps.store.reader
  const remarks: string[] = []
  const get = (name: string): string => query.get(name)?.trim() ?? ''
  const asked = {
    ...{ service: get('service'), kind: get('kind'), env: get('env'), range: get('range') },
    ...{ from: get('range') ? '' : get('from'), to: get('range') ? '' : get('to') },
  }
  const drop = (name: keyof typeof asked, what: string) => {
    remarks.push(`Unknown ${what} ‘${asked[name]}’. Showing all.`)
    asked[name] = ''
  }
  const serviceId = asked.service ? await findServiceId(db, asked.service) : undefined
  if (asked.service && serviceId === undefined) drop('service', 'service')
  const environmentId = asked.env ? await findEnvironmentId(db, asked.env) : undefined
  if (asked.env && environmentId === undefined) drop('env', 'environment')
  const kinds = KINDS.filter((kind) => kind === asked.kind)
  if (asked.kind && kinds.length === 0) drop('kind', 'kind')
  const span = Object.hasOwn(RANGES, asked.range) ? RANGES[asked.range] : undefined
  if (asked.range && span === undefined) drop('range', 'range')
  const ends = readAbsoluteRange(asked, zone)
  if (ends.remarks.length > 0) remarks.push(...ends.remarks, 'Showing those of all time.')
  if (!ends.span) asked.from = asked.to = ''
  const after = get('after') ? place.safeParse(get('after')) : undefined
  if (after && !after.success) remarks.push('The address named a page that does not exist. Showing the first one.')
  const filter: ReleaseFilter = {
    ...{ serviceId, environmentId, kinds },
    ...(ends.span ?? { from: span === undefined ? undefined : now - span }),
  }
  return { filter, asked, remarks, after: after?.data }
}
