import { z } from 'zod'
import { EnvironmentPage } from '../../../../views/admin/environment-page.tsx'
import { EnvironmentsPage } from '../../../../views/admin/environments-page.tsx'
import { type FormProblems, noProblems } from '../../../../views/components/form-parts.tsx'
import { COUNTED_AT_MOST, pageSummary } from '../../../../views/format.ts'
import { withQuery } from '../../../../views/paths.ts'
import { TIERS } from '../../../core/rules/read-rule.ts'
import { setTier } from '../../../operations/services/set-tier.ts'
import {
  countEnvironments,
  type EnvironmentRow,
  getEnvironmentRow,
  isAnythingInWork,
  listEnvironmentRows,
} from '../../../store/services/environment-list.ts'
import { auditActorOf } from '../../actor.ts'
import { cursorOf, encodeCursor } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { readForm } from '../account/sign-in-request.ts'

const LIST = '/admin/environments'
const ONE = `${LIST}/:id{[0-9]{1,15}}`
const PAGE_SIZE = 50
const CRUMBS = [{ text: 'Admin', href: '/admin' }]

const place = cursorOf(z.tuple([z.string().max(200), z.int().min(0)]))

/** Where things run, and of which tier each place is. */
export function registerEnvironmentRoutes(routes: Routes, deps: Deps): void {
  routes.get(LIST, { role: 'admin' }, (c) => showList(c, deps))

  routes.get(ONE, { role: 'admin' }, async (c) => {
    const environment = await getEnvironmentRow(deps.store.db, idIn(c))
    return environment ? await showOne(c, deps, environment, noProblems) : c.notFound()
  })

  routes.post(`${ONE}/tier`, { role: 'admin' }, async (c) => {
    const environment = await getEnvironmentRow(deps.store.db, idIn(c))
    if (!environment) return c.notFound()
    const typed = (await readForm(c))('tier')
    const tier = TIERS.find((one) => one === typed)
    if (!tier && typed !== 'said') return await showOne(c, deps, environment, { fields: { tier: 'Tier: choose one.' } })
    const asked = { by: auditActorOf(c, deps.config), now: deps.clock() }
    if (await setTier(deps.store, environment.id, tier, asked)) {
      deps.log.info(
        { requestId: c.get('requestId'), environment: environment.name },
        'an environment is of another tier',
      )
      deps.processor.wake()
      deps.liveEvents.publish({ topic: 'deployments' })
    }
    return c.redirect(`${LIST}/${environment.id}`, 303)
  })

  // Where a refused form leaves the address.
  routes.get(`${ONE}/tier`, { role: 'admin' }, (c) => c.redirect(`${LIST}/${idIn(c)}`, 303))
}

const idIn = (c: Ctx): number => Number(c.req.param('id'))

async function showList(c: Ctx, deps: Deps): Promise<Response> {
  const db = deps.store.reader
  const q = (c.req.query('q') ?? '').trim().slice(0, 200).replaceAll('\0', '')
  const asked = c.req.query('after')
  const after = asked ? place.safeParse(asked) : undefined
  const [name, before = 0] = after?.data ?? []
  const [{ rows, more }, total] = await Promise.all([
    listEnvironmentRows(db, { text: q }, { after: name, limit: PAGE_SIZE }),
    countEnvironments(db, q, COUNTED_AT_MOST),
  ])
  return page(
    c,
    deps,
    {
      title: 'Environments',
      active: 'admin',
      live: ['deployments', 'defects'],
      crumbs: [...CRUMBS, { text: 'Environments' }],
    },
    <EnvironmentsPage
      rows={rows}
      q={q}
      isInWork={await isAnythingInWork(db)}
      remarks={after && !after.success ? ['The address named a page that does not exist. Showing the first one.'] : []}
      first={after?.data === undefined ? undefined : withQuery(LIST, { q })}
      next={more ? withQuery(LIST, { q, after: encodeCursor([rows.at(-1)?.name, before + rows.length]) }) : undefined}
      summary={pageSummary(before, rows.length, total)}
      now={deps.clock()}
    />,
  )
}

async function showOne(c: Ctx, deps: Deps, environment: EnvironmentRow, problems: FormProblems): Promise<Response> {
  return page(
    c,
    deps,
    {
      title: environment.name,
      active: 'admin',
      crumbs: [...CRUMBS, { text: 'Environments', href: LIST }, { text: environment.name }],
      status: problems === noProblems ? 200 : 422,
    },
    <EnvironmentPage
      environment={environment}
      isInWork={await isAnythingInWork(deps.store.db)}
      problems={problems}
      csrfToken={csrfTokenOf(c)}
      now={deps.clock()}
    />,
  )
}
