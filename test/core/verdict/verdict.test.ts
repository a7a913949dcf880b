import { describe, expect, test } from 'vitest'
import type { BroughtDefect } from '../../../src/core/verdict/known-harm.ts'
import { judgeRelease } from '../../../src/core/verdict/verdict.ts'
import { day } from '../../support/factories.ts'
import { aReleaseInPlace, tenEarlier, verdictFacts } from '../../support/verdict-facts.ts'

const many = Array.from({ length: 14 }, (_, i) => 0.05 + i / 20)
const brought = (over: Partial<BroughtDefect> = {}): BroughtDefect => ({
  defectId: 1284,
  severity: 'S1',
  open: true,
  probability: 0.82,
  regression: false,
  ...over,
})
const reason = (verdict: ReturnType<typeof judgeRelease>, kind: string) =>
  verdict.reasons.find((one) => one.kind === kind)

describe('a release beside earlier ones at the same age', () => {
  test('with as many defects as they had is healthy', () => {
    const verdict = judgeRelease(verdictFacts([0.3, 1.2, 3.1, 5]), day(7))
    expect(verdict.word).toBe('healthy')
    expect(verdict.comparison?.word).toBe('normal')
    expect(verdict.sentence).toBe(
      'Nothing unusual: 4 new defects in 7.0 days; 4.1 expected from 10 earlier releases at this age (1.0×, 90 % 0.3–2.4).',
    )
  })

  test('with far more than they ever had is suspect, with the numbers that say so', () => {
    const verdict = judgeRelease(verdictFacts(many), day(1))
    expect(verdict.word).toBe('suspect')
    expect(verdict.comparison?.word).toBe('worse')
    expect(verdict.numbers).toBe(
      '14 new defects in 1.0 days; 1.1 expected from 10 earlier releases at this age (13×, 90 % 6.1–27)',
    )
    expect(verdict.sentence).toBe(`Worse than earlier releases: ${verdict.numbers}.`)
    expect(reason(verdict, 'more-than-before')).toMatchObject({ speaks: 'against', limit: 100 })
    expect(reason(verdict, 'beyond-usual-spread')).toMatchObject({ speaks: 'against', limit: 100 })
  })

  test('is compared with what they had shown by its age, not with what they showed in all', () => {
    const fourOnTheFirstDay = [0.1, 0.3, 0.5, 0.7]
    const late = judgeRelease(verdictFacts(fourOnTheFirstDay, { earlier: tenEarlier([2, 3, 4, 5]) }), day(1))
    const early = judgeRelease(verdictFacts(fourOnTheFirstDay, { earlier: tenEarlier([0.1, 0.3, 0.5, 0.7]) }), day(1))
    expect(late.word).toBe('suspect')
    expect(early.word).toBe('healthy')
    expect(early.comparison?.expected).toBeGreaterThan(3.9)
  })

  test('that had a bad start and has evened out is healthy again, and the start is told', () => {
    const earlier = tenEarlier(Array.from({ length: 12 }, (_, i) => 1 + i / 2))
    const facts = verdictFacts(many.slice(0, 6), { earlier })
    expect(judgeRelease(facts, day(1)).word).toBe('suspect')
    const later = judgeRelease(facts, day(7))
    expect(later).toMatchObject({ word: 'healthy', comparison: { word: 'no sign of harm', alarm: { word: 'worse' } } })
    expect(reason(later, 'more-than-before')).toMatchObject({
      speaks: 'neither',
      sentence: 'It was remarkable after 5 h with 4 defects; with 6 in 7.0 days it no longer is.',
    })
  })

  test('stays suspect when it has been quiet since', () => {
    const verdict = judgeRelease(verdictFacts(many), day(7))
    expect(verdict.word).toBe('suspect')
    expect(verdict.comparison?.alarm).toMatchObject({ word: 'worse', found: 4 })
    expect(verdict.comparison?.alarm?.atDays).toBeLessThan(0.5)
    expect(verdict.comparison?.currentEvidence).toBeLessThan(verdict.comparison?.evidence.moreThanBefore as number)
  })

  test('keeps its strongest evidence when later defects weaken it', () => {
    const earlier = tenEarlier(Array.from({ length: 12 }, (_, i) => 1 + i / 2))
    const burst = judgeRelease(verdictFacts(many.slice(0, 6), { earlier }), day(6.9))
    const oneMore = judgeRelease(verdictFacts([...many.slice(0, 6), 6.8], { earlier }), day(6.9))
    expect(burst.comparison?.evidence.moreThanBefore).toBeGreaterThan(1000)
    expect(oneMore.comparison?.currentEvidence).toBeLessThan(1000)
    expect(oneMore.comparison?.evidence).toEqual(burst.comparison?.evidence)
  })

  test('with more than before, but not beyond what releases differ by here, is to be watched', () => {
    const uneven = Array.from({ length: 10 }, (_, i) =>
      aReleaseInPlace(
        i + 1,
        -7 * (i + 1),
        7,
        Array.from({ length: [0, 0, 14, 0, 1, 0, 12, 0, 0, 1][i] as number }, (_, j) => 0.1 + j / 2),
      ),
    )
    const verdict = judgeRelease(
      verdictFacts(
        Array.from({ length: 12 }, (_, i) => 0.2 + i / 2),
        { earlier: uneven },
      ),
      day(7),
    )
    expect(verdict).toMatchObject({ word: 'watch', comparison: { word: 'elevated' } })
    expect(verdict.sentence).toMatch(/^More defects than usual: /)
    expect(reason(verdict, 'more-than-before')?.speaks).toBe('against')
    expect(reason(verdict, 'beyond-usual-spread')?.speaks).toBe('neither')
  })

  test('with clearly fewer is healthy, in words of its own', () => {
    const busy = tenEarlier(Array.from({ length: 20 }, (_, i) => 0.2 + i / 3))
    const verdict = judgeRelease(verdictFacts([1, 2, 3, 4, 5], { earlier: busy }), day(7))
    expect(verdict).toMatchObject({ word: 'healthy', comparison: { word: 'better' } })
    expect(verdict.sentence).toMatch(/^Fewer defects than usual: 5 new defects /)
  })
})

