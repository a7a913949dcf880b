import { THE_SYSTEM } from '../../src/core/audit/entry.ts'
import { hashPassword } from '../../src/operations/access/passwords.ts'
import { signInAs } from '../../src/operations/access/sign-in.ts'
import { recordAudit } from '../../src/operations/audit/record-audit.ts'
import { deleteSetupLink } from '../../src/store/access/setup-links.ts'
import { insertUser } from '../../src/store/access/users.ts'
import type { Db, Store } from '../../src/store/database.ts'

/** Long enough to be a good one; every person of the tests has it unless told. */
export const PASSWORD = 'granite pelican umbrella'

/** Quick to check, worthless to keep: tests sign in often. */
const quickHash = (password: string) => hashPassword(password, { log2N: 4, r: 8, p: 1 })

/** Ana is an admin unless told; returns the id. */
export async function addPerson(
  db: Db,
  person: { email?: string; name?: string; role?: string; password?: string } = {},
): Promise<number> {
  const { email = 'ana@example.com', name = 'Ana', role = 'admin', password = PASSWORD } = person
  return await insertUser(db, { email, name, role, passwordHash: await quickHash(password), createdAt: 0 })
}

/** As after creating a user and signing in with the password, which each take a second of work. @returns the session id */
export async function addSignedIn(
  store: Store,
  { email, name, role, password }: { email: string; name: string; role: string; password: string },
  now: number,
): Promise<string> {
  const passwordHash = await quickHash(password)
  return await store.transaction(async (trx) => {
    await deleteSetupLink(trx)
    const id = await insertUser(trx, { email, name, role, passwordHash, createdAt: now })
    const subject = { kind: 'user', id, name: email } as const
    await recordAudit(trx, { actor: THE_SYSTEM, action: 'user.created', subject, change: { role } }, now)
    return await signInAs(trx, { id, email, name }, { address: '127.0.0.1' }, { way: 'password' }, now)
  })
}
