import { expect, test } from 'vitest'
import type { DeclaredRoute } from '../../src/web/routes.ts'
import { day } from '../support/factories.ts'
import { YES } from '../support/pages.ts'
import { changes, nameOf, openToAll } from '../support/visitors.ts'

/** Who is limited to the service `shop` may change what is of `shop`, and nothing of `cart`, by any route. */

const AT = '2026-04-01T10:00:00Z'
const SOON = new Date(day(101)).toISOString()

interface Example {
  readonly path: string
  /** Of a page: its fields. Of the API: JSON. */
  readonly body: Record<string, unknown>
}

/** Ids of things of a service, by what they are. */
interface Things {
  readonly service: string
  readonly defect: number
  readonly otherDefect: number
  readonly emergency: number
  readonly freeze: number
  readonly lock: number
  readonly report: number
  readonly reportLink: number
  readonly reportPlan: number
}

const defectForms = ['status', 'fixed-in', 'severity', 'assignee', 'comments', 'attribution', 'times']
const emergencyForms = [
  'version',
  'verification',
  'checks',
  'closure',
  'cancellation',
  'notes',
  'review',
  'approval',
  'dispatch',
]
const emergencySteps = ['approval', 'dispatch', 'verification', 'closure', 'cancellation']
const STEP_BODIES: Record<string, Record<string, unknown>> = {
  dispatch: { decision: 'send-again' },
  verification: { reason: 'seen' },
  cancellation: { reason: 'not needed' },
  approval: { reason: 'now' },
}
const CLI = '/api/0/organizations/acme/releases'
const REPORT = '/reports/:id{[0-9]{1,15}}'

