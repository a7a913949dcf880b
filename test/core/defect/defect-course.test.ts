import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { courseOf, inOrder, type StatusStatement } from '../../../src/core/defect/defect-course.ts'
import type { DefectStatus } from '../../../src/core/event.ts'

const report = (key: string) => ({ kind: 'report' as const, key })
const person = (name: string) => ({ kind: 'person' as const, name })
const said = (at: number, status?: DefectStatus, more: Partial<StatusStatement> = {}): StatusStatement => ({
  at,
  status,
  by: report('a'),
  ...more,
})

const START = { status: 'open' as const, at: 0, after: Number.NEGATIVE_INFINITY }
const course = (...statements: StatusStatement[]) => courseOf(inOrder(statements), START)
const standing = (...statements: StatusStatement[]) => course(...statements).standing

describe('the status of a defect', () => {
  test('is open since it was first seen, until somebody says otherwise', () => {
    expect(standing()).toEqual({ status: 'open', at: 0 })
    expect(standing(said(5, 'open', { sighted: true }))).toEqual({ status: 'open', at: 0 })
  })

  test('is what was said last, since it was said first', () => {
    expect(standing(said(5, 'fixed'), said(3, 'triaged'))).toEqual({ status: 'fixed', at: 5 })
    expect(standing(said(5, 'fixed'), said(7, 'fixed'))).toEqual({ status: 'fixed', at: 5 })
    expect(standing(said(5, 'fixed'), said(7, 'triaged', { by: person('Ana') }))).toEqual({ status: 'triaged', at: 7 })
    expect(standing(said(5, 'fixed'), said(3, 'triaged', { by: person('Ana') }))).toEqual({ status: 'fixed', at: 5 })
  })

  test('opened and fixed in the same second is fixed, whoever was heard first', () => {
    const opened = said(5, 'open', { sighted: true })
    const fixed = said(5, 'fixed', { by: report('b') })
    expect(standing(opened, fixed).status).toBe('fixed')
    expect(standing(fixed, opened).status).toBe('fixed')
  })

  test('at the same instant a person’s word holds, and their last one', () => {
    const ana = { by: person('Ana') }
    expect(standing(said(5, 'triaged', ana), said(5, 'verified')).status).toBe('triaged')
    expect(standing(said(5, 'fixed', ana), said(5, 'open', ana)).status).toBe('open')
  })

  test('a mere sighting moves nothing that somebody took up', () => {
    for (const status of ['triaged', 'in-progress', 'wont-fix'] as const)
      expect(standing(said(3, status), said(5, 'open', { sighted: true })).status).toBe(status)
  })

  test('a sighting that calls itself open opens a fixed one only when no release is said to fix it', () => {
    const again = said(7, 'open', { sighted: true })
    expect(standing(said(5, 'fixed'), again)).toEqual({ status: 'open', at: 7 })
    expect(standing(said(5, 'fixed', { fixedIn: ['1.1'] }), again)).toEqual({ status: 'fixed', at: 5 })
    expect(standing(said(5, 'fixed', { fixedIn: ['next-release'] }), again)).toEqual({ status: 'fixed', at: 5 })
  })

  test('a tracker may open it again', () => {
    expect(standing(said(5, 'fixed', { fixedIn: ['1.1'] }), said(7, 'open'))).toEqual({ status: 'open', at: 7 })
  })

  test('who says “regressed” says that it is open again; whether it regressed is judged', () => {
    expect(standing(said(5, 'fixed', { fixedIn: ['1.1'] }), said(7, 'regressed'))).toEqual({ status: 'open', at: 7 })
    expect(standing(said(5, 'fixed'), said(7, 'regressed', { sighted: true }))).toEqual({ status: 'open', at: 7 })
  })

  test('after a regression the tracker’s “open” says less than what was seen, a person’s does not', () => {
    const start = { status: 'regressed' as const, at: 6, after: 6 }
    const then = (...statements: StatusStatement[]) => courseOf(inOrder(statements), start).standing.status
    expect(then(said(5, 'fixed'))).toBe('regressed')
    expect(then(said(7, 'open'))).toBe('regressed')
    expect(then(said(7, 'open', { by: person('Ana') }))).toBe('open')
    expect(then(said(7, 'open'), said(8, 'in-progress'))).toBe('in-progress')
    expect(then(said(7, 'fixed'))).toBe('fixed')
  })
})

