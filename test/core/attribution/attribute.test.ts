import { describe, expect, test } from 'vitest'
import { attribute } from '../../../src/core/attribution/attribute.ts'
import { aCandidate, aService, someFacts } from '../../support/attribution-facts.ts'
import { day, hours } from '../../support/factories.ts'

const seen = day(30)
const three = [aCandidate(1, day(10)), aCandidate(2, day(20)), aCandidate(3, seen - hours(3))]
const ids = (facts: Parameters<typeof attribute>[0]) => attribute(facts).suspects.map(({ releaseId }) => releaseId)

describe('a defect of which only the time is known', () => {
  test('makes the latest release the first suspect, and never names it', () => {
    const { state, suspects, introducedIn } = attribute(someFacts([aService(three)]))
    expect(ids(someFacts([aService(three)]))).toEqual([3, 2, 1])
    expect(state).toBe('suspected')
    expect(introducedIn).toEqual({ releaseId: 3, probability: suspects[0]?.probability, by: 'method' })
  })
})
