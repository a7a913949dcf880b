import { z } from 'zod'
import { TIME_NAMES, type TimeName } from '../../../core/defect/defect-times.ts'
import { cleanLine } from '../../../core/text/text.ts'
import { parseInstant } from '../../../core/time/instant.ts'
import { changeDefect, type DefectChange } from '../../../operations/defects/change-defect.ts'
import { parseWith } from '../../../sources/reading/payload.ts'
import { listActiveUsers } from '../../../store/access/users.ts'
import type { Store } from '../../../store/database.ts'
import { findDefect } from '../../../store/defects/defect-queries.ts'
import { findReleaseId } from '../../../store/releases/release-queries.ts'
import { auditActorOf } from '../../actor.ts'
import { defectStatus, severity } from '../../api/api-schemas.ts'
import type { Deps } from '../../deps.ts'
import { badInput, problem } from '../../problems.ts'
import { releaseName } from '../../query.ts'
import type { Routes } from '../../routes.ts'
import { readJsonBody } from '../../server/body.ts'
import { mustMayChangeDefects } from '../../service-limit.ts'
import { answerDefect, defectIdIn, noSuchDefect } from './api-defects.ts'

const bodyInstant = z
  .string()
  .transform((text, context) => {
    const at = parseInstant(text)
    if (at !== undefined) return at
    context.addIssue({ code: 'custom', message: 'must be an RFC 3339 time such as 2026-11-22T21:10:00Z' })
    return z.NEVER
  })
  .meta({ format: 'date-time' })

const reason = z.string().min(1).max(10_000)

/** One decision a request, so that a refused one leaves nothing half done. */
export const defectPatch = z
  .strictObject({
    status: defectStatus.optional(),
    fixedIn: z
      .array(
        z
          .string()
          .min(1)
          .max(200)
          .refine((version) => cleanLine(version, 200) === version, 'is not a version'),
      )
      .max(50)
      .optional()
      .meta({
        description:
          'Versions that fix it, or next-release, next-production-release. With status or alone; an empty list takes back what people said.',
      }),
    severity: severity.optional(),
    assignee: z
      .string()
      .regex(/^\d{1,15}$/)
      .nullable()
      .optional()
      .meta({ description: 'Id of a user; null: nobody.' }),
    comment: z.string().min(1).max(10_000).optional(),
    attribution: z
      .strictObject({
        decision: z.enum(['confirmed', 'chosen', 'not-a-change', 'undone']),
        release: releaseName
          .optional()
          .meta({ description: 'As service@version; confirmed: absent is the first suspect.' }),
      })
      .optional(),
    times: z
      .strictObject(
        Object.fromEntries(TIME_NAMES.map((name) => [name, bodyInstant.nullable().optional()])) as Record<
          TimeName,
          z.ZodOptional<z.ZodNullable<typeof bodyInstant>>
        >,
      )
      .refine((times) => Object.keys(times).length > 0, 'must name at least one time')
      .optional()
      .meta({ description: 'RFC 3339; null takes back what a person set.' }),
    reason: reason.optional().meta({ description: 'Why; with status or attribution.' }),
  })
  .meta({
    description:
      'Exactly one of status, severity, assignee, comment, attribution and times; fixedIn with status or alone.',
  })

type Patch = z.output<typeof defectPatch>
const DECISIONS = ['status', 'severity', 'assignee', 'comment', 'attribution', 'times'] as const

/** Changes of one defect by a person or a script: status with fixed in, severity, assignee, comment, attribution, times. */
export function registerDefectChangeRoutes(
  routes: Routes,
  deps: Pick<Deps, 'store' | 'config' | 'clock' | 'liveEvents'>,
): void {
  routes.patch('/api/v1/defects/:id', { scope: 'defects:write', perService: true }, async (c) => {
    const body = await readJsonBody(c, deps.config.maxBodyBytes)
    if (body instanceof Response) return body
    const parsed = parseWith(defectPatch as z.ZodType<Patch>, body.value)
    if (!parsed.ok) return badInput(c, parsed.problems)
    const misuse = misuseIn(parsed.value)
    if (misuse) return badInput(c, [misuse])

    const defectId = defectIdIn(c)
    if (defectId === undefined) return noSuchDefect(c)
    await mustMayChangeDefects(c, deps.store.db, [defectId])
    const change = await changeIn(parsed.value, deps.store, defectId)
    if ('path' in change) return badInput(c, [change])
    const actor = auditActorOf(c, deps.config)
    const result = await changeDefect(deps, { defectId, actor, now: deps.clock(), change })
    if (result.kind === 'not-found') return noSuchDefect(c)
    if (result.kind === 'refused') return problem(c, 422, { title: 'Not changed', detail: result.reason })
    return answerDefect(c, deps.store, deps.store.db)
  })
}

/** What fits the schema and still makes no sense. */
function misuseIn(patch: Patch): { path: string; message: string } | undefined {
  const given = DECISIONS.filter((name) => patch[name] !== undefined)
  if (patch.fixedIn && given.length === 0)
    return patch.reason ? { path: 'reason', message: 'goes with status or attribution' } : undefined
  if (given.length !== 1)
    return {
      path: given[1] ?? '',
      message: `exactly one of ${DECISIONS.join(', ')} must be given, not ${given.length}`,
    }
  if (patch.fixedIn && patch.status === undefined) return { path: 'fixedIn', message: 'goes with status or alone' }
  if (patch.reason && patch.status === undefined && !patch.attribution)
    return { path: 'reason', message: 'goes with status or attribution' }
  const { decision, release } = patch.attribution ?? {}
  if (decision === 'chosen' && !release) return { path: 'attribution.release', message: 'is required' }
  if ((decision === 'not-a-change' || decision === 'undone') && release)
    return { path: 'attribution.release', message: `does not go with ${decision}` }
  return undefined
}

/** The change with its names looked up, or what is wrong with one of them. */
async function changeIn(
  patch: Patch,
  store: Store,
  defectId: number,
): Promise<DefectChange | { path: string; message: string }> {
  if (patch.status) return { kind: 'status', status: patch.status, fixedIn: patch.fixedIn, reason: patch.reason }
  if (patch.fixedIn) return { kind: 'fixed-in', fixedIn: patch.fixedIn }
  if (patch.severity) return { kind: 'severity', severity: patch.severity }
  if (patch.times) return { kind: 'times', times: patch.times }
  if (patch.comment) return { kind: 'comment', text: patch.comment }
  if (!patch.attribution) {
    const userId = patch.assignee == null ? null : Number(patch.assignee)
    const people = userId === null ? [] : await listActiveUsers(store.reader)
    if (userId !== null && !people.some(({ id }) => id === userId))
      return { path: 'assignee', message: 'there is no such user' }
    return { kind: 'assignee', userId }
  }
  const { decision, release } = patch.attribution
  if (decision === 'undone') return { kind: 'attribution', decision: { kind: 'undone' } }
  if (decision === 'not-a-change')
    return { kind: 'attribution', decision: { kind: 'not-a-change', reason: patch.reason ?? '' } }
  const releaseId = release
    ? await findReleaseId(store.reader, release.service, release.version)
    : (await findDefect(store.reader, defectId))?.suspectReleaseId
  if (releaseId === undefined)
    return {
      path: 'attribution.release',
      message: release ? 'there is no such release' : 'there is no suspect to confirm',
    }
  return { kind: 'attribution', decision: { kind: decision, releaseId, reason: patch.reason } }
}
