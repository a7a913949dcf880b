import { reportKey } from '../../core/defect/defect.ts'
import type { IdentityWord, KeyedReport } from '../../core/defect/defect-identity.ts'
import type { DefectNumber, NumberMerge } from '../../core/defect/defect-numbers.ts'
import type { Db } from '../database.ts'

/** Ids per statement: engines bound how many values one may have. */
const CHUNK = 500

/** A report and where it is kept. */
export interface PlacedReport extends KeyedReport {
  readonly id: number
  readonly defectId: number
}

/** All reports, numbers and words that bear on each other; nothing outside can change how they are gathered. */
export interface DefectFamily {
  readonly reports: readonly PlacedReport[]
  readonly numbers: readonly (DefectNumber & { readonly mergedInto: number | undefined })[]
  readonly words: readonly IdentityWord[]
  readonly merges: readonly NumberMerge[]
  /** Where each shared key leads now. */
  readonly places: ReadonlyMap<string, number>
}

/** @returns whether any of them was not known of the report */
export async function addReportKeys(db: Db, reportId: number, keys: readonly string[]): Promise<boolean> {
  if (keys.length === 0) return false
  const added = await db
    .insertInto('report_keys')
    .values(keys.map((key) => ({ report_id: reportId, key, mention: 0 as const })))
    // To have a key is more than to mention it.
    .onConflict((conflict) =>
      conflict.columns(['report_id', 'key']).doUpdateSet({ mention: 0 }).where('report_keys.mention', '=', 1),
    )
    .returning('key')
    .execute()
  return added.length > 0
}

/** @returns whether any of them was not known of the report */
export async function addMentionedKeys(db: Db, reportId: number, keys: readonly string[]): Promise<boolean> {
  if (keys.length === 0) return false
  const added = await db
    .insertInto('report_keys')
    .values(keys.map((key) => ({ report_id: reportId, key, mention: 1 as const })))
    .onConflict((conflict) => conflict.columns(['report_id', 'key']).doNothing())
    .returning('key')
    .execute()
  return added.length > 0
}

/** Defects with a report of another source that has (or, the other way round, mentions) one of the keys. */
export async function findAcrossSources(
  db: Db,
  sourceId: number,
  keys: readonly string[],
  relation: 'having' | 'mentioning',
): Promise<number[]> {
  if (keys.length === 0) return []
  const rows = await db
    .selectFrom('report_keys as k')
    .innerJoin('reports as r', 'r.id', 'k.report_id')
    .select('r.defect_id')
    .distinct()
    .where('k.key', 'in', [...keys])
    .where('k.mention', '=', relation === 'mentioning' ? 1 : 0)
    .where('r.source_id', '<>', sourceId)
    .execute()
  return rows.map(({ defect_id }) => defect_id)
}

