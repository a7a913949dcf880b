import { type Kysely, sql } from 'kysely'
import { titleWords } from '../src/core/text/search-words.ts'
import type { DdlWords } from '../src/store/dialect.ts'

const PORTION = 200

/** Defects are found by the words of their titles. */
export async function up(db: Kysely<unknown>, { text, titleIndex }: DdlWords): Promise<void> {
  await sql.raw(`alter table defects add column title_words ${text} not null default ''`).execute(db)
  await fillIn(db)
  for (const statement of titleIndex) await sql.raw(statement).execute(db)
  await sql.raw('create index releases_by_version on releases (version, id)').execute(db)
}

async function fillIn(db: Kysely<unknown>): Promise<void> {
  for (let after = 0; ; ) {
    const { rows } = await sql<{ id: number; title: string }>`
      select id, title from defects where id > ${after} order by id limit ${sql.lit(PORTION)}`.execute(db)
    const last = rows.at(-1)
    if (!last) return
    const cases = rows.map(({ id, title }) => sql`when ${id} then ${titleWords(title)}`)
    await sql`
      update defects set title_words = case id ${sql.join(cases, sql` `)} end
      where id > ${after} and id <= ${last.id}`.execute(db)
    after = last.id
  }
}