describe('silence', () => {
  test('is too early while nothing could have been noticed, and says how bad it had to be', () => {
    const verdict = judgeRelease(verdictFacts([]), day(0.05))
    expect(verdict.word).toBe('too early')
    expect(verdict.sentence).toBe(
      'Too little to say: no new defects in 72 min; none in 10 earlier releases by this age.',
    )
    const visible = reason(verdict, 'visible-ratio')
    expect(visible?.value).toBeGreaterThan(50)
    expect(visible?.sentence).toMatch(/^A release [\d,]+ times as bad as usual would have drawn attention by now/)
  })

  test('is healthy once many times as many would have been noticed', () => {
    const verdict = judgeRelease(verdictFacts([]), day(6))
    expect(verdict).toMatchObject({ word: 'healthy', comparison: { word: 'better' } })
  })

  test('some defects that do not rule out a bad release are too early, not healthy', () => {
    const verdict = judgeRelease(verdictFacts([0.1, 0.5, 0.8, 1.1]), day(1.2))
    expect(verdict).toMatchObject({ word: 'too early', comparison: { word: 'normal' } })
    expect(verdict.sentence).toMatch(
      /^Nothing unusual, but too little to rule out that it is three times as bad as usual: /,
    )
  })
})

describe('a service in which nothing was ever found', () => {
  const quiet = (ages: readonly number[]) => judgeRelease(verdictFacts(ages, { earlier: tenEarlier([]) }), day(1))

  test('gives no ratio to nothing', () => {
    expect(quiet([]).sentence).toBe(
      'Too little to say: no new defects in 1.0 days; none in 10 earlier releases by this age.',
    )
  })

  test('takes a few defects to be suspect, but not one', () => {
    const words = [1, 2, 3, 4, 5].map((count) => quiet([0.5, 0.6, 0.7, 0.8, 0.9].slice(0, count)).word)
    expect(words).toEqual(['too early', 'too early', 'watch', 'suspect', 'suspect'])
  })
})

