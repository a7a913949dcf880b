import type { Kysely, KyselyPlugin, Transaction } from 'kysely'
import type { Database } from '../schema.ts'

/** What was tried takes longer than it may hold the database up; nothing was changed. */
export class RehearsalTooLong extends Error {}

/**
 * Runs `work` in a write transaction that is always rolled back, and says what came of it. After `withinMs` its next
 * statement fails, so that whoever waits for the write lock waits no longer.
 * @param prepare the first thing in the transaction; its time does not count
 * @throws RehearsalTooLong, and whatever `work` throws
 */
export async function rehearse<T>(
  db: Kysely<Database>,
  prepare: (trx: Transaction<Database>) => Promise<void>,
  work: (trx: Transaction<Database>) => Promise<T>,
  withinMs: number,
): Promise<T> {
  let outcome: { readonly value: T } | undefined
  try {
    await db.transaction().execute(async (trx) => {
      await prepare(trx)
      outcome = { value: await work(trx.withPlugin(until(performance.now() + withinMs)) as Transaction<Database>) }
      throw new NeverMind()
    })
  } catch (error) {
    if (!(error instanceof NeverMind)) throw error
  }
  return (outcome as unknown as { readonly value: T }).value
}

/** Makes the transaction roll back. */
class NeverMind extends Error {}

const until = (deadline: number): KyselyPlugin => ({
  transformQuery({ node }) {
    if (performance.now() > deadline) throw new RehearsalTooLong('it takes too long to try')
    return node
  },
  transformResult: async ({ result }) => result,
})
