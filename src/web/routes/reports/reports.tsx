import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { COUNTED_AT_MOST, pageSummary } from '../../../../views/format.ts'
import { reportPath, withQuery } from '../../../../views/paths.ts'
import { ReportListPage, type TypedReport } from '../../../../views/reports/list-page.tsx'
import { endLinkQuestion, removeReportQuestion } from '../../../../views/reports/questions.tsx'
import { ReportPage, type ReportPageProps } from '../../../../views/reports/report-page.tsx'
import { usualEnvironment } from '../../../core/deployment/environment.ts'
import type { ReportSnapshot } from '../../../core/reports/snapshot.ts'
import { removeReport, saveReport, snapshotPeriod, snapshotRelease } from '../../../operations/reports/make-report.ts'
import {
  endSharing,
  LINK_DAYS,
  shareLink,
  shareReport,
  USUAL_LINK_DAYS,
} from '../../../operations/reports/share-report.ts'
import { readSnapshot } from '../../../operations/reports/stored-snapshot.ts'
import { listServiceChoices } from '../../../store/defects/defect-queries.ts'
import { listListening } from '../../../store/notifications/channels.ts'
import { listEnvironmentChoices } from '../../../store/overview/overview-queries.ts'
import { countLinks, listLinks } from '../../../store/reports/report-links.ts'
import { listSchedules } from '../../../store/reports/report-schedules.ts'
import {
  countReports,
  findDataUntil,
  findReport,
  listReports,
  type StoredReport,
} from '../../../store/reports/report-snapshots.ts'
import { findService } from '../../../store/services/services.ts'
import { auditActorOf, isPerson } from '../../actor.ts'
import { reportJson } from '../../api/api-report-schemas.ts'
import type { Deps } from '../../deps.ts'
import { notFound } from '../../errors.ts'
import { numberedPlace } from '../../pages/numbered-place.ts'
import { reportCsv, reportMarkdown } from '../../pages/report-files.ts'
import { reportHtml } from '../../pages/report-html.tsx'
import { readPeriod, reportDraft, typedReport } from '../../pages/report-request.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { mustMayChange } from '../../service-limit.ts'
import { zoneOf } from '../../time-zone.ts'
import { readForm } from '../account/login.tsx'
import { registerConfirmed } from '../confirmed.tsx'

const PAGE_SIZE = 50
const MOST_LINKS = 100
const MAKERS = { role: 'engineer', perService: true } as const
/** A link lets people in who have no account here. */
const SHARERS = { role: 'release-manager', perService: true } as const
const ONE = '/reports/:id{[0-9]{1,15}}'

