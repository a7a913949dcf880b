import { describe, expect, test } from 'vitest'
import { changeLeadTime } from '../../../src/core/delivery/change-lead-time.ts'
import { deliveryMetrics } from '../../../src/core/delivery/delivery-metrics.ts'
import { deploymentFrequency } from '../../../src/core/delivery/deployment-frequency.ts'
import { deploymentReworkRate } from '../../../src/core/delivery/rework-rate.ts'
import { deliveryFacts, deployed, march, severeDefect } from '../../support/delivery-facts.ts'
import { day } from '../../support/factories.ts'

const rollback = (id: number, onDay: number) => deployed(id, onDay, { releaseId: 1, effect: 'rollback' })
const again = (id: number, onDay: number) => deployed(id, onDay, { releaseId: 1, effect: 'redeploy' })

describe('deployment frequency', () => {
  test('counts what put a release in place, over the days of the period', () => {
    const facts = deliveryFacts([deployed(1, 1), deployed(2, 4), rollback(3, 5), again(4, 6), deployed(9, 40)])
    const frequency = deploymentFrequency(facts, march, day(60))
    expect(frequency).toMatchObject({ numerator: 3, denominator: 31, unit: 'per day', enough: true })
    expect(frequency.value).toBeCloseTo(3 / 31, 12)
    expect(frequency).toMatchObject({ numeratorIds: [1, 2, 3], rollbackIds: [3], emergencyIds: [] })
    expect(frequency.interval?.low).toBeCloseTo(0.618672 / 31, 6)
  })

  test('does not count days before the first deployment was known, nor days to come', () => {
    const facts = { ...deliveryFacts([deployed(1, 20), deployed(2, 24)]), knownSince: day(20) }
    expect(deploymentFrequency(facts, march, day(26))).toMatchObject({ value: 2 / 6, denominator: 6, enough: false })
    expect(deploymentFrequency({ ...facts, knownSince: day(90) }, march, day(99))).toMatchObject({
      value: null,
      denominator: 0,
    })
  })
})

describe('change lead time', () => {
  const changes = (...onDays: (number | undefined)[]) => ({
    count: onDays.length,
    times: onDays
      .filter((one) => one !== undefined)
      .map((one) => day(one))
      .sort((a, b) => a - b),
  })

  test('is the median over commits, from each to the deployment that brought it', () => {
    const facts = deliveryFacts([
      deployed(1, 10, { changes: changes(9, 8, 0) }),
      deployed(2, 12, { changes: changes(11.5) }),
    ])
    expect(changeLeadTime(facts, march)).toMatchObject({ value: 36, unit: 'hours', numerator: 4, denominator: 4 })
  })

  test('says how many had no usable time', () => {
    const deployments = [deployed(1, 10, { changes: changes(9, undefined, 10.5) }), deployed(2, 11)]
    const time = changeLeadTime(deliveryFacts(deployments), march)
    expect(time).toMatchObject({
      value: 24,
      numerator: 1,
      denominator: 3,
      enough: false,
      numeratorIds: [1],
      denominatorIds: [1],
    })
  })

  test('has no rows where all times are later than the deployment', () => {
    const facts = deliveryFacts([deployed(1, 10, { changes: changes(11, 12) })])
    expect(changeLeadTime(facts, march)).toMatchObject({ value: null, numeratorIds: [], denominatorIds: [1] })
  })

  test('a rollback brings no commits', () => {
    const facts = deliveryFacts([deployed(1, 10, { effect: 'rollback', changes: changes(2) })])
    expect(changeLeadTime(facts, march)).toMatchObject({ value: null, denominator: 0 })
  })

  test('has an interval from six commits on, between two of them', () => {
    const six = Array.from({ length: 6 }, (_, i) => 10 - (i + 1) / 24)
    const of = (days: typeof six) =>
      changeLeadTime(deliveryFacts([deployed(1, 10, { changes: changes(...days) })]), march).interval
    expect(of(six)?.low).toBeCloseTo(1, 6)
    expect(of(six)?.high).toBeCloseTo(6, 6)
    expect(of(six.slice(1))).toBeNull()
  })
})

describe('deployment rework rate', () => {
  test('is the share of rollbacks, emergencies and fixes of severe defects', () => {
    const deployments = [
      deployed(1, 1),
      deployed(2, 2),
      rollback(3, 3),
      deployed(4, 4, { emergencyScore: 3 }),
      deployed(5, 5, { fixesDefectIds: [7] }),
      deployed(6, 6, { fixesDefectIds: [8] }),
      deployed(7, 7, { emergencyScore: 2 }),
      again(8, 8),
    ]
    const defects = [severeDefect(7, 2, 2.5, { severity: 'S2' }), severeDefect(8, 2, 2.5, { severity: 'S3' })]
    const rate = deploymentReworkRate(deliveryFacts(deployments, defects), march)
    expect(rate).toMatchObject({ numeratorIds: [3, 4, 5], denominator: 7, enough: false })
    expect(rate.value).toBeCloseTo(3 / 7, 12)
  })

  test('a fix of what was seen here only later was no rework', () => {
    const facts = deliveryFacts([deployed(5, 5, { fixesDefectIds: [7] })], [severeDefect(7, 2, 5.5)])
    expect(deploymentReworkRate(facts, march).numerator).toBe(0)
  })
})

test('all five speak of one service in one environment, and each tells its rule', () => {
  const metrics = deliveryMetrics(deliveryFacts([deployed(1, 1)]), march, day(20))
  expect(metrics).toMatchObject({ service: 'checkout-api', environment: 'production' })
  for (const name of [
    'changeLeadTime',
    'deploymentFrequency',
    'failedDeploymentRecoveryTime',
    'changeFailRate',
    'deploymentReworkRate',
  ] as const)
    expect(metrics[name], name).toMatchObject({ rule: expect.stringContaining('production') })
})
