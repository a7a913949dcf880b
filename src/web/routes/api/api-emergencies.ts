import { z } from 'zod'
import { verifyRelease } from '../../../core/emergency/verification.ts'
import { stepSentence } from '../../../core/emergency/words.ts'
import { formatInstant } from '../../../core/time/instant.ts'
import { driveEmergency, type EmergencyCommand } from '../../../operations/emergency/drive-emergency.ts'
import type { StepResult } from '../../../operations/emergency/emergency-step.ts'
import { openEmergency } from '../../../operations/emergency/open-emergency.ts'
import { reportRun } from '../../../operations/emergency/report-run.ts'
import { parseWith } from '../../../sources/reading/payload.ts'
import {
  type Emergency,
  findEmergency,
  listEmergencies,
  listEmergencyDefects,
  listSteps,
} from '../../../store/emergency/emergencies.ts'
import { listDispatches } from '../../../store/emergency/emergency-dispatches.ts'
import { loadVerificationFacts } from '../../../store/emergency/emergency-facts.ts'
import { getPolicy } from '../../../store/emergency/emergency-settings.ts'
import { actorOf } from '../../actor.ts'
import { page, resolvePlace, timeOrNull } from '../../api/api-answers.ts'
import * as schemas from '../../api/api-emergency-schemas.ts'
import { cursorOf } from '../../api/cursor.ts'
import type { Deps } from '../../deps.ts'
import { badInput, notFoundProblem, problem } from '../../problems.ts'
import { anyOf, limitParameter, nameParameter, readQuery } from '../../query.ts'
import type { Ctx, Policy, Routes } from '../../routes.ts'
import { readJsonBody } from '../../server/body.ts'
import { mustMayChange, mustMayChangeDefects } from '../../service-limit.ts'

export const emergenciesQuery = z.object({
  service: nameParameter.optional(),
  environment: nameParameter.optional(),
  state: anyOf(schemas.emergencyState.options).optional(),
  limit: limitParameter,
  cursor: cursorOf(z.tuple([z.int()])).optional(),
})

const FIRE = { scope: 'releases:fire', perService: true } as const
/** Opening is for engineers, sending for release managers, as on the pages. */
const FOR_RELEASE_MANAGERS: ReadonlySet<string> = new Set(['approval', 'dispatch'])

