import { AuditPage } from '../../../../views/audit/audit-page.tsx'
import { withQuery } from '../../../../views/paths.ts'
import { listAudit, listRecentActors } from '../../../store/audit/audit-list.ts'
import type { Deps } from '../../deps.ts'
import { readAuditSearch } from '../../pages/audit-search.ts'
import { page } from '../../render.tsx'
import type { Routes } from '../../routes.ts'
import { zoneOf } from '../../time-zone.ts'
import { positiveInteger } from '../deliveries/deliveries.tsx'

const PAGE_SIZE = 50

/** Who did what, for admins; its CSV is with the others (exports.ts). */
export function registerAuditRoutes(routes: Routes, deps: Deps): void {
  routes.get('/admin/audit', { role: 'admin' }, async (c) => {
    const { filter, asked, remarks } = readAuditSearch(new URL(c.req.url).searchParams, zoneOf(c))
    const before = positiveInteger(c.req.query('before'))
    const { rows, more } = await listAudit(deps.store.reader, filter, { before, limit: PAGE_SIZE })
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
        older={more ? withQuery('/admin/audit', { ...asked, before: rows.at(-1)?.number }) : undefined}
        csv={withQuery('/admin/audit.csv', { ...asked })}
        now={deps.clock()}
      />,
    )
  })
}
