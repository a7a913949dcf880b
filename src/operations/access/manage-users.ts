import { isRole, type Role } from '../../core/access/role.ts'
import { MOST_SERVICES_IN_LIMIT, type ServiceLimit } from '../../core/access/service-limit.ts'
import type { AuditActor } from '../../core/audit/entry.ts'
import { deleteLinksOf } from '../../store/access/account-links.ts'
import { countOtherAdmins } from '../../store/access/admins.ts'
import { deleteSessionsOf } from '../../store/access/sessions.ts'
import { findUser, setDisabled, setRoleAndLimit, type UserRow } from '../../store/access/users.ts'
import type { Store } from '../../store/database.ts'
import { recordAudit } from '../audit/record-audit.ts'

/** Who changes somebody, and when. */
export interface ByWhom {
  readonly actor: AuditActor
  readonly now: number
}

export type UserChange =
  | { readonly kind: 'changed'; readonly user: UserRow }
  | { readonly kind: 'unchanged'; readonly user: UserRow }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'refused'; readonly field: 'role' | 'services' | undefined; readonly message: string }

const refused = (message: string, field?: 'role' | 'services'): UserChange => ({ kind: 'refused', field, message })
const LAST_ADMIN = 'This is the last admin who can sign in. Make somebody else an admin first.'

/** What is wrong with this role and limit together; undefined: nothing. */
export function accessProblem(
  role: string,
  services: ServiceLimit,
): { field: 'role' | 'services'; message: string } | undefined {
  if (!isRole(role)) return { field: 'role', message: `There is no role “${role}”.` }
  if (services === undefined) return undefined
  if (role === 'admin') return { field: 'services', message: 'An admin is not limited to services.' }
  if (services.length === 0) return { field: 'services', message: 'Name at least one service, or choose all.' }
  if (services.length > MOST_SERVICES_IN_LIMIT || services.some((name) => [...name].length > 200))
    return { field: 'services', message: `Name at most ${MOST_SERVICES_IN_LIMIT} services, of 200 characters each.` }
  return undefined
}

/** Gives a person another role or limit; they sign in again. */
export async function changeAccess(
  store: Store,
  userId: number,
  wanted: { readonly role: string; readonly services: ServiceLimit },
  { actor, now }: ByWhom,
): Promise<UserChange> {
  const problem = accessProblem(wanted.role, wanted.services)
  if (problem) return refused(problem.message, problem.field)
  const role = wanted.role as Role
  return await store.transaction(async (trx) => {
    const others = await countOtherAdmins(trx, userId)
    const user = await findUser(trx, userId)
    if (!user) return { kind: 'not-found' }
    if (isLastAdmin(user, others) && role !== 'admin') return refused(LAST_ADMIN, 'role')
    const services = wanted.services === undefined ? undefined : [...new Set(wanted.services)].sort()
    const isSameLimit = JSON.stringify(services) === JSON.stringify(user.services)
    if (role === user.role && isSameLimit) return { kind: 'unchanged', user }
    await setRoleAndLimit(trx, userId, role, services)
    await deleteSessionsOf(trx, userId)
    const subject = subjectOf(user)
    if (role !== user.role)
      await recordAudit(
        trx,
        { actor, action: 'user.role-changed', subject, change: { role: { from: user.role, to: role } } },
        now,
      )
    if (!isSameLimit)
      await recordAudit(
        trx,
        {
          actor,
          action: 'user.scope-changed',
          subject,
          change: { services: { from: user.services ?? 'all', to: services ?? 'all' } },
        },
        now,
      )
    return { kind: 'changed', user: { ...user, role, services } }
  })
}

/** A disabled person cannot sign in; their sessions and links end at once. */
export async function disableUser(store: Store, userId: number, { actor, now }: ByWhom): Promise<UserChange> {
  return await store.transaction(async (trx) => {
    const others = await countOtherAdmins(trx, userId)
    const user = await findUser(trx, userId)
    if (!user) return { kind: 'not-found' }
    if (user.disabledAt !== null) return { kind: 'unchanged', user }
    if (isLastAdmin(user, others)) return refused(LAST_ADMIN)
    await setDisabled(trx, userId, now)
    await deleteSessionsOf(trx, userId)
    await deleteLinksOf(trx, userId)
    await recordAudit(trx, { actor, action: 'user.disabled', subject: subjectOf(user) }, now)
    return { kind: 'changed', user: { ...user, disabledAt: now } }
  })
}

export async function enableUser(store: Store, userId: number, { actor, now }: ByWhom): Promise<UserChange> {
  return await store.transaction(async (trx) => {
    const user = await findUser(trx, userId)
    if (!user) return { kind: 'not-found' }
    if (user.disabledAt === null) return { kind: 'unchanged', user }
    await setDisabled(trx, userId, null)
    await recordAudit(trx, { actor, action: 'user.enabled', subject: subjectOf(user) }, now)
    return { kind: 'changed', user: { ...user, disabledAt: null } }
  })
}

const isLastAdmin = (user: UserRow, others: number): boolean =>
  user.role === 'admin' && user.disabledAt === null && others === 0

/** As the audit log names a person. */
export const subjectOf = ({ id, email }: { readonly id: number; readonly email: string }) => ({
  kind: 'user',
  id,
  name: email,
})
