import { describe, expect, test } from 'vitest'
import { changeFailRate } from '../../../src/core/delivery/change-failure.ts'
import { failedDeployments } from '../../../src/core/delivery/failed-deployments.ts'
import { deliveryFacts, deployed, march, severeDefect } from '../../support/delivery-facts.ts'
import { day } from '../../support/factories.ts'

const failures = (...facts: Parameters<typeof deliveryFacts>) =>
  failedDeployments(deliveryFacts(...facts)).map(({ deployment, causes }) => [deployment.id, causes])

describe('a deployment failed', () => {
  test('when it was rolled back within three days, to the hour', () => {
    const rolledBack = (onDay: number) =>
      failures([deployed(1, 1), deployed(2, 5), deployed(3, onDay, { releaseId: 1, effect: 'rollback' })])
    expect(rolledBack(8)).toEqual([[2, ['rolled back']]])
    expect(rolledBack(8.001)).toEqual([])
  })

  test('when what was rolled back is it, not what came between', () => {
    expect(
      failures([
        deployed(1, 1),
        deployed(2, 2),
        deployed(3, 3),
        deployed(4, 3.5, { releaseId: 1, effect: 'rollback' }),
      ]),
    ).toEqual([[3, ['rolled back']]])
  })

  test('when a repeated deployment stood between it and its rollback', () => {
    expect(
      failures([
        deployed(1, 1),
        deployed(2, 2),
        deployed(3, 2.5, { releaseId: 2, effect: 'redeploy' }),
        deployed(4, 3, { releaseId: 1, effect: 'rollback' }),
      ]),
    ).toEqual([[2, ['rolled back']]])
  })

  test('when an emergency release that names it followed within three days', () => {
    const mended = (onDay: number, emergencyScore: number, mendsDeploymentIds = [2]) =>
      failures([deployed(1, 1), deployed(2, 5), deployed(3, onDay, { emergencyScore, mendsDeploymentIds })])
    expect(mended(6, 3)).toEqual([[2, ['mended by an emergency release']]])
    expect(mended(6, 2)).toEqual([])
    expect(mended(8.1, 3)).toEqual([])
    expect(mended(6, 3, [])).toEqual([])
  })

  test('when a severe defect is attributed to its release, whenever', () => {
    expect(failures([deployed(1, 1), deployed(2, 5)], [severeDefect(7, 1, 30)])).toEqual([[1, ['severe defect']]])
    expect(failures([deployed(1, 1)], [severeDefect(7, 1, 30, { severity: 'S3' })])).toEqual([])
    expect(failures([deployed(1, 1)], [severeDefect(7, 1, 30, { attributedReleaseId: undefined })])).toEqual([])
    expect(failures([deployed(1, 1)], [severeDefect(7, 99, 30)])).toEqual([])
  })

  test('and what was done about it is told once, in order of time', () => {
    const emergency = { emergencyScore: 3, mendsDeploymentIds: [2] }
    const deployments = [
      deployed(1, 1),
      deployed(2, 5),
      deployed(3, 5.3, { fixesDefectIds: [7] }),
      deployed(4, 5.6, { ...emergency, fixesDefectIds: [7] }),
    ]
    const [failed] = failedDeployments(deliveryFacts(deployments, [severeDefect(7, 2, 5.1)]))
    expect(failed?.remedies.map(({ id }) => id)).toEqual([3, 4])
  })

  test('and not the one that put the release back, nor twice for two reasons', () => {
    const deployments = [deployed(1, 1), deployed(2, 2), deployed(3, 2.5, { releaseId: 1, effect: 'rollback' })]
    expect(failures(deployments, [severeDefect(7, 1, 20), severeDefect(8, 2, 2.2)])).toEqual([
      [1, ['severe defect']],
      [2, ['rolled back', 'severe defect']],
    ])
  })

  test('the one before the sighting when its release was brought twice', () => {
    const deployments = [deployed(1, 1), deployed(2, 2, { effect: 'removal' }), deployed(3, 9, { releaseId: 1 })]
    expect(failures(deployments, [severeDefect(7, 1, 3)])).toEqual([[1, ['severe defect']]])
    expect(failures(deployments, [severeDefect(7, 1, 10)])).toEqual([[3, ['severe defect']]])
    expect(failures(deployments, [severeDefect(7, 1, 0.5)])).toEqual([[1, ['severe defect']]])
  })
})

