import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { DefectEvent } from '../../src/core/event.ts'
import { pagerduty } from '../../src/sources/pagerduty.ts'
import { json, notesOf, only, problemsOf, reasonOf, receivedAt } from './deliveries.ts'

const occurredAt = '2026-03-02T10:04:30.781Z'
const event = (type: string, data: unknown, more: object = {}) =>
  json({ event: { id: '01BZ', event_type: type, occurred_at: occurredAt, agent: null, data, ...more } })
const incident = { id: 'PGR0VU2', title: '5xx at the till', service: { id: 'PF9', summary: 'checkout-api' } }
const interpret = (type: string, more: object = {}, around: object = {}) =>
  pagerduty.interpret(event(type, { ...incident, ...more }, around))

describe('an incident', () => {
  it.each([
    ['incident.triggered', 'open', 1],
    ['incident.acknowledged', 'in-progress', 0],
    ['incident.unacknowledged', 'open', 0],
    ['incident.reopened', 'open', 0],
    ['incident.resolved', 'fixed', 0],
    ['incident.priority_updated', undefined, 0],
    ['incident.service_updated', undefined, 0],
  ])('%s is %s', (type, status, count) => {
    expect(only<DefectEvent>(interpret(type))).toMatchObject({ key: 'PGR0VU2', status, count })
  })

  it('is seen when it was made, or when it is said in older payloads, which do not say', () => {
    const made = only<DefectEvent>(interpret('incident.triggered', { created_at: '2026-03-02T10:03:27Z' }))
    expect([made.at, made.occurredAt]).toEqual(Array(2).fill(Date.parse('2026-03-02T10:03:27Z')))
    expect(only<DefectEvent>(interpret('incident.triggered')).occurredAt).toBe(Date.parse(occurredAt))
  })

  it.each([
    ['P1', 'high', 'S1', 'P1'],
    ['P2', 'high', 'S2', 'P2'],
    ['P5', 'high', 'S4', 'P5'],
    ['SEV-1', 'low', 'S1', 'SEV-1'],
    ['Whenever', 'high', undefined, 'Whenever'],
    [null, 'high', 'S2', 'high'],
    [null, 'low', 'S4', 'low'],
    [null, null, undefined, undefined],
  ])('of priority %j and urgency %j is %s by the word %s', (summary, urgency, severity, severityWord) => {
    const priority = summary === null ? null : { summary }
    expect(only<DefectEvent>(interpret('incident.triggered', { priority, urgency }))).toMatchObject({
      severity,
      severityWord,
    })
  })

  it('was noticed by whoever triggered it', () => {
    const by = (agent: unknown) => only<DefectEvent>(interpret('incident.triggered', {}, { agent })).detection
    expect(by({ type: 'user_reference' })).toBe('issue')
    expect(by({ type: 'inbound_integration_reference' })).toBe('alert')
    expect(by(null)).toBe('alert')
  })

  it('that was merged into another is not fixed', () => {
    const resolve_reason = { type: 'merge_resolve_reason' }
    expect(only<DefectEvent>(interpret('incident.resolved', { resolve_reason })).status).toBe('wont-fix')
    expect(only<DefectEvent>(interpret('incident.acknowledged', { resolve_reason })).status).toBe('in-progress')
  })

  it('without a title is named by its id, and takes no name away later', () => {
    expect(only<DefectEvent>(interpret('incident.triggered', { title: null })).title).toBe('Incident PGR0VU2')
    expect(only<DefectEvent>(interpret('incident.resolved', { title: null })).title).toBeUndefined()
  })

  it('of a time that cannot be believed is remarked on', () => {
    const made = interpret('incident.resolved', {}, { occurred_at: '1969-07-20T20:17:40Z' })
    expect(only<DefectEvent>(made).at).toBe(receivedAt)
    expect(notesOf(made)).toEqual([expect.stringContaining('event.occurred_at')])
  })
})

describe('custom fields of an incident', () => {
  const fields = (custom_fields: unknown) =>
    pagerduty.interpret(event('incident.custom_field_values.updated', { incident: { id: 'PGR0VU2' }, custom_fields }))

  it('say where it was seen', () => {
    const made = fields([
      { name: 'environment', value: 'production' },
      { name: 'version', value: ['4.18.0', '4.18.1'] },
      { name: 'region', value: null },
      { name: 'service', value: 'another' },
    ])
    expect(only<DefectEvent>(made)).toMatchObject({
      key: 'PGR0VU2',
      environment: 'production',
      version: '4.18.0',
      count: 0,
    })
    expect(only<DefectEvent>(made).service).toBeUndefined()
  })

  it('that say nothing of it are ignored', () => {
    expect(reasonOf(fields([{ name: 'region', value: 'eu' }]))).toContain('None of the custom fields')
    expect(reasonOf(fields(null))).toContain('None of the custom fields')
  })
})

describe('other events of PagerDuty', () => {
  it.each(['incident.escalated', 'incident.annotated', 'service.updated', 'pagey.ping', 'constructor'])(
    '%s are ignored with a reason',
    (type) => {
      expect(pagerduty.interpret(event(type, null)).kind).toBe('ignored')
    },
  )

  it('without what is needed are unreadable, with the path', () => {
    expect(problemsOf(pagerduty.interpret(json({})))).toEqual([{ path: 'event', message: 'is required' }])
    expect(problemsOf(pagerduty.interpret(event('incident.triggered', undefined)))).toEqual([
      { path: 'event.data', message: 'is required' },
    ])
    expect(problemsOf(interpret('incident.triggered', { id: 7 }))).toEqual([
      { path: 'event.data.id', message: 'must be text' },
    ])
  })

  it('are called by their type in the list', () => {
    expect(pagerduty.eventName?.(event('incident.triggered', null))).toBe('incident.triggered')
    expect(pagerduty.eventName?.(json({ event: null }))).toBeUndefined()
  })
})

describe('who sends from PagerDuty', () => {
  const body = Buffer.from('{}')
  const hmac = (secret: string) => `v1=${createHmac('sha256', secret).update(body).digest('hex')}`
  const accepts = (header: string, secrets = ['first secret']) =>
    pagerduty.verify({ ...json({}), headers: { 'x-pagerduty-signature': header } }, secrets)

  it('signs with both keys while they are exchanged, and either will do', () => {
    expect(accepts(`${hmac('second secret')},${hmac('first secret')}`)).toBe(true)
    expect(accepts(`${hmac('first secret')},${hmac('second secret')}`, ['second secret'])).toBe(true)
    expect(accepts(`${hmac('third secret')},${hmac('second secret')}`)).toBe(false)
  })

  it('is not looked for among more signatures than a sender makes', () => {
    const wrong = Array(8).fill(hmac('third secret'))
    expect(accepts([...wrong, hmac('first secret')].join(','))).toBe(false)
    expect(accepts([...wrong.slice(1), hmac('first secret')].join(','))).toBe(true)
  })
})
