import { describe, expect, it } from 'vitest'
import { deriveDefect, mergeReportFacts, reportFacts } from '../../../src/core/defect/defect.ts'
import type { DefectEvent, Severity } from '../../../src/core/event.ts'
import { applyServiceRules, noServiceRules } from '../../../src/core/inbound/service-rules.ts'
import { applySeverityWords, wordOf } from '../../../src/core/inbound/severity-words.ts'

const aDefect: DefectEvent = { type: 'defect', title: 'x', severity: 'S3', severityWord: ' P1', at: 1_000, count: 1 }

const grade = (severities: Record<string, Severity | null>, revision: number, event = aDefect, isReading = false) => {
  const placed = applyServiceRules([event], { ...noServiceRules, revision }, isReading)
  return applySeverityWords(placed.events, { severities: new Map(Object.entries(severities)), revision })
}
const severityAfter = (...events: DefectEvent[]) => {
  const facts = events.map(reportFacts).reduce(mergeReportFacts)
  const report = { key: 'a', facts, firstSeenAt: 1, lastSeenAt: 1, firstSaidAt: 1, occurrences: 1 }
  return deriveDefect([report], {}).severity
}
const only = (graded: ReturnType<typeof grade>) => graded.events[0] as DefectEvent

describe('severity words', () => {
  it('grade as the operator says, capital letters and space aside', () => {
    expect(only(grade({ p1: 'S1' }, 1)).severity).toBe('S1')
    expect(only(grade({ p1: null }, 1)).severity).toBe('S3')
    expect(wordOf('  Sev  2 ')).toBe('sev 2')
  })

  it('are noted when they are new, with what they are taken for', () => {
    expect(grade({}, 0).unknown).toEqual([{ word: 'p1', readAs: 'S3' }])
    expect(grade({ p1: null }, 0).unknown).toEqual([])
    expect(grade({}, 0, { ...aDefect, severityWord: undefined }).unknown).toEqual([])
  })

  it('said anew outrank what was said before, in either order', () => {
    const [before, after] = [only(grade({ p1: 'S1' }, 1, { ...aDefect, at: 9_000 })), only(grade({ p1: 'S4' }, 2))]
    expect(severityAfter(before, after)).toBe('S4')
    expect(severityAfter(after, before)).toBe('S4')
  })

  it('taken back leave no severity behind where the sender gave none that we know', () => {
    const unknown = { ...aDefect, severity: undefined }
    const [before, after] = [only(grade({ p1: 'S1' }, 1, unknown)), only(grade({ p1: null }, 2, unknown, true))]
    expect(severityAfter(before, after)).toBe('S3')
    // Not read again because of the change: it says nothing of what was said before.
    expect(severityAfter(before, only(grade({ p1: null }, 2, unknown)))).toBe('S1')
  })

  it('change nothing where nothing was ever said', () => {
    expect(only(grade({}, 0))).toBe(aDefect)
  })
})
