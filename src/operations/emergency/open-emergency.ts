import type { Actor } from '../../core/emergency/approval.ts'
import { blocking, type Check } from '../../core/emergency/checks.ts'
import { STRATEGIES, type Strategy } from '../../core/emergency/suggestion.ts'
import { cleanLine } from '../../core/text/text.ts'
import type { Db, Store } from '../../store/database.ts'
import { isUniqueViolation } from '../../store/dialect.ts'
import {
  type Emergency,
  findEmergency,
  findEmergencyByForm,
  findOpenEmergency,
  insertEmergency,
} from '../../store/emergency/emergencies.ts'
import { findLinkable, findLive } from '../../store/emergency/emergency-facts.ts'
import { findEnvironment, findService } from '../../store/services/services.ts'
import type { LiveEvents } from '../live-events.ts'
import { checkEmergency } from './emergency-checks.ts'
import { reasonOf, recordStep } from './emergency-step.ts'

export interface EmergencyWish {
  readonly service: string
  readonly environment: string
  readonly strategy: string
  /** To roll back to, or to be given to the fix. */
  readonly version: string
  /** Of a hotfix: the branch or tag it is built from. */
  readonly ref?: string | undefined
  readonly reason: string
  readonly defectIds: readonly number[]
}

export type Opening =
  | { readonly kind: 'opened'; readonly emergency: Emergency }
  /** The same form or call came before. */
  | { readonly kind: 'repeated'; readonly emergency: Emergency }
  /** One is open for the place: join it. */
  | { readonly kind: 'already-open'; readonly emergency: Emergency }
  | { readonly kind: 'refused'; readonly path: string; readonly message: string }
  | { readonly kind: 'blocked'; readonly check: Check }

/**
 * Opens an emergency release. Nothing is sent to anybody by it.
 * @param request.formKey one for each form or call; the same again is the same release
 */
export async function openEmergency(
  parts: { readonly store: Store; readonly liveEvents: LiveEvents },
  wish: EmergencyWish,
  request: { readonly actor: Actor; readonly formKey: string; readonly now: number },
): Promise<Opening> {
  const { store } = parts
  const { actor, formKey, now } = request
  const before = await repeatedOf(store.db, formKey)
  if (before) return before

  const strategy = STRATEGIES.find((one) => one === wish.strategy)
  if (!strategy) return refused('strategy', 'choose rollback or hotfix')
  const service = await findService(store.db, wish.service)
  if (!service) return refused('service', 'there is no such service')
  const environment = await findEnvironment(store.db, wish.environment)
  if (!environment) return refused('environment', 'there is no such environment')
  const version = cleanLine(wish.version, 200)
  if (version === '' || version !== wish.version.trim()) return refused('version', 'is not a version')
  const reason = reasonOf(wish.reason)
  if (reason === '') return refused('reason', 'say why, for those who read it later')
  for (const id of wish.defectIds)
    if (!(await findLinkable(store.db, id))) return refused('defects', `there is no defect PF-${id}`)
  const place = {
    serviceId: service.id,
    service: service.name,
    environmentId: environment.id,
    environment: environment.name,
  }
  const checks = await checkEmergency(store.db, place, { strategy, version }, now)
  const open = await findOpenEmergency(store.db, service.id, environment.id)
  // The same form may have opened it just now.
  if (open) return (await repeatedOf(store.db, formKey)) ?? { kind: 'already-open', emergency: open }
  const block = blocking(checks)
  if (block) return { kind: 'blocked', check: block }

  const live = await findLive(store.db, place)
  try {
    const emergency = await store.transaction(async (trx) => {
      const id = await insertEmergency(trx, {
        serviceId: service.id,
        environmentId: environment.id,
        strategy,
        fromVersion: live?.version,
        targetVersion: version,
        baseVersion: strategy === 'hotfix' ? live?.version : undefined,
        ref: strategy === 'hotfix' ? cleanLine(wish.ref ?? '', 300) || undefined : undefined,
        reason,
        checks,
        formKey,
        openedBy: actor.id,
        openedName: actor.name,
        openedAt: now,
        defectIds: wish.defectIds,
      })
      const opened = (await findEmergency(trx, id)) as Emergency
      await recordStep(
        trx,
        opened,
        { actor, action: 'open', to: opened.state, detail: { version, reason, defects: wish.defectIds } },
        now,
      )
      return opened
    })
    parts.liveEvents.publish({ topic: 'emergencies', emergencyId: emergency.id })
    return { kind: 'opened', emergency }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    // Twice at the same instant: the same form, or another one for the same place.
    const same = await repeatedOf(store.db, formKey)
    if (same) return same
    const other = await findOpenEmergency(store.db, service.id, environment.id)
    if (other) return { kind: 'already-open', emergency: other }
    throw error
  }
}

async function repeatedOf(db: Db, formKey: string): Promise<Opening | undefined> {
  const emergency = await findEmergencyByForm(db, formKey)
  return emergency && { kind: 'repeated', emergency }
}

const refused = (path: string, message: string): Opening => ({ kind: 'refused', path, message })

export const isStrategy = (text: string): text is Strategy => (STRATEGIES as readonly string[]).includes(text)
