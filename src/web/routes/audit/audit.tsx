import { AuditPage } from '../../../../views/audit/audit-page.tsx'
import { COUNTED_AT_MOST, pageSummary } from '../../../../views/format.ts'
import { withQuery } from '../../../../views/paths.ts'
import { countAudit, listAudit, listRecentActors } from '../../../store/audit/audit-list.ts'
import type { Deps } from '../../deps.ts'
import { readAuditSearch } from '../../pages/audit-search.ts'
import { numberedPlace } from '../../pages/numbered-place.ts'
import { page } from '../../render.tsx'
import type { Routes } from '../../routes.ts'
import { zoneOf } from '../../time-zone.ts'

const PAGE_SIZE = 50

/** Who did what, for admins; its CSV is with the others (exports.ts). */
export function registerAuditRoutes(routes: Routes, deps: Deps): void {
  routes.get('/admin/audit', { role: 'admin' }, async (c) => {
    const { filter, asked, remarks } = readAuditSearch(new URL(c.req.url).searchParams, zoneOf(c))
    const { before, shown } = numberedPlace(c)
    const [{ rows, more }, total] = await Promise.all([
      listAudit(deps.store.reader, filter, { before, limit: PAGE_SIZE }),
      countAudit(deps.store.reader, filter, COUNTED_AT_MOST),
    ])
    const crumbs = [{ text: 'Admin', href: '/admin' }, { text: 'Audit log' }]
    return page(
      c,
      deps,
      { title: 'Audit log', active: 'admin', crumbs },
      <AuditPage
        rows={rows}
        asked={asked}
        actors={await listRecentActors(deps.store.reader)}
        remarks={remarks}
        newest={before === undefined ? undefined : withQuery('/admin/audit', { ...asked })}
        older={
          more
            ? withQuery('/admin/audit', { ...asked, before: rows.at(-1)?.number, shown: shown + rows.length })
            : undefined
        }
        summary={pageSummary(shown, rows.length, total)}
        csv={withQuery('/admin/audit.csv', { ...asked })}
        now={deps.clock()}
      />,
    )
  })
}
