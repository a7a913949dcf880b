import { sql } from 'kysely'
import type { ReleaseKind, Severity } from '../../core/event.ts'
import type { Arrival, Replacement } from '../../core/trends/facts.ts'
import type { BroughtDefect } from '../../core/trends/release-quality.ts'
import type { Db } from '../database.ts'
import { columnAsJson, inColumn } from '../dialect.ts'
import { isOneOf } from '../services/of-services.ts'
import type { TrendPlace } from './place.ts'
import { listServiceNames } from './services.ts'

/** The newest of a stretch of time, at most so many; the oldest of them first. */
export async function listArrivals(
  db: Db,
  { environmentId, serviceIds }: TrendPlace,
  { from, to }: { readonly from: number; readonly to: number },
  most: number,
): Promise<Arrival[]> {
  const newest = db
    .selectFrom('first_deployments as f')
    .innerJoin('releases as r', 'r.id', 'f.release_id')
    .select(['f.release_id', 'f.service_id', 'r.version', 'r.kind', 'f.at'])
    .where('f.environment_id', '=', environmentId)
    .where(isOneOf('f.service_id', serviceIds))
    .where('f.at', '>=', from)
    .where('f.at', '<', to)
    .where('r.quarantine', 'is', null)
    .orderBy('f.at', 'desc')
    .orderBy('f.release_id', 'desc')
    .limit(most)
  const [services, columns] = await Promise.all([
    listServiceNames(db),
    db
      .selectFrom(newest.as('newest'))
      .select([columnAsJson(db, 'release_id').as('releases'), columnAsJson(db, 'service_id').as('services')])
      .select([columnAsJson(db, 'version').as('versions'), columnAsJson(db, 'kind').as('kinds')])
      .select(columnAsJson(db, 'at').as('times'))
      .executeTakeFirst(),
  ])
  const serviceIdOf = inColumn<number>(columns?.services)
  const versions = inColumn<string>(columns?.versions)
  const kinds = inColumn<ReleaseKind>(columns?.kinds)
  const times = inColumn<number>(columns?.times)
  return inColumn<number>(columns?.releases)
    .map((releaseId, i): Arrival => {
      const serviceId = serviceIdOf[i] as number
      return {
        releaseId,
        serviceId,
        service: services.get(serviceId) ?? '',
        version: versions[i] as string,
        kind: kinds[i] as ReleaseKind,
        at: times[i] as number,
      }
    })
    .sort((a, b) => a.at - b.at || a.releaseId - b.releaseId)
}

/**
 * The defects that were first seen in the environment and for which one of the releases is the one suspected, or said,
 * to have brought them.
 */
export async function listDefectsOf(
  db: Db,
  { environmentId }: TrendPlace,
  releaseIds: readonly number[],
): Promise<BroughtDefect[]> {
  const columns = await db
    .selectFrom(selectDefectsOf(db, environmentId, releaseIds).as('found'))
    .select([columnAsJson(db, 'suspect_release_id').as('releases'), columnAsJson(db, 'severity').as('severities')])
    .select(columnAsJson(db, 'first_seen_at').as('times'))
    .executeTakeFirst()
  const severities = inColumn<Severity>(columns?.severities)
  const times = inColumn<number>(columns?.times)
  return inColumn<number>(columns?.releases).map((releaseId, i) => ({
    releaseId,
    severity: severities[i] as Severity,
    at: times[i] as number,
  }))
}

/** By the index of releases, whatever SQLite has counted. */
export const selectDefectsOf = (db: Db, environmentId: number, releaseIds: readonly number[]) =>
  db
    .selectFrom('defects')
    .select(['suspect_release_id', 'severity', 'first_seen_at'])
    .where('suspect_release_id', 'in', [...releaseIds])
    // The plus is for SQLite, which counts a part of an index and may then take a whole environment for a few rows.
    .where(sql`+environment_id`, '=', environmentId)
    .where('merged_into_id', 'is', null)
    .where('attribution', '!=', 'not-a-change')

/** How these releases were replaced when that was no plain deployment, in order of time. */
export async function listTroubledReplacements(
  db: Db,
  { environmentId }: TrendPlace,
  releaseIds: readonly number[],
): Promise<Replacement[]> {
  const rows = await db
    .selectFrom('deployments as d')
    .innerJoin('releases as r', 'r.id', 'd.release_id')
    .select(['d.replaced_release_id', 'd.effect', 'r.kind', 'r.version', 'd.at'])
    .where('d.replaced_release_id', 'in', [...releaseIds])
    .where('d.environment_id', '=', environmentId)
    .where('d.effect', 'in', ['deploy', 'rollback'])
    .where((eb) => eb.or([eb('d.effect', '=', 'rollback'), eb('r.kind', '=', 'emergency')]))
    .orderBy('d.at')
    .orderBy('d.id')
    .execute()
  return rows.map((row) => ({
    releaseId: row.replaced_release_id as number,
    kind: row.effect === 'rollback' ? 'rollback' : 'emergency',
    by: row.version,
    at: row.at,
  }))
}
