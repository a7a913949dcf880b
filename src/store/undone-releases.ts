import type { ExpressionBuilder } from 'kysely'
import { CLOCK_TOLERANCE_MS, type Undone } from '../core/attribution/facts.ts'
import { commitMentions } from '../core/commit-message.ts'
import { isFixed } from '../core/defect-course.ts'
import { canonicalReference, referencesIn, repositoryOf } from '../core/references.ts'
import type { Db } from './database.ts'
import type { DefectRecord } from './defects.ts'
import { findNamedCommit } from './named-releases.ts'
import type { Database } from './schema.ts'

/** A roll-back or a revert so long after the first sighting was hardly the answer to it. */
export const UNDONE_WITHIN_MS = 30 * 86_400_000
const MOST_ROLLBACKS = 10
const MOST_REVERTING = 20

type Sighted = Pick<
  DefectRecord,
  'service' | 'environmentId' | 'status' | 'statusAt' | 'lastSeenAt' | 'evidence' | 'url'
>

/** Releases that were taken back after an instant, in the environments in which the defect could have been seen. */
export async function listUndone(db: Db, defect: Sighted, from: number): Promise<Undone[]> {
  if (!defect.service) return []
  return [
    ...(await listRollbacks(db, defect, defect.service.id, from)),
    ...(await listReverts(db, defect, defect.service, from)),
  ]
}

async function listRollbacks(db: Db, defect: Sighted, serviceId: number, from: number): Promise<Undone[]> {
  let rollbacks = db
    .selectFrom('deployments')
    .innerJoin('environments', 'environments.id', 'deployments.environment_id')
    .select(['replaced_release_id', 'at', 'environments.name as environment'])
    .where('service_id', '=', serviceId)
    .where('effect', '=', 'rollback')
    .where('replaced_release_id', 'is not', null)
    .where('at', '>=', from)
    .where('at', '<', from + UNDONE_WITHIN_MS)
  rollbacks =
    defect.environmentId === undefined
      ? rollbacks.where('tier', '=', 'production')
      : rollbacks.where('environment_id', '=', defect.environmentId)
  const rows = await rollbacks.orderBy('at').orderBy('natural_key').limit(MOST_ROLLBACKS).execute()
  return rows.map((row) => ({
    releaseId: row.replaced_release_id as number,
    at: row.at,
    by: 'rollback',
    environment: row.environment,
    seenAfter: seenAfter(defect, row.at),
    namesDefect: false,
  }))
}

/** Of the releases that came next, those whose commits take others back; each names the release that brought these. */
async function listReverts(
  db: Db,
  defect: Sighted,
  service: { readonly id: number; readonly name: string },
  from: number,
): Promise<Undone[]> {
  const reverting = await db
    .selectFrom('releases')
    .select(['id', 'first_deployed_at'])
    .where('service_id', '=', service.id)
    .where('first_deployed_at', '>=', from)
    .where('first_deployed_at', '<', from + UNDONE_WITHIN_MS)
    .where('alias_of_id', 'is', null)
    .orderBy('first_deployed_at')
    .orderBy('version')
    .limit(MOST_REVERTING)
    .execute()
  if (reverting.length === 0) return []
  const deployedAt = new Map(reverting.map((row) => [row.id, row.first_deployed_at as number]))
  const rows = await db
    .selectFrom('releases')
    .innerJoin('release_commits', 'release_commits.release_id', 'releases.id')
    .select((eb) => [eb.fn.coalesce('alias_of_id', 'releases.id').as('id'), 'message'])
    .distinct()
    .where((eb) =>
      eb.or([eb('releases.id', 'in', [...deployedAt.keys()]), eb('alias_of_id', 'in', [...deployedAt.keys()])]),
    )
    .where(takesBack)
    .execute()
  const own = new Set([...defect.evidence.links, ...(defect.url === undefined ? [] : [canonicalReference(defect.url)])])
  const undone = new Map<string, Undone>()
  for (const { id, message } of rows) {
    const at = deployedAt.get(id)
    if (at === undefined || message === null) continue
    const namesDefect = referencesIn(message, repositoryOf(service.name)).some((reference) => own.has(reference))
    for (const sha of commitMentions(message).reverts) {
      const release = await findNamedCommit(db, service.id, sha)
      if (!release) continue
      const held = undone.get(`${release.id} ${at}`)
      undone.set(`${release.id} ${at}`, {
        releaseId: release.id,
        at,
        by: 'revert',
        environment: undefined,
        seenAfter: seenAfter(defect, at),
        namesDefect: namesDefect || held?.namesDefect === true,
      })
    }
  }
  return [...undone.values()].sort((a, b) => a.at - b.at || a.releaseId - b.releaseId)
}

/** Commits that say they revert others; what exactly is read from the words. */
const takesBack = (eb: ExpressionBuilder<Database, 'release_commits'>) => eb('message', 'like', '%everts commit%')

/** Whether a release contains commits that take others back. */
export async function takesCommitsBack(db: Db, releaseId: number): Promise<boolean> {
  const row = await db
    .selectFrom('release_commits')
    .select('sha')
    .where('release_id', '=', releaseId)
    .where(takesBack)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Silence says something only once somebody has said that it is over. */
function seenAfter(defect: Sighted, at: number): boolean | undefined {
  if (defect.lastSeenAt > at + CLOCK_TOLERANCE_MS) return true
  return isFixed(defect.status) && defect.statusAt >= at ? false : undefined
}
