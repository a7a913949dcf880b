import { z } from 'zod'
import {
  type IdentityResult,
  mergeDefects,
  splitDefect,
  takeBackIdentity,
} from '../../../operations/defects/merge-defects.ts'
import { parseWith } from '../../../sources/reading/payload.ts'
import { auditActorOf } from '../../actor.ts'
import type { Deps } from '../../deps.ts'
import { badInput, problem } from '../../problems.ts'
import type { Ctx, Routes } from '../../routes.ts'
import { readJsonBody } from '../../server/body.ts'
import { mustMayChangeDefects } from '../../service-limit.ts'
import { answerDefect, defectIdIn, noSuchDefect } from './api-defects.ts'

const reason = z.string().min(1).max(10_000).meta({ description: 'Why; it is shown with what was said.' })
const numericId = z
  .string()
  .regex(/^[1-9]\d{0,14}$/)
  .transform(Number)

export const defectMerge = z.strictObject({
  into: z
    .string()
    .regex(/^(?:PF-)?[1-9]\d{0,14}$/)
    .transform((text) => Number(text.replace(/^PF-/, '')))
    .meta({ description: 'The defect that stays, such as PF-40.' }),
  reason,
})

export const defectSplit = z.strictObject({
  reports: z
    .array(numericId)
    .min(1)
    .max(500)
    .meta({ description: 'Ids of some of its reports; at least one must be left.' }),
  reason,
})

export const identityUndo = z.strictObject({
  decision: numericId.meta({ description: 'Id of the merge or split, from the identity of the defect.' }),
})

/** Which reports are one defect, said by a person or a script, and taken back. */
export function registerDefectIdentityApiRoutes(
  routes: Routes,
  deps: Pick<Deps, 'store' | 'config' | 'clock' | 'liveEvents'>,
): void {
  const asking = (c: Ctx) => ({ actor: auditActorOf(c, deps.config), now: deps.clock() })
  const take = <Body>(
    name: string,
    schema: z.ZodType<Body>,
    work: (c: Ctx, defectId: number, body: Body) => Promise<Response>,
  ) =>
    routes.post(`/api/v1/defects/:id/${name}`, { scope: 'defects:write', perService: true }, async (c) => {
      const body = await readJsonBody(c, deps.config.maxBodyBytes)
      if (body instanceof Response) return body
      const parsed = parseWith(schema, body.value)
      if (!parsed.ok) return badInput(c, parsed.problems)
      const defectId = defectIdIn(c)
      if (defectId === undefined) return noSuchDefect(c)
      await mustMayChangeDefects(c, deps.store.db, [defectId])
      return work(c, defectId, parsed.value)
    })

  take('merge', defectMerge as z.ZodType<z.output<typeof defectMerge>>, async (c, fromId, { into, reason: why }) => {
    await mustMayChangeDefects(c, deps.store.db, [into])
    const result = await mergeDefects(deps, { fromId, intoId: into, reason: why, ...asking(c) })
    return refusalOf(c, result) ?? answerDefect(c, deps.store, deps.store.db)
  })

  take(
    'split',
    defectSplit as z.ZodType<z.output<typeof defectSplit>>,
    async (c, defectId, { reports, reason: why }) => {
      const result = await splitDefect(deps, { defectId, reportIds: reports, reason: why, ...asking(c) })
      const refusal = refusalOf(c, result)
      if (refusal || result.kind !== 'changed') return refusal ?? noSuchDefect(c)
      c.header('Location', `/api/v1/defects/PF-${result.other}`)
      return answerDefect(c, deps.store, deps.store.db, { id: result.other, status: 201 })
    },
  )

  take('undo', identityUndo as z.ZodType<z.output<typeof identityUndo>>, async (c, defectId, { decision }) => {
    const result = await takeBackIdentity(deps, { defectId, wordId: decision, ...asking(c) })
    return refusalOf(c, result) ?? answerDefect(c, deps.store, deps.store.db)
  })
}

function refusalOf(c: Ctx, result: IdentityResult): Response | undefined {
  switch (result.kind) {
    case 'changed':
      return undefined
    case 'not-found':
      return noSuchDefect(c)
    case 'refused':
      return problem(c, 422, { title: 'Not changed', detail: result.reason })
    case 'conflict':
      return problem(c, 409, { title: 'Not changed', detail: result.reason })
  }
}
