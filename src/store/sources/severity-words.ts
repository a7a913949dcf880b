import type { Severity } from '../../core/event.ts'
import type { NewWord } from '../../core/inbound/severity-words.ts'
import type { Db } from '../database.ts'

export interface SeverityWord {
  readonly word: string
  /** What we take it for when nobody says otherwise; null: for nothing. */
  readonly readAs: Severity | null
  /** What the operator says; null: nothing. */
  readonly severity: Severity | null
}

/** Words are whatever somebody writes into a label: beyond so many they are no grades any more. */
const MOST_WORDS = 200

/** By word. */
export async function listSeverityWords(db: Db, sourceId: number): Promise<SeverityWord[]> {
  const rows = await db
    .selectFrom('severity_words')
    .select(['word', 'read_as', 'severity'])
    .where('source_id', '=', sourceId)
    .orderBy('word')
    .execute()
  return rows.map((row) => ({
    word: row.word,
    readAs: row.read_as as Severity | null,
    severity: row.severity as Severity | null,
  }))
}

/** Keeps words that were seen for the first time, as long as there are not too many. */
export async function noteSeverityWords(
  db: Db,
  sourceId: number,
  known: number,
  words: readonly NewWord[],
): Promise<void> {
  const rows = words
    .slice(0, Math.max(0, MOST_WORDS - known))
    .map(({ word, readAs }) => ({ source_id: sourceId, word, read_as: readAs ?? null, severity: null }))
  if (rows.length === 0) return
  await db
    .insertInto('severity_words')
    .values(rows)
    .onConflict((conflict) => conflict.columns(['source_id', 'word']).doNothing())
    .execute()
}

export async function saveSeverity(db: Db, sourceId: number, word: string, severity: Severity | null): Promise<void> {
  await db
    .updateTable('severity_words')
    .set({ severity })
    .where('source_id', '=', sourceId)
    .where('word', '=', word)
    .execute()
}
