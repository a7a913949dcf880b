import { isOpen, type Standing } from '../../core/defect/defect-course.ts'
import type { Sayer } from '../../core/defect/fix.ts'
import type { RegressionAnswer } from '../../core/defect/regression.ts'
import type { Db } from '../database.ts'

/** What is said to fix a defect, and what it amounts to; stored as `fixes_json`. */
export interface StoredFix {
  /** As it was said: a version, a commit, a promise. */
  readonly entry: string
  /** The release it means; null: a promise that no deployment has kept yet. */
  readonly version: string | null
  readonly at: number
  readonly by: { readonly person: string } | { readonly source: string }
}

/** Reports are known by source and identity; of these people are told the source. */
export const storedSayer = (by: Sayer): StoredFix['by'] =>
  by.kind === 'person' ? { person: by.name } : { source: by.key.split(' ', 1)[0] ?? '' }

export interface Generation {
  readonly number: number
  readonly since: number
  /** In which it was seen again; absent for the first generation. */
  readonly seen: { readonly version: string; readonly releaseId: number | undefined } | undefined
  readonly sentence: string | undefined
  readonly fixedAt: number | undefined
  readonly fixedIn: readonly string[]
}

export interface Judgement {
  readonly standing: Standing
  /** Undefined while it is open. */
  readonly resolvedAt: number | undefined
  readonly everFixed: boolean
  /** Deployments and releases may change what it comes to. */
  readonly contested: boolean
  readonly fixes: readonly StoredFix[]
  readonly answer: { readonly answer: RegressionAnswer; readonly sentence: string; readonly at: number } | undefined
  /** All lives of a defect that was ever fixed, else none. */
  readonly generations: readonly Generation[]
}

/** The releases that are said to hold the fix. */
export const fixedVersions = (fixes: readonly StoredFix[]): string[] => [
  ...new Set(fixes.flatMap(({ version }) => version ?? [])),
]

/** What a judgement says in the row of its defect. */
export const judgementColumns = (judgement: Judgement) => {
  const { standing, resolvedAt, everFixed, contested, fixes, answer, generations } = judgement
  const current = generations.at(-1)
  return {
    status: standing.status,
    status_at: standing.at,
    resolved_at: resolvedAt ?? null,
    open: isOpen(standing.status) ? (1 as const) : (0 as const),
    fixed_in_json: JSON.stringify(fixedVersions(fixes)),
    fixes_json: JSON.stringify(fixes),
    ever_fixed: everFixed ? (1 as const) : (0 as const),
    contested: contested ? (1 as const) : (0 as const),
    regression_answer: answer?.answer ?? null,
    regression_sentence: answer?.sentence ?? null,
    regression_at: answer?.at ?? null,
    generation: current?.number ?? 1,
    generation_since: current && current.number > 1 ? current.since : null,
  }
}

/** Writes a judgement where it differs from the one before; most do not. */
export async function saveJudgement(db: Db, defectId: number, judgement: Judgement): Promise<void> {
  const columns = judgementColumns(judgement)
  const held = await db
    .selectFrom('defects')
    .select(Object.keys(columns) as (keyof typeof columns)[])
    .where('id', '=', defectId)
    .executeTakeFirstOrThrow()
  const isSame = Object.entries(columns).every(([name, value]) => held[name as keyof typeof columns] === value)
  if (!isSame) await db.updateTable('defects').set(columns).where('id', '=', defectId).execute()
  await saveGenerations(db, defectId, judgement.generations)
}

export async function saveGenerations(db: Db, defectId: number, generations: readonly Generation[]): Promise<void> {
  const rows = generations.map((generation) => ({
    number: generation.number,
    since_at: generation.since,
    release_id: generation.seen?.releaseId ?? null,
    seen_version: generation.seen?.version ?? null,
    sentence: generation.sentence ?? null,
    fixed_at: generation.fixedAt ?? null,
    fixed_in_json: JSON.stringify(generation.fixedIn),
  }))
  const held = await db
    .selectFrom('generations')
    .select(['number', 'since_at', 'release_id', 'seen_version', 'sentence', 'fixed_at', 'fixed_in_json'])
    .where('defect_id', '=', defectId)
    .orderBy('number')
    .execute()
  if (JSON.stringify(held) === JSON.stringify(rows)) return
  await db.deleteFrom('generations').where('defect_id', '=', defectId).execute()
  if (rows.length > 0)
    await db
      .insertInto('generations')
      .values(rows.map((row) => ({ defect_id: defectId, ...row })))
      .execute()
}

/** Asks for the service's contested defects to be judged anew. */
export async function markForJudgement(db: Db, serviceId: number): Promise<void> {
  const any = await contested(db, serviceId).select('id').limit(1).executeTakeFirst()
  if (!any) return
  await db
    .insertInto('judgement_ranges')
    .values({ service_id: serviceId, after_id: 0 })
    .onConflict((conflict) => conflict.column('service_id').doUpdateSet({ after_id: 0 }))
    .execute()
}

// The flag as a literal: an index holds these defects alone.
const contested = (db: Db, serviceId: number) =>
  db
    .selectFrom('defects')
    .where('service_id', '=', serviceId)
    .where((eb) => eb('contested', '=', eb.lit(1)))
    .where('merged_into_id', 'is', null)

export async function findJudgementRange(db: Db): Promise<{ serviceId: number; afterId: number } | undefined> {
  const row = await db.selectFrom('judgement_ranges').selectAll().orderBy('service_id').limit(1).executeTakeFirst()
  return row && { serviceId: row.service_id, afterId: row.after_id }
}

export async function listDefectsToJudge(
  db: Db,
  range: { readonly serviceId: number; readonly afterId: number },
  limit: number,
): Promise<number[]> {
  const rows = await contested(db, range.serviceId)
    .select('id')
    .where('id', '>', range.afterId)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Remembers how far the work has come; undefined: it is done. */
export async function moveJudgementRange(db: Db, serviceId: number, afterId: number | undefined): Promise<void> {
  if (afterId === undefined) await db.deleteFrom('judgement_ranges').where('service_id', '=', serviceId).execute()
  else await db.updateTable('judgement_ranges').set({ after_id: afterId }).where('service_id', '=', serviceId).execute()
}
