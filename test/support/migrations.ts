import type { Migration } from 'kysely'
import { sql } from 'kysely'
import { migrationsFor } from '../../migrations/index.ts'
import { openUnmigrated, type StoreOptions } from '../../src/store/database.ts'
import { ddlWords, listColumns } from '../../src/store/dialect.ts'
import { type Migrations, migrate } from '../../src/store/migration/migrate.ts'

/** What a later version of the product does to the database of this one. */
export async function upgrade(place: StoreOptions, later: Migrations): Promise<void> {
  const { store, ground } = openUnmigrated(place)
  try {
    await migrate(ground, { ...migrationsFor(ddlWords[store.engine]), ...later })
  } finally {
    await store.close()
  }
}

/** A migration of these statements. */
export const running = (...statements: readonly string[]): Migration => ({
  async up(db) {
    for (const statement of statements) await sql.raw(statement).execute(db)
  },
})

/** The columns of a table as it is stored now; none when there is none. */
export async function columnsAt(place: StoreOptions, table: string): Promise<string[]> {
  const { store } = openUnmigrated(place)
  try {
    return await listColumns(store.db, store.engine, table)
  } finally {
    await store.close()
  }
}

/** The migrations the database says it has run, and the checksum of each. */
export async function recordAt(place: StoreOptions): Promise<Record<string, string | null>> {
  const { store } = openUnmigrated(place)
  try {
    const { rows } = await sql<{
      name: string
      checksum: string | null
    }>`select name, checksum from kysely_migration order by name`.execute(store.db)
    return Object.fromEntries(rows.map(({ name, checksum }) => [name, checksum]))
  } finally {
    await store.close()
  }
}
