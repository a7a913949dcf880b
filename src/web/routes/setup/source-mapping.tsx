import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { namesPath } from '../../../../views/paths.ts'
import { MappingPage, type Trial, type TypedMapping } from '../../../../views/setup/mapping-page.tsx'
import { mapPayloads } from '../../../operations/sources/map-payloads.ts'
import { generic, interpretWith } from '../../../sources/generic/index.ts'
import { FIELDS, type Mapping, readMapping } from '../../../sources/generic/mapping.ts'
import { findMapping, listArrived } from '../../../store/sources/source-mappings.ts'
import { findSourceBySlug, type SourceRow } from '../../../store/sources/sources.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { shownBody } from '../../pages/shown-body.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { mayMap } from './set-up.tsx'

const TRIED = 20

/** What the payloads of a source that takes any JSON mean. */
export function registerSourceMappingRoutes(routes: Routes, deps: Deps): void {
  const path = '/setup/sources/:slug{[a-z0-9-]+}/mapping'

  routes.get(path, 'session', async (c) => {
    const source = await genericSource(c, deps)
    if (!source) return c.notFound()
    const stored = await findMapping(deps.store.db, source.id)
    const read = stored === undefined ? undefined : readMapping(JSON.parse(stored))
    const mapping = read?.ok ? read.mapping : undefined
    return await mappingPage(c, deps, source, {
      typed: typedOf(mapping),
      isSaved: c.req.query('saved') === 'yes',
      trials: mapping && (await tryOut(deps, source, mapping)),
    })
  })

  routes.post(path, { role: 'release-manager' }, async (c) => {
    const source = await genericSource(c, deps)
    if (!source) return c.notFound()
    const form = await c.req.parseBody()
    const typed = typedIn((name) => {
      const value = form[name]
      return typeof value === 'string' ? value.trim() : ''
    })
    const read = readMapping(mappingIn(typed))
    if (!read.ok) {
      const fields = Object.fromEntries(
        read.problems.map((one) => [FORM_FIELDS[one.path] ?? one.path, `${one.path} ${one.message}`]),
      )
      return await mappingPage(c, deps, source, { typed, problems: { fields } })
    }
    if (form.do !== 'save')
      return await mappingPage(c, deps, source, { typed, trials: await tryOut(deps, source, read.mapping) })
    await mapPayloads(deps, source.id, read.mapping, deps.clock(), auditActorOf(c, deps.config))
    deps.log.info({ requestId: c.get('requestId'), source: source.slug }, 'mapping of a source saved')
    return c.redirect(`${namesPath(source.slug)}/mapping?saved=yes`, 303)
  })
}

async function genericSource(c: Ctx, deps: Deps): Promise<SourceRow | undefined> {
  const source = await findSourceBySlug(deps.store.db, c.req.param('slug') ?? '')
  return source?.kind === generic.kind ? source : undefined
}

async function tryOut(deps: Deps, source: SourceRow, mapping: Mapping): Promise<Trial[]> {
  const arrived = await listArrived(deps.store.db, source.id, TRIED)
  return arrived.map((delivery) => ({
    id: delivery.id,
    receivedAt: delivery.receivedAt,
    made: interpretWith(mapping, delivery),
  }))
}

async function mappingPage(
  c: Ctx,
  deps: Deps,
  source: SourceRow,
  shown: { typed: TypedMapping; isSaved?: boolean; trials?: readonly Trial[] | undefined; problems?: FormProblems },
): Promise<Response> {
  const arrived = await listArrived(deps.store.db, source.id, TRIED)
  const sample = arrived.find(({ id }) => String(id) === c.req.query('delivery')) ?? arrived[0]
  const title = `Mapping of ${source.name}`
  const crumbs = [
    { text: 'Set up', href: '/setup' },
    { text: source.name, href: namesPath(source.slug) },
    { text: 'Mapping' },
  ]
  return page(
    c,
    deps,
    { title, active: 'setup', crumbs, status: shown.problems ? 422 : 200 },
    <MappingPage
      source={source}
      typed={shown.typed}
      fields={FIELDS}
      isSaved={shown.isSaved ?? false}
      sample={sample && { id: sample.id, text: shownBody(sample.body, 'pretty').text }}
      arrived={arrived.map(({ id }) => id)}
      trials={shown.trials}
      problems={shown.problems ?? noProblems}
      mayMap={mayMap(c)}
      csrfToken={csrfTokenOf(c)}
      now={deps.clock()}
    />,
  )
}

const NAMES = [...new Set([...FIELDS.deployment, ...FIELDS.defect])]
/** Where a problem is shown that a field of the form by another name has. */
const FORM_FIELDS: Readonly<Record<string, string>> = { 'when.pick': 'whenPick', 'when.equals': 'whenEquals' }

function typedIn(textIn: (name: string) => string): TypedMapping {
  return {
    makes: textIn('makes') === 'defect' ? 'defect' : 'deployment',
    each: textIn('each'),
    whenPick: textIn('whenPick'),
    whenEquals: textIn('whenEquals'),
    fields: Object.fromEntries(NAMES.map((name) => [name, textIn(`fields.${name}`)])),
    statuses: textIn('statuses'),
    severities: textIn('severities'),
  }
}

/** Not checked yet; fields for the other kind of event are left out. */
function mappingIn({ makes, each, whenPick, whenEquals, fields, statuses, severities }: TypedMapping): unknown {
  const known: readonly string[] = FIELDS[makes]
  return {
    version: 1,
    makes,
    ...(each !== '' && { each }),
    ...(whenPick !== '' && { when: { pick: whenPick, equals: whenEquals } }),
    fields: Object.fromEntries(Object.entries(fields).filter(([name, value]) => known.includes(name) && value !== '')),
    statuses: wordsIn(statuses),
    severities: wordsIn(severities),
  }
}

/** `ok = succeeded`, one to a line. */
const wordsIn = (text: string): Record<string, string> =>
  Object.fromEntries(
    text
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((line) => {
        const at = line.lastIndexOf('=')
        return at < 0
          ? [line.trim().toLowerCase(), '']
          : [line.slice(0, at).trim().toLowerCase(), line.slice(at + 1).trim()]
      }),
  )

const linesOf = (words: Readonly<Record<string, string>>): string =>
  Object.entries(words)
    .map(([word, meaning]) => `${word} = ${meaning}`)
    .join('\n')

const typedOf = (mapping: Mapping | undefined): TypedMapping => ({
  makes: mapping?.makes ?? 'deployment',
  each: mapping?.each ?? '',
  whenPick: mapping?.when?.pick ?? '',
  whenEquals: mapping?.when?.equals ?? '',
  fields: mapping?.fields ?? {},
  statuses: linesOf(mapping?.statuses ?? {}),
  severities: linesOf(mapping?.severities ?? {}),
})
