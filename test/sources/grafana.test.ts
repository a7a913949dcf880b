import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { DefectEvent } from '../../src/core/event.ts'
import { grafana } from '../../src/sources/grafana/index.ts'
import { eventsOf, json, notesOf, only, problemsOf, reasonOf, receivedAt } from './deliveries.ts'

const alert = (more: object = {}, labels: object = {}) => ({
  status: 'firing',
  labels: { alertname: 'HighErrorRate', service: 'checkout-api', ...labels },
  annotations: {},
  startsAt: '2026-03-02T11:03:03.157076123+01:00',
  endsAt: '0001-01-01T00:00:00Z',
  generatorURL: '?orgId=1',
  fingerprint: 'c6eadffa33fcdf37',
  ...more,
})
const group = (alerts: unknown, more: object = {}) => ({ version: '1', orgId: 1, status: 'firing', alerts, ...more })
const interpret = (alerts: unknown, more: object = {}) => grafana.interpret(json(group(alerts, more)))
const legacy = (more: object = {}) =>
  grafana.interpret(json({ ruleId: 1, ruleName: 'Errors', state: 'alerting', ...more }))

describe('an alert of Grafana', () => {
  it('counts nanoseconds and has a zone of its own', () => {
    expect(only<DefectEvent>(interpret([alert()])).occurredAt).toBe(Date.parse('2026-03-02T10:03:03.157Z'))
  })

  it('that fires again is another occurrence, sent again it is not', () => {
    const [first, again, next] = [alert(), alert(), alert({ startsAt: '2026-03-02T10:04:00Z' })].map(
      (one) => only<DefectEvent>(interpret([one])).sighting,
    )
    expect(again).toBe(first)
    expect(next).not.toBe(first)
  })

  it('mixes with resolved ones, and is cut short', () => {
    const resolved = alert({ status: 'resolved', endsAt: '2026-03-02T10:04:00Z', fingerprint: 'b' })
    const made = interpret([alert(), resolved], { truncatedAlerts: 1 })
    expect(eventsOf<DefectEvent>(made).map(({ status }) => status)).toEqual(['open', 'open', 'fixed'])
    expect(notesOf(made)).toEqual([expect.stringMatching(/^Grafana left 1 alert /)])
  })

  it('whose link leads nowhere is linked with its panel or dashboard', () => {
    expect(only<DefectEvent>(interpret([alert()])).url).toBeUndefined()
    const dashboardURL = 'https://grafana.example/d/1'
    expect(only<DefectEvent>(interpret([alert({ panelURL: '', dashboardURL })])).url).toBe(dashboardURL)
    const panelURL = 'https://grafana.example/d/1?viewPanel=1'
    expect(only<DefectEvent>(interpret([alert({ panelURL, dashboardURL })])).url).toBe(panelURL)
  })

  it.each([
    [{ alertname: 'TestAlert', instance: 'Grafana' }, 'test alert'],
    [{ alertname: 'DatasourceNoData' }, 'DatasourceNoData'],
    [{ alertname: 'DatasourceError' }, 'DatasourceError'],
  ])('labelled %j is ignored', (labels, reason) => {
    expect(reasonOf(interpret([alert({}, labels)]))).toContain(reason)
    expect(eventsOf(interpret([alert({}, labels), alert()]))).toHaveLength(1)
  })

  it('called TestAlert by somebody else is no test', () => {
    expect(only<DefectEvent>(interpret([alert({}, { alertname: 'TestAlert' })])).title).toBe('TestAlert')
  })
})

describe('an alert of a dashboard', () => {
  it('fires and ends by its rule, when it is received', () => {
    const seen = only<DefectEvent>(legacy())
    expect(seen).toMatchObject({ title: 'Errors', status: 'open', at: receivedAt, occurredAt: receivedAt, count: 1 })
    expect(only<DefectEvent>(legacy({ state: 'ok' }))).toEqual({
      type: 'defect',
      key: seen.key,
      status: 'fixed',
      at: receivedAt,
      count: 0,
    })
  })

  it.each(['no_data', 'paused', 'pending', 'unknown'])('that is %s is ignored', (state) => {
    expect(legacy({ state }).kind).toBe('ignored')
  })

  it('says where with its tags, else with those of what matched', () => {
    const evalMatches = [{ value: 7, tags: { service: 'b', version: '1' } }]
    expect(only<DefectEvent>(legacy({ tags: { service: 'a', severity: 'high' }, evalMatches }))).toMatchObject({
      service: 'a',
      version: '1',
      severity: 'S2',
      severityWord: 'high',
    })
  })

  it('of another organisation is another', () => {
    expect(only<DefectEvent>(legacy({ orgId: 2 })).key).not.toBe(only<DefectEvent>(legacy({ orgId: 1 })).key)
  })

  it('looks the same each time it fires, so only groups are known by their bytes', () => {
    expect(grafana.deliveryId(json({ ruleName: 'Errors', state: 'alerting' }))).toBeUndefined()
    expect(grafana.sameBody).toBe('new')
    const id = grafana.deliveryId(json(group([alert()])))
    expect(id).toBe(grafana.deliveryId({ ...json(group([alert()])), receivedAt: 0 }))
    expect(id).not.toBe(grafana.deliveryId(json(group([alert({ fingerprint: 'b' })]))))
  })
})

describe('other bodies', () => {
  it('are unreadable', () => {
    expect(problemsOf(grafana.interpret(json({})))).toEqual([{ path: 'alerts', message: 'is required' }])
    expect(problemsOf(legacy({ state: 7 }))).toEqual([{ path: 'state', message: 'must be text' }])
  })

  it('are called by their state in the list', () => {
    expect(grafana.eventName?.(json(group([])))).toBe('firing')
    expect(grafana.eventName?.(json({ ruleName: 'Errors', state: 'alerting' }))).toBe('alerting')
    expect(grafana.eventName?.(json({ state: 'x y' }))).toBeUndefined()
  })
})

describe('who sends from Grafana', () => {
  const secret = 'a secret of Grafana'
  const delivery = json({})
  const sign = (text: string) => createHmac('sha256', secret).update(text).digest('hex')
  const accepts = (headers: Record<string, string>) => grafana.verify({ ...delivery, headers }, [secret])
  const now = String(receivedAt / 1000)

  it('signs the time with the body, when it is told to', () => {
    const signed = (timestamp: string, text = `${timestamp}:{}`) =>
      accepts({ 'x-grafana-alerting-signature': sign(text), 'x-grafana-alerting-timestamp': timestamp })
    expect(signed(now)).toBe(true)
    expect(signed(now, '{}')).toBe(false)
    expect(signed(String(receivedAt / 1000 - 299))).toBe(true)
    expect(signed(String(receivedAt / 1000 - 301))).toBe(false)
    expect(signed(String(receivedAt / 1000 + 301))).toBe(false)
    expect(signed('soon')).toBe(false)
  })

  it('is not believed with the right token beside a wrong signature', () => {
    const authorization = `Bearer ${secret.replaceAll(' ', '-')}`
    const token = { authorization }
    const withToken = (headers: Record<string, string>) =>
      grafana.verify({ ...delivery, headers }, [secret.replaceAll(' ', '-')])
    expect(withToken(token)).toBe(true)
    expect(withToken({ ...token, 'x-grafana-alerting-signature': 'f'.repeat(64) })).toBe(false)
  })

  it('may have the secret in its address', () => {
    expect(grafana.verify({ ...delivery, pathToken: secret }, [secret])).toBe(true)
    expect(grafana.verify({ ...delivery, pathToken: 'another' }, [secret])).toBe(false)
  })
})
