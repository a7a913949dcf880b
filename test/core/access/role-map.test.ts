import { expect, test } from 'vitest'
import { groupsIn, readRoleMap, roleOfGroups } from '../../../src/core/access/role-map.ts'

const mapOf = (text: string) => {
  const read = readRoleMap(text)
  if (!read.ok) throw new Error(read.problem)
  return read.map
}

test('a map names its claim and a role for each group', () => {
  const map = mapOf('groups: releng=release-manager, ops = engineer,')
  expect([map.claim, [...map.roles]]).toEqual([
    'groups',
    [
      ['releng', 'release-manager'],
      ['ops', 'engineer'],
    ],
  ])
  expect(mapOf('ops=engineer').claim).toBe('groups')
  expect(mapOf('realm_access.roles: ops=engineer').claim).toBe('realm_access.roles')
  expect([...mapOf('cn=ops,o=x=engineer'.replace(',', ';')).roles.keys()]).toEqual(['cn=ops;o=x'])
})

test.each(['', 'groups:', 'ops', 'ops=king', '=admin', 'groups: ops=engineer, x'])('%o is no map', (text) => {
  expect(readRoleMap(text).ok).toBe(false)
})

test('the highest role counts; without any the default, or none', () => {
  const map = mapOf('a=viewer, b=admin, c=engineer')
  expect(roleOfGroups(map, ['a', 'b', 'c'], undefined)).toBe('admin')
  expect(roleOfGroups(map, ['c', 'a'], 'viewer')).toBe('engineer')
  expect(roleOfGroups(map, ['x'], 'viewer')).toBe('viewer')
  expect(roleOfGroups(map, [], undefined)).toBeUndefined()
})

test('groups are texts, alone or in a list, wherever the claim leads', () => {
  expect(groupsIn({ groups: ['a', 7, null, 'b'] }, 'groups')).toEqual(['a', 'b'])
  expect(groupsIn({ groups: 'a' }, 'groups')).toEqual(['a'])
  expect(groupsIn({ realm_access: { roles: ['a'] } }, 'realm_access.roles')).toEqual(['a'])
  expect(groupsIn({ 'https://x.example/groups': ['a'] }, 'https://x.example/groups')).toEqual(['a'])
  expect(groupsIn({ groups: { a: true } }, 'groups')).toEqual([])
  expect(groupsIn({}, '__proto__.x')).toEqual([])
})
