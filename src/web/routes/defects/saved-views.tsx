import { ViewsPage } from '../../../../views/defects/views-page.tsx'
import {
  beginWithOpen,
  changeView,
  saveView,
  type ViewChange,
  type ViewOwner,
} from '../../../operations/defects/save-view.ts'
import { findFirstView, listViews } from '../../../store/defects/saved-views.ts'
import type { Deps } from '../../deps.ts'
import type { Principal } from '../../env.ts'
import { viewPath, viewQuery } from '../../pages/defect-views.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { readForm } from '../account/login.tsx'

const PATH = '/defects/views'
const LISTED = 200

/** Filters of the defects under a name: saved, renamed, shared, deleted, begun with. */
export function registerSavedViewRoutes(routes: Routes, deps: Deps): void {
  routes.get(PATH, 'session', (c) => viewsPage(c, deps, undefined))

  routes.post(PATH, 'own', async (c) => {
    const form = await readForm(c)
    const query = viewQuery(form('query'))
    const view = { name: form('name'), query, shared: form('shared') === 'yes' }
    const refused = await saveView(deps.store, ownerOf(c), view, deps.clock())
    return refused ? await viewsPage(c, deps, refused) : c.redirect(viewPath({ query }), 303)
  })

  routes.post(`${PATH}/change`, 'own', async (c) => {
    const form = await readForm(c)
    const owner = ownerOf(c)
    if (form('do') === 'begin-with-open') {
      await beginWithOpen(deps.store, owner.userId)
      return c.redirect(PATH, 303)
    }
    const change = readChange(form)
    const refused = change
      ? await changeView(deps.store, owner, Number(form('id')) || 0, change)
      : 'The form did not say what to do.'
    return refused ? await viewsPage(c, deps, refused) : c.redirect(PATH, 303)
  })
  // Where a refused form leaves the address.
  routes.get(`${PATH}/change`, 'session', (c) => c.redirect(PATH, 303))
}

function readChange(form: (name: string) => string): ViewChange | undefined {
  const kind = form('do')
  if (kind === 'edit') return { kind, name: form('name'), shared: form('shared') === 'yes' }
  return kind === 'delete' || kind === 'begin-with' ? { kind } : undefined
}

function ownerOf(c: Ctx): ViewOwner {
  const principal = c.get('principal') as Extract<Principal, { kind: 'user' }>
  const { userId, role } = principal
  return { userId, mayShare: role !== 'viewer', isAdmin: role === 'admin' }
}

async function viewsPage(c: Ctx, deps: Deps, refused: string | undefined): Promise<Response> {
  const { userId, mayShare, isAdmin } = ownerOf(c)
  const db = deps.store.reader
  const [views, first] = await Promise.all([listViews(db, userId, LISTED), findFirstView(db, userId)])
  return await page(
    c,
    deps,
    {
      title: 'Views of defects',
      active: 'defects',
      crumbs: [{ text: 'Defects', href: '/defects' }, { text: 'Views' }],
      status: refused ? 422 : 200,
    },
    <ViewsPage
      views={views.map((view) => ({
        id: view.id,
        name: view.name,
        href: viewPath(view),
        owner: view.userId === userId ? undefined : view.owner,
        shared: view.shared,
        mayDelete: view.userId === userId || isAdmin,
        first: view.id === first?.id,
      }))}
      mayShare={mayShare}
      refused={refused}
      csrfToken={csrfTokenOf(c)}
    />,
  )
}
