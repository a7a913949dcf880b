import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { defectFlow } from '../../../src/core/defect/defect-flow.ts'
import { day } from '../../support/factories.ts'

const weeks = Array.from({ length: 4 }, (_, i) => ({ from: day(7 * i), to: day(7 * (i + 1)) }))
const defect = (id: number, openedOn: number, closedOn?: number) => ({
  id,
  openedAt: day(openedOn),
  closedAt: closedOn === undefined ? undefined : day(closedOn),
})

describe('the flow of defects', () => {
  test('counts what comes in and goes out, and what lies between', () => {
    const flow = defectFlow([defect(1, -5), defect(2, 1, 3), defect(3, 6, 9), defect(4, 15)], weeks, day(60))
    expect(flow.backlogBefore).toBe(1)
    expect(flow.steps.map(({ inflowIds, outflowIds, backlog }) => [inflowIds, outflowIds, backlog])).toEqual([
      [[2, 3], [2], 2],
      [[], [3], 1],
      [[4], [], 2],
      [[], [], 2],
    ])
    expect(flow).toMatchObject({ openIds: [1, 4], medianAgeDays: (33 + 13) / 2, highAgeDays: 33 })
  })

  test('nothing after now has happened', () => {
    const flow = defectFlow([defect(1, 1, 20), defect(2, 16)], weeks, day(10))
    expect(
      flow.steps.map(({ inflowIds, outflowIds, backlog }) => [inflowIds.length, outflowIds.length, backlog]),
    ).toEqual([
      [1, 0, 1],
      [0, 0, 1],
      [0, 0, 1],
      [0, 0, 1],
    ])
    expect(flow).toMatchObject({ openIds: [1], medianAgeDays: 9 })
  })

  test('of nothing has no age', () => {
    expect(defectFlow([], weeks, day(60))).toMatchObject({ openIds: [], medianAgeDays: null, highAgeDays: null })
    expect(defectFlow([defect(1, 1)], [], day(4))).toMatchObject({ steps: [], backlogBefore: 1, medianAgeDays: 3 })
  })

  test('the backlog is what was there, plus in, minus out', () => {
    const span = fc.tuple(fc.integer({ min: -20, max: 40 }), fc.option(fc.nat({ max: 30 }), { nil: undefined }))
    fc.assert(
      fc.property(fc.array(span, { maxLength: 30 }), fc.integer({ min: -5, max: 40 }), (spans, now) => {
        const defects = spans.map(([opened, days], id) =>
          defect(id, opened, days === undefined ? undefined : opened + days),
        )
        const flow = defectFlow(defects, weeks, day(now))
        let backlog = flow.backlogBefore
        for (const step of flow.steps) {
          backlog += step.inflowIds.length - step.outflowIds.length
          expect(step.backlog).toBe(now < 0 ? flow.openIds.length : backlog)
        }
        expect(flow.openIds).toHaveLength(flow.steps.at(-1)?.backlog as number)
      }),
    )
  })
})
