import { noProblems } from '../../../../views/components/form-parts.tsx'
import { SetUpIndexPage } from '../../../../views/setup/index-page.tsx'
import { ReceivedLine } from '../../../../views/setup/received-line.tsx'
import { SetUpPage, type SetUpPageProps } from '../../../../views/setup/setup-page.tsx'
import { WAYS, type Way, wayWords } from '../../../../views/setup/ways.ts'
import { senderSettings } from '../../../operations/sources/sender-settings.ts'
import { addSourceSecret, createSource, SourceRefused } from '../../../operations/sources/sources-admin.ts'
import { findSource } from '../../../sources/index.ts'
import { findNewestOfKind } from '../../../store/inbox/deliveries-queries.ts'
import { auditActorOf, isPerson } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { listSourceStates } from '../../pages/source-states.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'

/** How to send to this server, with its real address, and the sources that webhooks need. */
export function registerSetUpRoutes(routes: Routes, deps: Deps): void {
  routes.get('/setup', 'session', async (c) => {
    const now = deps.clock()
    const sources = await listSourceStates(deps.store.reader, now)
    const meta = { title: 'Set up', active: 'setup', live: ['deliveries'] } as const
    return page(c, deps, meta, <SetUpIndexPage sources={sources} isAdmin={isAdmin(c)} now={now} />)
  })

  for (const way of WAYS) {
    routes.get(`/setup/${way}`, 'session', (c) => wayPage(c, deps, way, {}))

    routes.get(`/setup/${way}/received`, 'passive', async (c) => {
      const received = await findNewestOfKind(deps.store.reader, wayWords[way].sourceKind)
      return c.html(<ReceivedLine way={way} received={received} now={deps.clock()} />)
    })

    const { sourceKind, secretHint } = wayWords[way]
    if (sourceKind === 'native') continue
    const shown = ({ slug, id, secret }: { slug: string; id: number; secret: string }, isReplacement: boolean) => ({
      slug,
      id,
      kind: sourceKind,
      settings: senderSettings(findSource(sourceKind)?.secret, { publicUrl: deps.config.publicUrl, slug, id }, secret),
      isReplacement,
    })

    routes.post(`/setup/${way}`, { role: 'admin', recent: true }, async (c) => {
      const slug = await typedIn(c, 'slug')
      // An empty one is refused: the sender has made its own, and would sign with another.
      const secret = secretHint === undefined ? undefined : await typedIn(c, 'secret')
      const service = (await typedIn(c, 'service')) || undefined
      try {
        const wanted = { kind: sourceKind, slug: slug || undefined, secret, service }
        const by = auditActorOf(c, deps.config)
        const source = await createSource(deps.store, deps.secretBox, wanted, deps.clock(), by)
        deps.sourceDirectory.forget(source.slug)
        deps.log.info({ requestId: c.get('requestId'), source: source.slug }, 'source created')
        // Not a redirect: this answer is the one place where the secret is ever shown.
        return await wayPage(c, deps, way, { created: shown(source, false) })
      } catch (error) {
        if (!(error instanceof SourceRefused)) throw error
        const problems = { fields: { [error.field]: error.message } }
        return await wayPage(c, deps, way, { typedSlug: slug, typedService: service, problems })
      }
    })

    routes.post(`/setup/${way}/secret`, { role: 'admin', recent: true }, async (c) => {
      const slug = await typedIn(c, 'slug')
      const given = secretHint === undefined ? undefined : await typedIn(c, 'secret')
      try {
        const by = auditActorOf(c, deps.config)
        const wanted = { secret: given }
        const replaced = await addSourceSecret(deps.store, deps.secretBox, slug, wanted, deps.clock(), by)
        deps.sourceDirectory.forget(slug)
        deps.log.info({ requestId: c.get('requestId'), source: slug }, 'source secret replaced')
        return await wayPage(c, deps, way, { created: shown({ slug, ...replaced }, true) })
      } catch (error) {
        if (!(error instanceof SourceRefused)) throw error
        return await wayPage(c, deps, way, { problems: { fields: {}, form: error.message } })
      }
    })
  }
}

async function wayPage(
  c: Ctx,
  deps: Deps,
  way: Way,
  outcome: Partial<Pick<SetUpPageProps, 'created' | 'typedSlug' | 'typedService' | 'problems'>>,
): Promise<Response> {
  const { sourceKind, name, title } = wayWords[way]
  const now = deps.clock()
  // A source made a moment ago must be there: not the reader, which may lag behind the writer.
  const sources = (await listSourceStates(deps.store.db, now)).filter(({ kind }) => kind === sourceKind)
  const received = await findNewestOfKind(deps.store.reader, sourceKind)
  const crumbs = [{ text: 'Set up', href: '/setup' }, { text: name }]
  return page(
    c,
    deps,
    // The page itself stands still, or a delivery would wipe the secret off it; only its last line listens.
    { title, active: 'setup', crumbs, listens: true, status: outcome.problems ? 422 : 200 },
    <SetUpPage
      way={way}
      publicUrl={deps.config.publicUrl}
      received={received}
      now={now}
      isAdmin={isAdmin(c)}
      csrfToken={csrfTokenOf(c)}
      sources={sources}
      created={outcome.created}
      typedSlug={outcome.typedSlug}
      typedService={outcome.typedService}
      problems={outcome.problems ?? noProblems}
    />,
  )
}

async function typedIn(c: Ctx, field: 'slug' | 'secret' | 'service'): Promise<string> {
  const typed = (await c.req.parseBody())[field]
  return typeof typed === 'string' ? typed.trim() : ''
}

export const isAdmin = (c: Ctx): boolean => isPerson(c, 'admin')

/** Rules and mappings of what comes in. */
export const mayMap = (c: Ctx): boolean => isPerson(c, 'release-manager')
