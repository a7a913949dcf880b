import { sql } from 'kysely'
import type { Db } from '../database.ts'

/** A column of sealed texts, and the one that holds what each is bound to. */
export interface SealedColumn {
  readonly table: string
  readonly column: string
  readonly boundTo: string
}

export interface SealedText {
  readonly row: string
  readonly sealed: string
}

export async function listSealedTexts(db: Db, { table, column, boundTo }: SealedColumn): Promise<SealedText[]> {
  const { rows } = await sql<{ row: number | string; sealed: string }>`
    select ${sql.ref(boundTo)} as row, ${sql.ref(column)} as sealed from ${sql.table(table)}
    where ${sql.ref(column)} is not null and ${sql.ref(column)} <> ''`.execute(db)
  return rows.map(({ row, sealed }) => ({ row: String(row), sealed }))
}

/** Where it still is as it was; the same sealed text is never there twice. */
export async function replaceSealedText(
  trx: Db,
  { table, column }: SealedColumn,
  before: string,
  after: string,
): Promise<void> {
  await sql`update ${sql.table(table)} set ${sql.ref(column)} = ${after} where ${sql.ref(column)} = ${before}`.execute(
    trx,
  )
}
