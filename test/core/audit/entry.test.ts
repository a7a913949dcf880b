import { describe, expect, test } from 'vitest'
import {
  AUDIT_ACTIONS,
  AUDIT_GROUPS,
  type AuditGroup,
  actionsOf,
  auditActionWords,
} from '../../../src/core/audit/actions.ts'
import { canonicalEntry, type LinkedFacts } from '../../../src/core/audit/chain.ts'
import { type AuditChange, auditFacts, NOT_RECORDED, THE_SYSTEM } from '../../../src/core/audit/entry.ts'

const factsOf = (change: AuditChange, name = 'hub') =>
  auditFacts({ actor: THE_SYSTEM, action: 'source.changed', subject: { kind: 'source', id: 1, name }, change })
const kept = (change: AuditChange) => JSON.parse(factsOf(change).changeJson)

describe('what an entry keeps', () => {
  test('the change by name, sorted, without what was not said', () => {
    expect(factsOf({ to: 'b', from: 'a', rate: undefined }).changeJson).toBe('{"from":"a","to":"b"}')
    expect(factsOf({}).changeJson).toBe('{}')
  })

  test('never a text that is named as a secret, however deep', () => {
    expect(
      kept({
        password: 'canary',
        newSecret: { from: 'canary', to: 'canary' },
        settings: { headers: ['canary', { name: 'canary' }], url: 'https://ci.example' },
        apiKey: 'canary',
        dsn: 'canary',
      }),
    ).toEqual({
      password: NOT_RECORDED,
      newSecret: { from: NOT_RECORDED, to: NOT_RECORDED },
      settings: { headers: [NOT_RECORDED, { name: NOT_RECORDED }], url: 'https://ci.example' },
      apiKey: NOT_RECORDED,
      dsn: NOT_RECORDED,
    })
    // That there is one may be told.
    expect(kept({ secret: true, tokens: 3, password: null })).toEqual({ secret: true, tokens: 3, password: null })
  })

  test('texts of one line without control characters, cut where nobody reads on', () => {
    const facts = factsOf({ reason: `a\u0000b${'x'.repeat(5_000)}` }, 'line one\nline two\u001b[31m')
    expect(facts.subjectName).toBe('line one line two[31m')
    expect(JSON.parse(facts.changeJson).reason).toHaveLength(1_000)
  })
})

describe('the canonical form of an entry', () => {
  const entry: LinkedFacts = { ...factsOf({}), number: 1, at: 2, previousHash: '0' }
  const fields = Object.keys(entry) as (keyof LinkedFacts)[]

  test.each(fields)('has %s in it', (field) => {
    expect(canonicalEntry({ ...entry, [field]: 'x' })).not.toBe(canonicalEntry(entry))
  })

  test('tells null from empty, and where a text ends', () => {
    expect(canonicalEntry({ ...entry, address: '' })).not.toBe(canonicalEntry({ ...entry, address: null }))
    expect(canonicalEntry({ ...entry, action: 'ab', subjectKind: 'c' })).not.toBe(
      canonicalEntry({ ...entry, action: 'a', subjectKind: 'bc' }),
    )
  })
})

test('every action is in one group of the filter', () => {
  const grouped = (Object.keys(AUDIT_GROUPS) as AuditGroup[]).flatMap(actionsOf)
  expect([...grouped].sort()).toEqual(Object.keys(AUDIT_ACTIONS).sort())
})

test('an action reads as words; one of a later version by its name', () => {
  expect(auditActionWords('source.created')).toBe('created the source')
  expect(auditActionWords('moon.landed')).toBe('moon.landed')
  expect(auditActionWords('toString')).toBe('toString')
  for (const action of Object.keys(AUDIT_ACTIONS)) expect(action).toMatch(/^[a-z-]+\.[a-z-]+$/)
})
