import type { PageSizes } from '../../../views/components/page-parts.tsx'
import { DEFECT_COLUMNS } from '../../../views/defects/columns-menu.tsx'
import type { SortableColumn, SortLink } from '../../../views/defects/defect-table.tsx'
import { type DefectListFilters, DefectListPage } from '../../../views/defects/list-page.tsx'
import { COUNTED_AT_MOST, counted, formatCapped, formatCount, pageSummary } from '../../../views/format.ts'
import { defectPath, withQuery } from '../../../views/paths.ts'
import { findHiddenColumns, listActiveUsers } from '../../store/access/users.ts'
import type { Db } from '../../store/database.ts'
import { type DefectPage, type DefectSort, listDefects } from '../../store/defects/defect-list.ts'
import {
  findDefect,
  findNewestDefectId,
  hasAnyDefect,
  listDefectIdsAfter,
  listEnvironmentChoices,
  listReleaseChoices,
  listServiceChoices,
  listSourceChoices,
} from '../../store/defects/defect-queries.ts'
import { findFirstView } from '../../store/defects/saved-views.ts'
import type { Deps } from '../deps.ts'
import { page, pathAndQuery } from '../render.tsx'
import type { Ctx } from '../routes.ts'
import { type DefectQuery, type DefectSearch, encodePlace, PAGE_SIZES, readDefectSearch } from './defect-search.ts'
import { viewBar, viewPath } from './defect-views.ts'
import { namesOf, withAsked } from './list-choices.ts'
import { whatWasSaid } from './said.ts'
import { backToScope } from './scope.ts'

/** The list of defects that an address asks for. `PF-1284` in the search box leads straight there. */
export async function showDefectList(
  c: Ctx,
  deps: Deps,
  reader: { readonly userId: number; readonly mayChange: boolean; readonly csrfToken: string },
): Promise<Response> {
  const db = deps.store.reader
  const { userId, mayChange } = reader
  if (new URL(c.req.url).search === '') {
    const first = await findFirstView(db, userId)
    if (first) return c.redirect(viewPath(first), 303)
    const again = backToScope(c, '/defects')
    if (again) return again
  }
  const search = await readDefectSearch(db, new URL(c.req.url).searchParams, userId, deps.clock())
  const named = await namedDefect(deps, search.asked.q)
  if (named !== undefined) return c.redirect(defectPath(named), 303)

  const { filter, size, after } = search
  // Before the rows are read: what comes in between is told as new though it is shown, and not the other way round.
  const newest = await findNewestDefectId(db)
  const found = await listDefects(db, filter, { sort: search.sort, after, limit: size })
  const link = linkTo(search)
  const newer = link({}).replace('/defects', '/defects/newer')
  const [{ services, ...choices }, views, hidden, nothingYet] = await Promise.all([
    loadChoices(deps, search),
    viewBar(db, search, link({}).split('?')[1] ?? '', reader),
    findHiddenColumns(db, userId),
    found.rows.length === 0 ? hasAnyDefect(db).then((any) => !any) : false,
  ])
  const shown = search.shownBefore + found.rows.length
  const remarks =
    found.sort === search.sort
      ? search.remarks
      : [
          ...search.remarks,
          `More than ${formatCount(COUNTED_AT_MOST)} defects cannot be sorted that way. Showing the worst and newest first; filters make it possible.`,
        ]
  return page(
    c,
    deps,
    {
      title: 'Defects',
      active: 'defects',
      live: after ? [] : ['defects'],
      // What the link of a number asks for is looked at once.
      ...(search.narrowings.length > 0
        ? {}
        : { scope: { path: '/defects', service: search.asked.service, env: search.asked.env, remarks } }),
    },
    <DefectListPage
      views={{
        ...views,
        columns: {
          hidden: new Set(DEFECT_COLUMNS.filter((column) => hidden.includes(column))),
          back: pathAndQuery(c),
          csrfToken: reader.csrfToken,
        },
      }}
      filters={filtersOf(search.asked)}
      services={{
        ...{ chosen: search.services, choices: services },
        hrefOf: (service = '') => link({ service, release: '' }),
      }}
      choices={choices}
      narrowings={search.narrowings.map(({ names, ...narrowing }) => ({
        ...narrowing,
        kept: names.map((name) => ({ name, value: search.asked[name] })),
        without: link(Object.fromEntries(names.map((name) => [name, undefined]))),
      }))}
      kept={{ sort: sortParameter(search.sort), size: sizeParameter(size) }}
      remarks={remarks}
      rows={found.rows}
      sorts={sortLinks(search, found)}
      summary={summaryOf(search, found)}
      first={after ? link({}) : undefined}
      csv={link({}).replace('/defects', '/defects.csv')}
      sizes={sizesOf(search, found)}
      next={found.next ? link({ after: encodePlace(found.sort, found.next, shown) }) : undefined}
      lookedAt={found.stoppedAfter === null ? undefined : formatCount(found.stoppedAfter)}
      newer={`${newer}${newer.includes('?') ? '&' : '?'}newerThan=${newest}`}
      nothingYet={nothingYet}
      anyFilter={Object.values(search.asked).some((value) => value !== '')}
      nothingFound={nothingFound(search.asked)}
      mayChange={mayChange}
      bulk={mayChange ? { people: choices.assignees, back: pathAndQuery(c), csrfToken: reader.csrfToken } : undefined}
      said={whatWasSaid(c)}
      now={deps.clock()}
    />,
  )
}

