import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { gatherReports, type IdentityWord, type KeyedReport } from '../../../src/core/defect/defect-identity.ts'
import { numberDefects } from '../../../src/core/defect/defect-numbers.ts'

const report = (key: string, ...shared: string[]): KeyedReport => ({ key, shared })
const same = (at: number, one: string, other: string): IdentityWord => ({ kind: 'same', at, sides: [[one], [other]] })
const apart = (at: number, off: string[], rest: string[]): IdentityWord => ({ kind: 'apart', at, sides: [off, rest] })

const gathered = (reports: readonly KeyedReport[], ...words: IdentityWord[]) => gatherReports(reports, words).defects
const holderOf = (shared: string, reports: readonly KeyedReport[], ...words: IdentityWord[]) => {
  const { defects, holders } = gatherReports(reports, words)
  return defects[holders.get(shared) ?? -1]
}

describe('reports are one defect', () => {
  test('that share a key, directly or over others', () => {
    expect(
      gathered([report('a', 'f'), report('b', 'f', 'g'), report('c', 'g'), report('d', 'h'), report('e')]),
    ).toEqual([['a', 'b', 'c'], ['d'], ['e']])
  })

  test('that a person said are the same', () => {
    const reports = [report('a', 'f'), report('b', 'f'), report('c', 'g'), report('d')]
    expect(gathered(reports, same(1, 'a', 'c'))).toEqual([['a', 'b', 'c'], ['d']])
  })

  test('over a report that is not known yet', () => {
    expect(gathered([report('b'), report('c', 'f')], same(1, 'b', 'a'), same(2, 'a', 'c'))).toEqual([['b', 'c']])
    expect(holderOf('f', [report('b'), report('c', 'f')], same(1, 'a', 'c'))).toEqual(['c'])
  })
})

describe('a report that mentions a key of another', () => {
  const from = (sourceId: number, one: KeyedReport, ...mentioned: string[]): KeyedReport => ({
    ...one,
    sourceId,
    mentioned,
  })

  test('is one with it, of another source', () => {
    expect(gathered([from(1, report('a', 'n')), from(2, report('b'), 'n')])).toEqual([['a', 'b']])
    expect(gathered([from(1, report('a', 'n')), from(1, report('b'), 'n')])).toEqual([['a'], ['b']])
  })

  test('is not one with what mentions the same, while nobody has it', () => {
    const reports = [from(1, report('a'), 'n'), from(2, report('b'), 'n')]
    expect(gathered(reports)).toEqual([['a'], ['b']])
    expect(gatherReports(reports, []).holders.size).toBe(0)
    expect(gathered([...reports, from(3, report('c', 'n'))])).toEqual([['a', 'b', 'c']])
  })
})

describe('reports are not one defect', () => {
  const reports = [report('a', 'f'), report('b', 'f'), report('c', 'f')]

  test('that a person split, whatever they share', () => {
    expect(gathered(reports, apart(1, ['b'], ['a', 'c']))).toEqual([['a', 'c'], ['b']])
  })

  test('though a third shares a key with each of them', () => {
    const both = [...reports, report('d', 'f', 'g'), report('e', 'g'), report('b', 'g')]
    for (const group of gathered(both, apart(1, ['b'], ['a', 'c'])))
      expect(group).not.toEqual(expect.arrayContaining(['a', 'b']))
  })

  test('and what holds the parts together otherwise does not matter: each is one', () => {
    // Only b holds a and c together.
    const chain = [report('a', 'f'), report('b', 'f', 'g'), report('c', 'g')]
    expect(gathered(chain, apart(1, ['b'], ['a', 'c']))).toEqual([['a', 'c'], ['b']])
  })

  test('the key they share stays with the rest, and so do new reports that have it', () => {
    const word = apart(1, ['a'], ['b', 'c'])
    expect(holderOf('f', reports, word)).toEqual(['b', 'c'])
    expect(gathered([...reports, report('d', 'f')], word)).toEqual([['a'], ['b', 'c', 'd']])
  })

  test('a key of the split-off part alone brings others to it', () => {
    const word = apart(1, ['a'], ['b', 'c'])
    expect(gathered([report('a', 'f', 'g'), report('b', 'f'), report('c', 'f'), report('d', 'g')], word)).toEqual([
      ['a', 'd'],
      ['b', 'c'],
    ])
  })
})

