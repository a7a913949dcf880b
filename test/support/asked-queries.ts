import type { CompiledQuery } from 'kysely'
import type { Db } from '../../src/store/database.ts'

/** The queries that something asks of a database, in their order. */
export async function askedQueries(db: Db, ask: (db: Db) => Promise<unknown>): Promise<CompiledQuery[]> {
  const asked: CompiledQuery[] = []
  const noting = db.withPlugin({
    transformQuery: ({ node }) => {
      asked.push(db.getExecutor().compileQuery(node, { queryId: 'asked' }))
      return node
    },
    transformResult: async ({ result }) => result,
  })
  await ask(noting)
  return asked
}
