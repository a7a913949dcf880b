import type { Period } from '../../core/delivery/facts.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { Store } from '../../store/database.ts'
import { findEnvironmentId, findServiceId } from '../../store/defects/defect-queries.ts'
import { badInput } from '../problems.ts'
import type { Ctx } from '../routes.ts'
import { encodeCursor } from './cursor.ts'

/** How the API writes what the store says. */

export const timeOrNull = (at: number | undefined): string | null => (at === undefined ? null : formatInstant(at))

/** A page of a list; `next` is the place after its last item, undefined at the end. */
export const page = <Item>(c: Ctx, items: readonly Item[], next: unknown): Response =>
  c.json({ items, next: next === undefined ? null : encodeCursor(next) })

export interface ResolvedPlace {
  readonly serviceId: number | undefined
  readonly environmentId: number | undefined
}

/** As the lists are asked for a place; they can be of several services. */
export const placeFilter = ({ serviceId, environmentId }: ResolvedPlace) => ({
  serviceIds: serviceId === undefined ? undefined : [serviceId],
  environmentId,
})

/** The ids of a service and an environment asked for by name, or the answer that one of them does not exist. */
export async function resolvePlace(
  c: Ctx,
  store: Store,
  names: { readonly service?: string | undefined; readonly environment?: string | undefined },
): Promise<ResolvedPlace | Response> {
  const { service, environment } = names
  const serviceId = service === undefined ? undefined : await findServiceId(store.reader, service)
  const environmentId = environment === undefined ? undefined : await findEnvironmentId(store.reader, environment)
  const errors = [
    ...(service !== undefined && serviceId === undefined ? [unknownName('service', service)] : []),
    ...(environment !== undefined && environmentId === undefined ? [unknownName('environment', environment)] : []),
  ]
  return errors.length > 0 ? badInput(c, errors) : { serviceId, environmentId }
}

const DAY_MS = 86_400_000
const MOST_DAYS = 366

/** The period asked for: until now, and so many days long, unless the query says otherwise; or what is wrong with it. */
export function periodIn(
  c: Ctx,
  query: { readonly from?: number | undefined; readonly to?: number | undefined },
  usualDays: number,
  now: number,
): Period | Response {
  const to = query.to ?? now
  const from = query.from ?? to - usualDays * DAY_MS
  if (from >= to) return badInput(c, [{ path: 'from', message: 'must be before to' }])
  if (to - from > MOST_DAYS * DAY_MS)
    return badInput(c, [{ path: 'from', message: `must be at most ${MOST_DAYS} days before to` }])
  return { from, to }
}

export const unknownName = (kind: 'service' | 'environment' | 'source' | 'release', name: string) => ({
  path: kind,
  message: `there is no ${kind} "${name}"`,
})
