import type { Conclusion } from '../../core/conclusion.ts'
import type { Db } from '../database.ts'
import { type Page, pageOf } from '../deployments/place-list.ts'
import type { DeliveryState } from './deliveries.ts'
import { idsReceived } from './delivery-times.ts'

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
  /** Made by us to try the way; it changed nothing. Known once it is concluded. */
  readonly isTest: boolean
  readonly bodyGoneAt: number | undefined
}

export interface DeliveryFilter {
  readonly sourceId?: number | undefined
  readonly state?: DeliveryState | undefined
  /** Received in `[from, to)`. */
  readonly from?: number | undefined
  readonly to?: number | undefined
  /** What its sender calls this kind of delivery. */
  readonly event?: string | undefined
  /** Something of this service was concluded from it. */
  readonly service?: string | undefined
  /** In its id, event, reason or conclusions, whatever the case. */
  readonly text?: string | undefined
}

export interface DeliveryPage extends Page<DeliveryListRow> {
  /** Where the next page begins when this one was not filled, because so many others had to be looked at. */
  readonly lookedUpTo?: number | undefined
}

/** How many are looked at for one page when no index can tell which of them match. */
export const LOOKED_AT_MOST = 2_000
const LOOK_AT = 500

/**
 * One page of deliveries without their bodies, last received first; those before the id `before`. By event, service and
 * text they are gone through, as many as `lookAtMost`.
 */
export async function listDeliveries(
  db: Db,
  filter: DeliveryFilter,
  { before, limit, lookAtMost = LOOKED_AT_MOST }: { before?: number | undefined; limit: number; lookAtMost?: number },
): Promise<DeliveryPage> {
  const ids = await idsReceived(db, filter)
  let next = Math.min(before ?? Number.MAX_SAFE_INTEGER, ids.before)
  if (filter.event === undefined && filter.service === undefined && filter.text === undefined)
    return pageOf(await readRows(db, filter, { from: ids.from, before: next }, limit + 1), limit, (row) => row)
  const found: DeliveryListRow[] = []
  for (let looked = 0; looked < lookAtMost; ) {
    const rows = await readRows(db, filter, { from: ids.from, before: next }, LOOK_AT)
    found.push(...(await matching(db, rows, filter)))
    if (found.length > limit || rows.length < LOOK_AT) return pageOf(found, limit, (row) => row)
    looked += rows.length
    next = rows.at(-1)?.id ?? 0
  }
  return { rows: found, more: false, lookedUpTo: next }
}

/** The ids of failed deliveries that match and whose bodies are there, last received first, up to `limit`. */
export async function listFailedIds(
  db: Db,
  filter: Omit<DeliveryFilter, 'state'>,
  { upTo, limit }: { upTo: number; limit: number },
): Promise<number[]> {
  const ids: number[] = []
  let before: number | undefined = upTo + 1
  while (before !== undefined && ids.length < limit) {
    const page: DeliveryPage = await listDeliveries(db, { ...filter, state: 'failed' }, { before, limit: LOOK_AT })
    ids.push(...page.rows.flatMap(({ id, bodyGoneAt }) => (bodyGoneAt === undefined ? [id] : [])))
    before = page.lookedUpTo ?? (page.more ? page.rows.at(-1)?.id : undefined)
  }
  return ids.slice(0, limit)
}

async function readRows(
  db: Db,
  { sourceId, state, from, to }: DeliveryFilter,
  ids: { from: number | undefined; before: number },
  limit: number,
): Promise<DeliveryListRow[]> {
  const rows = await db
    .selectFrom('deliveries as d')
    .innerJoin('sources as s', 's.id', 'd.source_id')
    .select(['d.id', 's.slug', 'd.delivery_key', 'd.received_at', 'd.state', 'd.attempts', 'd.event', 'd.reason'])
    .select(['d.conclusions_json', 'd.processed_at', 'd.took_ms', 'd.replay_suspect', 'd.test', 'd.body_gone_at'])
    .where('d.id', '<', ids.before)
    .$if(sourceId !== undefined, (query) => query.where('d.source_id', '=', sourceId as number))
    .$if(state !== undefined, (query) => query.where('d.state', '=', state as string))
    // By source and state there is an index of those that are concluded; the one by state does not know when one is due.
    .$if(sourceId !== undefined && state !== undefined && state !== 'accepted', (query) =>
      query.where('d.due_at', 'is', null),
    )
    .$if(ids.from !== undefined, (query) => query.where('d.id', '>=', ids.from as number))
    .$if(from !== undefined, (query) => query.where('d.received_at', '>=', from as number))
    .$if(to !== undefined, (query) => query.where('d.received_at', '<', to as number))
    .orderBy('d.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
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
    isTest: row.test === 1,
    bodyGoneAt: row.body_gone_at ?? undefined,
  }))
}

