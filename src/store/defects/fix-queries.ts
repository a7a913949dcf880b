import type { RegressionAnswer } from '../../core/defect/regression.ts'
import { containsFix } from '../../core/defect/regression.ts'
import { type OrderRule, readVersion } from '../../core/release/version.ts'
import type { Db } from '../database.ts'
import { findKnownRelease, readContained } from '../releases/known-releases.ts'
import { byTier } from '../releases/release-list.ts'
import { fixedVersions, type StoredFix } from './judgements.ts'

/** What is shown of the fixes of a defect: where they are live, whether they held. */

/** An environment, and what runs there. */
export interface LivePlace {
  readonly environment: string
  readonly version: string
}

/**
 * For each version that fixes a defect, the environments whose release contains that fix, production first. Nothing is
 * known of that without a service.
 */
export async function findLiveFixes(
  db: Db,
  defect: {
    readonly serviceId: number | undefined
    readonly order: OrderRule | undefined
    readonly fixes: readonly StoredFix[]
  },
): Promise<ReadonlyMap<string, readonly LivePlace[]>> {
  const { serviceId, order } = defect
  const versions = fixedVersions(defect.fixes)
  const places = new Map<string, LivePlace[]>(versions.map((version) => [version, []]))
  if (versions.length === 0 || serviceId === undefined || !order) return places
  const live = await db
    .selectFrom('live_intervals as l')
    .innerJoin('environments as e', 'e.id', 'l.environment_id')
    .innerJoin('releases as r', 'r.id', 'l.release_id')
    .select(['e.name', 'e.tier', 'r.version'])
    .where('l.service_id', '=', serviceId)
    .where('l.to_at', 'is', null)
    .execute()
  const fixes = await Promise.all(
    versions.map(async (text) => {
      const release = await findKnownRelease(db, serviceId, text)
      return {
        text,
        fix: {
          version: readVersion(text, order),
          releaseId: release?.id,
          firstDeployedAt: release?.firstDeployedAt,
          commits: [release?.commit ?? text],
        },
      }
    }),
  )
  for (const place of live.sort(byTier)) {
    const known = await findKnownRelease(db, serviceId, place.version)
    if (!known) continue
    for (const { text, fix } of fixes) {
      const contains = await readContained(db, known, [fix])
      const seen = {
        version: readVersion(place.version, order),
        firstDeployedAt: known.firstDeployedAt,
        contains,
      }
      if (containsFix(seen, [fix]).contains) places.get(text)?.push({ environment: place.name, version: place.version })
    }
  }
  return places
}

export interface RegressionShown {
  readonly answer: RegressionAnswer
  readonly sentence: string
  /** The sighting it speaks of. */
  readonly at: number
}

export interface GenerationRow {
  readonly number: number
  readonly since: number
  /** In which it was seen again; undefined for the first. */
  readonly seenIn: string | undefined
  readonly sentence: string | undefined
  readonly fixedAt: number | undefined
  readonly fixedIn: readonly string[]
}

/** The lives of a defect, the first one first; none while it was never fixed. */
export async function listGenerations(db: Db, defectId: number): Promise<GenerationRow[]> {
  const rows = await db
    .selectFrom('generations')
    .select(['number', 'since_at', 'seen_version', 'sentence', 'fixed_at', 'fixed_in_json'])
    .where('defect_id', '=', defectId)
    .orderBy('number')
    .execute()
  return rows.map((row) => ({
    number: row.number,
    since: row.since_at,
    seenIn: row.seen_version ?? undefined,
    sentence: row.sentence ?? undefined,
    fixedAt: row.fixed_at ?? undefined,
    fixedIn: JSON.parse(row.fixed_in_json) as string[],
  }))
}

export interface SeenVersion {
  readonly version: string
  readonly first: number
  readonly last: number
  readonly occurrences: number
}

/** The versions that sightings of a defect name, the last seen first; at most `limit`. */
export async function listSeenVersions(db: Db, defectId: number, limit = 20): Promise<SeenVersion[]> {
  const rows = await db
    .selectFrom('reports as r')
    .innerJoin('sightings as g', 'g.report_id', 'r.id')
    .select('g.version')
    .select((eb) => [
      eb.fn.min('g.seen_at').as('first'),
      eb.fn.max('g.seen_at').as('last'),
      eb.fn.sum<number>('g.count').as('occurrences'),
    ])
    .where('r.defect_id', '=', defectId)
    .where('g.version', 'is not', null)
    .groupBy('g.version')
    .orderBy('last', 'desc')
    .orderBy('g.version')
    .limit(limit)
    .execute()
  return rows.map((row) => ({ ...row, version: row.version as string, occurrences: Number(row.occurrences) }))
}
