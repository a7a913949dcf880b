import { ReplayPage } from '../../../../views/deliveries/replay-page.tsx'
import { ReplaySelectionPage } from '../../../../views/deliveries/replay-selection-page.tsx'
import { deliveryPath, withQuery } from '../../../../views/paths.ts'
import { REPLAYED_AT_MOST, replayDelivery, replayFailed } from '../../../operations/intake/replay-delivery.ts'
import { findDelivery } from '../../../store/inbox/deliveries-queries.ts'
import { listDeliveries, listFailedIds } from '../../../store/inbox/delivery-list.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { readDeliverySearch } from '../../pages/delivery-search.ts'
import { positiveInteger } from '../../pages/numbered-place.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'

/** How many of a selection are shown before it is replayed. */
const SHOWN = 20
const ONE = '/deliveries/:id{[0-9]{1,15}}/replay'
/** A choice that a person has in mind, not the newest id there is. */
const ALL = Number.MAX_SAFE_INTEGER - 1

/** Processing again what came in: each time what it would do, or how many they are, is said first. */
export function registerDeliveryReplayRoutes(routes: Routes, deps: Deps): void {
  const asking = (c: Ctx) => ({ now: deps.clock(), by: auditActorOf(c, deps.config) })
  routes.get(ONE, { role: 'engineer' }, async (c) => {
    const id = Number(c.req.param('id'))
    const delivery = await findDelivery(deps.store.reader, id)
    if (!delivery) return c.notFound()
    const preview = await deps.processor.preview(id)
    if (preview.kind === 'not-found') return c.notFound()
    const crumbs = [
      { text: 'Deliveries', href: '/deliveries' },
      { text: String(id), href: deliveryPath(id) },
      { text: 'Replay' },
    ]
    return page(
      c,
      deps,
      { title: `Replay delivery ${id}`, active: 'deliveries', crumbs },
      <ReplayPage delivery={delivery} preview={preview} csrfToken={csrfTokenOf(c)} now={deps.clock()} />,
    )
  })

  routes.post(ONE, { role: 'engineer' }, async (c) => {
    const id = Number(c.req.param('id'))
    if ((await replayDelivery(deps, id, asking(c))) === 'not-found') return c.notFound()
    deps.log.info({ requestId: c.get('requestId'), deliveryId: id }, 'delivery replayed')
    return c.redirect(deliveryPath(id), 303)
  })

  routes.get('/deliveries/replay', { role: 'engineer' }, async (c) => {
    const db = deps.store.reader
    const { filter, asked, sources, remarks } = await readDeliverySearch(
      db,
      new URL(c.req.url).searchParams,
      deps.clock(),
    )
    const ids = await listFailedIds(db, filter, { upTo: ALL, limit: REPLAYED_AT_MOST })
    const { rows } = await listDeliveries(db, { ...filter, state: 'failed' }, { limit: SHOWN })
    return page(
      c,
      deps,
      {
        title: 'Replay failed deliveries',
        active: 'deliveries',
        crumbs: [{ text: 'Deliveries', href: '/deliveries' }, { text: 'Replay' }],
      },
      <ReplaySelectionPage
        count={ids.length}
        isCut={ids.length === REPLAYED_AT_MOST}
        upTo={ids[0]}
        rows={rows}
        // Absolute, so that what is confirmed is what was counted.
        asked={{ ...asked, state: '', range: '', from: instantText(filter.from), to: instantText(filter.to) }}
        sources={sources}
        remarks={remarks}
        csrfToken={csrfTokenOf(c)}
        now={deps.clock()}
      />,
    )
  })

  routes.post('/deliveries/replay', { role: 'engineer' }, async (c) => {
    const form = await c.req.parseBody()
    const given = new URLSearchParams(
      Object.entries(form).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
    )
    const upTo = positiveInteger(given.get('upTo') ?? undefined)
    const { filter, asked, remarks } = await readDeliverySearch(deps.store.reader, given, deps.clock())
    // Replaying more than was shown because a filter went unread would be worse than asking again.
    if (upTo === undefined || remarks.length > 0) return c.redirect(withQuery('/deliveries/replay', { ...asked }), 303)
    const count = await replayFailed(deps, { filter, upTo }, asking(c))
    deps.log.info({ requestId: c.get('requestId'), count }, 'failed deliveries replayed')
    return c.redirect(withQuery('/deliveries', { source: asked.source, replayed: count }), 303)
  })
}

const instantText = (at: number | undefined): string => (at === undefined ? '' : new Date(at).toISOString())
