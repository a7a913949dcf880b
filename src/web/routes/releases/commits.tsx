import { pageSummary } from '../../../../views/format.ts'
import { withQuery } from '../../../../views/paths.ts'
import { CommitListPage } from '../../../../views/releases/commit-list-page.tsx'
import { countBroughtCommits, listBroughtCommits } from '../../../store/releases/brought-commits.ts'
import type { Deps } from '../../deps.ts'
import { encodeCommitPlace, readCommitPlace, readCommitSearch } from '../../pages/commit-search.ts'
import { page } from '../../render.tsx'
import type { Routes } from '../../routes.ts'
import { zoneOf } from '../../time-zone.ts'

const PAGE_SIZE = 50

/** Commits one by one: what the lead time counts. */
export function registerCommitRoutes(routes: Routes, deps: Deps): void {
  routes.get('/commits', 'session', async (c) => {
    const db = deps.store.reader
    const now = deps.clock()
    const search = await readCommitSearch(db, new URL(c.req.url).searchParams, { now, zone: zoneOf(c) })
    const given = c.req.query('after')
    const after = given ? readCommitPlace(given) : undefined
    const [{ rows, more }, count] = search
      ? await Promise.all([
          listBroughtCommits(db, search.commits, { after: after?.data, limit: PAGE_SIZE }),
          countBroughtCommits(db, search.commits),
        ])
      : [{ rows: [], more: false }, 0]
    const asked = search?.asked
    const before = after?.data?.shown ?? 0
    const shown = before + rows.length
    const last = rows.at(-1)
    const link = (more: Readonly<Record<string, string>>) => withQuery('/commits', { ...asked, ...more })
    return page(
      c,
      deps,
      { title: 'Commits', active: 'releases', crumbs: [{ text: 'Releases', href: '/releases' }, { text: 'Commits' }] },
      <CommitListPage
        of={
          asked && {
            ...{ service: asked.service, environment: asked.env, span: search.span, timed: search.commits.timed },
            other: link({ part: search.commits.timed ? 'all' : 'counted' }),
            trends: `${withQuery('/trends/delivery', { service: asked.service, env: asked.env, from: asked.from, to: asked.to })}#changeLeadTime`,
          }
        }
        rows={rows}
        wrongPage={after !== undefined && !after.success}
        summary={pageSummary(before, rows.length, count)}
        first={after?.success ? link({}) : undefined}
        next={more && last ? link({ after: encodeCommitPlace(last, shown) }) : undefined}
        csv={rows.length > 0 ? link({}).replace('/commits', '/commits.csv') : undefined}
        now={now}
      />,
    )
  })
}
