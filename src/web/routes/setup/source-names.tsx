import { noProblems } from '../../../../views/components/form-parts.tsx'
import { namesPath } from '../../../../views/paths.ts'
import { NamesPage, type NamesPageProps } from '../../../../views/setup/names-page.tsx'
import { ReplayLine, type ReplayState } from '../../../../views/setup/replay-line.tsx'
import { removeServiceRuleQuestion } from '../../../../views/setup/rule-questions.tsx'
import type { Severity } from '../../../core/event.ts'
import { bySpecificity } from '../../../core/inbound/service-rules.ts'
import {
  addServiceRule,
  applyToPast,
  MappingRefused,
  removeServiceRule,
  setDefaultService,
  setSeverities,
} from '../../../operations/sources/map-names.ts'
import type { Db } from '../../../store/database.ts'
import { listServiceNames } from '../../../store/services/services.ts'
import {
  findDefaultService,
  findRevision,
  listServiceRules,
  listUnmapped,
} from '../../../store/sources/service-rules.ts'
import { listSeverityWords } from '../../../store/sources/severity-words.ts'
import { countInState, countLeft, findReplay } from '../../../store/sources/source-replays.ts'
import { findSourceBySlug, type SourceRow } from '../../../store/sources/sources.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { registerConfirmed } from '../confirmed.tsx'
import { mayMap } from './set-up.tsx'

const UNMAPPED_SINCE_MS = 90 * 86_400_000
const UNMAPPED_SHOWN = 50
const SERVICES_OFFERED = 500

/** What an operator says of the names that one source uses. */
export function registerSourceNamesRoutes(routes: Routes, deps: Deps): void {
  const path = '/setup/sources/:slug{[a-z0-9-]+}'

  routes.get(path, 'session', async (c) => {
    const source = await sourceOf(c, deps)
    return source ? await namesPage(c, deps, source, {}) : c.notFound()
  })

  routes.get(`${path}/replay`, 'passive', async (c) => {
    const source = await sourceOf(c, deps)
    if (!source) return c.notFound()
    const replay = await replayState(deps.store.db, source.id)
    return c.html(<ReplayLine slug={source.slug} replay={replay} mayMap={mayMap(c)} csrfToken={csrfTokenOf(c)} />)
  })

  const change = (
    suffix: string,
    act: (c: Ctx, source: SourceRow, form: Readonly<Record<string, string>>) => Promise<unknown>,
  ) =>
    routes.post(path + suffix, { role: 'release-manager' }, async (c) => {
      const source = await sourceOf(c, deps)
      if (!source) return c.notFound()
      const form = await formOf(c)
      try {
        await act(c, source, form)
      } catch (error) {
        if (!(error instanceof MappingRefused)) throw error
        return await namesPage(c, deps, source, {
          typed: form,
          problems: { fields: { [error.field]: error.message } },
        })
      }
      deps.log.info({ requestId: c.get('requestId'), source: source.slug, what: suffix }, 'names of a source changed')
      return c.redirect(namesPath(source.slug), 303)
    })

  const asking = (c: Ctx) => ({ now: deps.clock(), by: auditActorOf(c, deps.config) })
  registerConfirmed(
    routes,
    deps,
    `${path}/rules/:id{[0-9]{1,15}}/removal`,
    { role: 'release-manager' },
    {
      find: async (c) => {
        const source = await sourceOf(c, deps)
        const rules = source ? await listServiceRules(deps.store.db, source.id) : []
        const rule = rules.find(({ id }) => id === Number(c.req.param('id')))
        return source && rule && { source, rule }
      },
      ask: (_c, { source, rule }) => ({
        active: 'setup',
        crumbs: [
          { text: 'Set up', href: '/setup' },
          { text: source.name, href: namesPath(source.slug) },
        ],
        ...removeServiceRuleQuestion(source, rule),
      }),
      does: async (c, { source, rule }) => {
        await removeServiceRule(deps.store, source.id, rule.id, asking(c))
        deps.log.info({ requestId: c.get('requestId'), source: source.slug }, 'rule for the names of a source removed')
        return c.redirect(namesPath(source.slug), 303)
      },
    },
  )
  change('/rules', (c, source, { field = '', pattern = '', service = '', everywhere }) =>
    addServiceRule(deps.store, source.id, { field, pattern, service, forAllSources: everywhere === 'yes' }, asking(c)),
  )
  change('/default', (c, source, form) => setDefaultService(deps.store, source.id, form.default ?? '', asking(c)))
  change('/severities', (c, source, form) => setSeverities(deps.store, source.id, severitiesIn(form), asking(c)))
  change('/replay', (c, source) => applyToPast(deps, source.id, asking(c)))
}

const sourceOf = (c: Ctx, deps: Deps): Promise<SourceRow | undefined> =>
  findSourceBySlug(deps.store.db, c.req.param('slug') ?? '')

async function namesPage(
  c: Ctx,
  deps: Deps,
  source: SourceRow,
  outcome: Partial<Pick<NamesPageProps, 'typed' | 'problems'>>,
): Promise<Response> {
  const now = deps.clock()
  // What was just changed must be there: not the reader, which may lag behind the writer.
  const { db } = deps.store
  const rules = await listServiceRules(db, source.id)
  const crumbs = [{ text: 'Set up', href: '/setup' }, { text: source.name }]
  return page(
    c,
    deps,
    // The page itself stands still, or a delivery would wipe what is being typed; only its first line listens.
    {
      title: `Names from ${source.name}`,
      active: 'setup',
      crumbs,
      listens: true,
      status: outcome.problems ? 422 : 200,
    },
    <NamesPage
      source={source}
      rules={rules.sort(bySpecificity)}
      defaultService={await findDefaultService(db, source.id)}
      unmapped={await listUnmapped(db, source.id, now - UNMAPPED_SINCE_MS, UNMAPPED_SHOWN)}
      words={await listSeverityWords(db, source.id)}
      services={await listServiceNames(db, SERVICES_OFFERED)}
      replay={await replayState(db, source.id)}
      typed={outcome.typed ?? {}}
      problems={outcome.problems ?? noProblems}
      mayMap={mayMap(c)}
      csrfToken={csrfTokenOf(c)}
      now={now}
    />,
  )
}

export async function replayState(db: Db, sourceId: number): Promise<ReplayState> {
  const [revision, replay] = [await findRevision(db, sourceId), await findReplay(db, sourceId)]
  return {
    isBehind: revision > 0 && revision !== replay?.revision,
    left: await countLeft(db, sourceId),
    past: await countInState(db, sourceId, 'processed'),
  }
}

/** The fields are called `word.` and the word. */
function severitiesIn(form: Readonly<Record<string, string>>): Map<string, Severity | null> {
  const said = Object.entries(form).flatMap(([name, value]) =>
    name.startsWith('word.')
      ? [[name.slice('word.'.length), SEVERITIES.find((one) => one === value) ?? null] as const]
      : [],
  )
  return new Map(said)
}
const SEVERITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

async function formOf(c: Ctx): Promise<Record<string, string>> {
  const fields = Object.entries(await c.req.parseBody()).flatMap(([name, value]) =>
    typeof value === 'string' ? [[name, value] as const] : [],
  )
  return Object.fromEntries(fields)
}