/** Reports: made, read, saved as files, shared and deleted. */
export function registerReportRoutes(routes: Routes, deps: Deps): void {
  const byOf = (c: Ctx) => ({ actor: auditActorOf(c, deps.config), now: deps.clock() })

  routes.get('/reports', 'session', (c) =>
    listPage(
      c,
      deps,
      reportDraft((name) => c.req.query(name), zoneOf(c), deps.clock()),
      noProblems,
    ),
  )
  routes.post('/reports', MAKERS, async (c) => {
    const typed = typedReport(await readForm(c))
    mustMayChange(c, [typed.service || undefined])
    const made = await make(c, deps, typed)
    if ('problems' in made) return await listPage(c, deps, typed, made.problems)
    return c.redirect(reportPath(await saveReport(deps.store, made, byOf(c))), 303)
  })

  routes.get(ONE, 'session', async (c) => {
    const found = await reportOf(c, deps)
    return found ? await reportPage(c, deps, found, {}) : await notFound(c)
  })
  for (const { name, type, write } of FILES)
    routes.get(`${ONE}/${name}`, 'session', async (c) => {
      const found = await reportOf(c, deps)
      if (!found) return await notFound(c)
      return c.body(await write(found.report, deps.config.publicUrl), 200, {
        'Content-Type': type,
        'Content-Disposition': `attachment; filename="report-${found.id}-${name}"`,
        'Cache-Control': 'no-store',
      })
    })

  registerConfirmed(routes, deps, `${ONE}/removal`, MAKERS, {
    find: (c) => changeableOf(c, deps),
    ask: async (_c, found) => {
      const now = deps.clock()
      const links = await countLinks(deps.store.db, found.id, now)
      return { ...inReport(found), ...removeReportQuestion(found, links, now) }
    },
    does: async (c, { id }) => {
      await removeReport(deps.store, id, byOf(c))
      return c.redirect('/reports', 303)
    },
  })

  routes.post(`${ONE}/links`, SHARERS, async (c) => {
    const found = await reportOf(c, deps)
    if (!found) return await notFound(c)
    mustMayChange(c, [found.service])
    const form = await readForm(c)
    const days = LINK_DAYS.find((one) => String(one) === form('days')) ?? USUAL_LINK_DAYS
    const sharing = await shareReport(deps.store, found.id, { days, hidesPeople: form('hide') === 'people' }, byOf(c))
    if (sharing.kind === 'not-found') return await notFound(c)
    if (sharing.kind === 'too-many')
      return await reportPage(c, deps, found, { refused: 'Not shared: there are too many links. End some first.' })
    deps.log.info({ requestId: c.get('requestId'), reportId: found.id }, 'a report was shared')
    // Not a redirect: this answer is the one place where the link is ever shown.
    const link = shareLink(deps.config.publicUrl, sharing.token)
    return await reportPage(c, deps, found, { shared: { link, expiresAt: sharing.expiresAt } })
  })
  registerConfirmed(routes, deps, `${ONE}/links/:link{[0-9]{1,15}}/ending`, SHARERS, {
    find: async (c) => {
      const report = await changeableOf(c, deps)
      const links = report ? await listLinks(deps.store.db, report.id, MOST_LINKS) : []
      const link = links.find(({ id }) => id === Number(c.req.param('link')))
      return report && link && { report, link }
    },
    ask: (_c, { report, link }) => ({ ...inReport(report), ...endLinkQuestion(report, link, deps.clock()) }),
    does: async (c, { report, link }) => {
      await endSharing(deps.store, { reportId: report.id, linkId: link.id }, byOf(c))
      return c.redirect(`${reportPath(report.id)}#sharing`, 303)
    },
  })
  // Where the form leaves the address.
  routes.get(`${ONE}/links`, 'session', (c) => c.redirect(reportPath(Number(c.req.param('id'))), 303))
}

const FILES: readonly {
  readonly name: string
  readonly type: string
  readonly write: (report: ReportSnapshot, home: string) => string | Promise<string>
}[] = [
  { name: 'report.html', type: 'text/html; charset=utf-8', write: reportHtml },
  { name: 'report.md', type: 'text/markdown; charset=utf-8', write: reportMarkdown },
  { name: 'defects.csv', type: 'text/csv; charset=utf-8; header=present', write: reportCsv },
  { name: 'report.json', type: 'application/json', write: (report) => JSON.stringify(reportJson(report), null, 2) },
]

type Found = StoredReport & { readonly report: ReportSnapshot }

/** From the writer, so that what was just made is there. */
const storedOf = (c: Ctx, { store }: Deps) => findReport(store.db, Number(c.req.param('id')))

/** @throws AccessDenied where it is of a service that whoever asks may not change */
async function changeableOf(c: Ctx, deps: Deps): Promise<StoredReport | undefined> {
  const found = await storedOf(c, deps)
  if (found) mustMayChange(c, [found.service])
  return found
}

const inReport = ({ id, title }: StoredReport) =>
  ({
    active: 'reports',
    crumbs: [
      { text: 'Reports', href: '/reports' },
      { text: title, href: reportPath(id) },
    ],
  }) as const

async function reportOf(c: Ctx, deps: Deps): Promise<Found | undefined> {
  const stored = await storedOf(c, deps)
  const report = stored && readSnapshot(stored.snapshotJson)
  return stored && report ? { ...stored, report } : undefined
}

