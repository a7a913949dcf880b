import { describe, expect, test } from 'vitest'
import {
  fieldsOf,
  type IdentityRule,
  identityKeys,
  keyBeginning,
  numberInName,
} from '../../../src/core/defect/identity-rules.ts'
import { aDefect } from '../../support/factories.ts'

const incident = (...fields: string[]): IdentityRule => ({ kind: 'fields', name: 'incident', fields })
const NAMES: IdentityRule = { kind: 'names' }

describe('reports are the same by their fields', () => {
  const alert = aDefect({ key: 'a', origin: { 'label.alertname': 'HighErrors' } })

  test('when all have the same values, capital letters and space around them aside', () => {
    const { own } = identityKeys(alert, [incident('label.alertname', 'service')])
    const other = aDefect({ key: 'b', origin: { rule: ' higherrors ' } })
    expect(identityKeys(other, [incident('rule', 'service')]).own).toEqual(own)
    expect(own).toHaveLength(1)
  })

  test('not when one of them has none', () => {
    expect(identityKeys(alert, [incident('label.alertname', 'label.team')]).own).toEqual([])
    expect(identityKeys(alert, [incident('constructor')]).own).toEqual([])
  })

  test('not by rules of another name', () => {
    const other: IdentityRule = { kind: 'fields', name: 'other', fields: ['label.alertname'] }
    expect(identityKeys(alert, [other]).own).not.toEqual(identityKeys(alert, [incident('label.alertname')]).own)
    expect(identityKeys(alert, [other]).own[0]).toContain(keyBeginning({ kind: 'fields', name: 'other' }))
  })

  test('which are those of its origin and what was read from it', () => {
    expect(fieldsOf(alert)).toMatchObject({ id: 'a', service: 'checkout-api', 'label.alertname': 'HighErrors' })
  })
})

describe('reports are the same by their names', () => {
  const own = (event: Parameters<typeof aDefect>[0]) => identityKeys(aDefect(event), [NAMES]).own
  const mentioned = (event: Parameters<typeof aDefect>[0]) => identityKeys(aDefect(event), [NAMES]).mentioned

  test('an address in a text, without its query', () => {
    const url = 'https://sentry.example/organizations/acme/issues/42'
    expect(mentioned({ title: 'x', description: `See ${url}/?referrer=jira.` })).toEqual(own({ url }))
  })

  test.each([
    ['a key of a tracker', { key: 'PAY-7' }, 'Alert for PAY-7: payment fails'],
    ['a short id', { key: '42', origin: { issue: 'CHECKOUT-API-1A' } }, 'CHECKOUT-API-1A in checkout'],
    ['an issue of a repository', { url: 'https://github.com/acme/shop/issues/412' }, 'from acme/shop#412'],
  ])('%s', (_, event, title) => {
    expect(own(event)).toHaveLength(1)
    expect(mentioned({ title })).toEqual(own(event))
  })

  test('a link that the sender gives', () => {
    expect(mentioned({ title: 'x', links: ['PAY-7'] })).toEqual(own({ key: 'PAY-7' }))
  })

  test('it does not mention itself', () => {
    expect(mentioned({ key: 'PAY-7', title: 'PAY-7 fails' })).toEqual([])
  })

  test('a number of ours is told from other ids', () => {
    expect(mentioned({ title: 'same as PF-123' }).map(numberInName)).toEqual([123])
    expect(mentioned({ title: 'same as PAY-123' }).map(numberInName)).toEqual([undefined])
  })

  test('nothing without the rule', () => {
    expect(identityKeys(aDefect({ key: 'PAY-7', title: 'PAY-8' }), [])).toEqual({ own: [], mentioned: [] })
  })
})
