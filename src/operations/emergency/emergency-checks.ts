import { type Check, type CiFacts, runChecks } from '../../core/emergency/checks.ts'
import { judgeCandidate } from '../../core/emergency/rollback-target.ts'
import type { Strategy } from '../../core/emergency/suggestion.ts'
import { frozenSentence } from '../../core/time/freeze.ts'
import { findTrigger } from '../../outbound/ci/index.ts'
import type { TriggerParts } from '../../outbound/ci/trigger.ts'
import type { Db } from '../../store/database.ts'
import { listLocks } from '../../store/deployments/deploy-locks.ts'
import { listInForce } from '../../store/deployments/freezes.ts'
import { findOpenEmergency } from '../../store/emergency/emergencies.ts'
import {
  type EmergencyPlace,
  findAutoSync,
  findCandidate,
  findKnownRelease,
  findLive,
  listDeploying,
  loadMigrations,
} from '../../store/emergency/emergency-facts.ts'
import { type CiTarget, findCiTarget } from '../../store/emergency/emergency-settings.ts'
import type { SecretBox } from '../access/secret-box.ts'
import { openTarget } from './ci-targets.ts'

export interface Wanted {
  readonly strategy: Strategy
  readonly version: string
}

/**
 * The checks of what is wanted for a place, from what the store has.
 * @param ci what is known of CI, when it was asked
 * @param own the emergency release that they are for, which is no other
 */
export async function checkEmergency(
  db: Db,
  place: EmergencyPlace,
  wanted: Wanted,
  now: number,
  { ci, own }: { readonly ci?: CiFacts | undefined; readonly own?: number | undefined } = {},
): Promise<Check[]> {
  const { strategy, version } = wanted
  const live = await findLive(db, place)
  const known = await findKnownRelease(db, place.serviceId, version)
  const candidate = strategy === 'rollback' ? await findCandidate(db, place, version, now) : undefined
  const other = await findOpenEmergency(db, place.serviceId, place.environmentId)
  const target = await findCiTarget(db, place.serviceId, place.environmentId)
  return runChecks({
    service: place.service,
    environment: place.environment,
    strategy,
    version,
    live: live?.version,
    target: candidate && judgeCandidate(candidate),
    versionKnown: known !== undefined,
    artifact: known?.artifact,
    otherEmergency: other && other.id !== own ? `ER-${other.id}` : undefined,
    deploying: await listDeploying(db, place, now),
    locks: [
      ...(await listLocks(db, place)).filter(({ kind }) => kind === 'manual').map(({ reason }) => reason),
      ...(await listInForce(db, place, now)).map(frozenSentence),
    ],
    migrations: await loadMigrations(db, place.serviceId, known?.releaseId, live?.releaseId),
    ci: ci ?? (target ? { kind: 'not-asked', target: targetName(target) } : { kind: 'none' }),
    autoSync: await findAutoSync(db, place),
  })
}

/** Asks CI whether it is there; a few seconds at most. */
export async function askCi(
  parts: TriggerParts & { readonly secretBox: SecretBox },
  target: CiTarget | undefined,
): Promise<CiFacts> {
  if (!target) return { kind: 'none' }
  const opened = openTarget(parts.secretBox, target)
  const name = targetName(target)
  if (!opened.ok) return { kind: 'refused', target: name, reason: opened.reason }
  const answer = await opened.trigger.checkReachable(opened.target, parts)
  return answer.kind === 'reachable'
    ? { kind: 'reachable', target: name, detail: answer.detail }
    : { kind: answer.kind, target: name, reason: answer.reason }
}

/** In a few words, without secrets. */
export function targetName(target: CiTarget): string {
  const trigger = findTrigger(target.kind)
  const read = trigger?.readSettings(JSON.parse(target.settingsJson))
  return trigger && read?.ok ? `${trigger.label}, ${trigger.nameOf(read.settings)}` : target.kind
}
