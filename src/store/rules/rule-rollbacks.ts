import type { Db } from '../database.ts'

/** A place where rules may fire a rollback. */
export interface RuleRollback {
  readonly serviceId: number
  readonly service: string
  readonly environmentId: number
  readonly environment: string
  readonly mostADay: number
  readonly setName: string
  readonly setAt: number
}

/** By service and environment. */
export async function listRuleRollbacks(db: Db): Promise<RuleRollback[]> {
  const rows = await selectRollbacks(db).orderBy('services.name').orderBy('environments.name').execute()
  return rows.map(toRollback)
}

export async function findRuleRollback(
  db: Db,
  place: { readonly serviceId: number; readonly environmentId: number },
): Promise<RuleRollback | undefined> {
  const row = await selectRollbacks(db)
    .where('service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .executeTakeFirst()
  return row && toRollback(row)
}

export async function allowRuleRollback(
  trx: Db,
  place: { readonly serviceId: number; readonly environmentId: number; readonly mostADay: number },
  { name, now }: { readonly name: string; readonly now: number },
): Promise<void> {
  const values = { most_a_day: place.mostADay, set_name: name, set_at: now }
  await trx
    .insertInto('rule_rollbacks')
    .values({ service_id: place.serviceId, environment_id: place.environmentId, ...values })
    .onConflict((conflict) => conflict.columns(['service_id', 'environment_id']).doUpdateSet(values))
    .execute()
}

export async function forbidRuleRollback(
  trx: Db,
  place: { readonly serviceId: number; readonly environmentId: number },
): Promise<boolean> {
  const deleted = await trx
    .deleteFrom('rule_rollbacks')
    .where('service_id', '=', place.serviceId)
    .where('environment_id', '=', place.environmentId)
    .executeTakeFirst()
  return Number(deleted.numDeletedRows) === 1
}

const selectRollbacks = (db: Db) =>
  db
    .selectFrom('rule_rollbacks as r')
    .innerJoin('services', 'services.id', 'r.service_id')
    .innerJoin('environments', 'environments.id', 'r.environment_id')
    .selectAll('r')
    .select(['services.name as service', 'environments.name as environment'])

const toRollback = (row: Awaited<ReturnType<ReturnType<typeof selectRollbacks>['execute']>>[number]): RuleRollback => ({
  serviceId: row.service_id,
  service: row.service,
  environmentId: row.environment_id,
  environment: row.environment,
  mostADay: row.most_a_day,
  setName: row.set_name,
  setAt: row.set_at,
})
