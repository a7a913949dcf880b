import { describe, expect, test } from 'vitest'
import {
  bucketOf,
  type Decisions,
  deriveDefect,
  mergeDecisions,
  mergeReportFacts,
  type Report,
  reportFacts,
  reportIdentity,
  reportKey,
  sharedKeys,
  statusStatement,
} from '../../../src/core/defect/defect.ts'
import type { DefectEvent } from '../../../src/core/event.ts'
import { aDefect, day, hours } from '../../support/factories.ts'

const reportOf = (key: string, ...events: DefectEvent[]): Report => ({
  key,
  facts: events.map(reportFacts).reduce((a, b) => mergeReportFacts(a, b)),
  firstSeenAt: Math.min(...events.map(({ occurredAt, at }) => occurredAt ?? at)),
  lastSeenAt: Math.max(...events.map(({ occurredAt, at }) => occurredAt ?? at)),
  firstSaidAt: Math.min(...events.map(({ at }) => at)),
  occurrences: events.reduce((sum, { count }) => sum + count, 0),
})

describe('times that two people set of what turns out to be one defect', () => {
  test('are each the later word', () => {
    const word = (value: number, at: number) => ({ value, at, by: 'Ana' })
    const a: Decisions = { times: { mitigated: word(day(3), 1), occurred: word(day(1), 5) } }
    const b: Decisions = { times: { mitigated: word(day(4), 2), occurred: word(day(2), 4) } }
    const merged = { times: { occurred: word(day(1), 5), mitigated: word(day(4), 2) } }
    expect(mergeDecisions(a, b)).toEqual(merged)
    expect(mergeDecisions(b, a)).toEqual(merged)
    expect(mergeDecisions({}, {})).toEqual({})
  })
})

describe('a defect told by several reports', () => {
  test('is named by the earliest and counts them all', () => {
    const defect = deriveDefect(
      [
        reportOf('b', aDefect({ title: 'Alert: 409', at: day(3), count: 5 })),
        reportOf('a', aDefect({ title: 'Capture fails', at: day(2), count: 2 })),
      ],
      {},
    )
    expect(defect).toMatchObject({ title: 'Capture fails', firstSeenAt: day(2), lastSeenAt: day(3), occurrences: 7 })
  })

  test('stays with the version it was first seen in, while its title follows the last word', () => {
    const report = reportOf(
      'a',
      aDefect({ version: 'b', title: 'Renamed', at: day(3) }),
      aDefect({ version: 'a', title: 'First', at: day(2) }),
    )
    expect(deriveDefect([report], {})).toMatchObject({ version: 'a', title: 'Renamed' })
  })

  test('is as severe as the worst of them, S3 when none says', () => {
    const unsaid = reportOf('a', aDefect())
    expect(deriveDefect([unsaid], {}).severity).toBe('S3')
    expect(
      deriveDefect([unsaid, reportOf('b', aDefect({ severity: 'S4' })), reportOf('c', aDefect({ severity: 'S2' }))], {})
        .severity,
    ).toBe('S2')
  })

  test("keeps a person's severity whatever the sources say", () => {
    const decided = { severity: { value: 'S4' as const, at: day(1), by: 'Ana' } }
    expect(deriveDefect([reportOf('a', aDefect({ severity: 'S1', at: day(9) }))], decided).severity).toBe('S4')
  })
})

describe('which reports are the same defect', () => {
  test("those with the sender's key, from the same source", () => {
    const identity = reportIdentity(aDefect({ key: 'BUG-1' }), 'delivery 1')
    expect(reportIdentity(aDefect({ key: 'BUG-1', title: 'other' }), 'delivery 2')).toBe(identity)
    expect(reportKey(1, identity)).not.toEqual(reportKey(2, identity))
  })

  test('those with the same fingerprint of the same service, from any source', () => {
    const keys = sharedKeys(aDefect({ key: 'X', fingerprint: 'f' }))
    expect(keys).toHaveLength(1)
    expect(sharedKeys(aDefect({ key: 'Y', fingerprint: 'f' }))).toEqual(keys)
    expect(sharedKeys(aDefect({ key: 'X', fingerprint: 'f', service: 'search' }))).not.toEqual(keys)
  })

  test('a report with neither is a defect of its own', () => {
    expect(reportIdentity(aDefect(), 'delivery 1')).not.toBe(reportIdentity(aDefect(), 'delivery 2'))
  })
})

test('of the decisions about two defects that turn out to be one, the later holds; what was said is kept whole', () => {
  const a: Decisions = {
    severity: { value: 'S1', at: 1, by: 'Ana' },
    statements: [
      { at: 3, by: 'Ana', status: 'triaged' },
      { at: 5, by: 'Ana', status: 'fixed', fixedIn: ['1.1'] },
    ],
  }
  const b: Decisions = {
    severity: { value: 'S2', at: 2, by: 'Ben' },
    attribution: { value: { kind: 'not-a-change' }, at: 4, by: 'Ben' },
    statements: [{ at: 4, by: 'Ben', status: 'open' }],
  }
  const merged = mergeDecisions(a, b)
  expect(merged).toMatchObject({ severity: b.severity, attribution: b.attribution })
  expect(merged.statements?.map(({ at, by }) => [at, by])).toEqual([
    [3, 'Ana'],
    [4, 'Ben'],
    [5, 'Ana'],
  ])
  expect(mergeDecisions({}, {})).toEqual({})
})

describe('what an event says of the state', () => {
  test('is nothing when it names neither a status nor a fix', () => {
    expect(statusStatement(aDefect())).toBeUndefined()
    expect(statusStatement(aDefect({ fixedIn: [] }))).toMatchObject({ fixedIn: [] })
  })

  test('is news of a sighting when it says “open” of the very instant it was seen', () => {
    expect(statusStatement(aDefect({ status: 'open', at: day(2) }))).toMatchObject({ status: 'open', sighted: true })
    const reopened = aDefect({ status: 'open', at: day(4), occurredAt: day(2) })
    expect(statusStatement(reopened)).toMatchObject({ status: 'open', sighted: false })
    expect(statusStatement(aDefect({ status: 'fixed', at: day(2) }))).toMatchObject({ sighted: false })
  })
})

test('occurrences are counted by the hour', () => {
  expect(bucketOf(day(1) + hours(2) + 59 * 60_000)).toBe(day(1) + hours(2))
})
