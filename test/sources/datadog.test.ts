import { describe, expect, it } from 'vitest'
import type { DefectEvent, DeploymentEvent, Interpretation, SourceEvent } from '../../src/core/event.ts'
import { datadog } from '../../src/sources/datadog/index.ts'

const receivedAt = Date.parse('2026-03-02T10:05:00Z')

const deliver = (body: unknown) => ({
  headers: {},
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  receivedAt,
})
const interpret = (body: unknown): Interpretation => datadog.interpret(deliver(body))
function eventsOf(made: Interpretation): readonly SourceEvent[] {
  if (made.kind !== 'events') throw new Error(JSON.stringify(made))
  return made.events
}
const only = <E = DefectEvent>(made: Interpretation) => eventsOf(made)[0] as E
const reasonOf = (made: Interpretation): string => (made.kind === 'ignored' ? made.reason : JSON.stringify(made))
const pathOf = (made: Interpretation) => (made.kind === 'unreadable' ? made.problems[0]?.path : JSON.stringify(made))

const monitor = {
  id: '7234567890123456789',
  alert_cycle_key: '17293812871872',
  alert_id: '1234',
  alert_transition: 'Triggered',
  alert_scope: 'env:production,service:checkout-api',
  title: '[Triggered on {env:production,service:checkout-api}] Error rate is high',
  date: '1772445850000',
  tags: 'env:production,service:checkout-api,version:4.18.0',
}
const of = (changes: object) => interpret({ ...monitor, ...changes })

describe('a Datadog delivery', () => {
  it('is known by the id of its event, if the template gives it', () => {
    expect(datadog.deliveryId(deliver(monitor))).toBe('7234567890123456789')
    expect(datadog.deliveryId(deliver('{"id":7234567890123456789}'))).toBe('7234567890123456789')
    expect(datadog.deliveryId(deliver({ id: '$ID' }))).toBeUndefined()
    expect(datadog.deliveryId(deliver({}))).toBeUndefined()
  })

  it('that is no object is unreadable', () => {
    for (const body of [[], null, 7, 'text']) expect(interpret(JSON.stringify(body)).kind).toBe('unreadable')
  })
})

