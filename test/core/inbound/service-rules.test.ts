import { describe, expect, it } from 'vitest'
import {
  deploymentFacts,
  deriveDeployment,
  mergeDeploymentFacts,
  naturalKey,
} from '../../../src/core/deployment/deployment.ts'
import type { DefectEvent, DeploymentEvent } from '../../../src/core/event.ts'
import { applyServiceRules, matchesPattern, type ServiceRule } from '../../../src/core/inbound/service-rules.ts'

const aDeployment: DeploymentEvent = {
  type: 'deployment',
  origin: { repository: 'acme/shop', environment: 'production' },
  service: 'acme/shop',
  environment: 'production',
  version: '1.0.0',
  status: 'succeeded',
  action: 'deploy',
  at: 1_000,
}
const aDefect: DefectEvent = { type: 'defect', origin: { 'label.team': 'payments' }, title: 'x', at: 1_000, count: 1 }

const aRule = (rule: Partial<ServiceRule>): ServiceRule => ({
  field: 'repository',
  pattern: 'acme/shop',
  service: 'checkout',
  isGeneral: false,
  ...rule,
})
const place = (rules: readonly ServiceRule[], event: DeploymentEvent | DefectEvent = aDeployment, more = {}) =>
  applyServiceRules([event], { rules, defaultService: undefined, revision: 1, ...more })

describe('service rules', () => {
  it.each([
    ['acme/shop', 'acme/shop', true],
    ['acme/shop', 'Acme/Shop', true],
    ['acme/shop', 'acme/shop-2', false],
    ['acme/*', 'acme/shop', true],
    ['*-api', 'checkout-api', true],
    ['a*a', 'a', false],
    ['a*a', 'aa', true],
    ['*', '', true],
    ['.', 'x', false],
  ])('%s matches %s: %s', (pattern, value, matches) => {
    expect(matchesPattern(pattern, value)).toBe(matches)
  })

  it('let the most specific one decide, in whatever order they are kept', () => {
    const rules = [
      aRule({ pattern: '*', service: 'anything' }),
      aRule({ pattern: 'acme/*', service: 'acme' }),
      aRule({ service: 'general', isGeneral: true }),
      aRule({ service: 'exact' }),
    ]
    const winners: (string | undefined)[] = []
    for (let left = rules; left.length > 0; ) {
      const [winner] = place(left).events
      expect(place([...left].reverse()).events[0]).toEqual(winner)
      winners.push(winner?.service)
      left = left.filter(({ service }) => service !== winner?.service)
    }
    expect(winners).toEqual(['exact', 'acme', 'anything', 'general'])
  })

  it('match what the source took as the service, unless the sender names one', () => {
    const rule = aRule({ field: 'service' })
    expect(place([rule]).events[0]?.service).toBe('checkout')
    const named = { ...aDeployment, origin: { service: 'other' } }
    expect(place([rule], named).events[0]?.service).toBe('acme/shop')
  })

  it.each(['constructor', '__proto__', 'toString'])('find no field %s where there is none', (field) => {
    expect(place([aRule({ field, pattern: '*' })]).events[0]?.service).toBe('acme/shop')
  })

  it('leave the default for events that name no service', () => {
    const withDefault = { defaultService: 'monolith' }
    expect(place([], aDefect, withDefault).events[0]?.service).toBe('monolith')
    expect(place([], aDeployment, withDefault).events[0]?.service).toBe('acme/shop')
  })

  it('tell what none of them matched by what best tells it apart', () => {
    expect(place([]).unmapped).toMatchObject([{ field: 'repository', value: 'acme/shop', service: 'acme/shop' }])
    expect(place([], aDefect).unmapped).toMatchObject([{ field: 'label.team', value: 'payments', service: undefined }])
    expect(place([aRule({})]).unmapped).toEqual([])
    expect(place([], { type: 'defect', at: 1, count: 0 }).unmapped).toEqual([])
  })

  it('change nothing where there never were any', () => {
    expect(place([], aDeployment, { revision: 0 }).events[0]).toBe(aDeployment)
  })

  it('keep what the sender calls a deployment', () => {
    const [placed] = place([aRule({})]).events as DeploymentEvent[]
    expect(naturalKey(1, placed as DeploymentEvent)).toBe(naturalKey(1, aDeployment))
  })

  it('outrank names, and newer rules older ones, whatever the times and the order', () => {
    const read = (rules: readonly ServiceRule[], revision: number, at: number) =>
      deploymentFacts(place(rules, { ...aDeployment, at }, { revision }).events[0] as DeploymentEvent)
    const said = [
      read([aRule({ service: 'first' })], 1, 3_000),
      read([aRule({ service: 'second' })], 2, 1_000),
      read([], 2, 9_000),
    ] as const
    for (const [a, b, c] of [said, [said[2], said[0], said[1]], [said[1], said[2], said[0]]] as const)
      expect(deriveDeployment(mergeDeploymentFacts(mergeDeploymentFacts(a, b), c)).service).toBe('second')
  })
})
