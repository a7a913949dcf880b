import { z } from 'zod'
import { formatInstant } from '../../../core/time/instant.ts'
import { type DeliveryListRow, listDeliveries } from '../../../store/inbox/delivery-list.ts'
import { findSourceBySlug } from '../../../store/sources/sources.ts'
import { page, timeOrNull, unknownName } from '../../api/api-answers.ts'
import { type deliveryItem, deliveryState } from '../../api/api-schemas.ts'
import { cursorOf } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { badInput } from '../../problems.ts'
import { instantParameter, limitParameter, nameParameter, readQuery } from '../../query.ts'
import type { Routes } from '../../routes.ts'

export const deliveriesQuery = z.object({
  source: nameParameter.optional().meta({ description: 'The slug of a source.' }),
  state: deliveryState.optional(),
  from: instantParameter.optional().meta({ description: 'Received then or later.' }),
  to: instantParameter.optional().meta({ description: 'Received before then.' }),
  event: nameParameter.optional().meta({ description: 'What its sender calls this kind of delivery.' }),
  service: nameParameter.optional().meta({ description: 'Something of this service was concluded from it.' }),
  q: nameParameter.optional().meta({ description: 'In its id, event, reason or conclusions, whatever the case.' }),
  limit: limitParameter,
  cursor: cursorOf(z.int()).optional(),
})

/** Deliveries, last received first, with what was concluded from them. */
export function registerDeliveryApiRoutes(routes: Routes, { store }: Pick<Deps, 'store'>): void {
  routes.get('/api/v1/deliveries', { scope: 'read' }, async (c) => {
    const query = readQuery(c, deliveriesQuery)
    if (query instanceof Response) return query
    const source = query.source === undefined ? undefined : await findSourceBySlug(store.reader, query.source)
    if (query.source !== undefined && !source) return badInput(c, [unknownName('source', query.source)])
    const { state, from, to, event, service, q } = query
    const { rows, more, lookedUpTo } = await listDeliveries(
      store.reader,
      { sourceId: source?.id, state, from, to, event, service, text: q },
      { before: query.cursor, limit: query.limit },
    )
    // A page may hold fewer than asked for, or none, and yet not be the last: so many were looked at for it.
    return page(c, rows.map(toItem), lookedUpTo ?? (more ? rows.at(-1)?.id : undefined))
  })
}

const toItem = (row: DeliveryListRow): z.output<typeof deliveryItem> => ({
  id: String(row.id),
  source: row.source,
  key: row.deliveryKey,
  receivedAt: formatInstant(row.receivedAt),
  state: row.state,
  event: row.event ?? null,
  reason: row.reason ?? null,
  conclusions: row.conclusions.map((conclusion) => ({ ...conclusion })),
  attempts: row.attempts,
  processedAt: timeOrNull(row.processedAt),
  tookMs: row.tookMs ?? null,
  replaySuspect: row.replaySuspect,
  test: row.isTest,
  bodyGoneAt: timeOrNull(row.bodyGoneAt),
})
