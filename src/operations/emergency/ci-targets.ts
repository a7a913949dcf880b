import { type Asked, type Asker, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import type { Problem } from '../../core/event.ts'
import { judgeUrl, type OutboundAllow, refusalSentence } from '../../core/outbound-rule.ts'
import { findTrigger } from '../../outbound/ci/index.ts'
import type { CiTrigger, Target } from '../../outbound/ci/trigger.ts'
import type { Db, Store } from '../../store/database.ts'
import {
  type CiTarget,
  deleteCiTarget,
  findCiTarget,
  findCiTargetById,
  listCiTargets,
  saveCiTarget,
} from '../../store/emergency/emergency-settings.ts'
import { findEnvironment, findService } from '../../store/services/services.ts'
import { SealBroken, type SealedPlace, type SecretBox } from '../access/secret-box.ts'
import { makeStandardKey } from '../access/secret-token.ts'
import { recordAudit } from '../audit/record-audit.ts'

export type TargetSaved =
  /** `secret`: one that was made just now, to be shown once. */
  | { readonly kind: 'saved'; readonly id: number; readonly secret: string | undefined }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }

/**
 * Sets which CI is asked for a service in an environment, in place of the one before.
 * @param wanted.secret empty: the one there is stays, or one is made where the kind of CI allows it
 */
export async function saveTarget(
  parts: { readonly store: Store; readonly secretBox: SecretBox; readonly allow: OutboundAllow },
  wanted: {
    readonly service: string
    readonly environment: string
    readonly kind: string
    readonly settings: unknown
    readonly secret: string
  },
  { now, ...by }: Asker & { readonly now: number },
): Promise<TargetSaved> {
  const trigger = findTrigger(wanted.kind)
  if (!trigger) return refused('kind', 'choose a kind of CI')
  const service = await findService(parts.store.db, wanted.service)
  if (!service) return refused('service', 'there is no such service')
  const environment = await findEnvironment(parts.store.db, wanted.environment)
  if (!environment) return refused('environment', 'there is no such environment')
  const read = trigger.readSettings(wanted.settings)
  if (!read.ok) return { kind: 'refused', problems: read.problems }
  for (const address of trigger.addressesOf(read.settings)) {
    const judged = judgeUrl(address, parts.allow)
    if (!judged.ok) return refused('url', refusalSentence(judged.refusal))
  }
  const held = await findCiTarget(parts.store.db, service.id, environment.id)
  const secret = wanted.secret.trim()
  // Anything else could not stand in a header.
  if (secret !== '' && !/^[\x21-\x7e]{1,1000}$/.test(secret))
    return refused('secret', 'must be one line without blanks')
  const made =
    secret === '' && !(held?.kind === wanted.kind) && trigger.secret.generated ? makeStandardKey() : undefined
  if (secret === '' && !made && held?.kind !== wanted.kind) return refused('secret', 'is needed')
  const kept = secret || made
  const id = await parts.store.transaction(async (trx) => {
    const id = await saveCiTarget(
      trx,
      {
        serviceId: service.id,
        environmentId: environment.id,
        kind: trigger.kind,
        settingsJson: JSON.stringify(read.settings),
        seal: kept === undefined ? undefined : (target) => parts.secretBox.seal(placeOf(target), kept),
      },
      { name: by.name, now },
    )
    const change = {
      kind: trigger.kind,
      // Not whole: the path or query of an address may be what lets its callers in.
      hosts: trigger.addressesOf(read.settings).map((address) => new URL(address).host),
      newSecret: kept !== undefined,
    }
    const subject = targetSubject({ id, service: service.name, environment: environment.name })
    await recordAudit(trx, { actor: asActor(by), action: 'ci-target.changed', subject, change }, now)
    return id
  })
  return { kind: 'saved', id, secret: made }
}

const refused = (path: string, message: string): TargetSaved => ({ kind: 'refused', problems: [{ path, message }] })

export const removeTarget = (store: Store, id: number, { now, by = THE_SYSTEM }: Asked): Promise<boolean> =>
  store.transaction(async (trx) => {
    const target = await findCiTargetById(trx, id)
    if (!target || !(await deleteCiTarget(trx, id))) return false
    const subject = targetSubject(target)
    await recordAudit(trx, { actor: asActor(by), action: 'ci-target.removed', subject }, now)
    return true
  })

const targetSubject = (target: { readonly id: number; readonly service: string; readonly environment: string }) => ({
  kind: 'ci-target',
  id: target.id,
  name: `${target.service} in ${target.environment}`,
})

export type OpenedTarget =
  | { readonly ok: true; readonly trigger: CiTrigger; readonly target: Target }
  /** A sentence. */
  | { readonly ok: false; readonly reason: string }

/** A target ready to be called. Never throws for what is stored. */
export function openTarget(secretBox: SecretBox, target: CiTarget): OpenedTarget {
  const trigger = findTrigger(target.kind)
  if (!trigger) return { ok: false, reason: `This version knows no CI of kind ${target.kind}.` }
  const read = trigger.readSettings(JSON.parse(target.settingsJson))
  if (!read.ok) return { ok: false, reason: 'Its settings cannot be read; save them again.' }
  try {
    const secret = secretBox.open(placeOf(target.id), target.sealedSecret)
    return { ok: true, trigger, target: { settings: read.settings, secret } }
  } catch (error) {
    if (!(error instanceof SealBroken)) throw error
    return { ok: false, reason: 'Its secret cannot be opened with this key file; enter it again.' }
  }
}

/** Opens every secret once, as the start does with the sources'. @throws SealBroken */
export async function assertTargetsOpen(db: Db, secretBox: SecretBox): Promise<void> {
  for (const target of await listCiTargets(db)) secretBox.open(placeOf(target.id), target.sealedSecret)
}

const placeOf = (id: number): SealedPlace => ({ purpose: 'ci_targets.sealed_secret', row: String(id) })
