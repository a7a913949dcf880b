import type { FormProblems } from '../../../../views/components/form-parts.tsx'
import { noProblems } from '../../../../views/components/form-parts.tsx'
import { servicePath } from '../../../../views/paths.ts'
import { type ServiceSettings, ServiceSettingsPage } from '../../../../views/services/settings-page.tsx'
import { ORDER_POLICIES } from '../../../core/release/version.ts'
import { setDependencies } from '../../../operations/services/set-dependencies.ts'
import { DETECTIONS, setDetection } from '../../../operations/services/set-detection.ts'
import { setOrderPolicy } from '../../../operations/services/set-order-policy.ts'
import { setOwner } from '../../../operations/services/set-owner.ts'
import { listDependencies } from '../../../store/services/service-dependencies.ts'
import { findServiceDetails, type ServiceDetails } from '../../../store/services/service-queries.ts'
import { findService } from '../../../store/services/services.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { csrfTokenOf, page } from '../../render.tsx'
import type { Ctx, Routes } from '../../routes.ts'
import { readForm } from '../account/sign-in-request.ts'

const PATH = '/services/:service/settings'
const MOST_LINES = 2_000

type Act = (service: ServiceDetails, form: (name: string) => string, asked: Asking) => Promise<string | undefined>
type Asking = { readonly by: ReturnType<typeof auditActorOf>; readonly now: number }

/** What people know of a service and no sender says: for admins. */
export function registerServiceSettingsRoutes(routes: Routes, deps: Deps): void {
  const { store } = deps
  /** Each gives why it was refused, by the field; undefined: it was saved. */
  const forms: Readonly<Record<string, { readonly field: keyof ServiceSettings; readonly act: Act }>> = {
    owner: {
      field: 'owner',
      act: async ({ name }, form, asked) => void (await setOwner(store, name, form('owner'), asked)),
    },
    detection: {
      field: 'detection',
      act: async ({ name }, form, asked) => {
        const detection = DETECTIONS.find((one) => one === form('detection'))
        if (!detection) return 'It is: choose one.'
        await setDetection(store, name, detection, asked)
        return undefined
      },
    },
    order: {
      field: 'policy',
      act: async ({ name }, form, asked) => {
        const policy = ORDER_POLICIES.find((one) => one === form('policy'))
        if (!policy) return 'Ordered: choose one.'
        const listed = policy === 'manual' ? linesOf(form('versions')) : []
        if (policy === 'manual' && listed.length === 0) return 'Ordered: list the versions, the lowest first.'
        await setOrderPolicy(store, name, { policy, listed }, asked)
        return undefined
      },
    },
    dependencies: {
      field: 'dependsOn',
      act: async ({ name }, form, asked) => {
        const set = await setDependencies(store, name, linesOf(form('dependsOn')), asked)
        if (set.outcome === 'unknown-service') return `Services it depends on: there is no service “${set.name}”.`
        return set.outcome === 'depends-on-itself' ? 'Services it depends on: not on itself.' : undefined
      },
    },
  }

  routes.get(PATH, { role: 'admin' }, async (c) => {
    const service = await serviceOf(c, deps)
    return service ? await show(c, deps, service, await valuesOf(deps, service), noProblems) : c.notFound()
  })
  for (const [id, { field, act }] of Object.entries(forms)) {
    routes.post(`${PATH}/${id}`, { role: 'admin' }, async (c) => {
      const service = await serviceOf(c, deps)
      if (!service) return c.notFound()
      const form = await readForm(c)
      const refused = await act(service, form, { by: auditActorOf(c, deps.config), now: deps.clock() })
      if (refused !== undefined) {
        const typed = { ...(await valuesOf(deps, service)), ...typedIn(form) }
        return await show(c, deps, service, typed, { fields: { [field]: refused } })
      }
      deps.log.info(
        { requestId: c.get('requestId'), service: service.name, settings: id },
        'settings of a service saved',
      )
      deps.liveEvents.publish({ topic: 'deployments' })
      return c.redirect(`${servicePath(service.name)}/settings`, 303)
    })
    // Where a refused form leaves the address.
    routes.get(`${PATH}/${id}`, { role: 'admin' }, (c) =>
      c.redirect(`${servicePath(c.req.param('service') ?? '')}/settings`, 303),
    )
  }
}

const serviceOf = (c: Ctx, { store }: Deps): Promise<ServiceDetails | undefined> =>
  findServiceDetails(store.db, c.req.param('service') ?? '')

const linesOf = (text: string): string[] =>
  [
    ...new Set(
      text
        .split('\n')
        .map((line) => line.trim())
        .filter((line) => line !== ''),
    ),
  ].slice(0, MOST_LINES)

async function valuesOf({ store }: Deps, service: ServiceDetails): Promise<ServiceSettings> {
  const order = (await findService(store.db, service.name))?.order
  const dependsOn = await listDependencies(store.db, service.id)
  return {
    owner: service.owner ?? '',
    detection: service.detection,
    policy: service.orderPolicy,
    versions: (order?.listed ?? []).join('\n'),
    dependsOn: dependsOn.map(({ name }) => name).join('\n'),
  }
}

/** What the refused form held; the others stand as they are. */
const typedIn = (form: (name: string) => string): Partial<ServiceSettings> =>
  Object.fromEntries(
    (['owner', 'detection', 'policy', 'versions', 'dependsOn'] as const).flatMap((name) =>
      form(name) === '' ? [] : [[name, form(name)] as const],
    ),
  )

const show = (
  c: Ctx,
  deps: Deps,
  { name }: ServiceDetails,
  values: ServiceSettings,
  problems: FormProblems,
): Promise<Response> | Response =>
  page(
    c,
    deps,
    {
      title: `Settings of ${name}`,
      active: 'live',
      crumbs: [{ text: 'Services', href: '/services' }, { text: name, href: servicePath(name) }, { text: 'Settings' }],
      status: problems === noProblems ? 200 : 422,
    },
    <ServiceSettingsPage service={name} values={values} problems={problems} csrfToken={csrfTokenOf(c)} />,
  )
