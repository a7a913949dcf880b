import { DeliveryPage } from '../../../views/deliveries/detail-page.tsx'
import { DeliveriesPage, STATES } from '../../../views/deliveries/list-page.tsx'
import { withQuery } from '../../../views/paths.ts'
import { replayDelivery, replayFailed } from '../../operations/replay-delivery.ts'
import type { DeliveryState } from '../../store/deliveries.ts'
import { countDeliveries, findDelivery } from '../../store/deliveries-queries.ts'
import { listDeliveries } from '../../store/delivery-list.ts'
import { listSources } from '../../store/sources.ts'
import type { Deps } from '../deps.ts'
import { csrfTokenOf, page } from '../render.tsx'
import type { Ctx, Routes } from '../routes.ts'
import { shownBody } from '../shown-body.ts'

const PAGE_SIZE = 50
/** Beyond this a count says no more. */
const COUNTED_AT_MOST = 9_999

export function registerDeliveryRoutes(routes: Routes, deps: Deps): void {
  routes.get('/deliveries', 'session', (c) => listPage(c, deps))

  routes.post('/deliveries/replay-failed', 'session', async (c) => {
    const count = await replayFailed(deps)
    deps.log.info({ requestId: c.get('requestId'), count }, 'failed deliveries replayed')
    return c.redirect(`/deliveries?replayed=${count}`, 303)
  })

  routes.get('/deliveries/:id{[0-9]{1,15}}', 'session', async (c) => {
    const delivery = await findDelivery(deps.store.reader, Number(c.req.param('id')))
    if (!delivery) return c.notFound()
    const { body, ...rest } = delivery
    const title = `Delivery ${delivery.id}`
    return page(
      c,
      deps,
      {
        title,
        active: 'deliveries',
        crumbs: [{ text: 'Deliveries', href: '/deliveries' }, { text: String(delivery.id) }],
        live: ['deliveries'],
      },
      <DeliveryPage
        delivery={rest}
        body={shownBody(body, c.req.query('body') === 'raw' ? 'raw' : 'pretty')}
        csrfToken={csrfTokenOf(c)}
        now={deps.clock()}
      />,
    )
  })

  routes.post('/deliveries/:id{[0-9]{1,15}}/replay', 'session', async (c) => {
    const id = Number(c.req.param('id'))
    if ((await replayDelivery(deps, id)) === 'not-found') return c.notFound()
    deps.log.info({ requestId: c.get('requestId'), deliveryId: id }, 'delivery replayed')
    return c.redirect(`/deliveries/${id}`, 303)
  })
}

async function listPage(c: Ctx, deps: Deps): Promise<Response> {
  const db = deps.store.reader
  const sources = await listSources(db)
  const { state, source, remarks } = readFilter(c, sources)
  const before = positiveInteger(c.req.query('before'))
  const [{ rows, more }, counts] = await Promise.all([
    listDeliveries(db, { sourceId: source?.id, state }, { before, limit: PAGE_SIZE }),
    countDeliveries(db, COUNTED_AT_MOST, source?.id),
  ])
  const filter = { state, source: source?.slug }
  return page(
    c,
    deps,
    { title: 'Deliveries', active: 'deliveries', live: ['deliveries'] },
    <DeliveriesPage
      now={deps.clock()}
      csrfToken={csrfTokenOf(c)}
      rows={rows}
      counts={counts}
      cap={COUNTED_AT_MOST}
      state={state}
      source={source?.slug}
      sources={sources}
      newest={before === undefined ? undefined : withQuery('/deliveries', filter)}
      csv={withQuery('/deliveries.csv', filter)}
      older={more ? withQuery('/deliveries', { ...filter, before: rows.at(-1)?.id }) : undefined}
      replayed={positiveInteger(c.req.query('replayed'))}
      remarks={remarks}
    />,
  )
}

/** The filter that the address of the list asks for. */
export function readFilter<Source extends { readonly slug: string }>(c: Ctx, sources: readonly Source[]) {
  const remarks: string[] = []
  const askedState = c.req.query('state') || undefined
  const state = STATES.find((one) => one === askedState) as DeliveryState | undefined
  if (askedState && !state) remarks.push(`Unknown state ‘${askedState}’. Showing all.`)
  const askedSource = c.req.query('source') || undefined
  const source = sources.find(({ slug }) => slug === askedSource)
  if (askedSource && !source) remarks.push(`Unknown source ‘${askedSource}’. Showing all.`)
  return { state, source, remarks }
}

function positiveInteger(text: string | undefined): number | undefined {
  return text !== undefined && /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}
