import type { Scope } from './scope.ts'

/** What a person may do here; each may do what those before it may. */
export const ROLES = ['viewer', 'engineer', 'release-manager', 'admin'] as const
export type Role = (typeof ROLES)[number]

export const isRole = (text: string): text is Role => (ROLES as readonly string[]).includes(text)

/** As it is stored; `member` is what versions before roles called an engineer. Whatever else it says may only read. */
export const asRole = (text: string): Role => (text === 'member' ? 'engineer' : isRole(text) ? text : 'viewer')

/** Whether a person of this role may do what asks for `needed`. */
export const mayAs = (role: Role, needed: Role): boolean => ROLES.indexOf(role) >= ROLES.indexOf(needed)

/** What a person must be to call by hand what a token calls with this scope; a route may ask for more. */
export const ROLE_OF_SCOPE: Readonly<Record<Scope, Role>> = {
  read: 'viewer',
  'deployments:write': 'engineer',
  'defects:write': 'engineer',
  'freezes:write': 'release-manager',
  'locks:write': 'release-manager',
  'releases:fire': 'engineer',
}

const NAMES: Readonly<Record<Role, string>> = {
  viewer: 'viewer',
  engineer: 'engineer',
  'release-manager': 'release manager',
  admin: 'admin',
}
export const roleName = (role: Role): string => NAMES[role]

/** `release managers and admins`: those who may do what asks for `needed`. */
export function whoMay(needed: Role): string {
  const names = ROLES.slice(ROLES.indexOf(needed)).map((role) => `${roleName(role)}s`)
  const last = names.pop() ?? ''
  return names.length === 0 ? last : `${names.join(', ')} and ${last}`
}
