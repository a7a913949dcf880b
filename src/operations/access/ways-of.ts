import type { WaysIn } from '../../core/access/ways-in.ts'
import { listIdentities } from '../../store/access/outside-identities.ts'
import { listPasskeys } from '../../store/access/passkeys.ts'
import { hasPassword, holdUser } from '../../store/access/users.ts'
import type { Db } from '../../store/database.ts'

/**
 * By what a person may sign in. Until the transaction ends nobody else can ask the same: of two who take different ones away
 * at once, the second sees what the first left.
 */
export async function holdWaysOf(trx: Db, userId: number): Promise<WaysIn> {
  await holdUser(trx, userId)
  return {
    hasPassword: await hasPassword(trx, userId),
    passkeys: (await listPasskeys(trx, userId)).length,
    issuers: (await listIdentities(trx, userId)).map(({ issuer }) => issuer),
  }
}