describe('of two words the later holds', () => {
  const reports = [report('a', 'f'), report('b', 'f'), report('c')]

  test('a merge after a split', () => {
    expect(gathered(reports, apart(1, ['a'], ['b']), same(2, 'a', 'b'))).toEqual([['a', 'b'], ['c']])
    expect(gathered(reports, apart(2, ['a'], ['b']), same(1, 'a', 'b'))).toEqual([['a'], ['b'], ['c']])
  })

  test('a split after a merge, over a third too', () => {
    expect(gathered(reports, same(1, 'a', 'c'), apart(2, ['a'], ['b', 'c']))).toEqual([['a'], ['b', 'c']])
  })

  test('one part merged back leaves the others split off', () => {
    const parts = [report('a', 'f'), report('b', 'f'), report('c', 'f')]
    const words = [apart(1, ['a'], ['b', 'c']), apart(2, ['b'], ['c']), same(3, 'a', 'c')]
    expect(gathered(parts, ...words)).toEqual([['a', 'c'], ['b']])
  })
})

test('the order in which reports and words are known does not matter', () => {
  const key = fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f')
  const keys = fc.uniqueArray(key, { minLength: 1, maxLength: 3 })
  const shared = fc.uniqueArray(fc.constantFrom('k', 'l', 'm', 'n'), { maxLength: 3 })
  const word = fc
    .record({ kind: fc.constantFrom('same' as const, 'apart' as const), at: fc.nat(4), one: keys, other: keys })
    .map(({ kind, at, one, other }): IdentityWord => {
      const others = other.filter((one_) => !one.includes(one_))
      return { kind, at, sides: [one, others] }
    })
  const known = fc.record({
    reports: fc.uniqueArray(
      fc.record({ key, shared }).map((one): KeyedReport => one),
      { selector: (one) => one.key },
    ),
    words: fc.array(word, { maxLength: 5 }),
  })
  const shuffled = <T>(items: readonly T[]) => fc.shuffledSubarray([...items], { minLength: items.length })
  fc.assert(
    fc.property(
      known.chain(({ reports, words }) =>
        fc.tuple(fc.constant({ reports, words }), shuffled(reports), shuffled(words)),
      ),
      ([{ reports, words }, otherReports, otherWords]) => {
        const sidesTurned = otherWords.map(
          (one): IdentityWord => ({
            ...one,
            sides: [[...one.sides[0]].reverse(), [...one.sides[1]].reverse()],
          }),
        )
        expect(gatherReports(otherReports, sidesTurned)).toEqual(gatherReports(reports, words))
      },
    ),
    { numRuns: 2_000 },
  )
})

describe('the number of a defect', () => {
  const numbers = [
    { id: 12, founder: 'a' },
    { id: 40, founder: 'b' },
  ]

  test('is the lowest of those that are one', () => {
    expect(numberDefects([['a', 'b']], numbers, [])).toEqual([12])
  })

  test('is the one a person merged the others into', () => {
    expect(numberDefects([['a', 'b']], numbers, [{ from: 12, into: 40 }])).toEqual([40])
    const three = [...numbers, { id: 5, founder: 'c' }]
    expect(numberDefects([['a', 'b', 'c']], three, [{ from: 12, into: 40 }])).toEqual([40])
  })

  test('is its own again once they are not one any more', () => {
    expect(numberDefects([['a'], ['b']], numbers, [{ from: 12, into: 40 }])).toEqual([12, 40])
  })

  test('is new for a part that never had one', () => {
    expect(numberDefects([['a', 'b'], ['c']], numbers, [])).toEqual([12, undefined])
  })

  test('is the lowest when each was merged into another', () => {
    const circle = [
      { from: 12, into: 40 },
      { from: 40, into: 12 },
    ]
    expect(numberDefects([['a', 'b']], numbers, circle)).toEqual([12])
  })
})
