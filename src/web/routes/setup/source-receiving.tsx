import { noProblems } from '../../../../views/components/form-parts.tsx'
import { receivingPath } from '../../../../views/paths.ts'
import { ReceivingPage, type ReceivingPageProps } from '../../../../views/setup/receiving-page.tsx'
import { sendTest } from '../../../operations/intake/send-test.ts'
import { RateRefused, setSourceRate } from '../../../operations/sources/set-source-rate.ts'
import { serviceOf, setSourceService } from '../../../operations/sources/source-service.ts'
import { BUILT_IN_SOURCE, SourceRefused } from '../../../operations/sources/sources-admin.ts'
import { findSource } from '../../../sources/index.ts'
import { findReceived } from '../../../store/inbox/deliveries-queries.ts'
import { listRefusals } from '../../../store/inbox/refusals.ts'
import { findSourceBySlug, listSecretFacts, type SourceRow } from '../../../store/sources/sources.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { positiveInteger } from '../../pages/numbered-place.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { isAdmin } from './set-up.tsx'

/** What comes in from one source: a test of the way, what was refused, and how much it may send. */
export function registerSourceReceivingRoutes(routes: Routes, deps: Deps): void {
  const path = '/setup/sources/:slug{[a-z0-9-]+}/receiving'
  const sourceOf = (c: Ctx) => findSourceBySlug(deps.store.db, c.req.param('slug') ?? '')

  routes.get(path, 'session', async (c) => {
    const source = await sourceOf(c)
    return source ? await receivingPage(c, deps, source, {}) : c.notFound()
  })

  routes.post(`${path}/rate`, { role: 'admin' }, async (c) => {
    const source = await sourceOf(c)
    if (!source) return c.notFound()
    const form = await c.req.parseBody()
    const field = (name: string) => (typeof form[name] === 'string' ? form[name] : '')
    const typed = { perSecond: field('perSecond'), burst: field('burst') }
    try {
      const by = auditActorOf(c, deps.config)
      await setSourceRate(deps.store, source.id, typed, deps.rateLimits.standard, { now: deps.clock(), by })
    } catch (error) {
      if (!(error instanceof RateRefused)) throw error
      return await receivingPage(c, deps, source, { typed, problems: { fields: { [error.field]: error.message } } })
    }
    deps.sourceDirectory.forget(source.slug)
    deps.log.info({ requestId: c.get('requestId'), source: source.slug }, 'source rate set')
    return c.redirect(receivingPath(source.slug), 303)
  })

  routes.post(`${path}/service`, { role: 'admin', recent: true }, async (c) => {
    const source = await sourceOf(c)
    if (!source) return c.notFound()
    const { service } = await c.req.parseBody()
    const typed = { service: typeof service === 'string' ? service.trim() : '' }
    try {
      const by = auditActorOf(c, deps.config)
      await setSourceService(deps.store, source.slug, typed.service || undefined, { now: deps.clock(), by })
    } catch (error) {
      if (!(error instanceof SourceRefused)) throw error
      return await receivingPage(c, deps, source, { typed, problems: { fields: { service: error.message } } })
    }
    deps.log.info({ requestId: c.get('requestId'), source: source.slug }, 'service of a source set')
    return c.redirect(receivingPath(source.slug), 303)
  })

  routes.post(`${path}/test`, { role: 'admin' }, async (c) => {
    const source = await sourceOf(c)
    if (!source) return c.notFound()
    const sent = await sendTest(deps, source.slug, deps.clock())
    if (sent === undefined) return c.notFound()
    deps.log.info({ requestId: c.get('requestId'), source: source.slug, deliveryId: sent }, 'test delivery sent')
    return c.redirect(`${receivingPath(source.slug)}?test=${sent}`, 303)
  })
}

async function receivingPage(
  c: Ctx,
  deps: Deps,
  source: SourceRow,
  outcome: Partial<Pick<ReceivingPageProps, 'typed' | 'problems'>>,
): Promise<Response> {
  const { db } = deps.store
  const now = deps.clock()
  const testId = positiveInteger(c.req.query('test'))
  const secret = (await listSecretFacts(db, now)).find(({ sourceId }) => sourceId === source.id)
  return page(
    c,
    deps,
    {
      title: `Receiving from ${source.name}`,
      active: 'setup',
      crumbs: [{ text: 'Set up', href: '/setup' }, { text: source.name }],
      live: outcome.problems ? [] : ['deliveries'],
      status: outcome.problems ? 422 : 200,
    },
    <ReceivingPage
      source={source}
      isHook={source.slug !== BUILT_IN_SOURCE.slug}
      refusals={await listRefusals(db, source.id)}
      secretOf={secret?.createdAt}
      service={findSource(source.kind)?.secret === 'dsn-key' ? await serviceOf(db, source) : undefined}
      rate={source.rate}
      standard={deps.rateLimits.standard}
      typed={outcome.typed ?? {}}
      problems={outcome.problems ?? noProblems}
      test={testId === undefined ? undefined : await findReceived(db, source.id, testId)}
      isAdmin={isAdmin(c)}
      csrfToken={csrfTokenOf(c)}
      now={now}
    />,
  )
}
