import { tierOfName } from '../../core/deployment/environment.ts'
import type { EnvironmentTier } from '../../core/event.ts'
import type { OrderPolicy, OrderRule } from '../../core/release/version.ts'
import type { Db } from '../database.ts'

export interface ServiceRef {
  readonly id: number
  readonly name: string
  readonly order: OrderRule
}

/** The service of that name, made when it was never heard of. */
export async function ensureService(db: Db, name: string, now: number): Promise<ServiceRef> {
  const known = await findService(db, name)
  if (known) return known
  await db
    .insertInto('services')
    .values({ name, owner: null, order_policy: 'semver', repository_url: null, created_at: now })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  return (await findService(db, name)) as ServiceRef
}

export async function findService(db: Db, name: string): Promise<ServiceRef | undefined> {
  const row = await selectServices(db).where('name', '=', name).executeTakeFirst()
  return row && toRef(row)
}

/** Those of these names that there are, in no order. */
export const findServicesNamed = async (
  db: Db,
  names: readonly string[],
): Promise<readonly { readonly id: number; readonly name: string }[]> =>
  names.length === 0
    ? []
    : await db
        .selectFrom('services')
        .select(['id', 'name'])
        .where('name', 'in', [...names])
        .execute()

export async function getService(db: Db, id: number): Promise<ServiceRef> {
  return toRef(await selectServices(db).where('id', '=', id).executeTakeFirstOrThrow())
}

const selectServices = (db: Db) => db.selectFrom('services').select(['id', 'name', 'order_policy', 'manual_order_json'])

const toRef = (row: { id: number; name: string; order_policy: string; manual_order_json: string }): ServiceRef => ({
  id: row.id,
  name: row.name,
  order: { policy: row.order_policy as OrderPolicy, listed: JSON.parse(row.manual_order_json) as string[] },
})

export async function saveOrderRule(db: Db, id: number, { policy, listed = [] }: OrderRule): Promise<void> {
  await db
    .updateTable('services')
    .set({ order_policy: policy, manual_order_json: JSON.stringify(listed) })
    .where('id', '=', id)
    .execute()
}

/** @param owner null: nobody's */
export async function saveOwner(db: Db, id: number, owner: string | null): Promise<void> {
  await db.updateTable('services').set({ owner }).where('id', '=', id).execute()
}

export async function listServiceIds(db: Db): Promise<number[]> {
  const rows = await db.selectFrom('services').select('id').execute()
  return rows.map((row) => row.id)
}

export interface EnvironmentRef {
  readonly id: number
  readonly name: string
  readonly tier: EnvironmentTier
}

/**
 * The environment of that name, made when it was never heard of. Its tier is the one a person decided, else the one
 * stated last, else what its name suggests. What is stated is kept also while a person's word holds.
 * @returns also whether the tier changed, which moves the first production deployment of its releases
 */
export async function ensureEnvironment(
  db: Db,
  name: string,
  stated: { readonly tier: EnvironmentTier | undefined; readonly at: number },
  now: number,
): Promise<EnvironmentRef & { readonly tierChanged: boolean }> {
  await db
    .insertInto('environments')
    .values({ name, tier: tierOfName(name), tier_stated_at: null, created_at: now })
    .onConflict((conflict) => conflict.column('name').doNothing())
    .execute()
  const row = await db
    .selectFrom('environments')
    .select(['id', 'name', 'tier', 'tier_stated_at', 'said_tier'])
    .where('name', '=', name)
    .executeTakeFirstOrThrow()
  const held = { id: row.id, name: row.name, tier: row.tier as EnvironmentTier, tierChanged: false }
  const said = (row.said_tier as EnvironmentTier | null) ?? held.tier
  if (stated.tier === undefined || !winsOver(stated.tier, stated.at, said, row.tier_stated_at)) return held
  const isDecided = row.said_tier !== null
  await db
    .updateTable('environments')
    .set(isDecided ? { said_tier: stated.tier } : { tier: stated.tier })
    .set({ tier_stated_at: stated.at })
    .where('id', '=', row.id)
    .execute()
  if (isDecided) return held
  return { ...held, tier: stated.tier, tierChanged: stated.tier !== held.tier }
}

/** Of two statements the later, at the same instant the greater word: the same whichever came first. */
const winsOver = (tier: EnvironmentTier, at: number, held: EnvironmentTier, heldAt: number | null): boolean =>
  heldAt === null || at > heldAt || (at === heldAt && tier > held)

export async function findEnvironment(db: Db, name: string): Promise<EnvironmentRef | undefined> {
  const row = await db
    .selectFrom('environments')
    .select(['id', 'name', 'tier'])
    .where('name', '=', name)
    .executeTakeFirst()
  return row && { id: row.id, name: row.name, tier: row.tier as EnvironmentTier }
}

/** The first so many in the order of their names. */
export async function listServiceNames(db: Db, limit: number): Promise<string[]> {
  const rows = await db.selectFrom('services').select('name').orderBy('name').limit(limit).execute()
  return rows.map(({ name }) => name)
}

/** The services that these defects belong to. */
export async function listServicesOf(db: Db, defectIds: readonly number[]): Promise<number[]> {
  const rows = await db.selectFrom('defects').select('service_id').distinct().where('id', 'in', defectIds).execute()
  return rows.flatMap(({ service_id: id }) => id ?? [])
}
