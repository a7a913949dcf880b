import { randomUUID } from 'node:crypto'
import type { EmergencyPageProps } from '../../../views/emergency/detail-page.tsx'
import { judgeApproval } from '../../core/emergency/approval.ts'
import { expectationOf } from '../../core/emergency/progress.ts'
import { verifyRelease } from '../../core/emergency/verification.ts'
import { listOtherVersions } from '../../operations/emergency/draft-emergency.ts'
import { targetMark } from '../../operations/emergency/drive-emergency.ts'
import { checkEmergency, targetName } from '../../operations/emergency/emergency-checks.ts'
import { whoIsOnCall } from '../../operations/oncall/who-is-on-call.ts'
import { type Emergency, listDurations, listEmergencyDefects, listSteps } from '../../store/emergency/emergencies.ts'
import { listAttempts, listDispatches } from '../../store/emergency/emergency-dispatches.ts'
import { isS1Open, loadVerificationFacts, occurrencesPerMinute } from '../../store/emergency/emergency-facts.ts'
import { findCiTarget, getPolicy } from '../../store/emergency/emergency-settings.ts'
import { findFiringOf } from '../../store/rules/rule-firings.ts'
import { actorOf } from '../actor.ts'
import type { Deps } from '../deps.ts'
import type { Ctx } from '../routes.ts'

const HOUR_MS = 3_600_000

/** Everything the page of an emergency release shows, read from what is committed: a page that lags would mislead. */
export async function loadEmergencyPage(
  c: Ctx,
  deps: Deps,
  emergency: Emergency,
  problem: EmergencyPageProps['problem'],
): Promise<Omit<EmergencyPageProps, 'auditHref'>> {
  const { db } = deps.store
  const now = deps.clock()
  const actor = actorOf(c)
  const principal = c.get('principal')
  const isWaiting = emergency.state === 'requested' || emergency.state === 'approved'
  const policy = await getPolicy(db, { id: emergency.environmentId, tier: emergency.tier })
  const target = await findCiTarget(db, emergency.serviceId, emergency.environmentId)
  const facts = await loadVerificationFacts(db, emergency, policy)
  const dispatches = await listDispatches(db, emergency.id)
  const defects = await listEmergencyDefects(db, emergency.id)
  const until = emergency.endedAt ?? now
  const [dispatch] = dispatches
  return {
    emergency,
    problem,
    dispatch,
    dispatches,
    defects,
    now,
    target: target && { name: targetName(target), mark: targetMark(target) },
    checks: isWaiting
      ? await checkEmergency(db, emergency, { strategy: emergency.strategy, version: emergency.targetVersion }, now, {
          own: emergency.id,
        })
      : [],
    approval: judgeApproval(
      policy.approval,
      { openedBy: emergency.openedBy, actor, s1Open: isWaiting && (await isS1Open(db, emergency)), reason: '' },
      now,
    ),
    mayFire: actor.mayFire,
    mayChange: principal?.kind === 'user' && principal.role !== 'viewer',
    verification: facts && verifyRelease(facts, until),
    expectation:
      emergency.approvedAt === undefined
        ? undefined
        : expectationOf(dispatch?.finishedAt ?? emergency.approvedAt, await listDurations(db, emergency)),
    form: {
      csrfToken: principal?.kind === 'user' ? principal.csrfToken : '',
      step: emergency.step,
      key: randomUUID(),
    },
    steps: await listSteps(db, emergency.id),
    attempts: await listAttempts(db, emergency.id),
    occurrences: await occurrencesPerMinute(
      db,
      defects.map(({ id }) => id),
      Math.max(emergency.openedAt - HOUR_MS, until - 2 * HOUR_MS),
      until,
    ),
    onCall: emergency.endedAt === undefined ? await whoIsOnCall(db, emergency.serviceId, now) : undefined,
    alsoHere: othersHere(c, deps, emergency),
    firing: emergency.openedBy.startsWith('rule:') ? await findFiringOf(db, emergency.id) : undefined,
    others: isWaiting ? await listOtherVersions(db, emergency, now) : [],
  }
}

/** Names of others who look at it right now; whoever asks is seen to look from then on. */
export function othersHere(c: Ctx, { liveEvents, monotonic }: Deps, { id, endedAt }: Emergency): string[] {
  const principal = c.get('principal')
  return principal?.kind === 'user' && endedAt === undefined ? liveEvents.presence.look(id, principal, monotonic()) : []
}
