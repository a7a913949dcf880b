import { AdminIndexPage } from '../../../../views/admin/admin-index.tsx'
import type { Deps } from '../../deps.ts'
import { page } from '../../render.tsx'
import type { Routes } from '../../routes.ts'

/** Where admins begin. */
export function registerAdminIndexRoutes(routes: Routes, deps: Pick<Deps, 'store' | 'clock'>): void {
  routes.get('/admin', { role: 'admin' }, (c) => page(c, deps, { title: 'Admin', active: 'admin' }, <AdminIndexPage />))
}
