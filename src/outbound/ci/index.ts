import { SYSTEM_TRIGGERS } from './systems.ts'
import type { CiTrigger } from './trigger.ts'
import { webhookTrigger } from './webhook.ts'

/** The kinds of CI that can be asked for a run; a new one is added to systems.ts. */
export const CI_TRIGGERS: readonly CiTrigger[] = [...SYSTEM_TRIGGERS, webhookTrigger]

export const findTrigger = (kind: string): CiTrigger | undefined => CI_TRIGGERS.find((one) => one.kind === kind)
