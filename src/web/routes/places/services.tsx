import { z } from 'zod'
import { COUNTED_AT_MOST, pageSummary } from '../../../../views/format.ts'
import { withQuery } from '../../../../views/paths.ts'
import { ServiceListPage } from '../../../../views/services/list-page.tsx'
import { ServicePage, type ServicePageProps } from '../../../../views/services/service-page.tsx'
import { UnknownServicePage } from '../../../../views/services/unknown-service-page.tsx'
import { deliveryMetrics } from '../../../core/delivery/delivery-metrics.ts'
import { endedAs, signOf } from '../../../core/verdict/release-sign.ts'
import { whoIsOnCall } from '../../../operations/oncall/who-is-on-call.ts'
import type { Db } from '../../../store/database.ts'
import { listDefects } from '../../../store/defects/defect-list.ts'
import { listInForceAnywhere } from '../../../store/deployments/freezes.ts'
import { byWeight, listBoard } from '../../../store/deployments/live-board.ts'
import { loadDeliveryFacts } from '../../../store/measures/delivery-facts.ts'
import { endedVerdicts } from '../../../store/measures/ended-verdicts.ts'
import { type EnvironmentChoice, listEnvironmentChoices } from '../../../store/overview/overview-queries.ts'
import { listReleases, type ReleaseListRow, stayInProduction } from '../../../store/releases/release-list.ts'
import { nearestServices } from '../../../store/releases/release-queries.ts'
import {
  countServices,
  findServiceDetails,
  listServiceRows,
  type ServiceDetails,
} from '../../../store/services/service-queries.ts'
import { isPerson } from '../../actor.ts'
import { cursorOf, encodeCursor } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { judgeRunning } from '../../pages/judge-running.ts'
import { StandingVerdicts } from '../../pages/standing-verdicts.ts'
import { page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'

const PAGE_SIZE = 50
const LAST_RELEASES = 8
const WORST_DEFECTS = 8
const DELIVERY_DAYS = 90
const DAY_MS = 86_400_000
const OPEN = ['open', 'triaged', 'in-progress', 'regressed'] as const

const place = cursorOf(z.tuple([z.string().max(200), z.int().min(0)]))

/** The services: all of them, and what there is to know of one. */
export function registerServiceRoutes(routes: Routes, deps: Deps): void {
  const standing = new StandingVerdicts()
  routes.get('/services', 'session', (c) => showList(c, deps))
  routes.get('/services/:service', 'session', async (c) => {
    const name = c.req.param('service') ?? ''
    const service = await findServiceDetails(deps.store.reader, name)
    return service ? await showService(c, deps, standing, service) : await showUnknown(c, deps, name)
  })
}

async function showList(c: Ctx, deps: Deps): Promise<Response> {
  const db = deps.store.reader
  const q = (c.req.query('q') ?? '').trim().slice(0, 200).replaceAll('\0', '')
  const asked = c.req.query('after')
  const after = asked ? place.safeParse(asked) : undefined
  const environment = productionOf(await listEnvironmentChoices(db))
  const [name, before = 0] = after?.data ?? []
  const [{ rows, more }, total] = await Promise.all([
    listServiceRows(db, { text: q, environmentId: environment?.id }, { after: name, limit: PAGE_SIZE }),
    countServices(db, q, COUNTED_AT_MOST),
  ])
  return page(
    c,
    deps,
    { title: 'Services', active: 'live', live: ['deployments', 'defects'] },
    <ServiceListPage
      rows={rows}
      environment={environment?.name}
      q={q}
      remarks={after && !after.success ? ['The address named a page that does not exist. Showing the first one.'] : []}
      first={after?.data === undefined ? undefined : withQuery('/services', { q })}
      next={
        more ? withQuery('/services', { q, after: encodeCursor([rows.at(-1)?.name, before + rows.length]) }) : undefined
      }
      summary={pageSummary(before, rows.length, total)}
      now={deps.clock()}
    />,
  )
}

/** What is called production, or is the first of that tier; else the first of all. */
const productionOf = (choices: readonly EnvironmentChoice[]): EnvironmentChoice | undefined =>
  choices.find(({ name }) => name === 'production') ?? choices[0]

async function showService(c: Ctx, deps: Deps, standing: StandingVerdicts, service: ServiceDetails): Promise<Response> {
  const db = deps.store.reader
  const now = deps.clock()
  const environments = [...(await listEnvironmentChoices(db))].sort(byWeight)
  const production = productionOf(environments)
  const [board, releases, defects, delivery, freezes, onCall] = await Promise.all([
    listBoard(db, { environments, serviceId: service.id }, { limit: 1 }),
    listReleases(db, { serviceIds: [service.id] }, { limit: LAST_RELEASES }),
    listDefects(db, { serviceIds: [service.id], statuses: OPEN }, { sort: 'worst', limit: WORST_DEFECTS }),
    deliveryOf(db, service, production, now),
    listInForceAnywhere(db, service.id, now),
    whoIsOnCall(db, service.id, now),
  ])
  return page(
    c,
    deps,
    {
      title: service.name,
      active: 'live',
      live: ['deployments', 'defects'],
      crumbs: [{ text: 'Services', href: '/services' }, { text: service.name }],
    },
    <ServicePage
      service={service}
      environments={environments}
      running={board.rows[0]}
      releases={await judged(db, standing, releases.rows, production, now)}
      defects={defects.rows}
      openCount={defects.total ?? undefined}
      delivery={delivery}
      freezes={freezes}
      onCall={onCall}
      maySet={isPerson(c, 'admin')}
      now={now}
    />,
  )
}

async function deliveryOf(
  db: Db,
  service: ServiceDetails,
  environment: EnvironmentChoice | undefined,
  now: number,
): Promise<ServicePageProps['delivery']> {
  if (!environment) return undefined
  // What happens in this very millisecond is in, hence the one.
  const period = { from: now + 1 - DELIVERY_DAYS * DAY_MS, to: now + 1 }
  const facts = await loadDeliveryFacts(
    db,
    {
      serviceId: service.id,
      service: service.name,
      environmentId: environment.id,
      environment: environment.name,
    },
    period,
    { suspicions: false },
  )
  return {
    metrics: deliveryMetrics(facts, period, now),
    ...{ environment: environment.name, days: DELIVERY_DAYS, ...period },
  }
}

/** Those still there with their verdicts, and those that are gone with how they ended. */
async function judged(
  db: Db,
  standing: StandingVerdicts,
  rows: readonly ReleaseListRow[],
  environment: EnvironmentChoice | undefined,
  now: number,
): Promise<ServicePageProps['releases']> {
  const told = rows.map((row) => ({ row, stay: stayInProduction(row) }))
  const gone = told.filter(({ stay }) => stay.ran && !stay.runs && !stay.rolledBack).map(({ row }) => row)
  const [running, replaced] = await Promise.all([
    judgeRunning(db, standing, rows, now),
    environment
      ? endedVerdicts.of(
          db,
          gone.map(({ id: releaseId, serviceId, service }) => ({ releaseId, serviceId, service })),
          environment,
          now,
        )
      : undefined,
  ])
  return told.map(({ row, stay }) => {
    const verdict = running.get(row.id) ?? replaced?.get(row.id)
    return { ...row, sign: signOf(stay, verdict), ended: endedAs(stay, verdict) }
  })
}

async function showUnknown(c: Ctx, deps: Deps, name: string): Promise<Response> {
  return page(
    c,
    deps,
    {
      title: 'Service not found',
      active: 'live',
      status: 404,
      crumbs: [{ text: 'Services', href: '/services' }, { text: 'Not found' }],
    },
    <UnknownServicePage name={name} nearest={await nearestServices(deps.store.reader, name)} />,
  )
}
