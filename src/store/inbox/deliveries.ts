import type { Conclusion } from '../../core/conclusion.ts'
import type { Db } from '../database.ts'
import { addAttempt } from './delivery-attempts.ts'

export type DeliveryState = 'accepted' | 'processed' | 'ignored' | 'failed'

/** A delivery as processing needs it. */
export interface StoredDelivery {
  readonly id: number
  readonly sourceId: number
  readonly sourceKind: string
  readonly sourceSlug: string
  /** What reports by the source, where its deliveries do not say. */
  readonly service: string
  readonly deliveryKey: string
  readonly bodySha256: string
  readonly receivedAt: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly attempts: number
  /** It was worked out once and is put back in the queue by a person. */
  readonly processedBefore: boolean
}

/** Deliveries whose turn it is, in order of arrival. */
export async function listDue(db: Db, now: number, limit: number): Promise<StoredDelivery[]> {
  const rows = await selectDeliveries(db)
    .where('deliveries.due_at', '<=', now)
    .orderBy('deliveries.due_at')
    .orderBy('deliveries.id')
    .limit(limit)
    .execute()
  return rows.map(toStored)
}

/** The last deliveries of a source, the newest first. */
export async function listLastOf(db: Db, sourceId: number, limit: number): Promise<StoredDelivery[]> {
  const rows = await selectDeliveries(db)
    .where('deliveries.source_id', '=', sourceId)
    .orderBy('deliveries.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map(toStored)
}

/** The delivery, when it still waits to be processed. */
export async function findWaiting(db: Db, id: number): Promise<StoredDelivery | undefined> {
  const row = await selectDeliveries(db)
    .where('deliveries.id', '=', id)
    .where('deliveries.state', '=', 'accepted')
    .executeTakeFirst()
  return row && toStored(row)
}

export interface ConcludedDelivery {
  readonly state: DeliveryState
  readonly conclusions: Conclusion[]
  readonly reason: string | undefined
  /** When its body was let go of; undefined while there is one. */
  readonly bodyGoneAt: number | undefined
}

export async function findConclusions(db: Db, id: number): Promise<ConcludedDelivery | undefined> {
  const row = await db
    .selectFrom('deliveries')
    .select(['state', 'conclusions_json', 'reason', 'body_gone_at'])
    .where('id', '=', id)
    .executeTakeFirst()
  return (
    row && {
      state: row.state as DeliveryState,
      conclusions: JSON.parse(row.conclusions_json) as Conclusion[],
      reason: row.reason ?? undefined,
      bodyGoneAt: row.body_gone_at ?? undefined,
    }
  )
}

/** When the next waiting delivery is due; undefined when none waits. */
export async function findNextDue(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom('deliveries')
    .select('due_at')
    .where('due_at', 'is not', null)
    .orderBy('due_at')
    .orderBy('id')
    .limit(1)
    .executeTakeFirst()
  return row?.due_at ?? undefined
}

export async function concludeDelivery(
  db: Db,
  id: number,
  result: {
    state: 'processed' | 'ignored' | 'failed'
    attempts: number
    reason: string | undefined
    event: string | undefined
    conclusions: readonly Conclusion[]
    processedAt: number
    tookMs: number
    isTest?: boolean
  },
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({
      state: result.state,
      due_at: null,
      attempts: result.attempts,
      reason: result.reason ?? null,
      event: result.event ?? null,
      conclusions_json: JSON.stringify(result.conclusions),
      processed_at: result.processedAt,
      took_ms: Math.round(result.tookMs),
      ...(result.isTest && { test: 1 as const }),
    })
    .where('id', '=', id)
    .execute()
}

/** Of what came with it, or was put there by us. */
export async function replaceHeaders(db: Db, id: number, headers: Readonly<Record<string, string>>): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ headers_json: JSON.stringify(headers) })
    .where('id', '=', id)
    .execute()
}

