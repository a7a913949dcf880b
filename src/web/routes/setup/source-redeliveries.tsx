import { z } from 'zod'
import { pageSummary } from '../../../../views/format.ts'
import { namesPath, redeliveriesPath, withQuery } from '../../../../views/paths.ts'
import { RedeliveriesPage } from '../../../../views/setup/redeliveries-page.tsx'
import { countAsked, listRedeliveries } from '../../../store/inbox/redeliveries.ts'
import { findSourceBySlug } from '../../../store/sources/sources.ts'
import { cursorOf, encodeCursor } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { page } from '../../render.tsx'
import type { Routes } from '../../routes.ts'

const PAGE_SIZE = 50
const place = cursorOf(z.object({ askedAt: z.int(), guid: z.string().max(200), shown: z.int().min(0) }))

/** The deliveries that a source was asked for again. */
export function registerSourceRedeliveryRoutes(routes: Routes, deps: Deps): void {
  routes.get('/setup/sources/:slug{[a-z0-9-]+}/redeliveries', 'session', async (c) => {
    const db = deps.store.reader
    const source = await findSourceBySlug(db, c.req.param('slug') ?? '')
    if (!source) return c.notFound()
    const onlyArrived = c.req.query('arrived') === 'yes'
    const after = place.safeParse(c.req.query('after')).data
    const { rows, more } = await listRedeliveries(db, source.id, { onlyArrived, after, limit: PAGE_SIZE })
    const counts = (await countAsked(db)).get(source.id) ?? { asked: 0, arrived: 0 }
    const before = after?.shown ?? 0
    const shown = before + rows.length
    const last = rows.at(-1)
    const title = `Asked ${source.name} for again`
    const path = redeliveriesPath(source.slug)
    return page(
      c,
      deps,
      {
        title,
        active: 'setup',
        crumbs: [
          { text: 'Set up', href: '/setup' },
          { text: source.name, href: namesPath(source.slug) },
          { text: 'Asked for again' },
        ],
      },
      <RedeliveriesPage
        source={source}
        onlyArrived={onlyArrived}
        counts={{ asked: Number(counts.asked), arrived: Number(counts.arrived) }}
        rows={rows}
        summary={pageSummary(before, rows.length, Number(onlyArrived ? counts.arrived : counts.asked))}
        first={after ? redeliveriesPath(source.slug, onlyArrived) : undefined}
        next={
          more && last
            ? withQuery(path, {
                arrived: onlyArrived ? 'yes' : undefined,
                after: encodeCursor({ askedAt: last.askedAt, guid: last.guid, shown }),
              })
            : undefined
        }
        now={deps.clock()}
      />,
    )
  })
}