/** Emergency releases: lists, one with all that is known of it, and every step that a program may do. */
export function registerEmergencyApiRoutes(routes: Routes, deps: Deps): void {
  const { store } = deps
  routes.get('/api/v1/emergency-releases', { scope: 'read' }, async (c) => {
    const query = readQuery(c, emergenciesQuery)
    if (query instanceof Response) return query
    const place = await resolvePlace(c, store, query)
    if (place instanceof Response) return place
    const { rows, more } = await listEmergencies(
      store.reader,
      { ...place, states: query.state },
      { before: query.cursor?.[0], limit: query.limit },
    )
    const last = rows.at(-1)
    return page(
      c,
      rows.map((row) => toItem(row, deps)),
      more && last ? [last.id] : undefined,
    )
  })

  routes.get('/api/v1/emergency-releases/:id', { scope: 'read' }, async (c) => {
    const id = emergencyIdIn(c)
    const emergency = id === undefined ? undefined : await findEmergency(store.reader, id)
    return emergency ? c.json(await toDetails(emergency, deps)) : noSuchEmergency(c)
  })

  routes.post('/api/v1/emergency-releases', FIRE, async (c) => {
    const wish = await readAs(c, deps, schemas.emergencyWish)
    if (wish instanceof Response) return wish
    const key = c.req.header('Idempotency-Key') ?? ''
    if (!/^[\x21-\x7e]{1,200}$/.test(key))
      return badInput(c, [{ path: 'Idempotency-Key', message: 'is required: 1 to 200 printable characters' }])
    mustMayChange(c, [wish.service])
    await mustMayChangeDefects(c, store.db, (wish.defects ?? []).map(idIn))
    const actor = actorOf(c, deps.config)
    const opening = await openEmergency(
      deps,
      { ...wish, defectIds: (wish.defects ?? []).map(idIn) },
      // Of this caller: nobody else's call can have made it.
      { actor, formKey: `api:${actor.id}:${key}`, now: deps.clock() },
    )
    switch (opening.kind) {
      case 'opened':
        return c.json(await toDetails(opening.emergency, deps), 201)
      case 'repeated':
        return c.json(await toDetails(opening.emergency, deps))
      case 'already-open':
        return conflict(c, deps, opening.emergency, `ER-${opening.emergency.id} is open for this place. Join it.`)
      case 'refused':
        return badInput(c, [{ path: opening.path, message: opening.message }])
      case 'blocked':
        return problem(c, 422, {
          title: 'A check does not pass',
          detail: [opening.check.title, opening.check.detail].filter(Boolean).join('. '),
        })
    }
  })

  const step = <Body extends { readonly step: number }>(
    name: string,
    schema: z.ZodType<Body>,
    toCommand: (body: Body) => EmergencyCommand | { readonly path: string; readonly message: string },
  ) =>
    routes.post(`/api/v1/emergency-releases/:id/${name}`, policyOf(name), async (c) => {
      const body = await readAs(c, deps, schema)
      if (body instanceof Response) return body
      const command = toCommand(body)
      if ('path' in command) return badInput(c, [command])
      const id = emergencyIdIn(c)
      if (id === undefined) return noSuchEmergency(c)
      await mustMayDrive(c, deps, id, command)
      const actor = actorOf(c, deps.config)
      const key = c.req.header('Idempotency-Key')
      const result = await driveEmergency(
        driveParts(deps),
        {
          emergencyId: id,
          actor,
          seen: body.step,
          requestKey: key === undefined ? undefined : `api:${actor.id}:${key.slice(0, 200)}`,
          now: deps.clock(),
        },
        command,
      )
      return answerStep(c, deps, result)
    })

  step('approval', schemas.approvalBody, ({ reason }) => ({ do: 'approve', reason }))
  step('dispatch', schemas.dispatchBody, ({ decision, url, reason, version }) => {
    switch (decision) {
      case 'send-again':
        return { do: decision }
      case 'run-started':
        return { do: decision, url }
      case 'run-failed':
      case 'deployed':
        return reason === undefined ? { path: 'reason', message: 'is required' } : { do: decision, reason }
      case 'choose-version':
        return version === undefined ? { path: 'version', message: 'is required' } : { do: decision, version }
    }
  })
  step('verification', schemas.verificationBody, ({ reason }) => ({ do: 'verify', reason }))
  step('closure', schemas.closureBody, ({ fixed }) => ({ do: 'close', fixed: fixed?.map(idIn) }))
  step('cancellation', schemas.cancellationBody, ({ reason, as }) => ({
    do: as === 'failed' ? 'give-up' : 'cancel',
    reason,
  }))

  routes.post('/api/v1/emergency-releases/:id/run', { scope: 'deployments:write', perService: true }, async (c) => {
    const body = await readAs(c, deps, schemas.runBody)
    if (body instanceof Response) return body
    const id = emergencyIdIn(c)
    mustMayChange(c, [id === undefined ? undefined : (await findEmergency(store.db, id))?.service])
    const result = id === undefined ? undefined : await reportRun(deps, id, body, deps.clock())
    return result === undefined || result.kind === 'unknown-key'
      ? noSuchEmergency(c)
      : c.json(await toDetails(result.emergency, deps))
  })
}

const policyOf = (step: string): Policy =>
  FOR_RELEASE_MANAGERS.has(step) ? { ...FIRE, role: 'release-manager' } : FIRE

/** An emergency release is of its service; closing one also changes the defects that it fixed. */
export async function mustMayDrive(
  c: Ctx,
  deps: Pick<Deps, 'store'>,
  id: number,
  command: EmergencyCommand,
): Promise<void> {
  mustMayChange(c, [(await findEmergency(deps.store.db, id))?.service])
  if (command.do === 'close') await mustMayChangeDefects(c, deps.store.db, command.fixed ?? [])
}

export const driveParts = (deps: Deps) => ({
  store: deps.store,
  liveEvents: deps.liveEvents,
  publicUrl: deps.config.publicUrl,
  onReady: () => deps.dispatcher.wake(),
})

async function readAs<Value>(c: Ctx, deps: Deps, schema: z.ZodType<Value>): Promise<Value | Response> {
  const body = await readJsonBody(c, deps.config.maxBodyBytes)
  if (body instanceof Response) return body
  const parsed = parseWith(schema, body.value)
  return parsed.ok ? parsed.value : badInput(c, parsed.problems)
}

