import type { Conclusion } from '../core/conclusion.ts'
import type { Db } from './database.ts'
import type { DeliveryState } from './deliveries.ts'
import { type Page, pageOf } from './place-list.ts'

export interface DeliveryListRow {
  readonly id: number
  readonly source: string
  readonly deliveryKey: string
  readonly receivedAt: number
  readonly state: DeliveryState
  readonly attempts: number
  readonly event: string | undefined
  readonly reason: string | undefined
  readonly conclusions: readonly Conclusion[]
  readonly processedAt: number | undefined
  readonly tookMs: number | undefined
  readonly replaySuspect: boolean
}

/** One page of deliveries without their bodies, last received first; those before the id `before`. */
export async function listDeliveries(
  db: Db,
  filter: { readonly sourceId?: number | undefined; readonly state?: DeliveryState | undefined },
  { before, limit }: { before?: number | undefined; limit: number },
): Promise<Page<DeliveryListRow>> {
  const { sourceId, state } = filter
  const rows = await db
    .selectFrom('deliveries as d')
    .innerJoin('sources as s', 's.id', 'd.source_id')
    .select(['d.id', 's.slug', 'd.delivery_key', 'd.received_at', 'd.state', 'd.attempts', 'd.event', 'd.reason'])
    .select(['d.conclusions_json', 'd.processed_at', 'd.took_ms', 'd.replay_suspect'])
    .$if(sourceId !== undefined, (query) => query.where('d.source_id', '=', sourceId as number))
    .$if(state !== undefined, (query) => query.where('d.state', '=', state as string))
    .$if(before !== undefined, (query) => query.where('d.id', '<', before as number))
    .orderBy('d.id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, (row) => ({
    id: row.id,
    source: row.slug,
    deliveryKey: row.delivery_key,
    receivedAt: row.received_at,
    state: row.state as DeliveryState,
    attempts: row.attempts,
    event: row.event ?? undefined,
    reason: row.reason ?? undefined,
    conclusions: JSON.parse(row.conclusions_json) as Conclusion[],
    processedAt: row.processed_at ?? undefined,
    tookMs: row.took_ms ?? undefined,
    replaySuspect: row.replay_suspect === 1,
  }))
}
