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
import { type EmergencyPlace, findLinkable, findLive } from '../../store/emergency/emergency-facts.ts'
import { findEnvironment, findService } from '../../store/services/services.ts'
import type { LiveEvents } from '../live-events.ts'
import { announceStep } from '../notifications/announce-emergency.ts'
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
  const { formKey, now } = request
  const before = await repeatedOf(store.db, formKey)
  if (before) return before

  const read = await readWish(store.db, wish, formKey, now)
  if (read.kind !== 'wanted') return read
  const { place } = read.fresh
  try {
    const emergency = await store.transaction((trx) => insertOpened(trx, read.fresh, request))
    parts.liveEvents.publish({ topic: 'emergencies', emergencyId: emergency.id })
    return { kind: 'opened', emergency }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    // Twice at the same instant: the same form, or another one for the same place.
    const same = await repeatedOf(store.db, formKey)
    if (same) return same
    const other = await findOpenEmergency(store.db, place.serviceId, place.environmentId)
    if (other) return { kind: 'already-open', emergency: other }
    throw error
  }
}

/**
 * The same inside a transaction of the caller, who publishes it.
 * @throws what is a unique violation when somebody opened one at the same instant; the transaction is undone then
 */
export async function openWithin(
  trx: Db,
  wish: EmergencyWish,
  request: { readonly actor: Actor; readonly formKey: string; readonly now: number },
): Promise<Opening> {
  const read = await readWish(trx, wish, request.formKey, request.now)
  return read.kind === 'wanted' ? { kind: 'opened', emergency: await insertOpened(trx, read.fresh, request) } : read
}

interface WantedEmergency {
  readonly place: EmergencyPlace
  readonly strategy: Strategy
  readonly version: string
  readonly ref: string | undefined
  readonly reason: string
  readonly checks: readonly Check[]
  readonly defectIds: readonly number[]
}

async function readWish(
  db: Db,
  wish: EmergencyWish,
  formKey: string,
  now: number,
): Promise<{ readonly kind: 'wanted'; readonly fresh: WantedEmergency } | Opening> {
  const strategy = STRATEGIES.find((one) => one === wish.strategy)
  if (!strategy) return refused('strategy', 'choose rollback or hotfix')
  const service = await findService(db, wish.service)
  if (!service) return refused('service', 'there is no such service')
  const environment = await findEnvironment(db, wish.environment)
  if (!environment) return refused('environment', 'there is no such environment')
  const version = cleanLine(wish.version, 200)
  if (version === '' || version !== wish.version.trim()) return refused('version', 'is not a version')
  const reason = reasonOf(wish.reason)
  if (reason === '') return refused('reason', 'say why, for those who read it later')
  for (const id of wish.defectIds)
    if (!(await findLinkable(db, id))) return refused('defects', `there is no defect PF-${id}`)
  const place = {
    serviceId: service.id,
    service: service.name,
    environmentId: environment.id,
    environment: environment.name,
  }
  const checks = await checkEmergency(db, place, { strategy, version }, now)
  const open = await findOpenEmergency(db, service.id, environment.id)
  // The same form may have opened it just now.
  if (open) return (await repeatedOf(db, formKey)) ?? { kind: 'already-open', emergency: open }
  const block = blocking(checks)
  if (block) return { kind: 'blocked', check: block }
  const ref = cleanLine(wish.ref ?? '', 300) || undefined
  return { kind: 'wanted', fresh: { place, strategy, version, ref, reason, checks, defectIds: wish.defectIds } }
}

async function insertOpened(
  trx: Db,
  { place, strategy, version, ref, reason, checks, defectIds }: WantedEmergency,
  { actor, formKey, now }: { readonly actor: Actor; readonly formKey: string; readonly now: number },
): Promise<Emergency> {
  const live = await findLive(trx, place)
  const id = await insertEmergency(trx, {
    serviceId: place.serviceId,
    environmentId: place.environmentId,
    strategy,
    fromVersion: live?.version,
    targetVersion: version,
    baseVersion: strategy === 'hotfix' ? live?.version : undefined,
    ref: strategy === 'hotfix' ? ref : undefined,
    reason,
    checks,
    formKey,
    openedBy: actor.id,
    openedName: actor.name,
    openedAt: now,
    defectIds,
  })
  const emergency = (await findEmergency(trx, id)) as Emergency
  const detail = { version, reason, defects: defectIds }
  await recordStep(trx, emergency, { actor, action: 'open', to: emergency.state, detail }, now)
  await announceStep(trx, emergency, { action: 'open', actor, detail }, now)
  return emergency
}

async function repeatedOf(db: Db, formKey: string): Promise<Opening | undefined> {
  const emergency = await findEmergencyByForm(db, formKey)
  return emergency && { kind: 'repeated', emergency }
}

const refused = (path: string, message: string): Opening => ({ kind: 'refused', path, message })

export const isStrategy = (text: string): text is Strategy => (STRATEGIES as readonly string[]).includes(text)