async function answerStep(c: Ctx, deps: Deps, result: StepResult): Promise<Response> {
  switch (result.kind) {
    case 'done':
    case 'repeated':
      return c.json(await toDetails(result.emergency, deps))
    case 'stale':
      return conflict(c, deps, result.emergency, `It has moved on; it is at step ${result.emergency.step} now.`)
    case 'refused':
      return result.signIn
        ? problem(c, 403, { title: 'Sign in again', detail: result.reason })
        : conflict(c, deps, result.emergency, result.reason)
    case 'not-found':
      return noSuchEmergency(c)
  }
}

/** 409 with how it stands now, so that whoever asked can decide anew. */
async function conflict(c: Ctx, deps: Deps, emergency: Emergency, detail: string): Promise<Response> {
  const document = {
    type: 'about:blank',
    title: 'Not changed',
    status: 409,
    detail,
    emergencyRelease: await toDetails(emergency, deps),
  }
  return c.body(JSON.stringify(document), 409, {
    'Content-Type': 'application/problem+json',
    'Cache-Control': 'no-store',
    'X-Request-Id': c.get('requestId') ?? '',
  })
}

const noSuchEmergency = (c: Ctx): Response => notFoundProblem(c, 'There is no such emergency release.')

/** `ER-27` or `27`. */
export function emergencyIdIn(c: Ctx): number | undefined {
  const [, digits] = /^(?:ER-)?([1-9]\d{0,14})$/i.exec(c.req.param('id') ?? '') ?? []
  return digits === undefined ? undefined : Number(digits)
}

const idIn = (text: string): number => Number(text.replace(/^PF-/, ''))

const toItem = (row: Emergency, { config }: Deps): z.output<typeof schemas.emergencyItem> => ({
  id: String(row.id),
  name: `ER-${row.id}`,
  service: row.service,
  environment: row.environment,
  strategy: row.strategy,
  state: row.state,
  step: row.step,
  version: row.targetVersion,
  from: row.fromVersion ?? null,
  ref: row.ref ?? null,
  reason: row.reason,
  trouble: row.trouble ?? null,
  openedBy: row.openedName,
  openedAt: formatInstant(row.openedAt),
  approvedBy: row.approvedName ?? null,
  approvedAt: timeOrNull(row.approvedAt),
  approvedAs: row.approvedAs ?? null,
  deployedAt: timeOrNull(row.deployedAt),
  verifiedAt: timeOrNull(row.verifiedAt),
  endedAt: timeOrNull(row.endedAt),
  reviewDue: row.needsReview && row.reviewedAt === undefined,
  url: `${config.publicUrl}/emergency/ER-${row.id}`,
})

export async function toDetails(emergency: Emergency, deps: Deps): Promise<z.output<typeof schemas.emergencyDetails>> {
  const { db } = deps.store
  const policy = await getPolicy(db, { id: emergency.environmentId, tier: emergency.tier })
  const facts = await loadVerificationFacts(db, emergency, policy)
  const verification = facts && verifyRelease(facts, emergency.endedAt ?? deps.clock())
  const [defects, dispatches, steps] = [
    await listEmergencyDefects(db, emergency.id),
    await listDispatches(db, emergency.id),
    await listSteps(db, emergency.id),
  ]
  return {
    ...toItem(emergency, deps),
    defects: defects.map(({ id, title, severity, status }) => ({ id: String(id), title, severity, status })),
    checks: emergency.checks.map((check) => ({ ...check, detail: check.detail ?? null })),
    verification: verification
      ? {
          state: verification.state,
          until: timeOrNull(verification.until),
          checks: verification.checks.map(({ kind, state, title, detail }) => ({ kind, state, title, detail })),
        }
      : null,
    requests: dispatches.map((one) => ({
      key: one.key,
      state: one.state,
      target: one.targetName,
      attempts: one.attempt,
      reason: one.reason ?? null,
      run: one.runUrl ?? null,
      needsDecision: one.state === 'unknown' && one.dueAt === undefined && emergency.state === 'approved',
    })),
    timeline: steps.map((one) => ({
      step: one.number,
      at: formatInstant(one.at),
      by: one.actor?.name ?? null,
      action: one.action,
      state: one.to,
      text: stepSentence(one),
    })),
  }
}