/** Are looked at to find how many of them the list would show. */
const MOST_NEWER = 1_000
const MOST_TOLD = 99

/** In words, how many defects the list that an address asks for has that became known after `newerThan`; '' for none. */
export async function newerThanShown(db: Db, query: URLSearchParams, userId: number, now: number): Promise<string> {
  const newerThan = Number(query.get('newerThan'))
  if (!Number.isSafeInteger(newerThan) || newerThan < 0) return ''
  const ids = await listDefectIdsAfter(db, newerThan, MOST_NEWER)
  if (ids.length === 0) return ''
  const { filter } = await readDefectSearch(db, query, userId, now)
  const asked = filter.ids ? ids.filter((id) => filter.ids?.includes(id)) : ids
  const { rows } = await listDefects(db, { ...filter, ids: asked }, { sort: 'worst', limit: MOST_TOLD + 1 })
  if (rows.length === 0) return ''
  return rows.length > MOST_TOLD
    ? `${formatCapped(rows.length, MOST_TOLD)} new defects, show`
    : `${counted(rows.length, 'new defect')}, show`
}

async function namedDefect(deps: Deps, text: string): Promise<number | undefined> {
  const [, digits] = /^(?:PF-|#)([1-9]\d{0,14})$/i.exec(text) ?? []
  if (digits === undefined) return undefined
  return (await findDefect(deps.store.reader, Number(digits)))?.id
}

async function loadChoices(deps: Deps, { filter, asked }: DefectSearch) {
  const db = deps.store.reader
  const [services, environments, releases, sources, people] = await Promise.all([
    listServiceChoices(db),
    listEnvironmentChoices(db),
    filter.serviceIds?.length === 1 ? listReleaseChoices(db, filter.serviceIds[0] as number) : [],
    listSourceChoices(db),
    listActiveUsers(db),
  ])
  return {
    services: services.map(({ name }) => name),
    environments: withAsked(namesOf(environments), asked.env),
    releases: withAsked(namesOf(releases), asked.release),
    sources: sources.map(({ slug, name }) => ({ value: slug, text: name })),
    assignees: people.map(({ id, name }) => ({ value: String(id), text: name })),
  }
}

const filtersOf = (asked: DefectQuery): DefectListFilters => {
  const { status, severity, service, release, attribution, source, assignee } = asked
  return { status, severity, service, release, attribution, source, assignee, text: asked.q, environment: asked.env }
}

const sortParameter = (sort: DefectSort): string => (sort === 'worst' ? '' : sort)
const sizeParameter = (size: number): string => (size === 50 ? '' : String(size))

/** Links that ask for the same list, with something changed. */
const linkTo =
  ({ asked, sort, size }: DefectSearch) =>
  (changed: Readonly<Record<string, string | undefined>>): string => {
    const query = { ...asked, sort: sortParameter(sort), size: sizeParameter(size), ...changed }
    return viewPath({ query: withQuery('', query).replace(/^\?/, '') })
  }

/** None when all there is fits on the smallest page. */
function sizesOf(search: DefectSearch, { rows, next }: DefectPage): PageSizes {
  const [smallest = 0] = PAGE_SIZES
  if (!search.after && !next && rows.length <= smallest) return []
  return PAGE_SIZES.map((size) => ({
    size,
    href: linkTo(search)({ size: sizeParameter(size) }),
    current: size === search.size,
  }))
}

/** A second click turns the order round. Columns that cannot sort this many have no link. */
function sortLinks(search: DefectSearch, found: DefectPage): Partial<Record<SortableColumn, SortLink>> {
  const link = linkTo(search)
  const few = found.total !== null && !found.total.atLeast
  const column = (name: 'first_seen' | 'last_seen' | 'occurrences'): SortLink => ({
    href: link({ sort: found.sort === `-${name}` ? name : `-${name}` }),
    now: found.sort === `-${name}` ? 'descending' : found.sort === name ? 'ascending' : undefined,
  })
  return {
    severity: { href: link({ sort: undefined }), now: found.sort === 'worst' ? 'ascending' : undefined },
    first_seen: column('first_seen'),
    ...(few && { last_seen: column('last_seen'), occurrences: column('occurrences') }),
  }
}

const summaryOf = ({ shownBefore }: DefectSearch, { rows, total }: DefectPage): string =>
  pageSummary(shownBefore, rows.length, total ? total.count + Number(total.atLeast) : undefined)

/** `No open S1 in production.` */
function nothingFound({ status, severity, service, env, q }: DefectQuery): string {
  const state = status === '' ? 'open ' : ''
  const what = severity ? `${severity.replaceAll(',', ' or ')} defects` : 'defects'
  const where = [
    service ? `of ${service.replaceAll(',', ' or ')}` : '',
    env ? `in ${env}` : '',
    q ? `with ‘${q}’ in the title` : '',
  ]
  return `${['No', `${state}${what}`, ...where].filter(Boolean).join(' ')}${status ? ' with this status' : ''}.`
}
