import { type Kysely, sql } from 'kysely'
import { titleWords } from '../src/core/text/search-words.ts'
import type { DdlWords } from '../src/store/dialect.ts'

const PORTION = 1_000

/** Titles with a version that letters stand before, `v3.1` or `hive3.1`, are found by its numbers too. */
export async function up(db: Kysely<unknown>, { engine }: DdlWords): Promise<void> {
  const namesVersion = engine === 'sqlite' ? sql`title glob '*[0-9].[0-9]*'` : sql`title ~ '[0-9][.][0-9]'`
  for (let after = 0; ; ) {
    const { rows } = await sql<{ id: number; title: string; title_words: string }>`
      select id, title, title_words from defects where id > ${after} and ${namesVersion}
      order by id limit ${sql.lit(PORTION)}`.execute(db)
    const last = rows.at(-1)
    if (!last) return
    for (const { id, title, title_words } of rows) {
      const words = titleWords(title)
      if (words !== title_words) await sql`update defects set title_words = ${words} where id = ${id}`.execute(db)
    }
    after = last.id
  }
}
