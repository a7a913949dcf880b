import type { Db } from '../database.ts'

/** Tries to process a delivery beside the one that its row tells of. */

export interface DeliveryAttempt {
  readonly at: number
  readonly result: 'retried' | 'processed' | 'ignored' | 'failed'
  readonly reason: string | undefined
  /** Who replayed it after this; undefined: nobody. */
  readonly actor: string | undefined
}

/** Of each delivery the newest so many are kept: nobody replays for the hundredth time to read of the first. */
const MOST_KEPT = 50

export async function addAttempt(
  db: Db,
  deliveryId: number,
  attempt: {
    readonly at: number
    readonly result: string
    readonly reason: string | null
    readonly actor: string | null
  },
): Promise<void> {
  const { last } = await db
    .selectFrom('delivery_attempts')
    .select((eb) => eb.fn.max<number | null>('number').as('last'))
    .where('delivery_id', '=', deliveryId)
    .executeTakeFirstOrThrow()
  const number = (last ?? 0) + 1
  await db
    .insertInto('delivery_attempts')
    .values({ delivery_id: deliveryId, number, ...attempt })
    .execute()
  await db
    .deleteFrom('delivery_attempts')
    .where('delivery_id', '=', deliveryId)
    .where('number', '<=', number - MOST_KEPT)
    .execute()
}

/** Oldest first. */
export async function listAttempts(db: Db, deliveryId: number): Promise<DeliveryAttempt[]> {
  const rows = await db
    .selectFrom('delivery_attempts')
    .select(['at', 'result', 'reason', 'actor'])
    .where('delivery_id', '=', deliveryId)
    .orderBy('number')
    .execute()
  return rows.map(({ at, result, reason, actor }) => ({
    at,
    result: result as DeliveryAttempt['result'],
    reason: reason ?? undefined,
    actor: actor ?? undefined,
  }))
}
