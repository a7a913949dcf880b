import { describe, expect, test } from 'vitest'
import { serviceDrift } from '../../../src/core/signals/service-drift.ts'
import { day } from '../../support/factories.ts'

const weeks = (counts: readonly number[], exposure = 25) =>
  counts.map((defects, i) => ({ from: day(7 * i), defects, exposure }))
const steady = Array.from({ length: 26 }, (_, i) => (i % 2 === 0 ? 10 : 14))

describe('drift of a service', () => {
  test('needs twenty weeks before the last four', () => {
    const short = serviceDrift(weeks(steady.slice(0, 23)), 'deployments')
    expect(short).toMatchObject({ word: 'not enough data', chart: undefined })
    expect(short.sentence).toBe('Drift needs 20 weeks to compare with; there are 19.')
    expect(serviceDrift(weeks(steady.slice(0, 24)), 'deployments').word).toBe('steady')
  })

  test('is none while the last weeks are like the others', () => {
    expect(serviceDrift(weeks(steady), 'deployments').sentence).toBe(
      'The last 4 weeks are within what weeks vary by: 48 per 100 deployments are usual, from 22 weeks.',
    )
  })

  test('names the week, its rate, the limit and what is usual', () => {
    const drifted = serviceDrift(weeks([...steady, 30]), 'deployments')
    expect(drifted.word).toBe('more defects')
    expect(drifted.sentence).toBe(
      'The week of 2026-08-30 had 120 defects per 100 deployments, above the limit of 90; 48 per 100 deployments are usual, from 23 weeks.',
    )
    expect(drifted.chart?.points).toHaveLength(27)
  })

  test('is seen downwards as well, and counts by exposure', () => {
    expect(serviceDrift(weeks([...steady, 0]), 'live days').word).toBe('fewer defects')
    const busy = [...weeks(steady), { from: day(26 * 7), defects: 36, exposure: 75 }]
    expect(serviceDrift(busy, 'deployments').word).toBe('steady')
  })

  test('a remarkable week that is over does not count, nor a week without exposure', () => {
    expect(serviceDrift(weeks([...steady, 40, 12, 12, 12, 12, 12]), 'deployments').word).toBe('steady')
    const idle = serviceDrift([...weeks(steady), { from: day(200), defects: 0, exposure: 0 }], 'deployments')
    expect(idle.weeks).toHaveLength(26)
  })
})
