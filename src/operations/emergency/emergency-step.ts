import { asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import type { Actor } from '../../core/emergency/approval.ts'
import {
  type EmergencyAction,
  type EmergencyState,
  isOpen,
  nextState,
  transitionOf,
} from '../../core/emergency/transitions.ts'
import { cleanText } from '../../core/text/text.ts'
import type { Db } from '../../store/database.ts'
import {
  type Emergency,
  type EmergencyStep,
  findEmergency,
  type StepDetail,
  type StepFacts,
  wasTaken,
  writeStep,
} from '../../store/emergency/emergencies.ts'
import { recordAudit } from '../audit/record-audit.ts'

/** What somebody, or the server, wants done with an emergency release. */
export interface StepRequest {
  readonly emergencyId: number
  readonly action: EmergencyAction
  /** Undefined: the server by itself. */
  readonly actor: Actor | undefined
  /** The step that the form or call has seen; undefined only for the server, which looks and acts in one transaction. */
  readonly seen: number | undefined
  /** Of the form or call: the same one again is answered as the first was. */
  readonly requestKey?: string | undefined
  readonly now: number
}

export type StepResult =
  | { readonly kind: 'done'; readonly emergency: Emergency }
  /** The same form came before; nothing was changed by this one. */
  | { readonly kind: 'repeated'; readonly emergency: Emergency }
  /** It has moved on since the page was made. */
  | { readonly kind: 'stale'; readonly emergency: Emergency }
  /** A sentence for who asked. `signIn`: after signing in again it may go. */
  | { readonly kind: 'refused'; readonly reason: string; readonly signIn?: boolean; readonly emergency: Emergency }
  | { readonly kind: 'not-found' }

/** Somebody was faster within the same instant; the transaction is undone. */
export class OvertakenStep extends Error {}

export type Permit =
  | { readonly ok: true; readonly detail?: StepDetail; readonly facts?: StepFacts }
  | { readonly ok: false; readonly reason: string; readonly signIn?: boolean }

/**
 * Does one step, inside the transaction of its caller: reads the release anew, asks `permit` for what else must hold, and
 * writes the step. What follows from it goes into `then`, after the step was written.
 * @throws OvertakenStep when a transaction beside this one was faster
 */
export async function takeStep(
  trx: Db,
  request: StepRequest,
  permit: (emergency: Emergency) => Promise<Permit> | Permit,
  then?: (emergency: Emergency) => Promise<void>,
): Promise<StepResult> {
  const { emergencyId, action, actor, now, requestKey, seen } = request
  const emergency = await findEmergency(trx, emergencyId)
  if (!emergency) return { kind: 'not-found' }
  if (requestKey !== undefined && (await wasTaken(trx, emergencyId, requestKey))) return { kind: 'repeated', emergency }
  if (seen !== undefined && seen !== emergency.step) return { kind: 'stale', emergency }
  const to = nextState(emergency.state, action)
  const { by } = transitionOf(action)
  if (to === undefined || (actor ? by === 'system' : by === 'person'))
    return { kind: 'refused', reason: `That is not possible while it is ${emergency.state}.`, emergency }
  const permitted = await permit(emergency)
  if (!permitted.ok)
    return {
      kind: 'refused',
      reason: permitted.reason,
      emergency,
      ...(permitted.signIn !== undefined && { signIn: permitted.signIn }),
    }
  const written = await writeStep(
    trx,
    emergencyId,
    {
      number: emergency.step + 1,
      at: now,
      actor: actor && { id: actor.id, name: actor.name },
      action,
      from: emergency.state,
      to,
      detail: permitted.detail ?? {},
      requestKey,
    },
    { ...(isOpen(to) ? {} : { ended_at: emergency.endedAt ?? now }), ...permitted.facts },
  )
  if (!written) throw new OvertakenStep()
  await then?.(emergency)
  const after = await findEmergency(trx, emergencyId)
  await recordStep(trx, emergency, { actor, action, to, detail: permitted.detail ?? {} }, now)
  return after ? { kind: 'done', emergency: after } : { kind: 'not-found' }
}

/** One entry of the audit log for each step that was taken; `before`: the release as it was. */
export const recordStep = (
  trx: Db,
  before: Pick<Emergency, 'id' | 'service' | 'environment' | 'state'>,
  step: {
    readonly actor: Actor | undefined
    readonly action: EmergencyStep['action']
    readonly to: EmergencyState
    readonly detail: StepDetail
  },
  now: number,
): Promise<void> =>
  recordAudit(
    trx,
    {
      actor: step.actor ? asActor(step.actor) : THE_SYSTEM,
      action: 'emergency.stepped',
      subject: { kind: 'emergency', id: before.id, name: `ER-${before.id} ${before.service} in ${before.environment}` },
      change: {
        step: step.action,
        ...(step.action === 'open' ? { to: step.to } : { from: before.state, to: step.to }),
        ...step.detail,
      },
    },
    now,
  )

/** Runs a step in a transaction; being overtaken is being stale. */
export async function orStale(
  db: Db,
  emergencyId: number,
  requestKey: string | undefined,
  work: () => Promise<StepResult>,
): Promise<StepResult> {
  try {
    return await work()
  } catch (error) {
    if (!(error instanceof OvertakenStep)) throw error
    const emergency = await findEmergency(db, emergencyId)
    if (!emergency) return { kind: 'not-found' }
    const repeated = requestKey !== undefined && (await wasTaken(db, emergencyId, requestKey))
    return { kind: repeated ? 'repeated' : 'stale', emergency }
  }
}

const LONGEST_REASON = 2_000

/** What a person wrote, as it is kept; empty: nothing. */
export const reasonOf = (text: string | undefined): string => cleanText(text ?? '', LONGEST_REASON).trim()
