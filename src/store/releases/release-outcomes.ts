import { sql } from 'kysely'
import type { Severity } from '../../core/event.ts'
import type { Db } from '../database.ts'

/** What became of some releases, all of them in one query each, read from the rows of these releases alone. */

export type SeverityCounts = Readonly<Record<Severity, number>>

/** Defects of which a release is the first suspect. */
export interface BroughtCounts {
  /** In whatever state. */
  readonly all: SeverityCounts
  readonly open: SeverityCounts
  /**
   * How many were first seen by the start and by the end of each of the `FOUND_STEPS` steps after its first success in
   * production; as if it had lived through all of them.
   */
  readonly foundBy: readonly number[]
}

export const FOUND_STEPS = 14
/** Twelve hours: a week in all. */
export const FOUND_STEP_MS = 43_200_000

const NO_DEFECTS: SeverityCounts = { S1: 0, S2: 0, S3: 0, S4: 0 }
export const NOTHING_BROUGHT: BroughtCounts = {
  ...{ all: NO_DEFECTS, open: NO_DEFECTS },
  foundBy: Array.from({ length: FOUND_STEPS + 1 }, () => 0),
}

/** Without an entry for a release that brought none. */
export async function countBrought(
  db: Db,
  releases: readonly { readonly id: number; readonly firstProductionAt: number | undefined }[],
): Promise<ReadonlyMap<number, BroughtCounts>> {
  const counts = new Map<number, BroughtCounts>()
  if (releases.length === 0) return counts
  // Literal numbers, for PostgreSQL to know that they are numbers.
  const rows = releases.map(
    ({ id, firstProductionAt }) =>
      sql`(${sql.lit(id)}, ${sql.lit(firstProductionAt ?? Number.MAX_SAFE_INTEGER)}, ${sql.lit(FOUND_STEP_MS)})`,
  )
  const found = await sql<{ release: number; severity: Severity; open: number; step: number; n: number }>`
    with asked (release, since, span) as (values ${sql.join(rows)})
    select release, d.severity, d.open,
      case when d.first_seen_at < since then 0 else (d.first_seen_at - since) / span + 1 end as step, count(*) as n
    from asked cross join defects d
    where d.suspect_release_id = release and d.merged_into_id is null
    group by release, d.severity, d.open, step`.execute(db)
  for (const { release, severity, open, step, n } of found.rows) {
    const known = counts.get(release) ?? NOTHING_BROUGHT
    counts.set(release, {
      all: { ...known.all, [severity]: known.all[severity] + n },
      open: open === 1 ? { ...known.open, [severity]: known.open[severity] + n } : known.open,
      foundBy: known.foundBy.map((sum, i) => (i >= step ? sum + n : sum)),
    })
  }
  return counts
}

/** How many defects, fixed before, came back in each of these releases that any came back in. */
export async function countRegressions(db: Db, ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom('generations as g')
    .innerJoin('defects as d', 'd.id', 'g.defect_id')
    .select((eb) => [eb.ref('g.release_id').$notNull().as('release'), eb.fn.count<number>('d.id').distinct().as('n')])
    .where('g.release_id', 'in', [...ids])
    .where('d.merged_into_id', 'is', null)
    .groupBy('g.release_id')
    .execute()
  return new Map(rows.map(({ release, n }) => [release, n]))
}

export async function countFailedDeployments(db: Db, ids: readonly number[]): Promise<ReadonlyMap<number, number>> {
  const rows = await db
    .selectFrom('deployments')
    .select((eb) => [eb.ref('release_id').$notNull().as('release'), eb.fn.countAll<number>().as('n')])
    .where('release_id', 'in', [...ids])
    .where('status', '=', 'failed')
    .groupBy('release_id')
    .execute()
  return new Map(rows.map(({ release, n }) => [release, n]))
}

export interface TakenOut {
  /** Deployments that put an earlier release back over it. */
  readonly rollbacks: number
  /** Those of them in production. */
  readonly inProduction: number
  /** Versions of emergency releases that took its place, in order of time. */
  readonly hotfixes: readonly string[]
}

export const NEVER_TAKEN_OUT: TakenOut = { rollbacks: 0, inProduction: 0, hotfixes: [] }

/** Without an entry for a release that neither befell. */
export async function listTakenOut(db: Db, ids: readonly number[]): Promise<ReadonlyMap<number, TakenOut>> {
  const rows = await db
    .selectFrom('deployments as d')
    .innerJoin('releases as by', 'by.id', 'd.release_id')
    .innerJoin('environments as e', 'e.id', 'd.environment_id')
    .select('e.tier')
    .select((eb) => [eb.ref('d.replaced_release_id').$notNull().as('release'), 'd.effect', 'by.version', 'by.kind'])
    .where('d.replaced_release_id', 'in', [...ids])
    .where((eb) => eb.or([eb('d.effect', '=', 'rollback'), isHotfix]))
    .orderBy('d.at')
    .orderBy('d.id')
    .execute()
  const taken = new Map<number, TakenOut>()
  for (const { release, tier, effect, version } of rows) {
    const known = taken.get(release) ?? NEVER_TAKEN_OUT
    if (effect === 'rollback') {
      const inProduction = known.inProduction + (tier === 'production' ? 1 : 0)
      taken.set(release, { ...known, rollbacks: known.rollbacks + 1, inProduction })
    } else if (!known.hotfixes.includes(version))
      taken.set(release, { ...known, hotfixes: [...known.hotfixes, version] })
  }
  return taken
}

/** Those of these releases whose time in production was ended, at last, by a removal. */
export async function listRemoved(db: Db, ids: readonly number[]): Promise<ReadonlySet<number>> {
  const removals = await db
    .selectFrom('deployments as d')
    .innerJoin('environments as e', 'e.id', 'd.environment_id')
    .select((eb) => [eb.ref('d.replaced_release_id').$notNull().as('release'), eb.fn.max<number>('d.at').as('at')])
    .where('d.replaced_release_id', 'in', [...ids])
    .where(sql<boolean>`d.effect = 'removal'`)
    .where('e.tier', '=', 'production')
    .groupBy('d.replaced_release_id')
    .execute()
  if (removals.length === 0) return new Set()
  const ends = await db
    .selectFrom('live_intervals as l')
    .innerJoin('environments as e', 'e.id', 'l.environment_id')
    .select((eb) => ['l.release_id', eb.fn.max<number>('l.to_at').as('at')])
    .where(
      'l.release_id',
      'in',
      removals.map(({ release }) => release),
    )
    .where('e.tier', '=', 'production')
    .groupBy('l.release_id')
    .execute()
  const endOf = new Map(ends.map(({ release_id, at }) => [release_id, Number(at)]))
  return new Set(removals.flatMap(({ release, at }) => (endOf.get(release) === Number(at) ? release : [])))
}

/** Of a deployment `d` that put the release `by` in place. */
export const isHotfix = sql<boolean>`(d.effect = 'deploy' and by.kind = 'emergency')`
