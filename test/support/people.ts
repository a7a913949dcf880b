import { hashPassword } from '../../src/operations/access/passwords.ts'
import { insertUser } from '../../src/store/access/users.ts'
import type { Db } from '../../src/store/database.ts'

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
