import { z } from 'zod'
import { listEnvironments, listLive, listServices } from '../../../store/deployments/place-list.ts'
import { page, resolvePlace, timeOrNull } from '../../api/api-answers.ts'
import type { environmentItem, liveItem, serviceItem } from '../../api/api-schemas.ts'
import { cursorOf } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { instantParameter, limitParameter, nameParameter, readQuery } from '../../query.ts'
import type { Routes } from '../../routes.ts'

export const namesQuery = z.object({ limit: limitParameter, cursor: cursorOf(z.string()).optional() })

export const liveQuery = z.object({
  environment: nameParameter.optional(),
  at: instantParameter.optional().meta({ description: 'An instant in the past; absent: now.' }),
  limit: limitParameter,
  cursor: cursorOf(z.tuple([z.string(), z.string()])).optional(),
})

/** Services, environments, and what runs where. */
export function registerPlaceRoutes(routes: Routes, { store }: Pick<Deps, 'store'>): void {
  routes.get('/api/v1/services', { scope: 'read' }, async (c) => {
    const query = readQuery(c, namesQuery)
    if (query instanceof Response) return query
    const { rows, more } = await listServices(store.reader, { after: query.cursor, limit: query.limit })
    const items = rows.map(
      (row): z.output<typeof serviceItem> => ({
        id: String(row.id),
        name: row.name,
        owner: row.owner ?? null,
        orderPolicy: row.orderPolicy,
        repositoryUrl: row.repositoryUrl ?? null,
      }),
    )
    return page(c, items, more ? rows.at(-1)?.name : undefined)
  })

  routes.get('/api/v1/environments', { scope: 'read' }, async (c) => {
    const query = readQuery(c, namesQuery)
    if (query instanceof Response) return query
    const { rows, more } = await listEnvironments(store.reader, { after: query.cursor, limit: query.limit })
    const items = rows.map((row): z.output<typeof environmentItem> => ({ ...row, id: String(row.id) }))
    return page(c, items, more ? rows.at(-1)?.name : undefined)
  })

  routes.get('/api/v1/live', { scope: 'read' }, async (c) => {
    const query = readQuery(c, liveQuery)
    if (query instanceof Response) return query
    const place = await resolvePlace(c, store, query)
    if (place instanceof Response) return place
    const [service, environment] = query.cursor ?? []
    const after = service === undefined || environment === undefined ? undefined : { service, environment }
    const { rows, more } = await listLive(
      store.reader,
      { environmentId: place.environmentId, at: query.at },
      { after, limit: query.limit },
    )
    const items = rows.map(
      (row): z.output<typeof liveItem> => ({
        service: row.service,
        environment: row.environment,
        tier: row.tier,
        release: { id: String(row.releaseId), version: row.version },
        deployment: String(row.deploymentId),
        since: timeOrNull(row.since) as string,
        until: timeOrNull(row.until),
      }),
    )
    const last = rows.at(-1)
    return page(c, items, more && last ? [last.service, last.environment] : undefined)
  })
}