/**
 * Notes a body under its delivery, and marks the delivery when another one brought the same body before: most senders
 * sign the body alone, so a captured request can be sent again under a new id.
 * @returns whether it was marked, and not before
 */
export async function noteBody(db: Db, delivery: StoredDelivery): Promise<boolean> {
  await db
    .insertInto('seen_bodies')
    .values({ source_id: delivery.sourceId, body_sha256: delivery.bodySha256, delivery_id: delivery.id })
    .onConflict((conflict) => conflict.columns(['source_id', 'body_sha256']).doNothing())
    .execute()
  const marked = await db
    .updateTable('deliveries')
    .set({ replay_suspect: 1 })
    .where('id', '=', delivery.id)
    .where('replay_suspect', '=', 0)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('seen_bodies')
          .select('delivery_id')
          .where('source_id', '=', delivery.sourceId)
          .where('body_sha256', '=', delivery.bodySha256)
          .where('delivery_id', '!=', delivery.id),
      ),
    )
    .executeTakeFirst()
  return Number(marked.numUpdatedRows) === 1
}

export async function postponeDelivery(
  db: Db,
  id: number,
  retry: { attempts: number; at: number; dueAt: number; reason: string },
): Promise<void> {
  await db
    .updateTable('deliveries')
    .set({ attempts: retry.attempts, due_at: retry.dueAt, reason: retry.reason })
    .where('id', '=', id)
    .where('state', '=', 'accepted')
    .execute()
  await addAttempt(db, id, { at: retry.at, result: 'retried', reason: retry.reason, actor: null })
}

/**
 * Puts a finished delivery back in the queue, unless its body is gone; what became of it before is kept among its
 * attempts when somebody asked for it.
 * @returns whether there was one to put back
 */
export async function requeueDelivery(db: Db, id: number, actor?: string): Promise<boolean> {
  if (actor !== undefined) await keepAttempt(db, id, actor)
  const result = await db
    .updateTable('deliveries')
    .set({ state: 'accepted', attempts: 0, due_at: 0, reason: null })
    .where('id', '=', id)
    .where('state', '!=', 'accepted')
    .where('body_gone_at', 'is', null)
    .executeTakeFirst()
  return Number(result.numUpdatedRows) === 1
}

async function keepAttempt(db: Db, id: number, actor: string): Promise<void> {
  const row = await db
    .selectFrom('deliveries')
    .select(['state', 'reason', 'processed_at', 'received_at'])
    .where('id', '=', id)
    .where('state', '!=', 'accepted')
    .where('body_gone_at', 'is', null)
    .executeTakeFirst()
  if (row)
    await addAttempt(db, id, { at: row.processed_at ?? row.received_at, result: row.state, reason: row.reason, actor })
}

const selectDeliveries = (db: Db) =>
  db
    .selectFrom('deliveries')
    .innerJoin('sources', 'sources.id', 'deliveries.source_id')
    .select([
      'deliveries.id',
      'deliveries.source_id',
      'sources.kind',
      'sources.slug',
      'sources.service',
      'deliveries.delivery_key',
      'deliveries.body_sha256',
      'deliveries.received_at',
      'deliveries.headers_json',
      'deliveries.body',
      'deliveries.attempts',
      'deliveries.processed_at',
    ])

const toStored = (row: {
  id: number
  source_id: number
  kind: string
  slug: string
  service: string | null
  delivery_key: string
  body_sha256: string
  received_at: number
  headers_json: string
  body: Uint8Array
  attempts: number
  processed_at: number | null
}): StoredDelivery => ({
  id: row.id,
  sourceId: row.source_id,
  sourceKind: row.kind,
  sourceSlug: row.slug,
  service: row.service ?? row.slug,
  deliveryKey: row.delivery_key,
  bodySha256: row.body_sha256,
  receivedAt: row.received_at,
  headers: JSON.parse(row.headers_json) as Record<string, string>,
  body: row.body,
  attempts: row.attempts,
  processedBefore: row.processed_at !== null,
})
