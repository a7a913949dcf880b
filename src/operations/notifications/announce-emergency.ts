import type { Actor } from '../../core/emergency/approval.ts'
import type { EmergencyAction } from '../../core/emergency/transitions.ts'
import { stepSentence } from '../../core/emergency/words.ts'
import type { EmergencyEvent } from '../../core/notifications/announcement.ts'
import type { Db } from '../../store/database.ts'
import type { Emergency, StepDetail } from '../../store/emergency/emergencies.ts'
import { announce } from './announce.ts'

/** What each step is for those who are told; steps that are missing here are in the timeline alone. */
const EVENT_OF: Readonly<Partial<Record<'open' | EmergencyAction, EmergencyEvent>>> = {
  open: 'emergency-requested',
  'choose-version': 'emergency-requested',
  approve: 'emergency-approved',
  'deployment-began': 'emergency-deploying',
  deployed: 'emergency-deployed',
  recur: 'emergency-red',
  verify: 'emergency-verified',
  close: 'emergency-closed',
  cancel: 'emergency-failed',
  'give-up': 'emergency-failed',
  'not-sent': 'emergency-needs-person',
  'not-known': 'emergency-needs-person',
  'run-failed': 'emergency-needs-person',
}

/** Tells of a step of an emergency release, in the transaction that takes it. */
export async function announceStep(
  trx: Db,
  emergency: Emergency,
  step: {
    readonly action: 'open' | EmergencyAction
    readonly actor: Pick<Actor, 'name'> | undefined
    readonly detail: StepDetail
  },
  now: number,
): Promise<void> {
  const event = EVENT_OF[step.action]
  if (!event) return
  const { id, strategy, service, environment, targetVersion } = emergency
  await announce(
    trx,
    {
      event,
      key: `${event}:${id}:${emergency.step}`,
      at: now,
      service,
      environment,
      emergencyId: id,
      strategy,
      version: targetVersion,
      sentence: stepSentence(step),
    },
    now,
  )
}
