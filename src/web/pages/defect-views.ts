import type { ViewBarProps } from '../../../views/defects/view-bar.tsx'
import { withQuery } from '../../../views/paths.ts'
import type { Db } from '../../store/database.ts'
import { listViews, type SavedView } from '../../store/defects/saved-views.ts'
import type { DefectQuery, DefectSearch } from './defect-search.ts'

/** The views of the list of defects: those that are built in, and those people saved. */

/** As many stand above the list; all of them on a page of their own. */
const SHOWN = 12

const BUILT_IN: readonly { readonly text: string; readonly query: Partial<DefectQuery> }[] = [
  { text: 'Open', query: {} },
  { text: 'Mine', query: { assignee: 'me' } },
  { text: 'New', query: { status: 'open' } },
  { text: 'S1 + S2', query: { severity: 'S1,S2' } },
  { text: 'Regressed', query: { status: 'regressed' } },
  { text: 'No suspect', query: { attribution: 'unattributed' } },
  { text: 'Fixed, not verified', query: { status: 'fixed' } },
  { text: 'All', query: { status: 'any' } },
]

/** What may stand in the address of a view. */
const KEPT = [
  'q',
  'status',
  'severity',
  'service',
  'release',
  'env',
  'attribution',
  'source',
  'assignee',
  'sort',
  'size',
]

/** What a form says is the filter, in our own order and nothing but filters. */
export function viewQuery(text: string): string {
  const given = new URLSearchParams(text.slice(0, 2_000))
  return withQuery('', Object.fromEntries(KEPT.map((name) => [name, given.get(name) ?? '']))).replace(/^\?/, '')
}

/** `/defects` alone leads to the view that somebody begins with; this asks for the open ones all the same. */
export const OPEN_DEFECTS = '/defects?view=open'

/** The address of a view; one without filters shows the open defects. */
export const viewPath = ({ query }: Pick<SavedView, 'query'>): string =>
  query === '' ? OPEN_DEFECTS : `/defects?${query}`

export async function viewBar(
  db: Db,
  { asked }: DefectSearch,
  /** The filter as it stands in the address. */
  shown: string,
  reader: { readonly userId: number; readonly mayChange: boolean; readonly csrfToken: string },
): Promise<Omit<ViewBarProps, 'columns'>> {
  const views = await listViews(db, reader.userId, SHOWN)
  const builtIn = BUILT_IN.map(({ text, query }) => ({
    text,
    href: Object.keys(query).length === 0 ? OPEN_DEFECTS : withQuery('/defects', query),
    current: Object.entries(asked).every(([name, value]) => value === (query[name as keyof DefectQuery] ?? '')),
  }))
  const query = viewQuery(shown)
  const saved = views.map((view) => ({
    text: view.name,
    href: viewPath(view),
    current: view.query === query && query !== '',
  }))
  const isNew = query !== '' && !saved.some(({ current }) => current)
  return { builtIn, saved, query: isNew ? query : undefined, mayShare: reader.mayChange, csrfToken: reader.csrfToken }
}
