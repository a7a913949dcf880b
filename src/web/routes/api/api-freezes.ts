import { z } from 'zod'
import { freezeState } from '../../../core/time/freeze.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import { endFreezeNow, type FreezeResult, makeFreeze } from '../../../operations/services/set-freezes.ts'
import { parseWith } from '../../../sources/reading/payload.ts'
import { type FreezeRow, findFreeze, listFreezes } from '../../../store/deployments/freezes.ts'
import { auditActorOf } from '../../actor.ts'
import { page, resolvePlace, timeOrNull } from '../../api/api-answers.ts'
import type { freezeItem } from '../../api/api-schemas.ts'
import { cursorOf } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { badInput, notFoundProblem, problem } from '../../problems.ts'
import { instantParameter, limitParameter, nameParameter, readQuery } from '../../query.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { readJsonBody } from '../../server/body.ts'
import { mustMayChange } from '../../service-limit.ts'

export const freezesQuery = z.object({
  service: nameParameter.optional().meta({ description: 'Those of all services are among the answers.' }),
  environment: nameParameter.optional(),
  at: instantParameter.optional().meta({ description: 'In force at this instant; absent: all, past and planned.' }),
  limit: limitParameter,
  cursor: cursorOf(z.tuple([z.int(), z.int()])).optional(),
})

export const freezeBody = z.strictObject({
  service: nameParameter.optional().meta({ description: 'Absent: all services.' }),
  environment: nameParameter,
  from: instantParameter.optional().meta({ description: 'Absent: now.' }),
  to: instantParameter,
  reason: z.string().min(1).max(500),
})

/** Freezes: listed, made, and ended before their time. */
export function registerFreezeRoutes(
  routes: Routes,
  deps: Pick<Deps, 'store' | 'config' | 'clock' | 'liveEvents'>,
): void {
  const { store, clock, config } = deps

  routes.get('/api/v1/freezes', { scope: 'read' }, async (c) => {
    const query = readQuery(c, freezesQuery)
    if (query instanceof Response) return query
    const place = await resolvePlace(c, store, query)
    if (place instanceof Response) return place
    const [from, id] = query.cursor ?? []
    const { at } = query
    const { rows, more } = await listFreezes(
      store.reader,
      { ...place, during: at === undefined ? undefined : { from: at, to: at + 1 } },
      { after: from === undefined || id === undefined ? undefined : { from, id }, limit: query.limit },
    )
    const last = rows.at(-1)
    const now = clock()
    return page(
      c,
      rows.map((row) => toItem(row, now)),
      more && last ? [last.from, last.id] : undefined,
    )
  })

  routes.post('/api/v1/freezes', { scope: 'freezes:write', perService: true }, async (c) => {
    const body = await readJsonBody(c, deps.config.maxBodyBytes)
    if (body instanceof Response) return body
    const parsed = parseWith(freezeBody as z.ZodType<z.output<typeof freezeBody>>, body.value)
    if (!parsed.ok) return badInput(c, parsed.problems)
    mustMayChange(c, [parsed.value.service])
    const now = clock()
    const wanted = { ...parsed.value, service: parsed.value.service, from: parsed.value.from ?? now }
    return await answer(c, await makeFreeze(deps, wanted, { ...auditActorOf(c, config), at: now }), 201)
  })

  routes.delete('/api/v1/freezes/:id', { scope: 'freezes:write', perService: true }, async (c) => {
    const id = idIn(c)
    const known = id === undefined ? undefined : await findFreeze(store.db, id)
    if (id === undefined || !known) return noSuchFreeze(c)
    mustMayChange(c, [known.service])
    return await answer(c, await endFreezeNow(deps, id, { ...auditActorOf(c, config), at: clock() }), 200)
  })

  async function answer(c: Ctx, result: FreezeResult, status: 200 | 201): Promise<Response> {
    if (result.kind === 'refused') return badInput(c, result.problems)
    if (result.kind === 'over')
      return problem(c, 409, { title: 'Over already', detail: 'This freeze is over; nothing was changed.' })
    const freeze = result.kind === 'done' ? await findFreeze(store.db, result.id) : undefined
    return freeze ? c.json(toItem(freeze, clock()), status) : noSuchFreeze(c)
  }
}

const idIn = (c: Ctx): number | undefined => {
  const text = c.req.param('id') ?? ''
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined
}

const noSuchFreeze = (c: Ctx): Response => notFoundProblem(c, 'There is no freeze with this id.')

const toItem = (row: FreezeRow, now: number): z.output<typeof freezeItem> => ({
  id: String(row.id),
  service: row.service ?? null,
  environment: row.environment,
  from: formatInstant(row.from),
  to: formatInstant(row.to),
  reason: row.reason,
  state: freezeState(row, now),
  createdBy: row.createdBy,
  createdAt: formatInstant(row.createdAt),
  changedBy: row.changedBy ?? null,
  changedAt: timeOrNull(row.changedAt),
  endedBy: row.endedBy ?? null,
  endedAt: timeOrNull(row.endedAt),
})
