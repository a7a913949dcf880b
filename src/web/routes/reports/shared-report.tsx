import { NoSuchLinkPage, SharedReportPage } from '../../../../views/reports/shared-page.tsx'
import { countMiss, linksBlockedUntil } from '../../../operations/reports/link-throttle.ts'
import { openShared } from '../../../operations/reports/share-report.ts'
import type { Deps } from '../../deps.ts'
import { clientAddress } from '../../middleware/client-address.ts'
import { sheet } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'

type SharedDeps = Pick<Deps, 'config' | 'store' | 'clock' | 'metrics'>

/** Reports for whoever has a link, signed in or not. */
export function registerSharedReportRoutes(routes: Routes, deps: SharedDeps): void {
  routes.get('/r/:token', 'open', async (c) => {
    const now = deps.clock()
    const address = clientAddress(c, deps.config)
    const blockedUntil = await linksBlockedUntil(deps.store, address, now)
    if (blockedUntil > 0) return await tooMany(c, deps, blockedUntil - now)
    const report = await openShared(deps.store, c.req.param('token') ?? '', now)
    if (report) return await sheet(c, deps, { title: report.title }, <SharedReportPage report={report} />)
    await countMiss(deps.store, address, now)
    return await noSuchLink(c, deps)
  })
}

function noSuchLink(c: Ctx, deps: SharedDeps): Promise<Response> {
  deps.metrics.accessDenied('token')
  const detail = 'It may have expired, been ended, or been copied in part. Ask whoever sent it for a new one.'
  return sheet(c, deps, { title: 'This link does not work', status: 404 }, <NoSuchLinkPage detail={detail} />)
}

function tooMany(c: Ctx, deps: SharedDeps, waitMs: number): Promise<Response> {
  c.header('Retry-After', String(Math.ceil(waitMs / 1000)))
  const detail = 'Too many links that do not work were tried from your network. Try again in a minute.'
  return sheet(c, deps, { title: 'Try again later', status: 429 }, <NoSuchLinkPage detail={detail} />)
}
