import { isRole, ROLES, type Role } from './role.ts'

/** Which role follows from the groups that an identity provider or a proxy says somebody is in. */
export interface RoleMap {
  /** Where the groups stand; dots lead into objects, `realm_access.roles`. */
  readonly claim: string
  readonly roles: ReadonlyMap<string, Role>
}

export type RoleMapRead =
  | { readonly ok: true; readonly map: RoleMap }
  | { readonly ok: false; readonly problem: string }

/** Reads `groups: releng=release-manager, ops=engineer`; the name before the colon may be left out. */
export function readRoleMap(text: string): RoleMapRead {
  const [, claim = 'groups', list = ''] = /^(?:\s*([\w.:/-]+)\s*:\s)?(.*)$/s.exec(text) ?? []
  const roles = new Map<string, Role>()
  for (const entry of list
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)) {
    const [, group = '', role = ''] = /^(.+)=([^=]*)$/.exec(entry) ?? []
    if (group.trim() === '' || !isRole(role.trim()))
      return { ok: false, problem: `${entry} is not group=role, with one of the roles ${ROLES.join(', ')}` }
    roles.set(group.trim(), role.trim() as Role)
  }
  return roles.size === 0
    ? { ok: false, problem: 'names no group; write groups: releng=release-manager, ops=engineer' }
    : { ok: true, map: { claim, roles } }
}

/** The highest role of these groups; without one the default, which may be none. */
export function roleOfGroups(map: RoleMap, groups: readonly string[], fallback: Role | undefined): Role | undefined {
  const given = groups.map((group) => map.roles.get(group)).filter((role) => role !== undefined)
  return given.length === 0 ? fallback : ROLES.findLast((role) => given.includes(role))
}

/** The groups in a claim: a list of texts, or one text; anything else is none. */
export function groupsIn(claims: Readonly<Record<string, unknown>>, claim: string): string[] {
  const value = claims[claim] ?? claim.split('.').reduce<unknown>((at, key) => fieldOf(at, key), claims)
  return [value].flat().filter((group) => typeof group === 'string')
}

const fieldOf = (value: unknown, key: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, key)
    ? (value as Record<string, unknown>)[key]
    : undefined
