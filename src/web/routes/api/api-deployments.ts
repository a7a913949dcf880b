import { z } from 'zod'
import { formatInstant } from '../../../core/time/instant.ts'
import { type DeploymentListRow, listDeployments } from '../../../store/deployments/deployment-list.ts'
import { page, placeFilter, resolvePlace, timeOrNull } from '../../api/api-answers.ts'
import { type deploymentItem, deploymentStatus } from '../../api/api-schemas.ts'
import { cursorOf } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { anyOf, instantParameter, limitParameter, nameParameter, readQuery } from '../../query.ts'
import type { Routes } from '../../routes.ts'

export const deploymentsQuery = z.object({
  service: nameParameter.optional(),
  environment: nameParameter.optional(),
  status: anyOf(deploymentStatus.options).optional(),
  from: instantParameter.optional().meta({ description: 'At or after this instant.' }),
  to: instantParameter.optional().meta({ description: 'Before this instant.' }),
  limit: limitParameter,
  cursor: cursorOf(z.tuple([z.int(), z.int()])).optional(),
})

/** Deployments, newest first. */
export function registerDeploymentApiRoutes(routes: Routes, { store }: Pick<Deps, 'store'>): void {
  routes.get('/api/v1/deployments', { scope: 'read' }, async (c) => {
    const query = readQuery(c, deploymentsQuery)
    if (query instanceof Response) return query
    const place = await resolvePlace(c, store, query)
    if (place instanceof Response) return place
    const [at, id] = query.cursor ?? []
    const { rows, more } = await listDeployments(
      store.reader,
      { ...placeFilter(place), statuses: query.status, from: query.from, to: query.to },
      { after: at === undefined || id === undefined ? undefined : { at, id }, limit: query.limit },
    )
    const last = rows.at(-1)
    return page(c, rows.map(toItem), more && last ? [last.at, last.id] : undefined)
  })
}

const toItem = (row: DeploymentListRow): z.output<typeof deploymentItem> => ({
  id: String(row.id),
  service: row.service,
  environment: row.environment,
  release: row.release ? { id: String(row.release.id), version: row.release.version } : null,
  commit: row.commit ?? null,
  status: row.status,
  action: row.action,
  effect: row.effect ?? null,
  at: formatInstant(row.at),
  startedAt: timeOrNull(row.startedAt),
  finishedAt: timeOrNull(row.finishedAt),
  replaced: row.replaced ?? null,
  url: row.url ?? null,
  actor: row.actor ?? null,
  source: row.source,
  senderId: row.senderKey ?? null,
})
