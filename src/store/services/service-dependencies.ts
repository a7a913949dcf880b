import type { Db } from '../database.ts'
import type { ServiceRef } from './services.ts'

/** The services that one depends on, by name. */
export async function listDependencies(db: Db, serviceId: number): Promise<Pick<ServiceRef, 'id' | 'name'>[]> {
  return await db
    .selectFrom('service_dependencies')
    .innerJoin('services', 'services.id', 'depends_on_id')
    .select(['services.id', 'services.name'])
    .where('service_id', '=', serviceId)
    .orderBy('services.name')
    .execute()
}

/** The services that depend on one. */
export async function listDependents(db: Db, serviceId: number): Promise<number[]> {
  const rows = await db
    .selectFrom('service_dependencies')
    .select('service_id')
    .where('depends_on_id', '=', serviceId)
    .execute()
  return rows.map((row) => row.service_id)
}

export async function replaceDependencies(db: Db, serviceId: number, dependsOn: readonly number[]): Promise<void> {
  await db.deleteFrom('service_dependencies').where('service_id', '=', serviceId).execute()
  if (dependsOn.length > 0)
    await db
      .insertInto('service_dependencies')
      .values(dependsOn.map((id) => ({ service_id: serviceId, depends_on_id: id })))
      .execute()
}
