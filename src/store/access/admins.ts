import type { Transaction } from 'kysely'
import type { Database } from '../schema.ts'

/** How many admins but this one can sign in. Nobody else changes who is an admin until the transaction ends. */
export async function countOtherAdmins(trx: Transaction<Database>, userId: number): Promise<number> {
  // Written as they are: on either engine that keeps the rows for this transaction, and on PostgreSQL a second one that
  // was waiting for them then sees what the first made of them.
  const admins = await trx
    .updateTable('users')
    .set({ role: 'admin' })
    .where('role', '=', 'admin')
    .where('disabled_at', 'is', null)
    .returning('id')
    .execute()
  return admins.filter(({ id }) => id !== userId).length
}
