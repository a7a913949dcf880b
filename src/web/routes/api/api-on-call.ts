import { z } from 'zod'
import { shownName } from '../../../core/oncall/on-call.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import { whoIsOnCall } from '../../../operations/oncall/who-is-on-call.ts'
import { findService } from '../../../store/services/services.ts'
import { unknownName } from '../../api/api-answers.ts'
import type { onCallAnswer } from '../../api/api-on-call-schemas.ts'
import type { Deps } from '../../deps.ts'
import { badInput } from '../../problems.ts'
import { nameParameter, readQuery } from '../../query.ts'
import type { Routes } from '../../routes.ts'

export const onCallQuery = z.object({
  service: nameParameter.optional().meta({ description: 'Absent: by the schedule of all services.' }),
})

/** Who is on call, for chat commands and other tools that page. */
export function registerOnCallApiRoutes(routes: Routes, { store, clock }: Pick<Deps, 'store' | 'clock'>): void {
  routes.get('/api/v1/on-call', { scope: 'read' }, async (c) => {
    const query = readQuery(c, onCallQuery)
    if (query instanceof Response) return query
    const service = query.service === undefined ? undefined : await findService(store.reader, query.service)
    if (query.service !== undefined && !service) return badInput(c, [unknownName('service', query.service)])
    const now = clock()
    const found = await whoIsOnCall(store.reader, service?.id, now)
    const until = found?.now?.until
    return c.json<z.output<typeof onCallAnswer>>({
      service: service?.name ?? null,
      at: formatInstant(now),
      schedule: found ? (found.own ? 'own' : 'all-services') : null,
      now: found?.now
        ? { name: shownName(found.now.name), until: until === undefined ? null : formatInstant(until) }
        : null,
      next: found?.next ? { name: shownName(found.next.name), from: formatInstant(found.next.from) } : null,
      trouble: found?.trouble ?? null,
    })
  })
}