describe('what is said to fix it', () => {
  const entries = (...statements: StatusStatement[]) => course(...statements).fixes.map(({ entry }) => entry)

  test('adds up over the senders, each with its last word', () => {
    expect(
      entries(
        said(1, 'fixed', { fixedIn: ['8.1.2'] }),
        said(2, undefined, { fixedIn: ['8.0.5', '8.1.2'], by: report('b') }),
        said(3, undefined, { fixedIn: ['7.9.1'], by: report('b') }),
      ),
    ).toEqual(['7.9.1', '8.1.2'])
  })

  test('a person’s word stands above the senders’, before and after, until it is taken back', () => {
    const ana = { by: person('Ana') }
    const first = said(1, 'fixed', { fixedIn: ['1.1'] })
    const decided = said(2, undefined, { fixedIn: ['1.2', '1.1.5'], ...ana })
    const later = said(3, undefined, { fixedIn: ['1.3'] })
    expect(entries(first, decided, later)).toEqual(['1.2', '1.1.5'])
    expect(entries(first, decided, later, said(4, undefined, { fixedIn: [], ...ana }))).toEqual(['1.3'])
  })

  test('saying the same again makes a promise no younger, saying it anew after something else does', () => {
    const promise = (at: number) => said(at, 'fixed', { fixedIn: ['next-release'] })
    expect(course(promise(1), promise(5)).fixes).toMatchObject([{ entry: 'next-release', at: 1 }])
    const other = said(3, 'fixed', { fixedIn: ['1.1'] })
    expect(course(promise(1), other, promise(5)).fixes).toMatchObject([{ entry: 'next-release', at: 5 }])
  })
})

describe('the times during which it counted as fixed', () => {
  const periods = (...statements: StatusStatement[]) =>
    course(...statements).periods.map(({ from, to, fixes }) => [from, to, ...fixes.map(({ entry }) => entry)])

  test('begin with the word and end with the next that says otherwise', () => {
    const fixed = (at: number, ...fixedIn: string[]) => said(at, 'fixed', { fixedIn })
    expect(periods(fixed(1, '1.1'), said(5, 'open'), fixed(7, '1.2'))).toEqual([
      [1, 5, '1.1'],
      [7, Infinity, '1.2'],
    ])
  })

  test('go on through “verified” and repetitions, and are told apart where the fix changes', () => {
    const fixedIn = (at: number, fixedIn: string[]) => said(at, 'fixed', { fixedIn })
    expect(periods(fixedIn(1, ['1.1']), said(2, 'verified'), fixedIn(3, ['1.1']), fixedIn(4, ['1.2']))).toEqual([
      [1, 4, '1.1'],
      [4, Infinity, '1.2'],
    ])
    expect(periods(said(1, 'fixed'), said(4, undefined, { fixedIn: ['1.2'] }))).toEqual([
      [1, 4],
      [4, Infinity, '1.2'],
    ])
  })

  test('there are none for what will not be fixed', () => {
    expect(periods(said(1, 'wont-fix'), said(3, undefined, { fixedIn: ['1.1'] }))).toEqual([])
  })
})

test('the course is the same whatever the order in which the senders were heard', () => {
  const statement = fc
    .record({
      at: fc.nat({ max: 5 }),
      status: fc.constantFrom<(DefectStatus | undefined)[]>(
        'open',
        'triaged',
        'fixed',
        'verified',
        'wont-fix',
        undefined,
      ),
      fixedIn: fc.option(fc.subarray(['1.0', '1.1', 'next-release']), { nil: undefined }),
      sighted: fc.boolean(),
      key: fc.constantFrom('a', 'b'),
    })
    .map(({ key, ...rest }): StatusStatement => ({ ...rest, by: report(key) }))
  fc.assert(
    fc.property(
      fc
        .array(statement, { maxLength: 8 })
        .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length }))),
      ([list, shuffled]) => {
        expect(course(...shuffled)).toEqual(course(...list))
        expect(course(...list, ...list)).toEqual(course(...list))
      },
    ),
  )
})
