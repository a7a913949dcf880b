import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { roleName } from '../../src/core/access/role.ts'
import { changes, nameOf, openToAll } from '../support/visitors.ts'

/** The table of docs/access.md says of every route for people what its policy says. */

const ROW = /^\| `([A-Z]+ [^`]+)` \| ([a-z ]+) \|$/

function documented(): { pattern: string; who: string }[] {
  const text = readFileSync(new URL('../../docs/access.md', import.meta.url), 'utf8')
  return text.split('\n').flatMap((line) => {
    const [, pattern, who] = ROW.exec(line) ?? []
    return pattern && who ? [{ pattern, who }] : []
  })
}

const fits = (route: string, pattern: string): boolean =>
  pattern.endsWith('…') ? route.startsWith(pattern.slice(0, -1)) : route === pattern

test('docs/access.md tells the role of every route that changes something', async () => {
  const { declared } = await openToAll()
  const rows = documented()
  const wrong: string[] = []
  const used = new Set<string>()
  for (const route of declared) {
    const { policy } = route
    // What a viewer may change is their own affair; the API goes by scopes.
    if (!changes(route) || typeof policy !== 'object' || 'scope' in policy || policy.role === 'viewer') continue
    const row = rows.find(({ pattern }) => fits(nameOf(route), pattern))
    if (row) used.add(row.pattern)
    if (row?.who !== roleName(policy.role)) wrong.push(`${nameOf(route)}: ${row?.who ?? 'not told'}, is ${policy.role}`)
  }
  expect(wrong).toEqual([])
  expect(rows.map(({ pattern }) => pattern).filter((pattern) => !used.has(pattern))).toEqual([])
})
