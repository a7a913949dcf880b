import { DefectReportsPage } from '../../../../views/defects/reports-page.tsx'
import { pageSummary } from '../../../../views/format.ts'
import { defectPath, reportsOfPath, withQuery } from '../../../../views/paths.ts'
import { countReportsBySource, findDefect, listReports } from '../../../store/defects/defect-queries.ts'
import { resolveDefect } from '../../../store/defects/defects.ts'
import type { Deps } from '../../deps.ts'
import { positiveInteger } from '../../pages/numbered-place.ts'
import { showUnknownDefect } from '../../pages/unknown-defect.tsx'
import { page } from '../../render.tsx'
import type { Routes } from '../../routes.ts'
import { readDefectId } from './defects.tsx'

const PAGE_SIZE = 50

/** All reports that are one defect. */
export function registerDefectReportRoutes(routes: Routes, deps: Deps): void {
  routes.get('/defects/:id/reports', 'session', async (c) => {
    const db = deps.store.reader
    const asked = readDefectId(c.req.param('id'))
    const id = asked === undefined ? undefined : await resolveDefect(db, asked)
    const defect = id === undefined ? undefined : await findDefect(db, id)
    if (id === undefined || !defect) return showUnknownDefect(c, deps, asked)
    if (id !== asked) return c.redirect(reportsOfPath(id), 302)
    const sources = await countReportsBySource(db, id)
    const source = sources.find(({ slug }) => slug === c.req.query('source'))
    const after = positiveInteger(c.req.query('after'))
    const shown = after === undefined ? 0 : (positiveInteger(c.req.query('shown')) ?? 0)
    const found = await listReports(db, id, PAGE_SIZE + 1, { source: source?.slug, after })
    const reports = found.slice(0, PAGE_SIZE)
    const path = reportsOfPath(id, source?.slug)
    const total = source?.reports ?? sources.reduce((sum, one) => sum + one.reports, 0)
    return page(
      c,
      deps,
      {
        title: `Reports of PF-${id}`,
        active: 'defects',
        crumbs: [
          { text: 'Defects', href: '/defects' },
          { text: `PF-${id}`, href: defectPath(id) },
          { text: 'Reports' },
        ],
      },
      <DefectReportsPage
        defect={defect}
        sources={sources}
        source={source?.slug}
        reports={reports}
        summary={pageSummary(shown, reports.length, total)}
        first={after === undefined ? undefined : path}
        next={
          found.length > PAGE_SIZE
            ? withQuery(`${defectPath(id)}/reports`, {
                ...{ source: source?.slug, after: reports.at(-1)?.id, shown: shown + reports.length },
              })
            : undefined
        }
        now={deps.clock()}
      />,
    )
  })
}
