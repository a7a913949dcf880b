import type { Actor } from '../../core/emergency/approval.ts'
import { verifyRelease } from '../../core/emergency/verification.ts'
import { stepSentence } from '../../core/emergency/words.ts'
import { draftEmergency } from '../../operations/emergency/draft-emergency.ts'
import { driveEmergency, type EmergencyCommand } from '../../operations/emergency/drive-emergency.ts'
import { openEmergency } from '../../operations/emergency/open-emergency.ts'
import { findEmergency, listSteps } from '../../store/emergency/emergencies.ts'
import { loadVerificationFacts } from '../../store/emergency/emergency-facts.ts'
import { getPolicy } from '../../store/emergency/emergency-settings.ts'
import { findEnvironment, findService } from '../../store/services/services.ts'
import type { Deps } from '../../web/deps.ts'
import { driveParts } from '../../web/routes/api/api-emergencies.ts'

/** Where the history goes wrong, and in which environment it is noticed. */
export interface StoryPlace {
  readonly service: string
  readonly environment: string
  /** Of the release that goes wrong. */
  readonly version: string
}

export interface StoryParts {
  readonly deps: Deps
  /** Two that do not approve their own. */
  readonly people: { readonly opens: StoryPerson; readonly approves: StoryPerson }
  readonly tell: (line: string) => void
  /** Aborted when the demo ends. */
  readonly stopping: AbortSignal
  readonly lookEveryMs?: number
}

export interface StoryPerson {
  readonly userId: number
  readonly name: string
}

export class StoryEnded extends Error {}

/**
 * Plays one emergency release as two people would: opened from the gravest defect, approved, followed until the fix is
 * seen to hold, closed. What it says is what is on disk.
 * @returns the number of the emergency release
 * @throws StoryEnded, with why, when it cannot go on
 */
export async function playStory(parts: StoryParts, place: StoryPlace): Promise<number> {
  const { deps, people, tell } = parts
  const { store, clock } = deps
  const at = await placeOf(deps, place)
  const defect = await gravestOpen(deps, at.serviceId)
  tell(
    `PF-${defect.id} ${defect.severity}, suspect ${place.version} (${Math.round(defect.probability * 100)} %): ${defect.title}`,
  )

  const draft = await draftEmergency(
    { db: store.db, secretBox: deps.secretBox, rules: { allow: deps.config.outbound.allow }, clock },
    at,
    { defectId: defect.id },
  )
  tell(`Suggested: ${draft.suggestion.strategy} to ${draft.version}. ${draft.suggestion.because}`)
  const opening = await openEmergency(
    deps,
    {
      service: place.service,
      environment: place.environment,
      strategy: draft.strategy,
      version: draft.version,
      reason: draft.reason,
      defectIds: [...draft.linked],
    },
    { actor: actorOf(people.opens, clock()), formKey: 'story', now: clock() },
  )
  if (opening.kind !== 'opened' && opening.kind !== 'repeated')
    throw new StoryEnded(`The emergency release could not be opened (${opening.kind}).`)
  const { id } = opening.emergency
  tell(`${deps.config.publicUrl}/emergency/ER-${id}`)

  const told = new Set<number>()
  await drive(parts, id, people.approves, { do: 'approve' })
  await followUntilVerified(parts, id, told)
  await drive(parts, id, people.approves, { do: 'verify' })
  await drive(parts, id, people.opens, { do: 'close' })
  await tellSteps(parts, id, told)
  return id
}

async function placeOf({ store }: Deps, place: StoryPlace) {
  const service = await findService(store.db, place.service)
  const environment = await findEnvironment(store.db, place.environment)
  if (!service || !environment) throw new StoryEnded(`${place.service} in ${place.environment} is not known.`)
  return { serviceId: service.id, service: service.name, environmentId: environment.id, environment: environment.name }
}

async function gravestOpen({ store }: Deps, serviceId: number) {
  const row = await store.db
    .selectFrom('defects')
    .select(['id', 'title', 'severity', 'suspect_probability'])
    .where('service_id', '=', serviceId)
    .where('open', '=', 1)
    .where('merged_into_id', 'is', null)
    .where('suspect_release_id', 'is not', null)
    .orderBy('severity')
    .orderBy('occurrences', 'desc')
    .executeTakeFirst()
  if (!row) throw new StoryEnded('No open defect has a suspect.')
  return { ...row, probability: row.suspect_probability ?? 0 }
}

const actorOf = ({ userId, name }: StoryPerson, now: number): Actor => ({
  id: `user:${userId}`,
  name,
  kind: 'person',
  mayFire: true,
  signedInAt: now,
})

async function drive({ deps }: StoryParts, id: number, person: StoryPerson, command: EmergencyCommand): Promise<void> {
  const now = deps.clock()
  const emergency = await findEmergency(deps.store.db, id)
  const result = await driveEmergency(
    driveParts(deps),
    {
      emergencyId: id,
      actor: actorOf(person, now),
      seen: emergency?.step ?? 0,
      requestKey: `story-${command.do}`,
      now,
    },
    command,
  )
  if (result.kind !== 'done' && result.kind !== 'repeated')
    throw new StoryEnded(`${command.do}: ${result.kind === 'refused' ? result.reason : result.kind}`)
}

/** Tells each step once it is taken, and each check once it passes, until all do. */
async function followUntilVerified(parts: StoryParts, id: number, told: Set<number>): Promise<void> {
  const { deps, tell, stopping, lookEveryMs = 500 } = parts
  const passed = new Set<string>()
  for (;;) {
    if (stopping.aborted) throw new StoryEnded('The demo ended.')
    await tellSteps(parts, id, told)
    const emergency = await findEmergency(deps.store.db, id)
    if (emergency?.state === 'verifying') {
      const policy = await getPolicy(deps.store.db, { id: emergency.environmentId, tier: emergency.tier })
      const facts = await loadVerificationFacts(deps.store.db, emergency, policy)
      const verification = facts && verifyRelease(facts, deps.clock())
      for (const check of verification?.checks ?? [])
        if (check.state === 'pass' && !passed.has(check.kind)) {
          passed.add(check.kind)
          tell(`  seen: ${check.title}`)
        }
      if (verification?.state === 'pass') return
      if (verification?.state === 'fail') throw new StoryEnded('It did not hold.')
    } else if (emergency?.trouble !== undefined) throw new StoryEnded(emergency.trouble)
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}

async function tellSteps({ deps, tell }: StoryParts, id: number, told: Set<number>): Promise<void> {
  for (const step of await listSteps(deps.store.db, id)) {
    if (told.has(step.number)) continue
    told.add(step.number)
    tell(`  ${stepSentence(step)}`)
  }
}
