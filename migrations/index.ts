import type { Migration } from 'kysely'
import type { DdlWords } from '../src/store/dialect.ts'
import * as createSchema from './20261122T0900_create_schema.ts'
import * as versionsAndRegressions from './20261203T0900_versions_and_regressions.ts'

/** Every migration in the order of its name. A list, not a folder scan: what is compiled in is what runs. */
export const migrationsFor = (words: DdlWords): Record<string, Migration> => ({
  '20261122T0900_create_schema': { up: (db) => createSchema.up(db, words) },
  '20261203T0900_versions_and_regressions': { up: (db) => versionsAndRegressions.up(db, words) },
})
