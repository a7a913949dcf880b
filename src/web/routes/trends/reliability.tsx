import { ReliabilityPage } from '../../../../views/reliability/reliability-page.tsx'
import type { Deps } from '../../deps.ts'
import { loadReliability } from '../../pages/reliability.ts'
import { page } from '../../render.tsx'
import type { Routes } from '../../routes.ts'

/** Whether the suspicions can be trusted. */
export function registerReliabilityRoutes(routes: Routes, deps: Deps): void {
  routes.get('/reliability', 'session', async (c) => {
    const title = 'Can the suspicions be trusted?'
    return page(
      c,
      deps,
      { title, active: 'defects', live: ['defects'] },
      <ReliabilityPage {...(await loadReliability(deps))} />,
    )
  })
}
