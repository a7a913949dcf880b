import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { DefectEvent } from '../../src/core/event.ts'
import { sentry } from '../../src/sources/sentry/index.ts'
import { json, only, problemsOf, reasonOf, receivedAt } from './deliveries.ts'

const sentAt = receivedAt - 20_000
const hook = (resource: string, action: string, data: object) =>
  json(
    { action, data, installation: { uuid: 'a8e5d37a' } },
    { 'sentry-hook-resource': resource, 'sentry-hook-timestamp': String(sentAt / 1000) },
  )
const interpret = (resource: string, action: string, data: object) => sentry.interpret(hook(resource, action, data))

const issue = (action: string, more: object = {}) =>
  interpret('issue', action, { issue: { id: '7', title: 'Conflict', project: { slug: 'checkout-api' }, ...more } })
const event = (more: object = {}) =>
  interpret('event_alert', 'triggered', { event: { event_id: 'e1', issue_id: 7, title: 'Conflict', ...more } })

describe('a Sentry issue', () => {
  it('is the defect that its events are occurrences of', () => {
    expect(only<DefectEvent>(event()).key).toBe(only<DefectEvent>(issue('created')).key)
  })

  it.each([
    ['created', {}, 'open', 1],
    ['resolved', {}, 'fixed', 0],
    ['unresolved', { substatus: 'regressed' }, 'regressed', 0],
    ['unresolved', { substatus: 'ongoing' }, 'open', 0],
    ['unresolved', {}, 'open', 0],
    ['archived', {}, 'wont-fix', 0],
    ['ignored', {}, 'wont-fix', 0],
  ])('%s with %j is %s', (action, more, status, count) => {
    expect(only<DefectEvent>(issue(action, more))).toMatchObject({ status, count })
  })

  it.each([
    [{ inRelease: 'checkout-api@4.18.1' }, ['4.18.1']],
    [{ inRelease: '4.18.1' }, ['4.18.1']],
    [{ inNextRelease: true }, ['next-release']],
    [{ inCommit: { commit: 'C0FFEE2', repository: 'acme/checkout-api' } }, ['c0ffee2']],
    [{ inCommit: 'c0ffee2' }, ['c0ffee2']],
    [{ inRelease: '', inNextRelease: false }, undefined],
    [{}, undefined],
    [null, undefined],
    ['soon', undefined],
  ])('resolved with %j is fixed in %j', (statusDetails, fixedIn) => {
    expect(only<DefectEvent>(issue('resolved', { statusDetails })).fixedIn).toEqual(fixedIn)
  })

  it('is seen when it was first seen, and changes when Sentry says so', () => {
    const firstSeen = '2026-03-02T09:00:00.391000Z'
    expect(only<DefectEvent>(issue('created', { firstSeen })).occurredAt).toBe(Date.parse('2026-03-02T09:00:00.391Z'))
    const resolved = only<DefectEvent>(issue('resolved', { firstSeen }))
    expect([resolved.at, resolved.occurredAt]).toEqual([sentAt, undefined])
  })

  it.each(['', 'soon', '12', String(receivedAt / 1000 - 7200)])('sent at %j changes on receipt', (stamp) => {
    const delivery = hook('issue', 'resolved', { issue: { id: 7, title: 'Conflict' } })
    const headers = { ...delivery.headers, 'sentry-hook-timestamp': stamp }
    expect(only<DefectEvent>(sentry.interpret({ ...delivery, headers })).at).toBe(receivedAt)
  })

  it.each([
    ['error', 'high', 'S2', 'high'],
    ['error', 'low', 'S4', 'low'],
    ['fatal', 'low', 'S1', 'fatal'],
    ['warning', null, 'S3', 'warning'],
    ['debug', undefined, 'S4', 'debug'],
    ['sample', undefined, undefined, 'sample'],
    [null, null, undefined, undefined],
  ])('of level %j and priority %j is %s by the word %s', (level, priority, severity, severityWord) => {
    expect(only<DefectEvent>(issue('created', { level, priority }))).toMatchObject({ severity, severityWord })
  })

  it('that was only assigned changes nothing', () => {
    expect(reasonOf(issue('assigned'))).toContain('"assigned"')
  })
})

