import type { Db } from '../../store/database.ts'
import type { StoredDelivery } from '../../store/inbox/deliveries.ts'
import { findSourceById } from '../../store/sources/sources.ts'
import { announce } from './announce.ts'

const HOUR_MS = 3_600_000

/**
 * Tells that a delivery cannot be processed, once an hour for its source: a sender that changed its payload spoils all of
 * them. What a person reads again is not told; they see it.
 */
export async function announceDeadLetter(
  trx: Db,
  delivery: StoredDelivery,
  reason: string | undefined,
  now: number,
): Promise<void> {
  if (delivery.processedBefore) return
  const source = await findSourceById(trx, delivery.sourceId)
  if (!source) return
  await announce(
    trx,
    {
      event: 'delivery-failed',
      key: `delivery-failed:${source.id}:${Math.floor(delivery.receivedAt / HOUR_MS)}`,
      at: delivery.receivedAt,
      service: undefined,
      environment: undefined,
      source: { slug: source.slug, name: source.name },
      deliveryId: delivery.id,
      reason: reason ?? '',
    },
    now,
  )
}