async function make(
  c: Ctx,
  { store, clock }: Deps,
  typed: TypedReport,
): Promise<ReportSnapshot | { readonly problems: FormProblems }> {
  const db = store.reader
  const zone = zoneOf(c)
  const now = clock()
  const maker = { name: auditNameOf(c), zone, now }
  const refuse = (field: string, message: string) => ({ problems: { fields: { [field]: message } } })
  if (typed.kind === 'release')
    return (
      (await snapshotRelease(db, typed, maker)) ??
      refuse('version', `There is no release ‘${typed.version}’ of ‘${typed.service}’.`)
    )
  const period = readPeriod(typed, zone, now)
  if ('problems' in period) return period
  const service = typed.service ? await findService(db, typed.service) : undefined
  if (typed.service && !service) return refuse('of', `There is no service ‘${typed.service}’.`)
  const environments = await listEnvironmentChoices(db)
  const environment = environments.find(({ name }) => name === typed.env)
  if (!environment) return refuse('env', 'Choose an environment.')
  return await snapshotPeriod(db, { service, environment, period }, maker)
}

function auditNameOf(c: Ctx): string {
  const principal = c.get('principal')
  if (!principal) throw new Error('this route is declared without a policy that names somebody')
  return principal.name
}

export async function listPage(
  c: Ctx,
  deps: Deps,
  typed: TypedReport,
  problems: FormProblems,
  refusedPlan?: string,
): Promise<Response> {
  const { store, clock } = deps
  const { before, shown } = numberedPlace(c)
  const [{ rows, more }, total, services, environments, plans, listening] = await Promise.all([
    listReports(store.db, {}, { before, limit: PAGE_SIZE }),
    countReports(store.db, COUNTED_AT_MOST),
    listServiceChoices(store.reader),
    listEnvironmentChoices(store.reader),
    listSchedules(store.db),
    listListening(store.db),
  ])
  const names = environments.map(({ name }) => name)
  return await page(
    c,
    deps,
    { title: 'Reports', active: 'reports', status: problems === noProblems && refusedPlan === undefined ? 200 : 422 },
    <ReportListPage
      reports={rows}
      newest={before === undefined ? undefined : '/reports'}
      older={more ? withQuery('/reports', { before: rows.at(-1)?.id, shown: shown + rows.length }) : undefined}
      summary={pageSummary(shown, rows.length, total)}
      typed={{ ...typed, env: typed.env || (usualEnvironment(environments)?.name ?? '') }}
      problems={problems}
      choices={{ services: services.map(({ name }) => name), environments: names }}
      mayMake={isPerson(c, 'engineer')}
      plans={{
        plans,
        mayPlan: isPerson(c, 'release-manager'),
        isHeard: listening.some(({ subscription }) => subscription.events.includes('report-made')),
        refused: refusedPlan,
      }}
      zone={zoneOf(c)}
      csrfToken={csrfTokenOf(c)}
      now={clock()}
    />,
  )
}

async function reportPage(
  c: Ctx,
  deps: Deps,
  { id, report, dataUntil = 0 }: Found,
  { shared, refused }: Partial<Pick<ReportPageProps, 'shared' | 'refused'>>,
): Promise<Response> {
  const [links, newest = 0] = await Promise.all([
    listLinks(deps.store.db, id, MOST_LINKS),
    findDataUntil(deps.store.reader),
  ])
  return await page(
    c,
    deps,
    {
      title: report.title,
      active: 'reports',
      crumbs: [{ text: 'Reports', href: '/reports' }, { text: report.title }],
      status: refused ? 422 : 200,
    },
    <ReportPage
      id={id}
      report={report}
      home={deps.config.publicUrl}
      hasNewer={newest > dataUntil}
      links={links}
      linkDays={LINK_DAYS}
      usualDays={USUAL_LINK_DAYS}
      shared={shared}
      refused={refused}
      mayShare={isPerson(c, 'release-manager')}
      mayDelete={isPerson(c, 'engineer')}
      csrfToken={csrfTokenOf(c)}
      now={deps.clock()}
    />,
  )
}