describe('what it is compared with', () => {
  test('fewer than four earlier releases are too few, and it says how many there are', () => {
    const verdict = judgeRelease(verdictFacts(many, { earlier: tenEarlier().slice(0, 3) }), day(1))
    expect(verdict).toMatchObject({ word: 'too early', comparison: undefined, numbers: undefined })
    expect(verdict.sentence).toBe(
      'A comparison needs 4 earlier releases of checkout-api in production; before this one 3 releases went live there.',
    )
    expect(judgeRelease(verdictFacts(many, { earlier: tenEarlier().slice(0, 4) }), day(1)).comparison).toBeDefined()
  })

  test('a release that has not been live is not compared', () => {
    const release = aReleaseInPlace(100, 0, undefined, [], { spans: [] })
    const verdict = judgeRelease(verdictFacts([], { release }), day(1))
    expect(verdict).toMatchObject({ word: 'too early', sentence: 'It has not been live in production.' })
    expect(judgeRelease(verdictFacts([]), day(-1))).toMatchObject({ word: 'too early', comparison: undefined })
  })

  test('what happened after now does not count', () => {
    const facts = verdictFacts([0.5, 0.9, 2, 3, 4])
    expect(judgeRelease(facts, day(1)).comparison?.found).toBe(2)
  })

  test('it is compared up to the age that earlier releases reached', () => {
    const shortLived = Array.from({ length: 10 }, (_, i) => aReleaseInPlace(i + 1, -2 * (i + 1), 2, [0.5]))
    const verdict = judgeRelease(verdictFacts([1, 5, 9], { earlier: shortLived }), day(10))
    expect(verdict.comparison).toMatchObject({ found: 1, comparedDays: 2, lifeDays: 10 })
    expect(verdict.numbers).toMatch(/^1 new defect in its first 2\.0 days; .*; the earlier ones were not live longer$/)
  })
})

describe('harm that needs no statistics', () => {
  test('an open S1 that is likely its own makes it suspect, however early', () => {
    const verdict = judgeRelease(verdictFacts([], { brought: [brought()] }), day(0.01))
    expect(verdict.word).toBe('suspect')
    expect(verdict.sentence).toBe('S1 PF-1284, open, very likely introduced by it (82 %).')
    expect(verdict.reasons[0]).toMatchObject({ kind: 'severe-defects', speaks: 'against', defectIds: [1284] })
    expect(verdict.comparison?.word).toBe('not enough data')
  })

  test('the defects that the sentence names come first, before likelier ones that are closed', () => {
    const closed = brought({ defectId: 7, open: false, probability: 0.9 })
    const verdict = judgeRelease(verdictFacts([], { brought: [closed, brought({ severity: 'S2' })] }), day(0.01))
    expect(verdict.sentence).toContain('S2 PF-1284, open')
    expect(verdict.reasons[0]).toMatchObject({ kind: 'severe-defects', defectIds: [1284, 7] })
  })

  test.each([
    ['an S1 that is only suspected', { probability: 0.4 }, 'watch'],
    ['an S2 that is likely its own', { severity: 'S2' as const }, 'watch'],
    ['an S2 that is only suspected', { severity: 'S2' as const, probability: 0.4 }, 'healthy'],
    ['an S1 that is closed', { open: false }, 'healthy'],
    ['an S1 of another release, most likely', { probability: 0.2 }, 'healthy'],
    ['an S3', { severity: 'S3' as const }, 'healthy'],
    ['a regression', { regression: true, severity: 'S3' as const, probability: 0 }, 'watch'],
    ['a severe regression', { regression: true, severity: 'S2' as const, probability: 0 }, 'suspect'],
    ['a closed regression', { regression: true, open: false }, 'healthy'],
  ])('%s', (_, over, word) => {
    const verdict = judgeRelease(verdictFacts([0.3, 1.2, 3.1, 5], { brought: [brought(over)] }), day(7))
    expect(verdict.word).toBe(word)
    expect(verdict.comparison?.word).toBe('normal')
  })

  test('what speaks against it is said even when it does not decide', () => {
    const closed = judgeRelease(verdictFacts([0.3, 1.2, 3.1, 5], { brought: [brought({ open: false })] }), day(7))
    expect(reason(closed, 'severe-defects')).toMatchObject({
      speaks: 'against',
      title: 'Its severe defects are closed',
    })
    const none = judgeRelease(verdictFacts([0.3, 1.2, 3.1, 5]), day(7))
    expect(reason(none, 'severe-defects')?.speaks).toBe('for')
    expect(reason(none, 'regressions')?.speaks).toBe('for')
  })

  test('a release that was rolled back is suspect, whatever its numbers', () => {
    const release = aReleaseInPlace(100, 0, 0.1)
    const verdict = judgeRelease(verdictFacts([], { release, rolledBackAt: day(0.1) }), day(3))
    expect(verdict).toMatchObject({ word: 'suspect', sentence: 'It was rolled back after 2 h.' })
  })

  test('many are named by their worst, and counted', () => {
    const five = [1, 2, 3, 4, 5].map((defectId) => brought({ defectId, probability: 0.5 + defectId / 20 }))
    const { sentence } = judgeRelease(verdictFacts([], { brought: five }), day(1))
    expect(sentence).toMatch(/^S1 PF-5, .*; S1 PF-4, .*; S1 PF-3, .*; and 2 more\.$/)
  })
})
