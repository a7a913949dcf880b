import { describe, expect, test } from 'vitest'
import {
  deploymentFacts,
  deriveDeployment,
  mergeDeploymentFacts,
  naturalKey,
} from '../../../src/core/deployment/deployment.ts'
import type { DeploymentEvent } from '../../../src/core/event.ts'
import { aDeployment, day } from '../../support/factories.ts'

const derived = (...events: DeploymentEvent[]) =>
  deriveDeployment(events.map(deploymentFacts).reduce((a, b) => mergeDeploymentFacts(a, b)))

describe('a deployment told in several events', () => {
  const started = aDeployment({ status: 'in-progress', at: day(1) })
  const succeeded = aDeployment({ status: 'succeeded', at: day(2), actor: 'Ana' })

  test('has the start of the one and the end of the other, in both orders', () => {
    const expected = { status: 'succeeded', startedAt: day(1), finishedAt: day(2), at: day(2), actor: 'Ana' }
    expect(derived(started, succeeded)).toMatchObject(expected)
    expect(derived(succeeded, started)).toMatchObject(expected)
  })

  test('is not reopened by an "in progress" with a later clock', () => {
    expect(derived(succeeded, aDeployment({ status: 'in-progress', at: day(3) })).status).toBe('succeeded')
  })

  test('that failed after it had succeeded has failed', () => {
    expect(derived(succeeded, aDeployment({ status: 'failed', at: day(3) }))).toMatchObject({
      status: 'failed',
      finishedAt: day(3),
    })
  })

  test('with two final words in the same second has succeeded', () => {
    expect(derived(aDeployment({ status: 'failed', at: day(2) }), succeeded).status).toBe('succeeded')
  })

  test('while it is under way it stands at its start, and a pending one at what was said last', () => {
    expect(derived(started).at).toBe(day(1))
    expect(derived(aDeployment({ status: 'pending', at: day(1) })).at).toBe(day(1))
  })

  test('without a version is a release named after its commit', () => {
    const event = aDeployment({ version: undefined, commit: 'c0ffee' })
    expect(derived(event)).toMatchObject({ version: 'c0ffee', commit: 'c0ffee' })
  })
})

describe('what makes two statements the same deployment', () => {
  test("the sender's key in one service and environment", () => {
    const a = naturalKey(1, aDeployment({ key: 'run-1', at: day(1) }))
    expect(naturalKey(1, aDeployment({ key: 'run-1', at: day(2), version: 'b' }))).toBe(a)
    expect(naturalKey(1, aDeployment({ key: 'run-1', environment: 'staging' }))).not.toBe(a)
    expect(naturalKey(2, aDeployment({ key: 'run-1' }))).not.toBe(a)
  })

  test('without a key, what went where when, whoever says so', () => {
    const a = naturalKey(1, aDeployment({ finishedAt: day(1) }))
    expect(naturalKey(2, aDeployment({ finishedAt: day(1) }))).toBe(a)
    expect(naturalKey(1, aDeployment({ finishedAt: day(2) }))).not.toBe(a)
    expect(naturalKey(1, aDeployment({ finishedAt: day(1), version: 'b' }))).not.toBe(a)
  })
})