describe('a Datadog monitor', () => {
  it.each(['Triggered', 'Re-Triggered', 'Renotify', 'Warn', 'No Data'])('that is %s is open', (alert_transition) => {
    expect(only(of({ alert_transition }))).toMatchObject({ status: 'open', count: 1, detection: 'alert' })
  })

  it.each(['Recovered', 'Warn Recovered', 'No Data Recovered'])('that %s is fixed', (alert_transition) => {
    const recovered = only(of({ alert_transition, tags: 'version:4.18.1' }))
    expect(recovered).toMatchObject({ status: 'fixed', count: 0 })
    expect([recovered.version, recovered.occurredAt]).toEqual([undefined, undefined])
  })

  it('in a transition nobody knows yet is unreadable, so that it can be replayed when we do', () => {
    expect(pathOf(of({ alert_transition: 'Snoozed' }))).toBe('alert_transition')
  })

  it('reads times that are text, in milliseconds', () => {
    expect(only(of({})).at).toBe(1772445850000)
    expect(only(of({ date: '$DATE', last_updated: 1772445840000 })).at).toBe(1772445840000)
  })

  it('is one occurrence from its trigger to its recovery, and one defect over all of them', () => {
    const [first, repeat] = [only(of({})), only(of({ id: '2', alert_transition: 'Renotify' }))]
    const next = only(of({ id: '3', alert_cycle_key: '17293812871999' }))
    expect(repeat.sighting).toBe(first.sighting)
    expect(next.sighting).not.toBe(first.sighting)
    expect(next.key).toBe(first.key)
  })

  it('is the same defect in the next version, and another one in another group', () => {
    const grouped = (alert_scope: string) => only(of({ alert_scope })).key
    expect(grouped('service:a,version:4.18.0')).toBe(grouped('version:4.18.1,service:a'))
    expect(grouped('service:a')).not.toBe(grouped('service:b'))
  })

  it('goes by its aggregation key when the template has no number of the monitor', () => {
    expect(only(of({ alert_id: undefined, aggreg_key: '9bd4' })).key).toBe('alert 9bd4')
    expect(pathOf(of({ alert_id: '$ALERT_ID', aggreg_key: null, alert_cycle_key: '' }))).toBe('alert_id')
  })

  it('is named without its state, which is another in each event', () => {
    expect(only(of({})).title).toBe('Error rate is high')
    expect(only(of({ title: '[P2] [Re-Triggered on {env:production}] Error rate is high' })).title).toBe(
      'Error rate is high',
    )
    expect(only(of({ title: '[checkout] Error rate is high' })).title).toBe('[checkout] Error rate is high')
    expect(only(of({ alert_title: 'Errors' })).title).toBe('Errors')
  })

  it('of the default template is read from its title', () => {
    const made = interpret({
      id: '1',
      alert_id: '7',
      title: '[Warn on {env:staging,service:ledger}] Slow',
      date: '1772445850000',
    })
    expect(only(made)).toMatchObject({ service: 'ledger', environment: 'staging', severity: 'S3', title: 'Slow' })
  })

  it('is looked for in vain in other events', () => {
    expect(reasonOf(interpret({ title: 'Somebody restarted the cache' }))).toContain('is of no monitor')
  })

  it.each([
    [{ alert_priority: 'P1' }, 'S1', 'P1'],
    [{ alert_priority: 'P3', alert_type: 'warning' }, 'S3', 'P3'],
    [{ alert_priority: 'P5' }, 'S4', 'P5'],
    [{ alert_priority: '$ALERT_PRIORITY', alert_type: 'warning' }, 'S3', 'warning'],
    [{ alert_priority: 'constructor', alert_type: 'error' }, undefined, 'error'],
    [{ alert_transition: 'Warn' }, 'S3', 'warning'],
  ])('with %j has severity %s, in its own word %s', (changes, severity, severityWord) => {
    expect(only(of(changes))).toMatchObject({ severity, severityWord })
  })

  it('takes tags as text, with blanks or without, or as a list', () => {
    expect(only(of({ alert_scope: '', tags: 'env:staging, service:ledger ,version:1:2' }))).toMatchObject({
      environment: 'staging',
      service: 'ledger',
      version: '1:2',
    })
    expect(only(of({ tags: ['service:search'], alert_scope: '$ALERT_SCOPE' })).service).toBe('search')
  })
})

describe('a Datadog DORA event', () => {
  const send = (attributes: object) => interpret({ data: { attributes } })
  const deployment = { service: 'checkout-api', env: 'production', version: '4.18.0' }

  it('of a deployment keeps the digits of its nanoseconds', () => {
    const body = `{"data":{"attributes":{"service":"a","env":"p","version":"1","started_at":1772445720123456789,"finished_at":1772445850000000001}}}`
    expect(only<DeploymentEvent>(interpret(body))).toMatchObject({
      status: 'succeeded',
      startedAt: 1772445720123,
      at: 1772445850000,
    })
  })

  it.each([
    ['service', 'data.attributes.service'],
    ['env', 'data.attributes.env'],
    ['version', 'data.attributes.version'],
  ])('of a deployment without %s is unreadable', (name, path) => {
    expect(pathOf(send({ ...deployment, [name]: undefined }))).toBe(path)
  })

  it('of a failure is a defect of each service, over when it says so', () => {
    const failure = { id: 'f-3', services: ['a', 'b'], name: 'Capture fails', severity: 'High', started_at: 1772445600 }
    expect(eventsOf(send(failure))).toMatchObject([
      { service: 'a', status: 'open', severity: 'S2', severityWord: 'High', at: 1772445600000 },
      { service: 'b', status: 'open' },
    ])
    const over = eventsOf(send({ ...failure, services: ['a'], finished_at: 1772445840 })) as DefectEvent[]
    expect(over).toMatchObject([{ status: 'open' }, { status: 'fixed', at: 1772445840000, count: 0 }])
    expect(over[0]?.key).toBe((eventsOf(send(failure)) as DefectEvent[])[0]?.key)
  })

  it('of a failure without a service is one defect of none', () => {
    expect(eventsOf(send({ services: [], name: 'Capture fails' }))).toHaveLength(1)
  })
})
