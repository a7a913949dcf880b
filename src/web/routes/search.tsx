import { PaletteHits } from '../../../views/search/hits.tsx'
import { SearchPage } from '../../../views/search/search-page.tsx'
import type { Role } from '../../core/access/role.ts'
import type { Deps } from '../deps.ts'
import { firstHits, namedPlace, readTyped, search } from '../pages/search.ts'
import { page } from '../render.tsx'
import type { Ctx, Routes } from '../routes.ts'

const SUGGESTED = 8
const LISTED = 20

/** Finding anything by name, version or number: a page, and the list of the palette. */
export function registerSearchRoutes(routes: Routes, deps: Pick<Deps, 'store' | 'clock'>): void {
  routes.get('/search', 'session', async (c) => {
    const typed = readTyped(c.req.query('q'))
    const named = await namedPlace(deps.store.reader, typed)
    if (named !== undefined) return c.redirect(named, 303)
    const groups = typed === '' ? [] : await search(deps.store.reader, typed, LISTED, roleOf(c))
    return await page(c, deps, { title: 'Search' }, <SearchPage typed={typed} groups={groups} />)
  })

  routes.get('/search/suggest', 'session', async (c) => {
    const typed = readTyped(c.req.query('q'))
    const groups = firstHits(await search(deps.store.reader, typed, SUGGESTED, roleOf(c)), SUGGESTED)
    return c.html(<PaletteHits groups={groups} typed={typed} />)
  })
}

function roleOf(c: Ctx): Role {
  const principal = c.get('principal')
  return principal?.kind === 'user' ? principal.role : 'viewer'
}
