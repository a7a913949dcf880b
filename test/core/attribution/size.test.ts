import { describe, expect, test } from 'vitest'
import { aCandidate, aService, evidenceOf, probabilityOf, ranked, someFacts } from '../../support/attribution-facts.ts'
import { day, hours } from '../../support/factories.ts'

const seen = day(30)
const sized = (first: number | undefined, second: number | undefined) =>
  someFacts([
    aService([
      aCandidate(1, seen - hours(50), { commitCount: first }),
      aCandidate(2, seen - hours(40), { commitCount: second }),
    ]),
  ])

describe('the size of a change', () => {
  test('makes the larger of two releases the likelier one, though not in proportion', () => {
    const odds = (facts: ReturnType<typeof sized>) => probabilityOf(1, facts) / probabilityOf(2, facts)
    const alike = odds(sized(3, 3))
    const larger = odds(sized(39, 3)) / alike
    expect(larger).toBeCloseTo(10 ** 0.7, 6)
    expect(ranked(sized(39, 3))[0]).toBe(1)
    expect(evidenceOf('change-size', 1, sized(39, 3))).toMatchObject({ verdict: 'for', title: 'A large change' })
  })

  test('is taken for a usual one when nobody said', () => {
    const facts = sized(undefined, 3)
    expect(evidenceOf('change-size', 1, facts)).toMatchObject({ verdict: 'none' })
    expect(probabilityOf(2, facts)).toBeGreaterThan(probabilityOf(1, facts))
  })

  test('is little for a fix taken back to an older line, unless somebody said otherwise', () => {
    const line = (commitCount: number | undefined) =>
      someFacts([
        aService(
          [
            aCandidate(2, seen - hours(50)),
            aCandidate(1, seen - hours(40), { commitCount, order: '0001', version: '1.0.1' }),
          ],
          {},
          { detection: 'shipped' },
        ),
      ])
    expect(ranked(line(undefined))[0]).toBe(2)
    expect(ranked(line(9))[0]).toBe(1)
    expect(evidenceOf('change-size', 1, line(undefined))).toMatchObject({
      verdict: 'against',
      title: 'A release of an older line',
    })
  })

  test('is not spoken of when all are alike', () => {
    expect(evidenceOf('change-size', 1, sized(3, 3))).toBeUndefined()
  })
})

describe('other defects of a release', () => {
  const bad = { shape: 6, rate: 1 }
  const learned = (counted?: Record<string, number>) =>
    someFacts(
      [
        aService(
          [aCandidate(1, seen - hours(50)), aCandidate(2, seen - hours(40))],
          {},
          { defectsOfRelease: { 1: bad } },
        ),
      ],
      { counted },
    )

  test('make it the likelier one', () => {
    expect(ranked(learned())[0]).toBe(1)
    expect(evidenceOf('other-defects', 1, learned())).toMatchObject({ verdict: 'for' })
  })

  test('do not include this very defect', () => {
    expect(probabilityOf(1, learned({ 1: 1 }))).toBeLessThan(probabilityOf(1, learned()))
    expect(evidenceOf('other-defects', 1, learned({ 1: 1 }))?.values).toMatchObject({ turnedOut: 5 })
  })
})

describe('services that it depends on', () => {
  const own = aService([aCandidate(1, seen - hours(50))])
  const below = aService([aCandidate(2, seen - hours(1))], { service: 'payments', relation: 'dependency' })

  test('come into question, at a tenth', () => {
    const facts = someFacts([own, below], { environment: undefined })
    expect(ranked(facts).sort()).toEqual([1, 2])
    const alone = someFacts([{ ...below, relation: 'own' }], { environment: undefined })
    expect(probabilityOf(2, facts)).toBeLessThan(probabilityOf(2, alone))
  })

  test('compete as equals when the report names none', () => {
    const any = [own, below].map((one) => ({ ...one, relation: 'any' as const }))
    expect(ranked(someFacts(any, { service: undefined }))[0]).toBe(2)
  })
})
