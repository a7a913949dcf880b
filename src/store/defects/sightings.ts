import type { Db } from '../database.ts'

/** Sightings that say the same of where they were: the same version, commit and environment, or none of them. */
export interface SightingPlace {
  readonly version: string | undefined
  readonly commit: string | undefined
  readonly environment: string | undefined
}

/** Later than `after`, and not later than `upTo`. */
export interface Span {
  readonly after: number
  /** May be Infinity. */
  readonly upTo: number
}

/** The places in which a defect was seen in a span, each with the first time. */
export async function listSightingPlaces(
  db: Db,
  defectId: number,
  span: Span,
): Promise<(SightingPlace & { readonly first: number })[]> {
  const rows = await inSpan(db, defectId, span)
    .select(['g.version', 'g.commit_sha', 'g.environment'])
    .select((eb) => eb.fn.min('g.seen_at').as('first'))
    .groupBy(['g.version', 'g.commit_sha', 'g.environment'])
    .execute()
  return rows
    .map((row) => ({
      version: row.version ?? undefined,
      commit: row.commit_sha ?? undefined,
      environment: row.environment ?? undefined,
      first: row.first,
    }))
    .sort((a, b) => a.first - b.first || (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1))
}

/** When the defect was first seen in a place in a span. */
export async function findFirstSighting(
  db: Db,
  defectId: number,
  place: SightingPlace,
  span: Span,
): Promise<number | undefined> {
  const is = (column: 'g.version' | 'g.commit_sha' | 'g.environment', value: string | undefined) =>
    [column, value === undefined ? 'is' : '=', value ?? null] as const
  const row = await inSpan(db, defectId, span)
    .select((eb) => eb.fn.min<number | null>('g.seen_at').as('first'))
    .where(...is('g.version', place.version))
    .where(...is('g.commit_sha', place.commit))
    .where(...is('g.environment', place.environment))
    .executeTakeFirst()
  return row?.first ?? undefined
}

function inSpan(db: Db, defectId: number, { after, upTo }: Span) {
  const query = db
    .selectFrom('reports as r')
    .innerJoin('sightings as g', 'g.report_id', 'r.id')
    .where('r.defect_id', '=', defectId)
    .where('g.seen_at', '>', after)
  return Number.isFinite(upTo) ? query.where('g.seen_at', '<=', upTo) : query
}
