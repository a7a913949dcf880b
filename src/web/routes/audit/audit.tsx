import { AuditPage } from '../../../../views/audit/audit-page.tsx'
import { withQuery } from '../../../../views/paths.ts'
import { listAudit, listRecentActors } from '../../../store/audit/audit-list.ts'
import { AccessDenied } from '../../access-denied.ts'
import type { Deps } from '../../deps.ts'
import { readAuditSearch } from '../../pages/audit-search.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { zoneOf } from '../../time-zone.ts'
import { positiveInteger } from '../deliveries/deliveries.tsx'
import { isAdmin } from '../setup/set-up.tsx'

const PAGE_SIZE = 50

/** Who did what, for admins; its CSV is with the others (exports.ts). */
export function registerAuditRoutes(routes: Routes, deps: Deps): void {
  routes.get('/admin/audit', 'session', async (c) => {
    mustReadAudit(c)
    const { filter, asked, remarks } = readAuditSearch(new URL(c.req.url).searchParams, zoneOf(c))
    const before = positiveInteger(c.req.query('before'))
    const { rows, more } = await listAudit(deps.store.reader, filter, { before, limit: PAGE_SIZE })
    const crumbs = [{ text: 'Admin', href: '/admin' }, { text: 'Audit log' }]
    return page(
      c,
      deps,
      { title: 'Audit log', crumbs },
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

export function mustReadAudit(c: Ctx): void {
  if (!isAdmin(c)) throw new AccessDenied('role', 'The audit log is for admins to read.')
}