async function matching(
  db: Db,
  rows: readonly DeliveryListRow[],
  { event, service, text }: DeliveryFilter,
): Promise<DeliveryListRow[]> {
  const ofEvent = event === undefined ? rows : rows.filter((row) => row.event === event)
  const defects = service === undefined ? new Map<number, string>() : await servicesOfDefects(db, ofEvent)
  const sought = text?.toLowerCase()
  return ofEvent.filter(
    (row) =>
      (service === undefined || row.conclusions.some((one) => serviceIn(one, defects) === service)) &&
      (sought === undefined || wordsOf(row).toLowerCase().includes(sought)),
  )
}

const serviceIn = (conclusion: Conclusion, ofDefects: ReadonlyMap<number, string>): string | undefined =>
  conclusion.kind === 'defect'
    ? ofDefects.get(conclusion.id)
    : conclusion.kind === 'note' || conclusion.kind === 'run'
      ? undefined
      : conclusion.service

async function servicesOfDefects(db: Db, rows: readonly DeliveryListRow[]): Promise<Map<number, string>> {
  const ids = rows.flatMap(({ conclusions }) => conclusions.flatMap((one) => (one.kind === 'defect' ? [one.id] : [])))
  const found = await db
    .selectFrom('defects')
    .innerJoin('services', 'services.id', 'defects.service_id')
    .select(['defects.id', 'services.name'])
    .where('defects.id', 'in', [...new Set(ids)].slice(0, MOST_DEFECTS))
    .execute()
  return new Map(found.map(({ id, name }) => [id, name]))
}

/** A statement has room for so many. */
const MOST_DEFECTS = 20_000

function wordsOf({ id, deliveryKey, event, reason, conclusions }: DeliveryListRow): string {
  const said = conclusions.map((one) => {
    switch (one.kind) {
      case 'defect':
        return `PF-${one.id} ${one.title}`
      case 'note':
        return one.text
      case 'run':
        return `${one.key} ER-${one.emergencyId}`
      case 'push':
        return one.service
      case 'release':
        return `${one.service} ${one.version}`
      default:
        return `${one.service} ${one.version ?? ''} ${one.environment}`
    }
  })
  return [id, deliveryKey, event ?? '', reason ?? '', ...said].join('\n')
}

/** Of these deliveries, those whose body came before, each with the delivery that brought it first. */
export async function listFirstOfBody(db: Db, ids: readonly number[]): Promise<Map<number, number>> {
  const rows = await db
    .selectFrom('deliveries as d')
    .innerJoin('seen_bodies as b', (join) =>
      join.onRef('b.source_id', '=', 'd.source_id').onRef('b.body_sha256', '=', 'd.body_sha256'),
    )
    .select(['d.id', 'b.delivery_id'])
    .where('d.id', 'in', ids)
    .whereRef('b.delivery_id', '!=', 'd.id')
    .execute()
  return new Map(rows.map((row) => [row.id, row.delivery_id]))
}

/** The words by which senders called the latest deliveries, of one source or of all, sorted. */
export async function listRecentEvents(db: Db, sourceId: number | undefined): Promise<string[]> {
  const rows = await db
    .selectFrom((eb) =>
      eb
        .selectFrom('deliveries')
        .select('event')
        .$if(sourceId !== undefined, (query) => query.where('source_id', '=', sourceId as number))
        .orderBy('id', 'desc')
        .limit(LOOK_AT)
        .as('latest'),
    )
    .select('event')
    .distinct()
    .where('event', 'is not', null)
    .execute()
  return rows.flatMap(({ event }) => event ?? []).sort()
}
