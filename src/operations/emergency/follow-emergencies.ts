import type { Logger } from 'pino'
import { verifyRelease } from '../../core/emergency/verification.ts'
import type { Db, Store } from '../../store/database.ts'
import { type Emergency, listOpenEmergencies, listSteps } from '../../store/emergency/emergencies.ts'
import { findLastDispatch } from '../../store/emergency/emergency-dispatches.ts'
import { findLive, findProgress, loadVerificationFacts } from '../../store/emergency/emergency-facts.ts'
import { getPolicy } from '../../store/emergency/emergency-settings.ts'
import type { LiveEvents } from '../live-events.ts'
import { RepeatingJob } from '../repeating-job.ts'
import { leaveApproved } from './drive-emergency.ts'
import { orStale, type StepResult, takeStep } from './emergency-step.ts'

export interface FollowParts {
  readonly store: Store
  readonly liveEvents: LiveEvents
  readonly log: Logger
  readonly clock: () => number
}

/** Often enough that a check that has passed by itself is seen to; deployments wake it at once. */
const FOLLOW_EVERY_MS = 10_000

/** Follows what deployments and defects say of the emergency releases that are open. */
export const createFollower = (parts: FollowParts): RepeatingJob =>
  new RepeatingJob({
    name: 'following emergency releases',
    everyMs: FOLLOW_EVERY_MS,
    log: parts.log,
    turn: () => followEmergencies(parts),
    news: { from: parts.liveEvents, topics: ['deployments', 'defects'] },
  })

/** Looks once at each that is open. @throws what the store throws */
export async function followEmergencies({ store, liveEvents, clock }: Omit<FollowParts, 'log'>): Promise<void> {
  for (const { id, state } of await listOpenEmergencies(store.db)) {
    if (state === 'requested') continue
    const result = await orStale(store.db, id, undefined, () =>
      store.transaction((trx) =>
        state === 'verifying' ? watchRecovery(trx, id, clock()) : followDeployment(trx, id, clock()),
      ),
    )
    if (result.kind === 'done') liveEvents.publish({ topic: 'emergencies', emergencyId: id })
  }
}

/** What a deployment event of the place says: under way, failed, live. */
async function followDeployment(trx: Db, emergencyId: number, now: number): Promise<StepResult> {
  const emergency = await getOpen(trx, emergencyId)
  if (!emergency) return { kind: 'not-found' }
  const dispatch = await findLastDispatch(trx, emergencyId)
  const progress = await findProgress(trx, emergency, dispatch && { key: dispatch.key, url: dispatch.runUrl })
  const idle: StepResult = { kind: 'stale', emergency }
  if (!progress) return idle
  const { deploymentId, version, url, status } = progress
  const system = { emergencyId, actor: undefined, seen: undefined, now }
  const detail = { by: 'deployment', version, url, deploymentId }
  const isKnown = async () =>
    (await listSteps(trx, emergencyId)).some(
      (step) => step.action === 'run-failed' && step.detail.deploymentId === deploymentId,
    )
  switch (status) {
    case 'succeeded': {
      // Dated before the approval it may be another one, by a clock that runs apart or not; then it must be live.
      const isEarly = progress.at < (emergency.approvedAt ?? 0)
      if (isEarly && (await findLive(trx, emergency))?.version !== version) return idle
      return takeStep(
        trx,
        { ...system, action: 'deployed' },
        () => ({
          ok: true,
          detail,
          facts: {
            target_version: version,
            deployed_at: Math.min(now, Math.max(progress.at, emergency.approvedAt ?? 0)),
            trouble: null,
          },
        }),
        (held) => leaveApproved(trx, held, now, `${version} went live.`),
      )
    }
    case 'failed': {
      if (await isKnown()) return idle
      const reason = `The deployment of ${version} failed.`
      return takeStep(trx, { ...system, action: 'run-failed' }, () => ({
        ok: true,
        detail: { ...detail, reason },
        facts: { trouble: reason },
      }))
    }
    case 'in-progress':
      return takeStep(
        trx,
        { ...system, action: 'deployment-began' },
        () => ({ ok: true, detail, facts: { trouble: null } }),
        (held) => leaveApproved(trx, held, now, `A deployment of ${version} began.`),
      )
  }
}

/** Something that was gone is seen again: it is said once, until it has been quiet in between. */
async function watchRecovery(trx: Db, emergencyId: number, now: number): Promise<StepResult> {
  const emergency = await getOpen(trx, emergencyId)
  if (!emergency) return { kind: 'not-found' }
  const policy = await getPolicy(trx, { id: emergency.environmentId, tier: emergency.tier })
  const facts = await loadVerificationFacts(trx, emergency, policy)
  const failed = facts ? verifyRelease(facts, now).checks.filter(({ state }) => state === 'fail') : []
  const trouble = failed.map(({ detail, title }) => `${title}: ${detail}`).join(' ')
  const idle: StepResult = { kind: 'stale', emergency }
  // The same checks in red are no news, whatever their numbers are by now.
  const titles = failed.map(({ title }) => title)
  const isNews = titles.some((title) => !(emergency.trouble ?? '').includes(`${title}: `))
  if (failed.length === 0 || !isNews) return idle
  return takeStep(trx, { emergencyId, action: 'recur', actor: undefined, seen: undefined, now }, () => ({
    ok: true,
    detail: { reason: trouble, defects: facts ? verifyRelease(facts, now).recurred : [] },
    facts: { trouble, verified_at: null },
  }))
}

async function getOpen(trx: Db, emergencyId: number): Promise<Emergency | undefined> {
  return (await listOpenEmergencies(trx)).find(({ id }) => id === emergencyId)
}
