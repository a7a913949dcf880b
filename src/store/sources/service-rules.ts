import { noServiceRules, type ServiceRule, type ServiceRules, type Unmapped } from '../../core/inbound/service-rules.ts'
import type { Db } from '../database.ts'

/** A rule as it is kept. */
export interface StoredRule extends ServiceRule {
  readonly id: number
}

/** The rules for one source: its own and those for all, in no order. */
export async function listServiceRules(db: Db, sourceId: number): Promise<StoredRule[]> {
  const rows = await db
    .selectFrom('service_rules')
    .select(['id', 'source_id', 'field', 'pattern', 'service'])
    .where((eb) => eb.or([eb('source_id', '=', sourceId), eb('source_id', 'is', null)]))
    .execute()
  return rows.map(({ source_id, ...rule }) => ({ ...rule, isGeneral: source_id === null }))
}

/** All that decides under which service an event of the source is kept. */
export async function getServiceRules(db: Db, sourceId: number): Promise<ServiceRules> {
  const revision = await findRevision(db, sourceId)
  // Nothing was ever said of this source: nobody's deliveries should wait for more questions than this one.
  if (revision === 0) return noServiceRules
  return {
    rules: await listServiceRules(db, sourceId),
    defaultService: await findDefaultService(db, sourceId),
    revision,
  }
}

export async function insertServiceRule(
  db: Db,
  rule: { sourceId: number | null; field: string; pattern: string; service: string; createdAt: number },
): Promise<void> {
  await db
    .insertInto('service_rules')
    .values({
      source_id: rule.sourceId,
      field: rule.field,
      pattern: rule.pattern,
      service: rule.service,
      created_at: rule.createdAt,
    })
    .execute()
}

/** Removes a rule of the source, or one for all. @returns whether it was one for all; undefined when there was none */
export async function deleteServiceRule(db: Db, sourceId: number, id: number): Promise<boolean | undefined> {
  const row = await db
    .deleteFrom('service_rules')
    .where('id', '=', id)
    .where((eb) => eb.or([eb('source_id', '=', sourceId), eb('source_id', 'is', null)]))
    .returning('source_id')
    .executeTakeFirst()
  return row && row.source_id === null
}

export async function findDefaultService(db: Db, sourceId: number): Promise<string | undefined> {
  const row = await db.selectFrom('sources').select('default_service').where('id', '=', sourceId).executeTakeFirst()
  return row?.default_service ?? undefined
}

export async function saveDefaultService(db: Db, sourceId: number, service: string | undefined): Promise<void> {
  await db
    .updateTable('sources')
    .set({ default_service: service ?? null })
    .where('id', '=', sourceId)
    .execute()
}

const ALL_SOURCES = 0

/** Of the last change that concerns the source; 0 when there was none. */
export async function findRevision(db: Db, sourceId: number): Promise<number> {
  const row = await db
    .selectFrom('mapping_revisions')
    .select((eb) => eb.fn.max<number | null>('revision').as('revision'))
    .where('source_id', 'in', [sourceId, ALL_SOURCES])
    .executeTakeFirst()
  return row?.revision ?? 0
}

/** What the operator says of a source's names is another than before; undefined: of the names of all sources. */
export async function raiseRevision(db: Db, sourceId: number | undefined): Promise<void> {
  const { last } = await db
    .selectFrom('mapping_revisions')
    .select((eb) => eb.fn.max<number | null>('revision').as('last'))
    .executeTakeFirstOrThrow()
  const revision = (last ?? 0) + 1
  await db
    .insertInto('mapping_revisions')
    .values({ source_id: sourceId ?? ALL_SOURCES, revision })
    .onConflict((conflict) => conflict.column('source_id').doUpdateSet({ revision }))
    .execute()
}

/** What no rule matched in a delivery, in place of what was noted of it before. */
export async function saveUnmapped(
  db: Db,
  delivery: { id: number; sourceId: number; receivedAt: number; processedBefore: boolean },
  unmapped: readonly Unmapped[],
): Promise<void> {
  if (delivery.processedBefore) await db.deleteFrom('unmapped_origins').where('delivery_id', '=', delivery.id).execute()
  if (unmapped.length === 0) return
  await db
    .insertInto('unmapped_origins')
    .values(
      unmapped.map(({ field, value, service, origin }) => ({
        delivery_id: delivery.id,
        source_id: delivery.sourceId,
        received_at: delivery.receivedAt,
        field,
        value,
        service: service ?? '',
        origin_json: JSON.stringify(origin),
      })),
    )
    .execute()
}

export interface UnmappedOrigin extends Unmapped {
  /** Deliveries that it was in. */
  readonly deliveries: number
  readonly lastAt: number
}

/** What no rule matched in the deliveries of a source since an instant, the most frequent first. */
export async function listUnmapped(db: Db, sourceId: number, since: number, limit: number): Promise<UnmappedOrigin[]> {
  const groups = await db
    .selectFrom('unmapped_origins')
    .select(['field', 'value', 'service'])
    .select((eb) => [
      eb.fn.countAll<number>().as('deliveries'),
      eb.fn.max('received_at').as('last'),
      eb.fn.max('delivery_id').as('delivery'),
    ])
    .where('source_id', '=', sourceId)
    .where('received_at', '>=', since)
    .groupBy(['field', 'value', 'service'])
    .orderBy('deliveries', 'desc')
    .orderBy('field')
    .orderBy('value')
    .limit(limit)
    .execute()
  const origins: UnmappedOrigin[] = []
  for (const { field, value, service, deliveries, last, delivery } of groups) {
    const newest = await db
      .selectFrom('unmapped_origins')
      .select('origin_json')
      .where('delivery_id', '=', delivery)
      .where('field', '=', field)
      .where('value', '=', value)
      .where('service', '=', service)
      .executeTakeFirstOrThrow()
    const origin = JSON.parse(newest.origin_json) as Unmapped['origin']
    origins.push({ field, value, service: service || undefined, origin, deliveries, lastAt: last })
  }
  return origins
}
