import type { Occurrence } from '../../core/rules/rule.ts'
import { watchedFor } from '../../core/rules/watched-releases.ts'
import { judgeRelease } from '../../core/verdict/verdict.ts'
import type { Db } from '../../store/database.ts'
import { loadVerdictFacts } from '../../store/measures/verdict-facts.ts'
import { findLastHappened, listRecentReleases, type RecentRelease } from '../../store/rules/rule-facts.ts'
import { listWatchingRules } from '../../store/rules/rules.ts'
import { type CheckParts, checkOccurrence } from './check-rules.ts'

/** More are not judged at a time; the newest come first. */
const MOST_RELEASES = 200

/** Judges the releases that came lately and run now, where some rule waits for the verdict on one. */
export async function checkVerdicts(parts: CheckParts): Promise<void> {
  const { store, clock } = parts
  const rules = (await listWatchingRules(store.reader)).filter(({ rule }) => rule.trigger.kind === 'verdict')
  const watched = watchedFor(rules.map(({ rule }) => rule))
  if (watched === undefined) return
  const now = clock()
  const wanted = { since: now - watched, liveOnly: true, limit: MOST_RELEASES }
  for (const release of await listRecentReleases(store.reader, wanted)) {
    const tiers = rules.map(({ rule }) => rule.conditions.tiers)
    if (!tiers.some((some) => some.length === 0 || some.includes(release.environment.tier))) continue
    const occurrence = await judgeAt(store.reader, release, now)
    if (occurrence.verdict === 'suspect' || occurrence.verdict === 'watch')
      await checkOccurrence(parts, rules, occurrence)
  }
}

/** The verdict as it is then; it happened when the last of the defects was seen that it looks at. */
export async function judgeAt(db: Db, release: RecentRelease, now: number): Promise<Occurrence> {
  const { service, environment, releaseId, version, arrivedAt } = release
  const facts = await loadVerdictFacts(
    db,
    {
      releaseId,
      serviceId: service.id,
      service: service.name,
      environmentId: environment.id,
      environment: environment.name,
    },
    now,
  )
  // Some of them may have been seen elsewhere, or say nothing of where.
  const blamed = facts.brought.slice(0, 1_000).map(({ defectId }) => defectId)
  const lastBlamed = (await findLastHappened(db, blamed, now)) ?? 0
  const seen = facts.release.sightings.map(({ at }) => at).filter((at) => at <= now)
  return {
    kind: 'verdict',
    at: Math.max(arrivedAt, facts.rolledBackAt ?? 0, lastBlamed, ...seen.slice(-1_000)),
    service,
    environment,
    release: { id: releaseId, version, arrivedAt },
    verdict: judgeRelease(facts, now).word,
  }
}
