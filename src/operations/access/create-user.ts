import { isRole, ROLES } from '../../core/access/role.ts'
import { type AuditActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import { deleteSetupLink } from '../../store/access/setup-links.ts'
import { insertUser } from '../../store/access/users.ts'
import type { Store } from '../../store/database.ts'
import { isUniqueViolation } from '../../store/dialect.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { hashPassword, passwordProblem } from './passwords.ts'
import { normalEmail } from './sign-in.ts'

export interface Person {
  readonly email: string
  /** Absent: the part of the address before the @. */
  readonly name?: string | undefined
  readonly password: string
}

export interface PersonProblem {
  readonly field: 'email' | 'name' | 'password' | 'role'
  readonly message: string
}

export type UserCreation =
  | { readonly kind: 'created'; readonly userId: number }
  | { readonly kind: 'refused'; readonly problems: readonly PersonProblem[] }

/** Creates a user who can sign in at once. The set-up link ends: it is for a server without users. */
export async function createUser(
  store: Store,
  person: Person & { role: string },
  now: number,
  actor: AuditActor = THE_SYSTEM,
): Promise<UserCreation> {
  const problems = [...personProblems(person), ...roleProblems(person.role)]
  if (problems.length > 0) return { kind: 'refused', problems }
  const passwordHash = await hashPassword(person.password)
  try {
    const userId = await store.transaction(async (trx) => {
      await deleteSetupLink(trx)
      const { email, name } = normalPerson(person)
      const { role } = person
      const id = await insertUser(trx, { email, name, role, passwordHash, createdAt: now })
      await recordAudit(
        trx,
        { actor, action: 'user.created', subject: { kind: 'user', id, name: email }, change: { role } },
        now,
      )
      return id
    })
    return { kind: 'created', userId }
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    return { kind: 'refused', problems: [{ field: 'email', message: 'There is a user with this address already.' }] }
  }
}

export function normalPerson(person: Person): { email: string; name: string } {
  const email = normalEmail(person.email)
  return { email, name: person.name?.trim() || email.slice(0, email.indexOf('@')) }
}

export function personProblems(person: Person): PersonProblem[] {
  const problems: PersonProblem[] = []
  const { email, name } = normalPerson(person)
  if (!/^[^\s@]+@[^\s@]+$/.test(email) || email.length > 254)
    problems.push({ field: 'email', message: 'Write an e-mail address, like ana@example.com.' })
  if (name.length > 100) problems.push({ field: 'name', message: 'Use at most 100 characters.' })
  const password = passwordProblem(person.password, email)
  if (password) problems.push({ field: 'password', message: password })
  return problems
}

const roleProblems = (role: string): PersonProblem[] =>
  isRole(role) ? [] : [{ field: 'role', message: `There is no role “${role}”; choose ${ROLES.join(', ')}.` }]
