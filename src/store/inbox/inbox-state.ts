import type { Db } from '../database.ts'

/** How the inbox stands, from what is on disk. */
export interface InboxState {
  readonly waiting: number
  /** Received time of the oldest that waits; undefined when none does. */
  readonly oldestWaitingAt: number | undefined
  readonly failed: number
  readonly lastDeliveryAt: readonly { readonly source: string; readonly at: number }[]
}

export async function readInboxState(db: Db): Promise<InboxState> {
  const waiting = await db
    .selectFrom('deliveries')
    .select((eb) => [eb.fn.countAll<number>().as('n'), eb.fn.min('received_at').as('oldest')])
    .where('state', '=', 'accepted')
    .executeTakeFirstOrThrow()
  const failed = await db
    .selectFrom('deliveries')
    .select((eb) => eb.fn.countAll<number>().as('n'))
    .where('state', '=', 'failed')
    .executeTakeFirstOrThrow()
  const sources = await db.selectFrom('sources').select(['slug', 'last_delivery_at']).execute()
  return {
    waiting: waiting.n,
    oldestWaitingAt: (waiting.oldest as number | null) ?? undefined,
    failed: failed.n,
    lastDeliveryAt: sources.flatMap(({ slug, last_delivery_at: at }) => (at === null ? [] : [{ source: slug, at }])),
  }
}
