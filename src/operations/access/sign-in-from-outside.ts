import type { Transaction } from 'kysely'
import { type Role, roleName } from '../../core/access/role.ts'
import { type RoleMap, roleOfGroups } from '../../core/access/role-map.ts'
import type { AuditActor } from '../../core/audit/entry.ts'
import { countOtherAdmins } from '../../store/access/admins.ts'
import { findUserByIdentity, insertIdentity } from '../../store/access/outside-identities.ts'
import { deleteSessionsOf } from '../../store/access/sessions.ts'
import { findUser, findUserByEmail, insertUser, setRoleAndLimit, type User } from '../../store/access/users.ts'
import type { Store } from '../../store/database.ts'
import { isUniqueViolation } from '../../store/dialect.ts'
import type { Database } from '../../store/schema.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { noPasswordHash } from './passwords.ts'
import type { Visitor } from './sessions.ts'
import { normalEmail, type SignedIn, signInAs } from './sign-in.ts'
import type { SignInWay } from './sign-in-way.ts'

/** Somebody whom another system has let in: an identity provider, or the proxy in front. */
export interface OutsidePerson {
  /** The provider's URL, or `proxy`. */
  readonly issuer: string
  readonly subject: string
  /** Only one that the other system has verified to be theirs. */
  readonly email: string | undefined
  readonly name: string | undefined
  readonly groups: readonly string[]
}

export interface OutsideRules {
  readonly way: Extract<SignInWay, 'oidc' | 'proxy'>
  /** Undefined: roles are set here. */
  readonly map: RoleMap | undefined
  /** Of who is in no group of the map, or new where there is none; undefined: they are not let in. */
  readonly defaultRole: Role | undefined
  /** Who is signed in already, and shows once more that it is them. */
  readonly onlyFor: number | undefined
}

export type OutsideRefusal =
  /** Not linked yet, and no verified address to find or make them by. */
  'no-email' | 'no-role' | 'disabled' | 'other-person'

export type OutsideSignIn = SignedIn | { readonly kind: 'refused'; readonly because: OutsideRefusal }

/**
 * Signs in who came from outside: known by issuer and subject, else linked to the user with the same verified address,
 * else made. Their role follows their groups each time; the last admin stays one.
 */
export async function signInFromOutside(
  store: Store,
  person: OutsidePerson,
  rules: OutsideRules,
  visitor: Visitor,
  now: number,
): Promise<OutsideSignIn> {
  const enter = () => store.transaction((trx) => enterAs(trx, person, rules, visitor, now))
  try {
    return await enter()
  } catch (error) {
    if (!isUniqueViolation(error)) throw error
    // Made or linked by another request of theirs a moment ago; now they are found.
    return await enter()
  }
}

type Trx = Transaction<Database>

async function enterAs(
  trx: Trx,
  person: OutsidePerson,
  rules: OutsideRules,
  visitor: Visitor,
  now: number,
): Promise<OutsideSignIn> {
  const actor: AuditActor = { kind: 'stranger', id: null, name: rules.way, address: visitor.address }
  const refuse = async (because: OutsideRefusal, user?: User): Promise<OutsideSignIn> => {
    const subject = { kind: 'user', id: user?.id ?? 'unknown', name: user?.email ?? person.email ?? person.subject }
    await recordAudit(trx, { actor, action: 'sign-in.refused', subject, change: { way: rules.way, because } }, now)
    return { kind: 'refused', because }
  }
  const linkedId = await findUserByIdentity(trx, person.issuer, person.subject, now)
  const email = person.email === undefined ? undefined : normalEmail(person.email)
  const known = linkedId ? await findUser(trx, linkedId) : email ? await findUserByEmail(trx, email) : undefined
  if (rules.onlyFor !== undefined && known?.id !== rules.onlyFor) return await refuse('other-person', known)
  if (known && known.disabledAt !== null) return await refuse('disabled', known)
  if (!known && email === undefined) return await refuse('no-email')
  const role = rules.map
    ? roleOfGroups(rules.map, person.groups, rules.defaultRole)
    : (known?.role ?? rules.defaultRole)
  const isLastAdmin = known?.role === 'admin' && role !== 'admin' && (await countOtherAdmins(trx, known.id)) === 0
  if (role === undefined && !isLastAdmin) {
    // What they signed in with before, on the word of the same groups, has lost its ground.
    if (known) await deleteSessionsOf(trx, known.id)
    return await refuse('no-role', known)
  }
  const user = known ?? (await makeUser(trx, person, email ?? '', role as Role, now))
  if (linkedId === undefined) await insertIdentity(trx, { ...person, userId: user.id }, now)
  if (known && role && known.role !== role && !isLastAdmin) {
    await setRoleAndLimit(trx, known.id, role, known.services)
    await deleteSessionsOf(trx, known.id)
  }
  const sessionId = await signInAs(trx, user, visitor, { way: rules.way }, now)
  const subject = { kind: 'user', id: user.id, name: user.email }
  if (!known) await recordAudit(trx, { actor, action: 'user.created', subject, change: { role: role ?? null } }, now)
  if (linkedId === undefined)
    await recordAudit(trx, { actor, action: 'identity.linked', subject, change: { issuer: person.issuer } }, now)
  if (known && role && known.role !== role && !isLastAdmin) {
    const change = { role: { from: roleName(known.role), to: roleName(role) } }
    await recordAudit(trx, { actor, action: 'user.role-changed', subject, change }, now)
  }
  return { kind: 'signed-in', sessionId, userId: user.id }
}

async function makeUser(
  trx: Trx,
  person: OutsidePerson,
  email: string,
  role: Role,
  now: number,
): Promise<Pick<User, 'id' | 'email' | 'name'>> {
  const name = [...(person.name?.trim() || email.slice(0, email.indexOf('@')))].slice(0, 100).join('')
  const id = await insertUser(trx, {
    email,
    name,
    role,
    passwordHash: noPasswordHash(),
    hasPassword: false,
    createdAt: now,
  })
  return { id, email, name }
}