/** Whether a word that holds speaks of the report. */
export async function isSpokenOf(db: Db, key: string): Promise<boolean> {
  const row = await db
    .selectFrom('identity_word_reports as r')
    .innerJoin('identity_words as w', 'w.id', 'r.word_id')
    .select('r.key')
    .where('r.key', '=', key)
    .where('w.taken_back_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/** Whether a word that holds speaks of a report of one of the defects. */
export async function isAnySpokenOf(db: Db, defectIds: readonly number[]): Promise<boolean> {
  if (defectIds.length === 0) return false
  const row = await db
    .selectFrom('defect_keys as k')
    .innerJoin('identity_word_reports as r', 'r.key', 'k.key')
    .innerJoin('identity_words as w', 'w.id', 'r.word_id')
    .select('w.id')
    .where('k.defect_id', 'in', [...defectIds])
    .where('w.taken_back_at', 'is', null)
    .limit(1)
    .executeTakeFirst()
  return row !== undefined
}

/**
 * What bears on the defects given, which must not be merged away, and on those of which the words given speak, be it over
 * reports that nobody knows yet.
 */
export async function loadFamily(
  db: Db,
  defectIds: readonly number[],
  wordIds: readonly number[] = [],
): Promise<DefectFamily> {
  const defects = new Set(defectIds)
  const words = new Set(wordIds)
  for (let size = -1; size !== defects.size + words.size; ) {
    size = defects.size + words.size
    const found = [...defects]
    await fillInKeys(db, found)
    for (const id of await listSharing(db, found)) defects.add(id)
    for (const id of await listWordIds(db, found, [...words])) words.add(id)
    for (const id of await listNamed(db, [...words])) defects.add(id)
  }
  return {
    reports: await listReportsWithKeys(db, [...defects]),
    numbers: await listNumbers(db, [...defects]),
    ...(await listWords(db, [...words])),
    places: await listPlaces(db, [...defects]),
  }
}

/** Reports from before their keys were written down hold all that lead to their defect, and the first is its founder. */
async function fillInKeys(db: Db, defectIds: readonly number[]): Promise<void> {
  for (const ids of chunks(defectIds)) {
    const unknown = await db
      .selectFrom('reports')
      .select(['id', 'defect_id'])
      .where('defect_id', 'in', ids)
      .where('keys_known', '=', 0)
      .execute()
    for (const report of unknown) {
      const keys = await db
        .selectFrom('defect_keys')
        .select('key')
        .where('defect_id', '=', report.defect_id)
        .where('key', 'not like', SOURCE_KEY)
        .execute()
      await addReportKeys(
        db,
        report.id,
        keys.map(({ key }) => key),
      )
      await db.updateTable('reports').set({ keys_known: 1 }).where('id', '=', report.id).execute()
    }
    await db
      .updateTable('defects')
      .set((eb) => ({
        founder_report_id: eb
          .selectFrom('reports')
          .select((of) => of.fn.min('reports.id').as('first'))
          .whereRef('reports.defect_id', '=', 'defects.id'),
      }))
      .where('id', 'in', ids)
      .where('founder_report_id', 'is', null)
      .execute()
  }
}

/** As core/defect/defect.ts reportKey writes it. */
const SOURCE_KEY = '["source",%'

/** Defects with a report that shares a key with one of theirs. */
async function listSharing(db: Db, defectIds: readonly number[]): Promise<number[]> {
  const rows = await inChunks(defectIds, (ids) =>
    db
      .selectFrom('reports as r')
      .innerJoin('report_keys as k', 'k.report_id', 'r.id')
      .innerJoin('report_keys as shared', 'shared.key', 'k.key')
      .innerJoin('reports as other', 'other.id', 'shared.report_id')
      .select('other.defect_id as id')
      .distinct()
      .where('r.defect_id', 'in', ids)
      .execute(),
  )
  return rows.map(({ id }) => id)
}

/** Words that hold and speak of a report of the defects, or of one of which the words given do. */
async function listWordIds(db: Db, defectIds: readonly number[], wordIds: readonly number[]): Promise<number[]> {
  const holding = () =>
    db
      .selectFrom('identity_word_reports as r')
      .innerJoin('identity_words as w', 'w.id', 'r.word_id')
      .select('w.id')
      .distinct()
      .where('w.taken_back_at', 'is', null)
  const ofDefects = await inChunks(defectIds, (ids) =>
    holding().innerJoin('defect_keys as k', 'k.key', 'r.key').where('k.defect_id', 'in', ids).execute(),
  )
  const ofWords = await inChunks(wordIds, (ids) =>
    holding().innerJoin('identity_word_reports as k', 'k.key', 'r.key').where('k.word_id', 'in', ids).execute(),
  )
  return [...ofDefects, ...ofWords].map(({ id }) => id)
}

/** Defects of the reports of which the words speak. */
async function listNamed(db: Db, wordIds: readonly number[]): Promise<number[]> {
  const rows = await inChunks(wordIds, (ids) =>
    db
      .selectFrom('identity_word_reports as r')
      .innerJoin('defect_keys as k', 'k.key', 'r.key')
      .select('k.defect_id as id')
      .distinct()
      .where('r.word_id', 'in', ids)
      .execute(),
  )
  return rows.map(({ id }) => id)
}

async function listReportsWithKeys(db: Db, defectIds: readonly number[]): Promise<PlacedReport[]> {
  const rows = await inChunks(defectIds, (ids) =>
    db
      .selectFrom('reports as r')
      .leftJoin('report_keys as k', 'k.report_id', 'r.id')
      .select(['r.id', 'r.source_id', 'r.identity', 'r.defect_id', 'k.key', 'k.mention'])
      .where('r.defect_id', 'in', ids)
      .execute(),
  )
  const reports = new Map<number, PlacedReport & { readonly shared: string[]; readonly mentioned: string[] }>()
  for (const row of rows) {
    const held = reports.get(row.id)
    const report = held ?? {
      ...{ id: row.id, defectId: row.defect_id, key: reportKey(row.source_id, row.identity) },
      ...{ shared: [], mentioned: [], sourceId: row.source_id },
    }
    if (!held) reports.set(row.id, report)
    if (row.key !== null) (row.mention === 1 ? report.mentioned : report.shared).push(row.key)
  }
  return [...reports.values()]
}

/** The numbers that were given for reports of the defects. */
async function listNumbers(db: Db, defectIds: readonly number[]): Promise<DefectFamily['numbers']> {
  const rows = await inChunks(defectIds, (ids) =>
    db
      .selectFrom('defects as d')
      .innerJoin('reports as r', 'r.id', 'd.founder_report_id')
      .select(['d.id', 'd.merged_into_id', 'r.source_id', 'r.identity'])
      .where('r.defect_id', 'in', ids)
      .execute(),
  )
  return rows.map((row) => ({
    id: row.id,
    founder: reportKey(row.source_id, row.identity),
    mergedInto: row.merged_into_id ?? undefined,
  }))
}

async function listWords(
  db: Db,
  wordIds: readonly number[],
): Promise<{ words: IdentityWord[]; merges: NumberMerge[] }> {
  const rows = await inChunks(wordIds, (ids) =>
    db
      .selectFrom('identity_words as w')
      .innerJoin('identity_word_reports as r', 'r.word_id', 'w.id')
      .select(['w.id', 'w.kind', 'w.at', 'w.from_id', 'w.into_id', 'r.key', 'r.side'])
      .where('w.id', 'in', ids)
      .where('w.taken_back_at', 'is', null)
      .execute(),
  )
  const words = new Map<number, IdentityWord & { readonly sides: readonly [string[], string[]] }>()
  const merges = new Map<number, NumberMerge>()
  for (const row of rows) {
    const held = words.get(row.id)
    const word = held ?? { kind: row.kind as IdentityWord['kind'], at: row.at, sides: [[], []] as [string[], string[]] }
    if (!held) words.set(row.id, word)
    word.sides[row.side === 0 ? 0 : 1].push(row.key)
    if (row.kind === 'same' && row.from_id !== null && row.into_id !== null)
      merges.set(row.id, { from: row.from_id, into: row.into_id })
  }
  return { words: [...words.values()], merges: [...merges.values()] }
}

async function listPlaces(db: Db, defectIds: readonly number[]): Promise<Map<string, number>> {
  const rows = await inChunks(defectIds, (ids) =>
    db
      .selectFrom('defect_keys')
      .select(['key', 'defect_id'])
      .where('defect_id', 'in', ids)
      .where('key', 'not like', SOURCE_KEY)
      .execute(),
  )
  return new Map(rows.map(({ key, defect_id }) => [key, defect_id]))
}

/** The reports of a defect by id and own key, in the order in which they became known. */
export async function listReportsOf(db: Db, defectId: number): Promise<{ id: number; key: string }[]> {
  const rows = await db
    .selectFrom('reports')
    .select(['id', 'source_id', 'identity'])
    .where('defect_id', '=', defectId)
    .orderBy('id')
    .execute()
  return rows.map(({ id, source_id, identity }) => ({ id, key: reportKey(source_id, identity) }))
}

/** Which word it is, who said it, and of which numbers it speaks. */
export interface SaidWord {
  readonly id: number
  readonly kind: IdentityWord['kind']
  readonly at: number
  readonly by: string
  readonly reason: string
  readonly fromId: number | undefined
  readonly intoId: number | undefined
  readonly takenBackAt: number | undefined
}

export async function addWord(
  db: Db,
  word: IdentityWord & Pick<SaidWord, 'by' | 'reason' | 'fromId' | 'intoId'>,
): Promise<number> {
  const { id } = await db
    .insertInto('identity_words')
    .values({
      kind: word.kind,
      at: word.at,
      said_by: word.by,
      reason: word.reason,
      from_id: word.fromId ?? null,
      into_id: word.intoId ?? null,
    })
    .returning('id')
    .executeTakeFirstOrThrow()
  const rows = word.sides.flatMap((keys, side) => keys.map((key) => ({ word_id: id, key, side })))
  for (const values of chunks(rows)) await db.insertInto('identity_word_reports').values(values).execute()
  return id
}

/** The number that the split-off part came to have is known only once it has one. */
export async function setWordInto(db: Db, wordId: number, intoId: number): Promise<void> {
  await db.updateTable('identity_words').set({ into_id: intoId }).where('id', '=', wordId).execute()
}

/** @returns whether it held until now */
export async function takeBackWord(db: Db, wordId: number, by: string, at: number): Promise<boolean> {
  const taken = await db
    .updateTable('identity_words')
    .set({ taken_back_at: at, taken_back_by: by })
    .where('id', '=', wordId)
    .where('taken_back_at', 'is', null)
    .returning('id')
    .executeTakeFirst()
  return taken !== undefined
}

/** A word and the defects of the reports of each of its sides. */
export async function findWord(
  db: Db,
  wordId: number,
): Promise<(SaidWord & { readonly defectIds: readonly [readonly number[], readonly number[]] }) | undefined> {
  const row = await db.selectFrom('identity_words').selectAll().where('id', '=', wordId).executeTakeFirst()
  if (!row) return undefined
  const places = await db
    .selectFrom('identity_word_reports as r')
    .innerJoin('defect_keys as k', 'k.key', 'r.key')
    .select(['r.side', 'k.defect_id'])
    .distinct()
    .where('r.word_id', '=', wordId)
    .execute()
  const on = (side: number) => places.filter((place) => place.side === side).map(({ defect_id }) => defect_id)
  return { ...saidWord(row), defectIds: [on(0), on(1)] }
}

/** Words that hold and speak of reports of the defect, latest first. */
export async function listWordsOf(db: Db, defectId: number): Promise<SaidWord[]> {
  const rows = await db
    .selectFrom('identity_words as w')
    .selectAll()
    .where('w.taken_back_at', 'is', null)
    .where('w.id', 'in', (eb) =>
      eb
        .selectFrom('identity_word_reports as r')
        .innerJoin('defect_keys as k', 'k.key', 'r.key')
        .select('r.word_id')
        .where('k.defect_id', '=', defectId),
    )
    .orderBy('w.at', 'desc')
    .orderBy('w.id', 'desc')
    .limit(50)
    .execute()
  return rows.map(saidWord)
}

/** When the last of all words was said; the next must be later, whatever the clock says. */
export async function lastWordAt(db: Db): Promise<number> {
  const row = await db
    .selectFrom('identity_words')
    .select((eb) => eb.fn.max<number | null>('at').as('at'))
    .executeTakeFirst()
  return row?.at ?? 0
}

const saidWord = (row: {
  readonly id: number
  readonly kind: string
  readonly at: number
  readonly said_by: string
  readonly reason: string
  readonly from_id: number | null
  readonly into_id: number | null
  readonly taken_back_at: number | null
}): SaidWord => ({
  id: row.id,
  kind: row.kind as IdentityWord['kind'],
  at: row.at,
  by: row.said_by,
  reason: row.reason,
  fromId: row.from_id ?? undefined,
  intoId: row.into_id ?? undefined,
  takenBackAt: row.taken_back_at ?? undefined,
})

async function inChunks<Row>(
  ids: readonly number[],
  query: (ids: readonly number[]) => Promise<Row[]>,
): Promise<Row[]> {
  const rows: Row[] = []
  for (const chunk of chunks(ids)) rows.push(...(await query(chunk)))
  return rows
}

function* chunks<Item>(items: readonly Item[]): Generator<Item[]> {
  for (let start = 0; start < items.length; start += CHUNK) yield items.slice(start, start + CHUNK)
}
