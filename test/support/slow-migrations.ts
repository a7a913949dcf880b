import { type Kysely, sql } from 'kysely'
import type { Migrations } from '../../src/store/migration/migrate.ts'

export const NOTES = 10
export const SPLIT = '29990101T0000_split_notes'
export const NUMBER = '29990102T0000_number_lines'

/**
 * Two migrations of the kind that takes a while: row by row, settings become lines, and each line gets its number.
 * @param pause called before each row; never when there are none, as for the checksum
 */
export const slowMigrations = (pause: () => Promise<void>): Migrations => ({
  [SPLIT]: {
    async up(db: Kysely<never>) {
      await sql`create table lines (name varchar(20) primary key, words varchar(20))`.execute(db)
      const notes = await sql<{ name: string; value: string }>`
        select name, value from settings where name like 'note-%' order by name`.execute(db)
      for (const { name, value } of notes.rows) {
        await pause()
        await sql`insert into lines (name, words) values (${name}, ${value})`.execute(db)
        await sql`delete from settings where name = ${name}`.execute(db)
      }
    },
  },
  [NUMBER]: {
    async up(db: Kysely<never>) {
      await sql`alter table lines add column number integer`.execute(db)
      const lines = await sql<{ name: string }>`select name from lines order by name`.execute(db)
      for (const [i, { name }] of lines.rows.entries()) {
        await pause()
        await sql`update lines set number = ${i + 1} where name = ${name}`.execute(db)
      }
    },
  },
})