/** One request for every route that looks at the services itself, about the things of one service. */
const EXAMPLES: Record<string, (of: Things) => Example> = {
  'POST /api/v1/deployments': ({ service }) => ({
    path: '/api/v1/deployments',
    body: { service, version: '2.0.0', environment: 'production' },
  }),
  'POST /api/v1/defects': ({ service }) => ({ path: '/api/v1/defects', body: { service, title: 'Total is wrong' } }),
  [`POST ${CLI.replace('acme', ':organisation')}/`]: ({ service }) => ({
    path: `${CLI}/`,
    body: { version: `${service}@3.0.0`, projects: [service] },
  }),
  [`PUT ${CLI.replace('acme', ':organisation')}/:release/`]: ({ service }) => ({
    path: `${CLI}/${service}@3.0.0/`,
    body: { projects: [service] },
  }),
  [`POST ${CLI.replace('acme', ':organisation')}/:release/deploys/`]: ({ service }) => ({
    path: `${CLI}/${service}@3.0.0/deploys/`,
    body: { environment: 'production', projects: [service] },
  }),
  'PATCH /api/v1/defects/:id': ({ defect }) => ({ path: `/api/v1/defects/PF-${defect}`, body: { severity: 'S4' } }),
  'POST /api/v1/defects/:id/merge': ({ defect, otherDefect }) => ({
    path: `/api/v1/defects/PF-${defect}/merge`,
    body: { into: `PF-${otherDefect}`, reason: 'the same' },
  }),
  'POST /api/v1/defects/:id/split': ({ defect }) => ({
    path: `/api/v1/defects/PF-${defect}/split`,
    body: { reports: ['999'], reason: 'another' },
  }),
  'POST /api/v1/defects/:id/undo': ({ defect }) => ({
    path: `/api/v1/defects/PF-${defect}/undo`,
    body: { decision: '999' },
  }),
  'POST /api/v1/freezes': ({ service }) => ({
    path: '/api/v1/freezes',
    body: { service, environment: 'production', to: SOON, reason: 'sale' },
  }),
  'DELETE /api/v1/freezes/:id': ({ freeze }) => ({ path: `/api/v1/freezes/${freeze}`, body: {} }),
  'POST /api/v1/locks': ({ service }) => ({
    path: '/api/v1/locks',
    body: { service, environment: 'production', reason: 'sale' },
  }),
  'DELETE /api/v1/locks/:id': ({ lock }) => ({ path: `/api/v1/locks/${lock}`, body: {} }),
  'POST /api/v1/emergency-releases': ({ service }) => ({
    path: '/api/v1/emergency-releases',
    body: { service, environment: 'production', strategy: 'rollback', version: '1.0.0', reason: 'broken' },
  }),
  'POST /api/v1/emergency-releases/:id/run': ({ emergency }) => ({
    path: `/api/v1/emergency-releases/${emergency}/run`,
    body: { key: 'unknown', status: 'succeeded' },
  }),
  ...Object.fromEntries(
    emergencySteps.map((name) => [
      `POST /api/v1/emergency-releases/:id/${name}`,
      ({ emergency }: Things) => ({
        path: `/api/v1/emergency-releases/${emergency}/${name}`,
        body: { step: 1, ...STEP_BODIES[name] },
      }),
    ]),
  ),
  'POST /defects/new': ({ service }) => ({ path: '/defects/new', body: { service, title: 'By hand' } }),
  'POST /defects/bulk': ({ defect }) => ({
    path: '/defects/bulk',
    body: { id: String(defect), change: 'severity:S4', back: '/defects' },
  }),
  'POST /defects/:id/merge': ({ defect, otherDefect }) => ({
    path: `/defects/PF-${defect}/merge`,
    body: { into: `PF-${otherDefect}`, reason: 'the same' },
  }),
  'POST /defects/:id/split': ({ defect }) => ({
    path: `/defects/PF-${defect}/split`,
    body: { report: '1', reason: 'x' },
  }),
  'POST /defects/:id/identity': ({ defect }) => ({ path: `/defects/PF-${defect}/identity`, body: { word: '9' } }),
  ...Object.fromEntries(
    defectForms.map((name) => [
      `POST /defects/:id/${name}`,
      ({ defect }: Things) => ({
        path: `/defects/PF-${defect}/${name}`,
        body: { status: 'triaged', severity: 'S4', text: 'seen', fixedIn: '1.1.0' },
      }),
    ]),
  ),
  'POST /emergency/new': ({ service }) => ({
    path: '/emergency/new',
    body: { service, environment: 'production', strategy: 'rollback', version: '1.0.0', reason: 'broken', key: 'k1' },
  }),
  'POST /emergency/locks': ({ service }) => ({
    path: '/emergency/locks',
    body: { service, environment: 'production', reason: 'not now' },
  }),
  'POST /emergency/locks/:id/release': ({ lock }) => ({ path: `/emergency/locks/${lock}/release`, body: {} }),
  ...Object.fromEntries(
    emergencyForms.map((name) => [
      `POST /emergency/:id/${name}`,
      ({ emergency }: Things) => ({
        path: `/emergency/ER-${emergency}/${name}`,
        body: { step: '1', key: 'k', reason: 'because', text: 'noted', decision: 'send-again', version: '1.0.0' },
      }),
    ]),
  ),
  'POST /calendar/freezes/new': ({ service }) => ({
    path: '/calendar/freezes/new',
    body: { service, environment: 'production', from: '2026-06-10T10:00', to: '2026-06-11T10:00', reason: 'sale' },
  }),
  'POST /calendar/freezes/:id{[0-9]{1,15}}': ({ freeze }) => ({
    path: `/calendar/freezes/${freeze}`,
    body: { from: '2026-06-10T10:00', to: '2026-06-12T10:00', reason: 'sale' },
  }),
  'POST /calendar/freezes/:id{[0-9]{1,15}}/end': ({ freeze }) => ({
    path: `/calendar/freezes/${freeze}/end`,
    body: {},
  }),
  'POST /reports': ({ service }) => ({ path: '/reports', body: { kind: 'release', service, version: '1.0.0' } }),
  [`POST ${REPORT}/links`]: ({ report }) => ({ path: `/reports/${report}/links`, body: { days: '7' } }),
  [`POST ${REPORT}/links/:link{[0-9]{1,15}}/ending`]: ({ report, reportLink }) => ({
    path: `/reports/${report}/links/${reportLink}/ending`,
    body: YES,
  }),
  [`POST ${REPORT}/removal`]: ({ report, service }) => ({
    path: `/reports/${report}/removal`,
    body: { ...YES, typedName: `${service} 1.0.0` },
  }),
  'POST /reports/schedules': ({ service }) => ({ path: '/reports/schedules', body: { cadence: 'monthly', service } }),
  'POST /reports/schedules/:id{[0-9]{1,15}}/removal': ({ reportPlan }) => ({
    path: `/reports/schedules/${reportPlan}/removal`,
    body: YES,
  }),
  'POST /reports/schedules/:id{[0-9]{1,15}}/switch': ({ reportPlan }) => ({
    path: `/reports/schedules/${reportPlan}/switch`,
    body: { on: 'yes' },
  }),
  'POST /calendar/planned/new': ({ service }) => ({
    path: '/calendar/planned/new',
    body: { service, version: '9.0.0', plannedAt: '2026-07-01T10:00' },
  }),
}

