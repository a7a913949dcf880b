import { describe, expect, test } from 'vitest'
import { endedAs, RUNS, type Stay, signOf, signWords } from '../../../src/core/verdict/release-sign.ts'
import type { Verdict } from '../../../src/core/verdict/verdict.ts'

const judged = (word: Verdict['word']) => ({ word, comparison: undefined })
const outlived = { word: 'too early', comparison: { lifeDays: 20, comparedDays: 14 } as Verdict['comparison'] } as const
const REPLACED: Stay = { ran: true, runs: false, rolledBack: false, removed: false }
const REMOVED: Stay = { ...REPLACED, removed: true }
const ROLLED_BACK: Stay = { ...REPLACED, rolledBack: true }
const NEVER: Stay = { ...REPLACED, ran: false }

describe('what is said of a release in a place', () => {
  test('is its verdict while it runs', () => {
    for (const word of ['healthy', 'watch', 'suspect'] as const) expect(signOf(RUNS, judged(word))).toBe(word)
    expect(signOf(RUNS, judged('too early'))).toBe('too-early')
    expect(signOf({ ...RUNS, rolledBack: true }, judged('suspect')), 'it was put back').toBe('suspect')
  })

  test('is unclear where waiting can tell no more', () => {
    expect(signOf(RUNS, outlived)).toBe('too-little')
    expect(endedAs(REPLACED, judged('too early'))).toBe('too-little')
  })

  test('is what became of it afterwards, whatever the verdict and whether it is known or not', () => {
    for (const verdict of [undefined, judged('suspect'), judged('healthy')]) {
      expect(signOf(NEVER, verdict)).toBe('not-live')
      expect(signOf(REPLACED, verdict)).toBe('replaced')
      expect(signOf(REMOVED, verdict)).toBe('removed')
      expect(signOf(ROLLED_BACK, verdict)).toBe('rolled-back')
      expect(signOf({ ...ROLLED_BACK, removed: true }, verdict), 'put back, and then removed').toBe('rolled-back')
    }
  })

  test('is nothing of what runs and was not judged', () => {
    expect(signOf(RUNS)).toBeUndefined()
  })

  test('is its verdict where it was removed and came again', () => {
    expect(signOf({ ...RUNS, removed: true }, judged('healthy'))).toBe('healthy')
  })

  test('ends with the verdict with which it was replaced or removed', () => {
    for (const stay of [REPLACED, REMOVED]) expect(endedAs(stay, judged('suspect'))).toBe('suspect')
    expect(endedAs(REPLACED, undefined)).toBeUndefined()
    for (const stay of [NEVER, RUNS, ROLLED_BACK]) expect(endedAs(stay, judged('suspect'))).toBeUndefined()
    expect(signWords('replaced', 'suspect')).toBe('Replaced, ended suspect')
    expect(signWords('watch', undefined)).toBe('Watch')
  })
})
