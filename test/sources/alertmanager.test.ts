import { describe, expect, it } from 'vitest'
import type { DefectEvent } from '../../src/core/event.ts'
import { alertmanager } from '../../src/sources/alertmanager.ts'
import { eventsOf, json, notesOf, only, problemsOf, reasonOf, receivedAt } from './deliveries.ts'

const alert = (more: object = {}, labels: object = {}) => ({
  status: 'firing',
  labels: { alertname: 'HighErrorRate', service: 'checkout-api', ...labels },
  annotations: {},
  startsAt: '2026-03-02T10:03:45.256731842Z',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: '',
  fingerprint: 'ae9e6b39e5f35451',
  ...more,
})
const group = (alerts: unknown, more: object = {}) => ({ version: '4', status: 'firing', alerts, ...more })
const interpret = (alerts: unknown, more: object = {}) => alertmanager.interpret(json(group(alerts, more)))
const startedAt = Date.parse('2026-03-02T10:03:45.256Z')

describe('an alert', () => {
  it('that fires again under the same fingerprint is another occurrence of the same defect', () => {
    const [first, again] = ['2026-03-02T10:03:45Z', '2026-03-02T10:04:45Z'].map((startsAt) =>
      only<DefectEvent>(interpret([alert({ startsAt })])),
    )
    expect(again?.key).toBe(first?.key)
    expect(again?.sighting).not.toBe(first?.sighting)
  })

  it('that is sent again at the repeat interval is the same occurrence', () => {
    const [first, again] = [receivedAt, receivedAt + 4 * 3_600_000].map((at) =>
      only<DefectEvent>(alertmanager.interpret({ ...json(group([alert()])), receivedAt: at })),
    )
    expect(again).toEqual(first)
    expect(first?.sighting).toBeDefined()
  })

  it('that resolved says when it fired and when it ended, whichever was heard of first', () => {
    const [seen, over] = eventsOf<DefectEvent>(
      interpret([alert({ status: 'resolved', endsAt: '2026-03-02T10:04:30Z' })]),
    )
    expect(seen).toEqual(only<DefectEvent>(interpret([alert()])))
    expect(over).toEqual({
      type: 'defect',
      key: 'ae9e6b39e5f35451',
      status: 'fixed',
      at: Date.parse('2026-03-02T10:04:30Z'),
      count: 0,
    })
  })

  it.each(['0001-01-01T00:00:00Z', '0001-01-01T00:00:00.000Z', '', null])(
    'that starts at %j starts now',
    (startsAt) => {
      const made = interpret([alert({ startsAt })])
      expect(only<DefectEvent>(made)).toMatchObject({ at: receivedAt, occurredAt: receivedAt })
      expect(only<DefectEvent>(made).sighting).toBeUndefined()
      expect(notesOf(made)).toEqual([])
    },
  )

  it('that resolved at no time resolved now', () => {
    const [, over] = eventsOf<DefectEvent>(interpret([alert({ status: 'resolved' })]))
    expect(over).toMatchObject({ status: 'fixed', at: receivedAt })
    const [bare] = eventsOf<DefectEvent>(interpret([alert({ status: 'resolved', startsAt: '0001-01-01T00:00:00Z' })]))
    expect(bare).toMatchObject({ status: 'fixed', at: receivedAt, count: 0 })
  })

  it('with a time that cannot be believed is remarked on by its place', () => {
    expect(notesOf(interpret([alert(), alert({ startsAt: '2036-03-02T10:03:45Z' })]))).toEqual([
      expect.stringMatching(/^alerts\.1\.startsAt cannot be right/),
    ])
  })

  it.each([
    ['critical', 'S1'],
    ['warning', 'S3'],
    ['info', 'S4'],
    ['page', undefined],
  ])('of severity %s is %s and keeps the word', (severity, ours) => {
    expect(only<DefectEvent>(interpret([alert({}, { severity })]))).toMatchObject({
      severity: ours,
      severityWord: severity,
    })
  })

  it('is named by its summary, else by its rule', () => {
    expect(only<DefectEvent>(interpret([alert({ annotations: { summary: '5xx' } })])).title).toBe('5xx')
    expect(only<DefectEvent>(interpret([alert()])).title).toBe('HighErrorRate')
    expect(problemsOf(interpret([alert({ labels: {} })]))).toMatchObject([{ path: 'alerts.0.labels.alertname' }])
  })

  it('of a sender that gives no fingerprint is known by its labels, in any order', () => {
    const key = (labels: object) => only<DefectEvent>(interpret([alert({ fingerprint: undefined, labels })])).key
    expect(key({ alertname: 'A', b: '1' })).toBe(key({ b: '1', alertname: 'A' }))
    expect(key({ alertname: 'A', b: '1' })).not.toBe(key({ alertname: 'A', b: '2' }))
  })

  it('with a label called like a method of objects is read like any other', () => {
    const odd = JSON.parse('{"toString":"a","constructor":"b","__proto__":"c"}')
    expect(only<DefectEvent>(interpret([alert({}, odd)])).origin).toMatchObject({
      'label.toString': 'a',
      'label.constructor': 'b',
    })
  })
})

describe('a group of alerts', () => {
  it('mixes firing and resolved, whatever it says of itself', () => {
    const resolved = alert({ status: 'resolved', fingerprint: 'b', endsAt: '2026-03-02T10:04:30Z' })
    const events = eventsOf<DefectEvent>(interpret([alert(), resolved], { status: 'resolved' }))
    expect(events.map(({ key, status }) => [key, status])).toEqual([
      ['ae9e6b39e5f35451', 'open'],
      ['b', 'open'],
      ['b', 'fixed'],
    ])
  })

  it('that was cut short says how many are missing', () => {
    expect(notesOf(interpret([alert()], { truncatedAlerts: 3 }))).toEqual([expect.stringContaining('left 3 alerts')])
    expect(notesOf(interpret([alert()], { truncatedAlerts: 0 }))).toEqual([])
  })

  it('keeps the good ones when one is bad', () => {
    const made = interpret([alert({ status: 'melting' }), alert()])
    expect(only<DefectEvent>(made).at).toBe(startedAt)
    expect(notesOf(made)).toEqual([expect.stringMatching(/^Alert alerts\.0\.status: is "melting"/)])
    expect(problemsOf(interpret([alert({ status: 'melting' })]))).toMatchObject([{ path: 'alerts.0.status' }])
  })

  it('leaves out what tells of alerting itself', () => {
    expect(eventsOf(interpret([alert({}, { alertname: 'Watchdog', severity: 'none' }), alert()]))).toHaveLength(1)
    expect(reasonOf(interpret([alert({}, { severity: 'none' })]))).toContain('severity none')
  })

  it('that is empty, too large or none is told apart', () => {
    expect(reasonOf(interpret([]))).toContain('no alert')
    expect(interpret(Array(1000).fill(alert())).kind).toBe('events')
    expect(problemsOf(interpret(Array(1001).fill(alert())))).toMatchObject([{ path: 'alerts' }])
    expect(problemsOf(interpret(undefined))).toEqual([{ path: 'alerts', message: 'is required' }])
    expect(problemsOf(interpret([7]))).toEqual([{ path: 'alerts.0', message: 'must be an object' }])
  })

  it('is called by its state in the list', () => {
    expect(alertmanager.eventName?.(json(group([], { status: 'resolved' })))).toBe('resolved')
    expect(alertmanager.eventName?.(json('null'))).toBeUndefined()
    expect(alertmanager.eventName?.(json(group([], { status: 'x'.repeat(500) })))).toBeUndefined()
  })
})
