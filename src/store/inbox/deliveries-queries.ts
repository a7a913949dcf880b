import { withoutCarried } from '../../core/audit/carried-record.ts'
import type { Conclusion } from '../../core/conclusion.ts'
import { isTestDelivery } from '../../core/inbound/test-delivery.ts'
import type { Db } from '../database.ts'
import type { DeliveryState } from './deliveries.ts'
import { type DeliveryAttempt, listAttempts } from './delivery-attempts.ts'
import { type DeliveryFilter, listFirstOfBody } from './delivery-list.ts'
import { idsReceived } from './delivery-times.ts'

/** What the delivery pages show beside the list itself (delivery-list.ts). */

export interface DeliveryDetail {
  readonly id: number
  readonly source: { readonly slug: string; readonly name: string; readonly kind: string }
  readonly deliveryKey: string
  readonly bodySha256: string
  readonly receivedAt: number
  /** Names in lower case; credentials were never stored. */
  readonly headers: Readonly<Record<string, string>>
  readonly state: DeliveryState
  readonly attempts: number
  /** Only while it waits. */
  readonly dueAt: number | undefined
  readonly reason: string | undefined
  readonly conclusions: readonly Conclusion[]
  readonly event: string | undefined
  readonly processedAt: number | undefined
  readonly tookMs: number | undefined
  /** The delivery that brought the same body first, when it is another one. */
  readonly sameBodyAs: number | undefined
  readonly replaySuspect: boolean
  readonly isTest: boolean
  /** When its body was let go of; undefined while there is one. */
  readonly bodyGoneAt: number | undefined
  readonly tries: readonly DeliveryAttempt[]
  readonly body: Uint8Array
}

export async function findDelivery(db: Db, id: number): Promise<DeliveryDetail | undefined> {
  const row = await db
    .selectFrom('deliveries as d')
    .innerJoin('sources as s', 's.id', 'd.source_id')
    .select([
      'd.id',
      's.slug',
      's.name',
      's.kind',
      'd.delivery_key',
      'd.body_sha256',
      'd.received_at',
      'd.headers_json',
    ])
    .select(['d.state', 'd.attempts', 'd.due_at', 'd.reason', 'd.conclusions_json', 'd.event', 'd.processed_at'])
    .select(['d.took_ms', 'd.replay_suspect', 'd.body', 'd.test', 'd.body_gone_at'])
    .where('d.id', '=', id)
    .executeTakeFirst()
  if (!row) return undefined
  return {
    id: row.id,
    source: { slug: row.slug, name: row.name, kind: row.kind },
    deliveryKey: row.delivery_key,
    bodySha256: row.body_sha256,
    receivedAt: row.received_at,
    headers: withoutCarried(JSON.parse(row.headers_json) as Record<string, string>),
    state: row.state as DeliveryState,
    attempts: row.attempts,
    dueAt: row.due_at ?? undefined,
    reason: row.reason ?? undefined,
    conclusions: JSON.parse(row.conclusions_json) as Conclusion[],
    event: row.event ?? undefined,
    processedAt: row.processed_at ?? undefined,
    tookMs: row.took_ms ?? undefined,
    sameBodyAs: (await listFirstOfBody(db, [id])).get(id),
    replaySuspect: row.replay_suspect === 1,
    isTest: isTestDelivery(JSON.parse(row.headers_json) as Record<string, string>),
    bodyGoneAt: row.body_gone_at ?? undefined,
    tries: await listAttempts(db, id),
    body: row.body,
  }
}

export const hasDelivery = async (db: Db, id: number): Promise<boolean> =>
  (await db.selectFrom('deliveries').select('id').where('id', '=', id).executeTakeFirst()) !== undefined

export type DeliveryCounts = Readonly<Record<DeliveryState, number>>

const STATES: readonly DeliveryState[] = ['accepted', 'processed', 'ignored', 'failed']

/**
 * How many deliveries are in each state, counted up to `cap` + 1; of one source or of all, in a time or ever. Those that
 * arrived out of order at the very ends of that time may be counted or not.
 */
export async function countDeliveries(
  db: Db,
  cap: number,
  filter: Pick<DeliveryFilter, 'sourceId' | 'from' | 'to'> = {},
): Promise<DeliveryCounts> {
  const { sourceId, to } = filter
  // By their numbers alone: looking the time of each up would take longer than all the rest of the page.
  const ids = await idsReceived(db, filter, 0)
  const counted = await Promise.all(
    STATES.map(async (state) => {
      const { n } = await db
        .selectFrom((eb) =>
          eb
            .selectFrom('deliveries')
            .select('id')
            .where('state', '=', state)
            .$if(sourceId !== undefined && state !== 'accepted', (query) => query.where('due_at', 'is', null))
            .$if(sourceId !== undefined, (query) => query.where('source_id', '=', sourceId as number))
            .$if(ids.from !== undefined, (query) => query.where('id', '>=', ids.from as number))
            .$if(to !== undefined, (query) => query.where('id', '<', ids.before))
            .limit(cap + 1)
            .as('some'),
        )
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .executeTakeFirstOrThrow()
      return [state, n] as const
    }),
  )
  return Object.fromEntries(counted) as Record<DeliveryState, number>
}

export interface ReceivedDelivery {
  readonly id: number
  readonly source: string
  readonly receivedAt: number
  readonly state: DeliveryState
  readonly reason: string | undefined
  readonly conclusions: readonly Conclusion[]
  readonly tookMs: number | undefined
}

/** Somebody may try the way several times before anything comes. */
const LOOKED_PAST_TESTS = 20

/** The newest delivery of any source of this kind that is no test. */
export async function findNewestOfKind(db: Db, kind: string): Promise<ReceivedDelivery | undefined> {
  const sources = await db.selectFrom('sources').select(['id', 'name']).where('kind', '=', kind).execute()
  let newest: ReceivedDelivery | undefined
  for (const source of sources) {
    const rows = await db
      .selectFrom('deliveries')
      .select(['id', 'received_at', 'state', 'reason', 'conclusions_json', 'took_ms', 'headers_json'])
      .where('source_id', '=', source.id)
      .orderBy('id', 'desc')
      .limit(LOOKED_PAST_TESTS)
      .execute()
    const row = rows.find(({ headers_json }) => !isTestDelivery(JSON.parse(headers_json) as Record<string, string>))
    if (!row || (newest && newest.id > row.id)) continue
    newest = received(row, source.name)
  }
  return newest
}

/** One delivery of a source, by its number. */
export async function findReceived(db: Db, sourceId: number, id: number): Promise<ReceivedDelivery | undefined> {
  const row = await db
    .selectFrom('deliveries as d')
    .innerJoin('sources as s', 's.id', 'd.source_id')
    .select(['d.id', 'd.received_at', 'd.state', 'd.reason', 'd.conclusions_json', 'd.took_ms', 's.name'])
    .where('d.id', '=', id)
    .where('d.source_id', '=', sourceId)
    .executeTakeFirst()
  return row && received(row, row.name)
}

const received = (
  row: {
    id: number
    received_at: number
    state: string
    reason: string | null
    conclusions_json: string
    took_ms: number | null
  },
  source: string,
): ReceivedDelivery => ({
  id: row.id,
  source,
  receivedAt: row.received_at,
  state: row.state as DeliveryState,
  reason: row.reason ?? undefined,
  conclusions: JSON.parse(row.conclusions_json) as Conclusion[],
  tookMs: row.took_ms ?? undefined,
})
