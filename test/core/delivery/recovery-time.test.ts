import { describe, expect, test } from 'vitest'
import { failedDeploymentRecoveryTime } from '../../../src/core/delivery/recovery-time.ts'
import { deliveryFacts, deployed, march, severeDefect } from '../../support/delivery-facts.ts'
import { day } from '../../support/factories.ts'

const recovery = (...facts: Parameters<typeof deliveryFacts>) =>
  failedDeploymentRecoveryTime(deliveryFacts(...facts), march, day(40))

describe('recovery from a failed deployment', () => {
  test('ends with the deployment that passed the check, not with the first attempt', () => {
    const deployments = [
      deployed(1, 1),
      deployed(2, 5, { recoveredById: 4 }),
      deployed(3, 5.25, { fixesDefectIds: [7] }),
      deployed(4, 6, { fixesDefectIds: [7] }),
    ]
    const time = recovery(deployments, [severeDefect(7, 2, 5.1)])
    expect(time).toMatchObject({ value: 24, unit: 'hours', numerator: 1, denominator: 1, uncheckedIds: [] })
  })

  test('ends with the first remedy where no check was recorded, and says so', () => {
    const rolledBack = recovery([
      deployed(1, 1),
      deployed(2, 5),
      deployed(3, 5.5, { releaseId: 1, effect: 'rollback' }),
    ])
    expect(rolledBack).toMatchObject({ value: 12, uncheckedIds: [2] })
    const fixed = recovery([deployed(2, 5), deployed(3, 6, { fixesDefectIds: [7] })], [severeDefect(7, 2, 5.1)])
    expect(fixed).toMatchObject({ value: 24, uncheckedIds: [2] })
  })

  test('does not come from a deployment before it: a fix that was there already did not hold', () => {
    const deployments = [deployed(1, 1, { fixesDefectIds: [7] }), deployed(2, 5)]
    expect(recovery(deployments, [severeDefect(7, 2, 6)])).toMatchObject({ numerator: 0, denominatorIds: [2] })
  })

  test('is not over for a failure that nothing has mended; it counts with the time so far', () => {
    const defects = [severeDefect(7, 1, 2), severeDefect(8, 2, 6), severeDefect(9, 5, 21)]
    const deployments = [
      deployed(1, 1),
      deployed(2, 5),
      deployed(3, 7, { fixesDefectIds: [7] }),
      deployed(4, 8, { fixesDefectIds: [8] }),
      deployed(5, 20),
    ]
    const time = recovery(deployments, defects)
    expect(time).toMatchObject({ numerator: 2, denominator: 3, numeratorIds: [1, 2], denominatorIds: [1, 2, 5] })
    // 3 and 6 days, and one open for 20: half are over after 6.
    expect(time.value).toBe(144)
    expect(time.interval?.high).toBeNull()
    expect(time.enough).toBe(false)
  })

  test('has no median while more than half are open, and none at all without failures', () => {
    const open = recovery([deployed(1, 1), deployed(2, 5)], [severeDefect(7, 1, 2)])
    expect(open).toMatchObject({ value: null, numerator: 0, denominator: 1, interval: null })
    expect(recovery([deployed(1, 1)])).toMatchObject({ value: null, denominator: 0 })
  })

  test('counts the failures of the period, whenever they were mended', () => {
    const deployments = [deployed(1, -3), deployed(2, 30), deployed(3, 35, { releaseId: 1, effect: 'rollback' })]
    const time = recovery(deployments, [severeDefect(7, 1, 1), severeDefect(8, 2, 31)])
    expect(time).toMatchObject({ denominatorIds: [2], value: 120 })
  })
})
