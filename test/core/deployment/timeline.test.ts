import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { buildTimeline, type SucceededDeployment } from '../../../src/core/deployment/timeline.ts'

const nothing = { liveReleaseId: undefined, seenReleaseIds: new Set<number>() }
const deployed = (id: number, releaseId: number, at: number, action: SucceededDeployment['action'] = 'deploy') => ({
  id,
  releaseId,
  action,
  at,
})
const [a, b, c] = [1, 2, 3]

describe('what ran where', () => {
  test('each release runs until the next one is put in place', () => {
    const { intervals } = buildTimeline(nothing, [deployed(10, a, 1), deployed(11, b, 5)])
    expect(intervals).toEqual([
      { releaseId: a, deploymentId: 10, from: 1, to: 5 },
      { releaseId: b, deploymentId: 11, from: 5, to: undefined },
    ])
  })

  test('a release that is put back is a rollback, the same again is a redeploy', () => {
    const { steps } = buildTimeline(nothing, [
      deployed(10, a, 1),
      deployed(11, b, 2),
      deployed(12, a, 3),
      deployed(13, a, 4),
    ])
    expect(steps.map(({ effect }) => effect)).toEqual(['deploy', 'deploy', 'rollback', 'redeploy'])
    expect(steps[2]?.replacedReleaseId).toBe(b)
  })

  test("the sender's word for a rollback counts when we have not seen the earlier release", () => {
    const { steps } = buildTimeline(nothing, [deployed(10, b, 1), deployed(11, a, 2, 'rollback')])
    expect(steps[1]?.effect).toBe('rollback')
  })

  test('after a removal nothing runs until the next deployment, which is no rollback', () => {
    const { intervals, steps } = buildTimeline(nothing, [
      deployed(10, a, 1),
      deployed(11, a, 2, 'remove'),
      deployed(12, a, 4),
    ])
    expect(intervals).toEqual([
      { releaseId: a, deploymentId: 10, from: 1, to: 2 },
      { releaseId: a, deploymentId: 12, from: 4, to: undefined },
    ])
    expect(steps.map(({ effect }) => effect)).toEqual(['deploy', 'removal', 'deploy'])
  })

  test('what replaced another in the same instant left no interval behind', () => {
    const { intervals } = buildTimeline(nothing, [deployed(10, a, 1), deployed(11, b, 1)])
    expect(intervals).toEqual([{ releaseId: b, deploymentId: 11, from: 1, to: undefined }])
  })

  test('begun in the middle it continues what ran before', () => {
    const start = { liveReleaseId: b, seenReleaseIds: new Set([a, b]) }
    const { steps, endOfFirst } = buildTimeline(start, [deployed(12, a, 7)])
    expect(steps[0]).toEqual({ deploymentId: 12, effect: 'rollback', replacedReleaseId: b })
    expect(endOfFirst).toBe(7)
  })

  test('built in two parts it is the same as built at once', () => {
    const deployments = fc.array(
      fc.record({
        releaseId: fc.constantFrom(a, b, c),
        action: fc.constantFrom('deploy' as const, 'rollback' as const, 'remove' as const),
      }),
      { minLength: 1, maxLength: 12 },
    )
    fc.assert(
      fc.property(deployments, fc.nat({ max: 12 }), (drawn, cut) => {
        const list = drawn.map((one, i) => deployed(i, one.releaseId, i, one.action))
        const whole = buildTimeline(nothing, list)
        const first = buildTimeline(nothing, list.slice(0, cut))
        const live = first.intervals.at(-1)
        const second = buildTimeline(
          {
            liveReleaseId: live?.to === undefined ? live?.releaseId : undefined,
            seenReleaseIds: new Set(
              list
                .slice(0, cut)
                .filter(({ action }) => action !== 'remove')
                .map(({ releaseId }) => releaseId),
            ),
          },
          list.slice(cut),
        )
        expect([...first.steps, ...second.steps]).toEqual(whole.steps)
        const closed = first.intervals.map((interval) =>
          interval.to === undefined ? { ...interval, to: second.endOfFirst } : interval,
        )
        expect([...closed, ...second.intervals]).toEqual(whole.intervals)
      }),
    )
  })
})
