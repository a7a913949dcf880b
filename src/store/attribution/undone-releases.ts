import type { ExpressionBuilder } from 'kysely'
import { CLOCK_TOLERANCE_MS, type Undone } from '../../core/attribution/facts.ts'
import { isFixed } from '../../core/defect/defect-course.ts'
import { canonicalReference, referencesIn, repositoryOf } from '../../core/inbound/references.ts'
import { commitMentions } from '../../core/release/commit-message.ts'
import type { Db } from '../database.ts'
import type { DefectRecord } from '../defects/defects.ts'
import type { Database } from '../schema.ts'
import type { NamedReleases } from './named-releases.ts'
import { RowsAhead } from './rows-ahead.ts'

/** A roll-back or a revert so long after the first sighting was hardly the answer to it. */
export const UNDONE_WITHIN_MS = 30 * 86_400_000
const MOST_ROLLBACKS = 10
const MOST_REVERTING = 20

type Sighted = Pick<DefectRecord, 'environmentId' | 'status' | 'statusAt' | 'lastSeenAt' | 'evidence' | 'url'>

interface Service {
  readonly id: number
  readonly name: string
}

/** Releases of one service that were taken back, for one defect after the other; what was read for one serves the next. */
export class UndoneReleases {
  readonly #db: Db
  readonly #service: Service
  readonly #named: NamedReleases
  readonly #rollbacks = new Map<number | undefined, RowsAhead<Rollback>>()
  readonly #deployed: RowsAhead<{ readonly id: number; readonly at: number }>
  /** What the commits of a release say that take others back. */
  readonly #reverts = new Map<number, readonly string[]>()

  constructor(db: Db, service: Service, named: NamedReleases) {
    this.#db = db
    this.#service = service
    this.#named = named
    this.#deployed = new RowsAhead((from, to, limit) => listDeployed(db, service.id, from, to, limit))
  }

  /** Those taken back after an instant, in the environments in which the defect could have been seen. */
  async after(defect: Sighted, from: number): Promise<Undone[]> {
    return [...(await this.#rolledBack(defect, from)), ...(await this.#reverted(defect, from))]
  }

  async #rolledBack(defect: Sighted, from: number): Promise<Undone[]> {
    const { environmentId } = defect
    let rollbacks = this.#rollbacks.get(environmentId)
    if (!rollbacks) {
      rollbacks = new RowsAhead((since, to, limit) =>
        listRollbacks(this.#db, this.#service.id, environmentId, since, to, limit),
      )
      this.#rollbacks.set(environmentId, rollbacks)
    }
    return (await rollbacks.between(from, from + UNDONE_WITHIN_MS, MOST_ROLLBACKS)).map(
      ({ releaseId, at, environment }) => ({
        releaseId,
        at,
        by: 'rollback',
        environment,
        seenAfter: seenAfter(defect, at),
        namesDefect: false,
      }),
    )
  }

  /** Of the releases that came next, those whose commits take others back; each names the release that brought these. */
  async #reverted(defect: Sighted, from: number): Promise<Undone[]> {
    const deployed = await this.#deployed.between(from, from + UNDONE_WITHIN_MS, MOST_REVERTING)
    await this.#readReverts(deployed.map(({ id }) => id))
    const own = new Set([
      ...defect.evidence.links,
      ...(defect.url === undefined ? [] : [canonicalReference(defect.url)]),
    ])
    const undone = new Map<string, Undone>()
    for (const { id, at } of deployed)
      for (const message of this.#reverts.get(id) ?? []) {
        const namesDefect = referencesIn(message, repositoryOf(this.#service.name)).some((one) => own.has(one))
        for (const sha of commitMentions(message).reverts) {
          const release = await this.#named.ofNamedCommit(this.#service.id, sha)
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

  async #readReverts(releaseIds: readonly number[]): Promise<void> {
    if (releaseIds.every((id) => this.#reverts.has(id))) return
    const unread = this.#deployed.read.flatMap(({ id }) => (this.#reverts.has(id) ? [] : id))
    const rows = await listReverting(this.#db, unread)
    for (const id of unread)
      this.#reverts.set(
        id,
        rows.flatMap((row) => (row.id === id ? (row.message ?? []) : [])),
      )
  }
}

interface Rollback {
  readonly releaseId: number
  readonly at: number
  readonly environment: string
}

/** @param environmentId all of tier production when undefined */
async function listRollbacks(
  db: Db,
  serviceId: number,
  environmentId: number | undefined,
  from: number,
  to: number,
  limit: number,
): Promise<Rollback[]> {
  const rollbacks = db
    .selectFrom('deployments')
    .innerJoin('environments', 'environments.id', 'deployments.environment_id')
    .select(['replaced_release_id', 'at', 'environments.name as environment'])
    .where('service_id', '=', serviceId)
    .where('effect', '=', 'rollback')
    .where('replaced_release_id', 'is not', null)
    .where('at', '>=', from)
    .where('at', '<', to)
  const rows = await (environmentId === undefined
    ? rollbacks.where('tier', '=', 'production')
    : rollbacks.where('environment_id', '=', environmentId)
  )
    .orderBy('at')
    .orderBy('natural_key')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    releaseId: row.replaced_release_id as number,
    at: row.at,
    environment: row.environment,
  }))
}

async function listDeployed(
  db: Db,
  serviceId: number,
  from: number,
  to: number,
  limit: number,
): Promise<{ id: number; at: number }[]> {
  const rows = await db
    .selectFrom('releases')
    .select(['id', 'first_deployed_at'])
    .where('service_id', '=', serviceId)
    .where('first_deployed_at', '>=', from)
    .where('first_deployed_at', '<', to)
    .where('alias_of_id', 'is', null)
    .orderBy('first_deployed_at')
    .orderBy('version')
    .limit(limit)
    .execute()
  return rows.map(({ id, first_deployed_at }) => ({ id, at: first_deployed_at as number }))
}

/** What the commits of these releases say that take others back. */
const listReverting = (db: Db, releaseIds: readonly number[]): Promise<{ id: number; message: string | null }[]> =>
  db
    .selectFrom('releases')
    .innerJoin('release_commits', 'release_commits.release_id', 'releases.id')
    .select((eb) => [eb.fn.coalesce('alias_of_id', 'releases.id').as('id'), 'message'])
    .distinct()
    .where((eb) => eb.or([eb('releases.id', 'in', [...releaseIds]), eb('alias_of_id', 'in', [...releaseIds])]))
    .where(takesBack)
    .execute()

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
