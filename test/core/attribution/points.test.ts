import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { attribute } from '../../../src/core/attribution/attribute.ts'
import type { AttributionFacts } from '../../../src/core/attribution/facts.ts'
import { anyFacts, shuffledFacts } from '../../support/any-attribution-facts.ts'

const sum = (values: readonly number[]) => values.reduce((a, b) => a + b, 0)

const always = (check: (facts: AttributionFacts) => void) =>
  fc.assert(
    fc.property(anyFacts, (facts) => {
      check(facts)
    }),
    { numRuns: 150 },
  )

describe('whatever the facts', () => {
  test('the points of a suspect add up exactly to its probability in hundredths', () => {
    always((facts) => {
      for (const { probability, evidence } of attribute(facts).suspects)
        expect(sum(evidence.map(({ points }) => points))).toBe(Math.round(100 * probability))
    })
  })

  test('the log-odds of its evidence add up to those of its probability', () => {
    always((facts) => {
      for (const { probability, evidence } of attribute(facts).suspects) {
        if (probability < 1e-9 || probability > 1 - 1e-9) continue
        const logit = Math.log(probability) - Math.log(1 - probability)
        expect(sum(evidence.map(({ logOdds }) => logOdds))).toBeCloseTo(logit, 4)
      }
    })
  })

  test('probabilities are probabilities, fall from suspect to suspect, and sum to one with the rest', () => {
    always((facts) => {
      const { suspects, rest } = attribute(facts)
      const shown = suspects.map(({ probability }) => probability)
      for (const p of [...shown, ...Object.values(rest)]) {
        expect(p).toBeGreaterThanOrEqual(0)
        expect(p).toBeLessThanOrEqual(1 + 1e-12)
      }
      expect(sum(shown) + sum(Object.values(rest))).toBeCloseTo(1, 9)
      expect(shown).toEqual([...shown].sort((a, b) => b - a))
    })
  })

  test('every suspect has reasons in words, each with a title and a full sentence', () => {
    always((facts) => {
      const { suspects, reason } = attribute(facts)
      expect(reason).toMatch(/\S.*\.$/)
      for (const { evidence } of suspects)
        for (const { title, sentence } of evidence) {
          expect(title).toMatch(/\S/)
          expect(sentence).toMatch(/\S.*\.$/)
          expect(`${title} ${sentence}`).not.toMatch(/NaN|undefined|Infinity| -\d/)
        }
    })
  })

  test('their order does not matter', () => {
    fc.assert(
      fc.property(anyFacts, fc.infiniteStream(fc.nat()), (facts, numbers) => {
        expect(attribute(shuffledFacts(facts, numbers))).toEqual(attribute(facts))
      }),
      { numRuns: 150 },
    )
  })

  test('the same facts give the same answer, digit by digit', () => {
    always((facts) => expect(attribute(structuredClone(facts))).toEqual(attribute(facts)))
  })
})
