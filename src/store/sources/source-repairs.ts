import type { LookResult } from '../../core/inbound/gap-repair.ts'
import type { Db } from '../database.ts'

/** How gaps of one source are repaired. */
export interface SourceRepair {
  readonly sourceId: number
  readonly slug: string
  /** When the source was made. */
  readonly sourceSince: number
  readonly hookUrl: string
  readonly sealedToken: string
  readonly nextLookAt: number
  readonly lookedAt: number | undefined
  /** Nothing from before is missing. */
  readonly settledUntil: number | undefined
  readonly failures: number
  readonly result: LookResult | undefined
}

/** Turns repair on, or over to another hook or token; the first look is due at `now`. */
export async function saveRepair(
  db: Db,
  repair: { sourceId: number; hookUrl: string; sealedToken: string },
  now: number,
): Promise<void> {
  const settings = { hook_url: repair.hookUrl, sealed_token: repair.sealedToken, next_look_at: now }
  const fresh = { looked_at: null, settled_until: null, failures: 0, result_json: null }
  await db
    .insertInto('source_repairs')
    .values({ source_id: repair.sourceId, ...settings, ...fresh })
    .onConflict((conflict) => conflict.column('source_id').doUpdateSet({ ...settings, ...fresh }))
    .execute()
}

/** @returns whether it was on */
export async function deleteRepair(db: Db, sourceId: number): Promise<boolean> {
  const deleted = await db.deleteFrom('source_repairs').where('source_id', '=', sourceId).executeTakeFirst()
  return Number(deleted.numDeletedRows) === 1
}

/** By slug; of enabled sources. */
export async function listRepairs(db: Db): Promise<SourceRepair[]> {
  return (await selectRepairs(db).orderBy('sources.slug').execute()).map(toRepair)
}

/** Those whose turn it is, the longest waiting first. */
export async function listDueRepairs(db: Db, now: number): Promise<SourceRepair[]> {
  const rows = await selectRepairs(db)
    .where('next_look_at', '<=', now)
    .orderBy('next_look_at')
    .orderBy('source_id')
    .execute()
  return rows.map(toRepair)
}

/**
 * Takes the look that is due, for as long as until `until`: another instance finds it taken, and takes it itself should
 * this one not come back.
 * @returns whether it was there to take
 */
export async function claimLook(db: Db, repair: SourceRepair, until: number): Promise<boolean> {
  const claimed = await db
    .updateTable('source_repairs')
    .set({ next_look_at: until })
    .where('source_id', '=', repair.sourceId)
    .where('next_look_at', '=', repair.nextLookAt)
    .executeTakeFirst()
  return Number(claimed.numUpdatedRows) === 1
}

/** What came of the look claimed until `until`; nothing when the settings were changed meanwhile. */
export async function concludeLook(
  db: Db,
  sourceId: number,
  until: number,
  look: {
    lookedAt: number
    nextLookAt: number
    settledUntil: number | undefined
    failures: number
    result: LookResult
  },
): Promise<void> {
  await db
    .updateTable('source_repairs')
    .set({
      looked_at: look.lookedAt,
      next_look_at: look.nextLookAt,
      settled_until: look.settledUntil ?? null,
      failures: look.failures,
      result_json: JSON.stringify(look.result),
    })
    .where('source_id', '=', sourceId)
    .where('next_look_at', '=', until)
    .execute()
}

/** Makes the look due at `now` when it is due later. */
export async function hastenLook(db: Db, sourceId: number, now: number): Promise<void> {
  await db
    .updateTable('source_repairs')
    .set({ next_look_at: now })
    .where('source_id', '=', sourceId)
    .where('next_look_at', '>', now)
    .execute()
}

const selectRepairs = (db: Db) =>
  db
    .selectFrom('source_repairs')
    .innerJoin('sources', 'sources.id', 'source_repairs.source_id')
    .selectAll('source_repairs')
    .select(['sources.slug', 'sources.created_at as source_since'])
    .where('sources.enabled', '=', 1)

const toRepair = (row: Awaited<ReturnType<ReturnType<typeof selectRepairs>['execute']>>[number]): SourceRepair => ({
  sourceId: row.source_id,
  slug: row.slug,
  sourceSince: row.source_since,
  hookUrl: row.hook_url,
  sealedToken: row.sealed_token,
  nextLookAt: row.next_look_at,
  lookedAt: row.looked_at ?? undefined,
  settledUntil: row.settled_until ?? undefined,
  failures: row.failures,
  result: row.result_json === null ? undefined : (JSON.parse(row.result_json) as LookResult),
})
