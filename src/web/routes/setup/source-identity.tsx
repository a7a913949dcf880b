import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { namesPath } from '../../../../views/paths.ts'
import { IdentityPage, type TypedIdentity } from '../../../../views/setup/identity-page.tsx'
import { removeIdentityRuleQuestion } from '../../../../views/setup/rule-questions.tsx'
import type { IdentityRule } from '../../../core/defect/identity-rules.ts'
import {
  addIdentityRule,
  readIdentityRule,
  removeIdentityRule,
  tryIdentityRule,
} from '../../../operations/defects/identity-rules.ts'
import { MappingRefused } from '../../../operations/sources/map-names.ts'
import { listIdentityRules } from '../../../store/defects/identity-rules.ts'
import { findSourceBySlug, type SourceRow } from '../../../store/sources/sources.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { readForm } from '../account/login.tsx'
import { registerConfirmed } from '../confirmed.tsx'
import { mayMap } from './set-up.tsx'
import { replayState } from './source-names.tsx'

/** By what the reports of one source are known to be the same defect as others. */
export function registerSourceIdentityRoutes(routes: Routes, deps: Deps): void {
  const path = '/setup/sources/:slug{[a-z0-9-]+}/identity'
  const sourceOf = (c: Ctx) => findSourceBySlug(deps.store.db, c.req.param('slug') ?? '')

  routes.get(path, 'session', async (c) => {
    const source = await sourceOf(c)
    return source ? await identityPage(c, deps, source, { typed: nothing }) : c.notFound()
  })

  routes.post(path, { role: 'release-manager' }, async (c) => {
    const source = await sourceOf(c)
    if (!source) return c.notFound()
    const form = await readForm(c)
    const typed = { kind: form('kind'), name: form('name'), fields: form('fields') }
    try {
      const rule = readIdentityRule(typed)
      if (form('do') !== 'save') return await identityPage(c, deps, source, { typed, rule })
      await addIdentityRule(deps.store, source.id, rule, deps.clock(), auditActorOf(c, deps.config))
    } catch (error) {
      if (!(error instanceof MappingRefused)) throw error
      const problems = { fields: { [error.field]: error.message } }
      return await identityPage(c, deps, source, { typed, problems })
    }
    deps.log.info({ requestId: c.get('requestId'), source: source.slug }, 'identity rule of a source saved')
    return c.redirect(`${namesPath(source.slug)}/identity`, 303)
  })

  registerConfirmed(
    routes,
    deps,
    `${path}/:id{[0-9]{1,15}}/removal`,
    { role: 'release-manager' },
    {
      find: async (c) => {
        const source = await sourceOf(c)
        const rules = source ? await listIdentityRules(deps.store.db, source.id) : []
        const rule = rules.find(({ id }) => id === Number(c.req.param('id')))
        return source && rule && { source, rule }
      },
      ask: (_c, { source, rule }) => ({
        active: 'setup',
        crumbs: crumbsTo(source, `${namesPath(source.slug)}/identity`),
        ...removeIdentityRuleQuestion(source, rule),
      }),
      does: async (c, { source, rule }) => {
        await removeIdentityRule(deps.store, source.id, rule.id, deps.clock(), auditActorOf(c, deps.config))
        deps.liveEvents.publish({ topic: 'defects' })
        deps.log.info({ requestId: c.get('requestId'), source: source.slug }, 'identity rule of a source removed')
        return c.redirect(`${namesPath(source.slug)}/identity`, 303)
      },
    },
  )
}

const nothing: TypedIdentity = { kind: 'fields', name: '', fields: '' }

const crumbsTo = (source: SourceRow, href?: string) => [
  { text: 'Set up', href: '/setup' },
  { text: source.name, href: namesPath(source.slug) },
  { text: 'Same defect', ...(href && { href }) },
]

async function identityPage(
  c: Ctx,
  deps: Deps,
  source: SourceRow,
  { typed, rule, problems }: { typed: TypedIdentity; rule?: IdentityRule; problems?: FormProblems },
): Promise<Response> {
  const { db } = deps.store
  return page(
    c,
    deps,
    {
      title: `Same defect, ${source.name}`,
      active: 'setup',
      crumbs: crumbsTo(source),
      listens: true,
      status: problems ? 422 : 200,
    },
    <IdentityPage
      source={source}
      rules={await listIdentityRules(db, source.id)}
      trial={await tryIdentityRule(deps.store.reader, source, rule)}
      tried={rule}
      replay={await replayState(db, source.id)}
      typed={typed}
      problems={problems ?? noProblems}
      mayMap={mayMap(c)}
      csrfToken={csrfTokenOf(c)}
    />,
  )
}
