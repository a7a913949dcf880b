import type { CiTrigger } from './trigger.ts'
import { webhookTrigger } from './webhook.ts'

/** The kinds of CI that can be asked for a run; a new one is added here. */
export const CI_TRIGGERS: readonly CiTrigger[] = [webhookTrigger]

export const findTrigger = (kind: string): CiTrigger | undefined => CI_TRIGGERS.find((one) => one.kind === kind)
