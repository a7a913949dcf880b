import { describe, expect, test } from 'vitest'
import { defectEscape } from '../../../src/core/defect/defect-escape.ts'
import type { Phase } from '../../../src/core/event.ts'
import { day } from '../../support/factories.ts'

const found = (id: number, phase: Phase | undefined, onDay: number) => ({ id, phase, firstSeenAt: day(onDay) })
const release = (releaseId: number, onDay: number, defects: ReturnType<typeof found>[]) => ({
  releaseId,
  releasedAt: day(onDay),
  defects,
})

describe('defect escape', () => {
  test('is the share found in production, removal efficiency the rest', () => {
    const { escapeRate, removalEfficiency } = defectEscape(
      [
        release(1, 10, [
          found(1, 'testing', 5),
          found(2, 'staging', 8),
          found(3, 'development', 2),
          found(4, 'production', 12),
        ]),
      ],
      90,
      day(200),
    )
    expect(escapeRate).toMatchObject({ value: 0.25, numerator: 1, denominator: 4, numeratorIds: [4], enough: false })
    expect(removalEfficiency).toMatchObject({ value: 0.75, numerator: 3, denominator: 4, numeratorIds: [1, 2, 3] })
    expect((escapeRate.interval?.high as number) + (removalEfficiency.interval?.low as number)).toBeCloseTo(1, 12)
  })

  test('observes all releases equally long', () => {
    const { escapeRate } = defectEscape(
      [
        release(1, 0, [found(1, 'testing', -3), found(2, 'production', 89), found(3, 'production', 91)]),
        release(2, 50, [found(4, 'production', 51)]),
      ],
      90,
      day(100),
    )
    expect(escapeRate).toMatchObject({ numeratorIds: [2], denominatorIds: [1, 2], ripe: 1, unripe: 1, unripeIds: [4] })
  })

  test('what was found in no known phase is told apart', () => {
    const result = defectEscape([release(1, 0, [found(1, undefined, 3)])], 90, day(200))
    expect(result.unknownPhaseIds).toEqual([1])
    expect(result.escapeRate).toMatchObject({ value: null, denominator: 0 })
  })
})