describe('an event of Sentry', () => {
  const frames = (...given: object[]) => ({ exception: { values: [{ stacktrace: { frames: given } }] } })
  const filesOf = (more: object) => only<DefectEvent>(event(more)).files

  it.each([
    [{ release: null }, undefined],
    [{ release: 'checkout-api@4.18.0' }, '4.18.0'],
    [{ release: { version: '4.18.0' } }, '4.18.0'],
    [{ release: null, tags: [['release', '4.18.0']] }, '4.18.0'],
    [{ release: null, tags: [['sentry:release', '4.18.0']] }, '4.18.0'],
    [{ tags: [['version', '4.18.0']] }, '4.18.0'],
  ])('with %j was seen in %j', (more, version) => {
    expect(only<DefectEvent>(event(more)).version).toBe(version)
  })

  it.each([
    [[['environment', 'production']]],
    [[{ key: 'environment', value: 'production' }]],
    [{ environment: 'production' }],
    [[null, 7, ['odd'], { key: 7 }, ['environment', 'production']]],
  ])('with the tags %j was seen in production', (tags) => {
    expect(only<DefectEvent>(event({ tags })).environment).toBe('production')
  })

  it('keeps out of its origin who saw it', () => {
    const tags = [
      ['user', 'ip:203.0.113.7'],
      ['user.email', 'ana@acme.example'],
      ['url', 'https://acme.example/orders/7'],
      ['region', 'eu'],
    ]
    expect(only<DefectEvent>(event({ tags })).origin).toEqual({ 'label.region': 'eu' })
  })

  it('has the files of its own code, the innermost first', () => {
    expect(
      filesOf(
        frames(
          { filename: './src/server.ts', in_app: true },
          { filename: 'node_modules/hono/hono.js', in_app: false },
          { filename: 'app:///src/payments/capture.ts', in_app: true },
        ),
      ),
    ).toEqual(['src/payments/capture.ts', 'src/server.ts'])
  })

  it('has all its files when nobody says which code is its own, and none when none is', () => {
    expect(filesOf(frames({ filename: 'a.py' }, { filename: 'b.py', in_app: null }))).toEqual(['b.py', 'a.py'])
    expect(filesOf(frames({ filename: 'a.py', in_app: false }))).toBeUndefined()
  })

  it('has the files of what was raised at the end before those of its cause', () => {
    const values = ['cause.ts', 'raised.ts'].map((filename) => ({ stacktrace: { frames: [{ filename }] } }))
    expect(filesOf({ exception: { values } })).toEqual(['raised.ts', 'cause.ts'])
  })

  it.each([
    [{ filename: 'Capture.java', module: 'com.acme.pay.Capture$Step' }, 'com/acme/pay/Capture.java'],
    [{ filename: 'Capture.kt' }, 'Capture.kt'],
    [{ filename: 'capture.py', module: 'pay.capture' }, 'capture.py'],
    [{ filename: 'https://cdn.acme.example/js/till.js' }, 'js/till.js'],
    [{ filename: '<anonymous>' }, undefined],
    [{ filename: null, abs_path: '/srv/app/capture.rb' }, '/srv/app/capture.rb'],
    [{}, undefined],
  ])('names the frame %j by %s', (frame, file) => {
    expect(filesOf(frames(frame))?.[0]).toBe(file)
  })

  it('passes over what is no stack', () => {
    expect(filesOf({ exception: 7 })).toBeUndefined()
    expect(filesOf({ exception: { values: [null, { stacktrace: { frames: [null, 7] } }] } })).toBeUndefined()
  })

  it('is one occurrence, however it is sent', () => {
    const error = interpret('error', 'created', { error: { event_id: 'e1', issue_id: '7', title: 'Conflict' } })
    expect(only<DefectEvent>(error).sighting).toBe(only<DefectEvent>(event()).sighting)
  })

  it('without its issue is unreadable, with the path', () => {
    expect(problemsOf(event({ issue_id: null }))).toEqual([{ path: 'data.event.issue_id', message: 'is required' }])
    expect(problemsOf(interpret('error', 'created', {}))).toEqual([{ path: 'data.event', message: 'is required' }])
    expect(problemsOf(interpret('issue', 'created', {}))).toMatchObject([{ path: 'data.issue' }])
  })
})

