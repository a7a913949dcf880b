import { createHash } from 'node:crypto'
import type { Migration } from 'kysely'
import { type Engine, kyselyWithoutDatabase } from '../dialect.ts'

/**
 * SHA-256, in hex, of what a migration does on an engine: its statements and their parameters in their order, as it
 * gives them when every query finds nothing. How the program was built does not matter, nor do its comments.
 */
export async function checksumOf(migration: Migration, engine: Engine): Promise<string> {
  const hash = createHash('sha256')
  await migration.up(
    kyselyWithoutDatabase(engine, ({ sql, parameters }) => {
      hash.update(`${JSON.stringify([sql, parameters])}\n`)
    }),
  )
  return hash.digest('hex')
}
