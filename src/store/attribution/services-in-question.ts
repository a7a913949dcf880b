import type { Db } from '../database.ts'
import type { Service } from './attribution-reads.ts'

/** A service to which nothing came for longer hardly brought what is seen now. Judgement. */
const WITHIN_MS = 14 * 86_400_000
/** Of more those that were deployed to last. */
const MOST_SERVICES = 10

/**
 * The services that a defect may be of which names none: those with a release that reached one of these environments in
 * the two weeks before an instant, the last ten, by name. One index look-up for each service.
 */
export async function listServicesInQuestion(
  db: Db,
  environmentIds: readonly number[],
  until: number,
): Promise<Service[]> {
  if (environmentIds.length === 0) return []
  const rows = await db
    .selectFrom('services')
    .select(['id', 'name'])
    .select((eb) =>
      eb
        .selectFrom('first_deployments')
        .select((part) => part.fn.max<number | null>('at').as('at'))
        .whereRef('first_deployments.service_id', '=', 'services.id')
        .where('environment_id', 'in', [...environmentIds])
        .where('at', '>=', until - WITHIN_MS)
        .where('at', '<', until)
        .as('last'),
    )
    .execute()
  return rows
    .flatMap(({ id, name, last }) => (last === null ? [] : { id, name, last: Number(last) }))
    .sort((a, b) => b.last - a.last || byName(a, b))
    .slice(0, MOST_SERVICES)
    .sort(byName)
    .map(({ id, name }) => ({ id, name }))
}

const byName = (a: { readonly name: string }, b: { readonly name: string }): number => (a.name < b.name ? -1 : 1)