describe('a metric alert of Sentry', () => {
  const alert = (action: string, more: object = {}, rule: object = {}) =>
    interpret('metric_alert', action, {
      description_title: 'Critical: Too many errors',
      metric_alert: { id: '4', title: 'Sacred Marmot', alert_rule: rule, ...more },
    })

  it('gets worse in one occurrence, and ends', () => {
    const [warning, critical] = ['warning', 'critical'].map((action) => only<DefectEvent>(alert(action)))
    expect(warning).toMatchObject({ severity: 'S3', status: 'open', title: 'Too many errors' })
    expect(critical).toMatchObject({ severity: 'S1', key: warning?.key, sighting: warning?.sighting })
    const over = only<DefectEvent>(alert('resolved', { date_closed: '2026-03-02T10:04:00Z' }))
    expect(over).toMatchObject({ status: 'fixed', at: Date.parse('2026-03-02T10:04:00Z'), count: 0 })
    expect(over.severity).toBeUndefined()
  })

  it('names a service only when it watches one', () => {
    expect(only<DefectEvent>(alert('critical', { projects: ['a'] })).service).toBe('a')
    expect(only<DefectEvent>(alert('critical', { projects: ['a', 'b'] })).service).toBeUndefined()
    expect(only<DefectEvent>(alert('critical', {}, { projects: ['c'], name: 'Rule' }))).toMatchObject({
      service: 'c',
      title: 'Rule',
    })
  })

  it('of another action is ignored', () => {
    expect(reasonOf(alert('open'))).toContain('"open"')
  })
})

describe('other webhooks of Sentry', () => {
  it.each(['installation', 'comment', 'seer', 'constructor'])('of the resource %s are ignored', (resource) => {
    expect(sentry.interpret(hook(resource, 'created', {})).kind).toBe('ignored')
  })

  it('with an empty body are unreadable where it is needed, and not where it is not', () => {
    const empty = (resource: string) => ({ ...hook(resource, 'created', {}), body: new Uint8Array() })
    expect(problemsOf(sentry.interpret(empty('issue')))).toEqual([{ path: '', message: 'the body is empty' }])
    expect(sentry.interpret(empty('installation')).kind).toBe('ignored')
    expect(sentry.eventName?.(empty('issue'))).toBe('issue')
  })

  it('without a resource are of the plugin or unreadable', () => {
    expect(problemsOf(sentry.interpret(json({ hello: 1 })))).toMatchObject([{ path: '' }])
    const plugin = { id: 7, project: 'checkout-api', message: 'Conflict', event: { event_id: 'e1' } }
    expect(only<DefectEvent>(sentry.interpret(json(plugin)))).toMatchObject({ key: '7', service: 'checkout-api' })
    expect(problemsOf(sentry.interpret(json({ ...plugin, event: [] })))).toMatchObject([{ path: 'event' }])
  })

  it('are named by resource and action', () => {
    expect(sentry.eventName?.(hook('issue', 'resolved', {}))).toBe('issue.resolved')
    expect(sentry.eventName?.(json({}))).toBeUndefined()
  })
})

describe('who sends from Sentry', () => {
  const secret = 'the client secret of the integration'
  const plain = json({})
  const signature = createHmac('sha256', secret).update(plain.body).digest('hex')

  it('may leave the plugin unsigned, at an address that is the secret', () => {
    expect(sentry.verify({ ...plain, pathToken: secret }, [secret])).toBe(true)
    expect(sentry.verify({ ...plain, pathToken: 'another' }, [secret])).toBe(false)
    expect(sentry.verify(plain, [secret])).toBe(false)
  })

  it('is judged by the signature alone where Sentry signs', () => {
    const resource = { 'sentry-hook-resource': 'issue' }
    expect(sentry.verify({ ...plain, pathToken: secret, headers: resource }, [secret])).toBe(false)
    const wrong = { ...resource, 'sentry-hook-signature': signature.replace(/^./, 'x') }
    expect(sentry.verify({ ...plain, pathToken: secret, headers: wrong }, [secret])).toBe(false)
    const right = { ...resource, 'sentry-hook-signature': signature }
    expect(sentry.verify({ ...plain, headers: right }, [secret])).toBe(true)
  })

  it('gets an answer within its second', () => {
    expect(sentry.answerWithinMs).toBeLessThan(1000)
  })
})