describe('change fail rate', () => {
  const week = Array.from({ length: 10 }, (_, i) => deployed(i + 1, i + 1))

  test('is failed over all that are ripe, with the rows of both', () => {
    const rate = changeFailRate(deliveryFacts(week, [severeDefect(7, 3, 4), severeDefect(8, 5, 6)]), march, day(20))
    expect(rate).toMatchObject({
      value: 0.2,
      unit: 'share',
      numerator: 2,
      denominator: 10,
      enough: true,
      ripe: 10,
      unripe: 0,
    })
    expect(rate.numeratorIds).toEqual([3, 5])
    expect(rate.denominatorIds).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10])
    expect(rate.interval?.low).toBeCloseTo(0.057, 3)
    expect(rate.interval?.high).toBeCloseTo(0.51, 3)
  })

  test('leaves out what is not three days old, failed or not', () => {
    const rate = changeFailRate(deliveryFacts(week, [severeDefect(7, 9, 9.5)]), march, day(10.5))
    expect(rate).toMatchObject({ numerator: 0, denominator: 7, ripe: 7, unripe: 3, enough: false })
    expect(rate.unripeIds).toEqual([8, 9, 10])
  })

  test('counts what finished 72 hours ago to the millisecond', () => {
    const facts = deliveryFacts([deployed(1, 1), deployed(2, 5)])
    const ripeAt = (now: number) => changeFailRate(facts, march, now).denominatorIds
    expect([ripeAt(day(8)), ripeAt(day(8) - 1)]).toEqual([[1, 2], [1]])
  })

  test('counts rollbacks as deployments, but neither repeated nor failed ones', () => {
    const deployments = [
      deployed(1, 1),
      deployed(2, 2),
      deployed(3, 2.2, { releaseId: 1, effect: 'rollback' }),
      deployed(4, 3, { releaseId: 1, effect: 'redeploy' }),
      deployed(5, 4, { status: 'failed', effect: undefined }),
      deployed(6, 5, { effect: 'removal' }),
    ]
    expect(changeFailRate(deliveryFacts(deployments), march, day(20))).toMatchObject({ numerator: 1, denominator: 3 })
  })

  test('looks beyond the period for what became of its deployments', () => {
    const deployments = [deployed(1, -1), deployed(2, 30.9), deployed(3, 31.5, { releaseId: 1, effect: 'rollback' })]
    expect(changeFailRate(deliveryFacts(deployments), march, day(60))).toMatchObject({
      numeratorIds: [2],
      denominatorIds: [2],
    })
  })

  test('of nothing is null, not zero', () => {
    expect(changeFailRate(deliveryFacts([]), march, day(20))).toMatchObject({
      value: null,
      interval: null,
      enough: false,
    })
  })

  test('expects what is merely suspected by its probability', () => {
    const suspected = (id: number, probability: number) =>
      severeDefect(id, 2, 3, { attributedReleaseId: undefined, suspects: [{ releaseId: 2, probability }] })
    const rate = changeFailRate(
      deliveryFacts(week, [severeDefect(7, 5, 6), suspected(8, 0.5), suspected(9, 0.4)]),
      march,
      day(20),
    )
    expect(rate.numerator).toBe(1)
    expect(rate.expectedFailures).toBeCloseTo(1 + (1 - 0.5 * 0.6), 12)
  })

  test('does not expect the failure again of what put the suspect back', () => {
    const suspect = severeDefect(8, 1, 1.5, {
      attributedReleaseId: undefined,
      suspects: [{ releaseId: 1, probability: 0.5 }],
    })
    const deployments = [deployed(1, 1), deployed(2, 2), deployed(3, 7, { releaseId: 1, effect: 'rollback' })]
    expect(changeFailRate(deliveryFacts(deployments, [suspect]), march, day(20)).expectedFailures).toBeCloseTo(0.5, 12)
  })
})