test('nothing of another service is changed by who is limited to one, by any route', async () => {
  const { shop, cart, declared, send, store } = await openShopAndCart()
  const perService = declared.filter(
    // What a viewer may change is their own affair, of no service.
    ({ policy, ...route }) =>
      changes({ policy, ...route }) &&
      typeof policy === 'object' &&
      policy.perService === true &&
      policy.role !== 'viewer',
  )
  // A route that looks at the services itself must show here that it does.
  expect(perService.map(nameOf).sort()).toEqual(Object.keys(EXAMPLES).sort())
  const before = await rowsOf(store)
  const letIn: string[] = []
  for (const route of perService)
    for (const who of whoMayCome(route)) {
      const { status } = await send(who, route, example(route, cart))
      if (status !== 403) letIn.push(`${nameOf(route)} by ${who}: ${status}`)
    }
  expect(letIn).toEqual([])
  expect(await rowsOf(store)).toEqual(before)

  const refused: string[] = []
  for (const route of perService)
    for (const who of whoMayCome(route)) {
      const answer = await send(who, route, example(route, shop))
      if (answer.status === 403 && (await answer.text()).includes('may change only'))
        refused.push(`${nameOf(route)} by ${who}`)
    }
  expect(refused).toEqual([])
})

test('a report that names one’s own service may not carry a defect of another one along', async () => {
  const { send, declared } = await openShopAndCart()
  const route = declared.find((one) => nameOf(one) === 'POST /api/v1/defects') as DeclaredRoute
  const ask = async (body: unknown) => await send('token', route, { path: '/api/v1/defects', body } as Example)
  expect((await ask({ id: 'CART-1', service: 'shop', title: 'Mine now', status: 'fixed' })).status).toBe(403)
  expect((await ask({ id: 'CART-1', title: 'Mine now', status: 'fixed' })).status).toBe(403)
  expect((await ask({ title: 'Of nobody' })).status).toBe(403)
  const several = await ask([
    { service: 'shop', title: 'One' },
    { service: 'cart', title: 'Two' },
  ])
  expect(several.status).toBe(403)
  expect(await several.json()).toMatchObject({
    title: 'Nothing was taken',
    detail: 'One item is about a service out of bounds: this API token may change only shop.',
    errors: [{ path: '1.service', message: 'is out of bounds: cart' }],
  })
})

test('a defect of one’s own is not merged into one of another service', async () => {
  const { send, declared, shop, cart } = await openShopAndCart()
  for (const path of ['/defects/:id/merge', '/api/v1/defects/:id/merge']) {
    const route = declared.find((one) => one.path === path && changes(one)) as DeclaredRoute
    const body = { into: `PF-${cart.defect}`, reason: 'the same' }
    expect((await send('person', route, { path: path.replace(':id', `PF-${shop.defect}`), body })).status).toBe(403)
  }
})

test('an emergency release of one’s own does not close defects of another service', async () => {
  const { send, declared, shop, cart } = await openShopAndCart()
  const route = declared.find((one) => one.path === '/emergency/:id/closure' && changes(one)) as DeclaredRoute
  const body = { step: '1', key: 'k', fixed: String(cart.defect) }
  const answer = await send('person', route, { path: `/emergency/ER-${shop.emergency}/closure`, body })
  expect(answer.status).toBe(403)
  const opening = declared.find((one) => one.path === '/emergency/new' && changes(one)) as DeclaredRoute
  const wish = { service: 'shop', environment: 'production', strategy: 'rollback', version: '1.0.0', reason: 'broken' }
  const linked = { ...wish, key: 'k2', defects: String(cart.defect) }
  expect((await send('person', opening, { path: '/emergency/new', body: linked })).status).toBe(403)
})

test('what is about all services is refused, and reading is not', async () => {
  const { send, app, person } = await openShopAndCart()
  const lock = { method: 'POST', path: '/emergency/locks', policy: 'session' } as DeclaredRoute
  const everywhere = { service: '', environment: 'production', reason: 'all of it' }
  expect((await send('person', lock, { path: '/emergency/locks', body: everywhere })).status).toBe(403)
  const replay = { method: 'POST', path: '/deliveries/1/replay', policy: 'session' } as DeclaredRoute
  const answer = await send('person', replay, { path: '/deliveries/1/replay', body: {} })
  expect(answer.status).toBe(403)
  expect(await answer.text()).toContain('this concerns all services, and you may change only shop.')
  const cart = await app.request('http://127.0.0.1:3000/services/cart', { headers: person })
  expect(cart.status).toBe(200)
})

const example = (route: DeclaredRoute, things: Things): Example => {
  const make = EXAMPLES[nameOf(route)]
  if (!make) throw new Error(`no example for ${nameOf(route)}`)
  return make(things)
}

