import { DeliveryPage } from '../../../../views/deliveries/detail-page.tsx'
import { DeliveriesPage } from '../../../../views/deliveries/list-page.tsx'
import { COUNTED_AT_MOST, pageSummary } from '../../../../views/format.ts'
import { withQuery } from '../../../../views/paths.ts'
import { findPruningRecord } from '../../../operations/retention/pruning-record.ts'
import { findRetention } from '../../../operations/retention/retention-setting.ts'
import type { DeliveryState } from '../../../store/inbox/deliveries.ts'
import {
  countDeliveries,
  type DeliveryCounts,
  findDelivery,
  hasDelivery,
} from '../../../store/inbox/deliveries-queries.ts'
import {
  LOOKED_AT_MOST,
  listDeliveries,
  listFirstOfBody,
  listRecentEvents,
} from '../../../store/inbox/delivery-list.ts'
import { listLastRefusals } from '../../../store/inbox/refusals.ts'
import { listServiceNames } from '../../../store/services/services.ts'
import type { SourceRow } from '../../../store/sources/sources.ts'
import { isPerson } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { readDeliverySearch } from '../../pages/delivery-search.ts'
import { withAsked } from '../../pages/list-choices.ts'
import { numberedPlace, positiveInteger } from '../../pages/numbered-place.ts'
import { shownBody } from '../../pages/shown-body.ts'
import { REFUSED_SINCE_MS } from '../../pages/source-states.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'

const PAGE_SIZE = 50
const SERVICES_OFFERED = 500

export function registerDeliveryRoutes(routes: Routes, deps: Deps): void {
  routes.get('/deliveries', 'session', (c) => listPage(c, deps))

  routes.get('/deliveries/:id{[0-9]{1,15}}', 'session', async (c) => {
    const delivery = await findDelivery(deps.store.reader, Number(c.req.param('id')))
    if (!delivery) return c.notFound()
    const { body, ...rest } = delivery
    return page(
      c,
      deps,
      {
        title: `Delivery ${delivery.id}`,
        active: 'deliveries',
        crumbs: [{ text: 'Deliveries', href: '/deliveries' }, { text: String(delivery.id) }],
        live: ['deliveries'],
      },
      <DeliveryPage
        delivery={rest}
        body={shownBody(body, c.req.query('body') === 'raw' ? 'raw' : 'pretty')}
        mayReplay={isPerson(c, 'engineer')}
        now={deps.clock()}
      />,
    )
  })
}

async function listPage(c: Ctx, deps: Deps): Promise<Response> {
  const db = deps.store.reader
  const now = deps.clock()
  const { filter, asked, sources, remarks } = await readDeliverySearch(db, new URL(c.req.url).searchParams, now)
  const { before, shown } = numberedPlace(c)
  const named = positiveInteger(asked.q)
  const [found, counts, events, services, isThere] = await Promise.all([
    listDeliveries(db, filter, { before, limit: PAGE_SIZE }),
    countDeliveries(db, COUNTED_AT_MOST, filter),
    listRecentEvents(db, filter.sourceId),
    listServiceNames(db, SERVICES_OFFERED),
    named !== undefined && hasDelivery(db, named),
  ])
  const suspects = found.rows.flatMap(({ id, replaySuspect }) => (replaySuspect ? [id] : []))
  const link = (changed: Readonly<Record<string, string | number | undefined>>) =>
    withQuery('/deliveries', { ...asked, ...changed })
  const next = found.lookedUpTo ?? (found.more ? found.rows.at(-1)?.id : undefined)
  const isSifted = asked.event !== '' || asked.service !== '' || asked.q !== ''
  return page(
    c,
    deps,
    { title: 'Deliveries', active: 'deliveries', live: before === undefined ? ['deliveries'] : [] },
    <DeliveriesPage
      now={now}
      rows={found.rows}
      sameBodyAs={await listFirstOfBody(db, suspects)}
      counts={isSifted ? undefined : counts}
      failed={counts.failed}
      mayReplay={isPerson(c, 'engineer')}
      asked={asked}
      sources={sources}
      events={withAsked(
        events.map((event) => ({ value: event, text: event })),
        asked.event,
      )}
      services={withAsked(
        services.map((service) => ({ value: service, text: service })),
        asked.service,
      )}
      link={link}
      named={isThere ? named : undefined}
      newest={before === undefined ? undefined : link({})}
      csv={withQuery('/deliveries.csv', { ...asked })}
      older={next === undefined ? undefined : link({ before: next, shown: shown + found.rows.length })}
      summary={pageSummary(shown, found.rows.length, isSifted ? undefined : totalOf(counts, filter.state))}
      lookedAt={found.lookedUpTo === undefined ? undefined : LOOKED_AT_MOST}
      replayed={positiveInteger(c.req.query('replayed'))}
      remarks={remarks}
      retention={(await findRetention(db, deps.config.retention)).retention}
      prunedAt={(await findPruningRecord(db)).at}
      refused={before === undefined ? await refusedOf(deps, sources, filter.sourceId, now) : []}
    />,
  )
}

/** At most three: the rest are on Set up. */
const REFUSED_SHOWN = 3

async function refusedOf(deps: Deps, sources: readonly SourceRow[], sourceId: number | undefined, now: number) {
  const refused = await listLastRefusals(deps.store.reader, now - REFUSED_SINCE_MS)
  return refused
    .filter((one) => sourceId === undefined || one.sourceId === sourceId)
    .flatMap(({ sourceId: id, ...rest }) => {
      const source = sources.find((one) => one.id === id)
      return source ? [{ slug: source.slug, name: source.name, ...rest }] : []
    })
    .sort((a, b) => b.last.lastAt - a.last.lastAt)
    .slice(0, REFUSED_SHOWN)
}

const totalOf = (counts: DeliveryCounts, state: DeliveryState | undefined): number =>
  state ? counts[state] : Object.values(counts).reduce((sum, n) => sum + n, 0)
