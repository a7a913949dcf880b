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

/** How SQLite reads what a query asks for. */
export async function plansOf(db: Db, ask: (db: Db) => Promise<unknown>): Promise<string[]> {
  const asked = await askedQueries(db, ask)
  const plans = asked.map((one) =>
    db.executeQuery<{ detail: string }>({ ...one, sql: `explain query plan ${one.sql}` }),
  )
  return (await Promise.all(plans)).flatMap(({ rows }) => rows.map(({ detail }) => detail))
}