const whoMayCome = ({ policy }: DeclaredRoute): readonly ('person' | 'token')[] =>
  typeof policy === 'object' && 'scope' in policy ? ['person', 'token'] : ['person']

async function openShopAndCart() {
  const site = await openToAll()
  const { app, declared, headersOf, store } = site
  const admin = await headersOf({ is: 'person', role: 'admin' })
  const person = await headersOf({ is: 'person', role: 'release-manager', services: ['shop'] })
  const tokens = new Map<string, Record<string, string>>()

  const request = async (
    headers: Record<string, string>,
    method: string,
    { path, body }: Example,
  ): Promise<Response> => {
    const isApi = path.startsWith('/api/')
    return await app.request(`http://127.0.0.1:3000${path}`, {
      method,
      headers: {
        ...headers,
        'content-type': isApi ? 'application/json' : 'application/x-www-form-urlencoded',
        ...(path === '/api/v1/emergency-releases' && { 'idempotency-key': crypto.randomUUID() }),
      },
      body: isApi ? JSON.stringify(body) : new URLSearchParams(body as Record<string, string>).toString(),
    })
  }
  const send = async (who: 'person' | 'token', route: DeclaredRoute, example: Example): Promise<Response> => {
    if (who === 'person') return await request(person, route.method, example)
    const { policy } = route
    const scope = typeof policy === 'object' && 'scope' in policy ? policy.scope : 'read'
    const token = tokens.get(scope) ?? (await headersOf({ is: 'token', scope, services: ['shop'] }))
    tokens.set(scope, token)
    return await request(token, route.method, example)
  }

  const make = async (path: string, body: unknown) => {
    const answer = await request(admin, 'POST', { path, body: body as Record<string, unknown> })
    if (answer.status >= 400) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return answer
  }
  const newest = async (table: 'deploy_locks' | 'report_snapshots' | 'report_links' | 'report_schedules') => {
    const { id } = await store.db.selectFrom(table).select('id').orderBy('id', 'desc').executeTakeFirstOrThrow()
    return id
  }
  const thingsOf = async (service: string, prefix: string): Promise<Things> => {
    for (const version of ['1.0.0', '1.1.0'])
      await make('/api/v1/deployments', {
        service,
        version,
        environment: 'production',
        finishedAt: AT.replace('04', version === '1.0.0' ? '03' : '04'),
      })
    const seen = { service, severity: 'S2', environment: 'production', version: '1.1.0', occurredAt: AT }
    const made = await make('/api/v1/defects', [
      { ...seen, id: `${prefix}-1`, title: `${service} fails` },
      { ...seen, id: `${prefix}-2`, title: `${service} is slow` },
    ])
    const { items } = (await made.json()) as { items: { id: string }[] }
    const [defect = 0, otherDefect = 0] = items.map(({ id }) => Number(id.slice(3)))
    const wish = { service, environment: 'production', strategy: 'rollback', version: '1.0.0', reason: 'It fails.' }
    const emergency = Number(
      ((await (await make('/api/v1/emergency-releases', wish)).json()) as { id: string }).id.replace(/\D/g, ''),
    )
    const wanted = { service, environment: 'production', to: SOON, reason: 'sale' }
    const freeze = Number(((await (await make('/api/v1/freezes', wanted)).json()) as { id: string }).id)
    await make('/emergency/locks', { service, environment: 'production', reason: 'wait' })
    await make('/reports', { kind: 'release', service, version: '1.0.0' })
    const report = await newest('report_snapshots')
    await make(`/reports/${report}/links`, { days: '7' })
    await make('/reports/schedules', { cadence: 'weekly', service })
    return {
      ...{ service, defect, otherDefect, emergency, freeze, report },
      lock: await newest('deploy_locks'),
      reportLink: await newest('report_links'),
      reportPlan: await newest('report_schedules'),
    }
  }
  return {
    ...site,
    app,
    declared,
    person,
    send,
    shop: await thingsOf('shop', 'SHOP'),
    cart: await thingsOf('cart', 'CART'),
  }
}

async function rowsOf({ db }: Awaited<ReturnType<typeof openToAll>>['store']): Promise<Record<string, unknown>> {
  const rows: Record<string, unknown> = {}
  for (const table of [
    'deployments',
    'releases',
    'defects',
    'reports',
    'report_snapshots',
    'report_links',
    'report_schedules',
    'emergency_releases',
    'emergency_steps',
    'freezes',
    'deploy_locks',
    'activities',
  ] as const)
    rows[table] = await db.selectFrom(table).selectAll().execute()
  return rows
}
