import { CloudEvent, HTTP, type Message } from 'cloudevents'
import { describe, expect, it } from 'vitest'
import type { DefectEvent, DeploymentEvent, Interpretation } from '../../src/core/event.ts'
import { cdevents } from '../../src/sources/cdevents/index.ts'
import type { RawDelivery } from '../../src/sources/source.ts'
import { readFixtures } from './conformance.ts'

const receivedAt = Date.parse('2026-03-02T10:05:00Z')

const event = (predicate: string, subject: object, more: { context?: object; customData?: unknown } = {}) => ({
  context: {
    specversion: '0.5.0',
    id: 'e1',
    source: '/ci/acme',
    type: `dev.cdevents.${predicate}.0.3.0`,
    timestamp: '2026-03-02T10:04:00Z',
    ...more.context,
  },
  subject: { id: 'checkout-api', ...subject },
  ...(more.customData !== undefined && { customData: more.customData }),
})

const delivery = (body: unknown, headers: Record<string, string> = {}): RawDelivery => ({
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(JSON.stringify(body)),
  receivedAt,
})
const interpret = (body: unknown, headers?: Record<string, string>) => cdevents.interpret(delivery(body, headers))

function only<E>(made: Interpretation): E {
  if (made.kind !== 'events' || made.events.length !== 1) throw new Error(JSON.stringify(made))
  return made.events[0] as E
}
const reasonOf = (made: Interpretation): string => (made.kind === 'ignored' ? made.reason : JSON.stringify(made))
const problemsOf = (made: Interpretation) => (made.kind === 'unreadable' ? made.problems : JSON.stringify(made))

const production = { environment: { id: 'production' } }
const deployed = event('service.deployed', { content: { ...production, artifactId: 'pkg:oci/app@4.18.0' } })

describe('CDEvents as the CloudEvents client sends them', () => {
  const cloudEvent = (data: typeof deployed) =>
    new CloudEvent({
      id: data.context.id,
      source: data.context.source,
      type: data.context.type,
      time: data.context.timestamp,
      data,
    })
  const sent = (message: Message): RawDelivery => ({
    headers: message.headers as Record<string, string>,
    body: Buffer.from(message.body as string),
    receivedAt,
  })
  const ways = {
    binary: sent(HTTP.binary(cloudEvent(deployed))),
    structured: sent(HTTP.structured(cloudEvent(deployed))),
  }

  it.each(Object.entries(ways))('in %s mode mean the same as sent bare', (_, way) => {
    const mediaType = way.headers['content-type']?.split(';')[0]
    expect(cdevents.contentTypes).toContain(mediaType)
    expect(cdevents.interpret(way)).toEqual(interpret(deployed))
    expect(cdevents.deliveryId(way)).toBe(cdevents.deliveryId(delivery(deployed)))
  })

  it('in a batch mean what they mean one by one', () => {
    const other = event('service.deployed', {
      id: 'search',
      content: { ...production, artifactId: 'pkg:oci/search@2' },
    })
    const batch = delivery([cloudEvent(deployed), cloudEvent(other)], {
      'content-type': 'application/cloudevents-batch+json',
    })
    expect(cdevents.interpret(batch)).toMatchObject({ events: [only(interpret(deployed)), only(interpret(other))] })
  })

  it('as base64 or as text within JSON are read too', () => {
    const { data, ...attributes } = cloudEvent(deployed).toJSON() as { data: unknown }
    const base64 = { ...attributes, data_base64: Buffer.from(JSON.stringify(data)).toString('base64') }
    expect(interpret(base64)).toEqual(interpret(deployed))
    expect(interpret({ ...attributes, data: JSON.stringify(data) })).toEqual(interpret(deployed))
    expect(problemsOf(interpret({ ...attributes, data: '{' }))).toMatchObject([{ path: 'data' }])
  })
})

describe('the id of a CDEvents delivery', () => {
  const idOf = (body: unknown, headers?: Record<string, string>) => cdevents.deliveryId(delivery(body, headers))

  it('is told apart by source and by id', () => {
    const ids = [{}, { id: 'e2' }, { source: '/ci/other' }].map((context) =>
      idOf(event('service.deployed', {}, { context })),
    )
    expect(new Set(ids).size).toBe(3)
    expect(ids).not.toContain(undefined)
  })

  it('is told apart by type, as in the examples of the specification, which share one id', () => {
    expect(idOf(event('incident.detected', {}))).not.toBe(idOf(event('incident.resolved', {})))
  })

  it('in binary mode needs no look at the body', () => {
    const headers = { 'ce-type': 'dev.cdevents.service.deployed.0.3.0', 'ce-source': '/ci', 'ce-id': '1' }
    expect(cdevents.deliveryId({ headers, body: Buffer.from('not JSON'), receivedAt })).toContain('/ci')
  })

  it('is left to the body for a batch, an event without one, and a body too large to read at the door', () => {
    expect(idOf([deployed])).toBeUndefined()
    expect(idOf(event('service.deployed', {}, { context: { id: '' } }))).toBeUndefined()
    expect(idOf({ context: null })).toBeUndefined()
    expect(idOf(event('service.deployed', { content: { padding: 'x'.repeat(300_000) } }))).toBeUndefined()
    expect(idOf(event('service.deployed', {}, { context: { id: 'x'.repeat(600) } }))).toBeUndefined()
  })
})

describe('a CDEvents service event', () => {
  it.each([
    ['service.deployed', 'deploy'],
    ['service.upgraded', 'deploy'],
    ['service.rolledback', 'rollback'],
    ['service.removed', 'remove'],
  ])('%s is a %s that succeeded', (predicate, action) => {
    const content = { ...production, artifactId: 'pkg:oci/app@4.18.0' }
    expect(only<DeploymentEvent>(interpret(event(predicate, { content })))).toMatchObject({
      action,
      status: 'succeeded',
      service: 'checkout-api',
      version: '4.18.0',
      at: Date.parse('2026-03-02T10:04:00Z'),
    })
  })

  it.each(['0.1.1', '0.2.0', '0.3.0', '0.4.0-draft', '1.0.0'])('is read in version %s of its type', (version) => {
    const context = { type: `dev.cdevents.service.deployed.${version}`, specversion: undefined, version: '0.3.0' }
    const body = event('service.deployed', { type: 'service', content: deployed.subject }, { context })
    body.subject = deployed.subject
    expect(only<DeploymentEvent>(interpret(body)).version).toBe('4.18.0')
  })

  it('is a deployment of its own each time, even of an artifact deployed before', () => {
    const again = { ...deployed, context: { ...deployed.context, id: 'e2' } }
    expect(only<DeploymentEvent>(interpret(again)).key).not.toBe(only<DeploymentEvent>(interpret(deployed)).key)
  })

  it('says with customData.version what people call a digest', () => {
    const content = { ...production, artifactId: 'pkg:oci/app@sha256%3A0b31' }
    expect(only<DeploymentEvent>(interpret(event('service.deployed', { content }))).version).toBe('sha256:0b31')
    const named = event('service.deployed', { content }, { customData: { version: '4.18.0' } })
    expect(only<DeploymentEvent>(interpret(named)).version).toBe('4.18.0')
  })

  it('of a version that is a commit names the commit', () => {
    const sha = '9f3c2ab41d5e8f7061a2b3c4d5e6f708192a3b4c'
    const content = { ...production, artifactId: `pkg:github/acme/app@${sha}` }
    expect(only<DeploymentEvent>(interpret(event('service.deployed', { content }))).commit).toBe(sha)
  })

  it.each([
    ['environment', { artifactId: 'pkg:oci/app@1' }, 'subject.content.environment.id'],
    ['artifact', production, 'subject.content.artifactId'],
    ['version in its artifact', { ...production, artifactId: 'pkg:oci/app' }, 'subject.content.artifactId'],
    ['content', undefined, 'subject.content.environment.id'],
  ])('without %s is unreadable', (_, content, path) => {
    expect(problemsOf(interpret(event('service.deployed', { content })))).toMatchObject([{ path }])
  })

  it('that removes a service needs no artifact', () => {
    const removed = only<DeploymentEvent>(interpret(event('service.removed', { content: production })))
    expect(removed).toMatchObject({ action: 'remove', environment: 'production' })
    expect(removed.version).toBeUndefined()
  })

  it('takes the time of the envelope when its own cannot be believed, then that of receipt', () => {
    const wrong = event('service.deployed', deployed.subject, { context: { timestamp: '2026-03-02 10:04' } })
    const headers = { 'ce-type': wrong.context.type, 'ce-time': '2026-03-02T10:03:00Z' }
    expect(only<DeploymentEvent>(interpret(wrong, headers)).at).toBe(Date.parse('2026-03-02T10:03:00Z'))
    const made = interpret(wrong)
    expect(only<DeploymentEvent>(made).at).toBe(receivedAt)
    expect(made).toMatchObject({ notes: [expect.stringContaining('context.timestamp')] })
  })
})

describe('a CDEvents incident', () => {
  const content = { description: 'p95 above 100 ms', service: { id: 'checkout-api' }, ...production }
  const incident = (predicate: string, more: object = {}, customData?: unknown) =>
    only<DefectEvent>(
      interpret(event(predicate, { id: 'incident-1', content: { ...content, ...more } }, { customData })),
    )

  it('is one defect, detected, reported and resolved', () => {
    const keys = ['incident.detected', 'incident.reported', 'incident.resolved'].map((name) => incident(name).key)
    expect(new Set(keys).size).toBe(1)
    expect(incident('incident.reported', { ticketURI: 'https://tickets.example/1' }).url).toBe(
      'https://tickets.example/1',
    )
  })

  it('of another monitor with the same id is another', () => {
    const other = event('incident.detected', { id: 'incident-1', source: '/monitoring/b', content })
    expect(only<DefectEvent>(interpret(other)).key).not.toBe(incident('incident.detected').key)
  })

  it('that is resolved keeps its name and blames no other release', () => {
    const resolved = incident('incident.resolved', { description: 'back below', artifactId: 'pkg:oci/app@4.18.1' })
    expect(resolved).toMatchObject({ status: 'fixed', count: 0 })
    expect([resolved.title, resolved.version, resolved.artifact, resolved.occurredAt]).toEqual(Array(4).fill(undefined))
  })

  it('names the release it was seen in by its artifact', () => {
    expect(incident('incident.detected', { artifactId: 'pkg:oci/app@sha256%3A0b31?tag=4.18.0' }).version).toBe('4.18.0')
  })

  it.each([
    [{ severity: 'critical' }, 'S1'],
    [{ priority: 'high' }, 'S2'],
    [{ severity: 'medium', priority: 'critical' }, 'S3'],
    [{ severity: 3 }, undefined],
    ['c2V2MQ==', undefined],
    [undefined, undefined],
  ])('with customData %j is %s', (customData, severity) => {
    expect(incident('incident.detected', {}, customData).severity).toBe(severity)
  })

  it('without a description is named by its id', () => {
    expect(incident('incident.detected', { description: undefined }).title).toBe('Incident incident-1')
  })
})

describe('a CDEvents ticket', () => {
  const ticket = (predicate: string, content: object) => interpret(event(predicate, { id: 'ticket-1', content }))
  const summary = 'Receipts are sent twice'

  it('is a defect by its type or by a label', () => {
    expect(only<DefectEvent>(ticket('ticket.created', { summary, ticketType: 'bug' })).title).toBe(summary)
    expect(only<DefectEvent>(ticket('ticket.created', { summary, ticketType: 'task', labels: ['bug'] })).title).toBe(
      summary,
    )
    expect(reasonOf(ticket('ticket.created', { summary, ticketType: 'task', labels: [] }))).toContain(
      'not marked as a defect',
    )
  })

  it.each([
    ['completed', 'fixed'],
    [undefined, 'fixed'],
    ['withdrawn', 'wont-fix'],
    ['duplicate', 'wont-fix'],
  ])('closed as %s is %s', (resolution, status) => {
    const closed = only<DefectEvent>(ticket('ticket.closed', { ticketType: 'bug', resolution }))
    expect(closed).toMatchObject({ status, count: 0 })
    expect(closed.occurredAt).toBeUndefined()
  })

  it('updated sights nothing and says nothing of its state', () => {
    const updated = only<DefectEvent>(ticket('ticket.updated', { summary, ticketType: 'bug', priority: 'high' }))
    expect(updated).toMatchObject({ count: 0, severity: 'S2' })
    expect([updated.status, updated.occurredAt]).toEqual([undefined, undefined])
  })
})

describe('other CloudEvents', () => {
  it.each([
    'service.published',
    'artifact.packaged',
    'artifact.published',
    'artifact.signed',
    'environment.created',
    'environment.deleted',
    'change.merged',
    'pipelinerun.finished',
    'testsuiterun.finished',
    'build.queued',
    'constructor.prototype',
  ])('of type %s are ignored with the reason', (name) => {
    expect(reasonOf(interpret(event(name, {})))).toContain(name)
  })

  it('of other kinds are ignored by their type, in the header or in the envelope', () => {
    expect(reasonOf(interpret({ any: 1 }, { 'ce-type': 'com.example.thing' }))).toContain('"com.example.thing"')
    expect(reasonOf(interpret({ specversion: '1.0', type: 'com.example.thing' }))).toContain('"com.example.thing"')
  })

  it('with a CDEvent inside an envelope of another type are read by what is inside', () => {
    expect(only<DeploymentEvent>(interpret(deployed, { 'ce-type': 'com.example.relay' })).version).toBe('4.18.0')
  })

  it('without a subject are unreadable, with the path', () => {
    const { context } = deployed
    expect(problemsOf(interpret({ context }))).toEqual([{ path: 'subject', message: 'is required' }])
    expect(problemsOf(interpret({ context, subject: { id: 7 } }))).toEqual([
      { path: 'subject.id', message: 'must be text' },
    ])
  })

  it.each([{}, null, 7, 'text', { context: 7 }, { context: {} }])('that are %j are unreadable', (body) => {
    expect(interpret(body).kind).toBe('unreadable')
  })
})

describe('a batch of CDEvents', () => {
  const bad = event('service.deployed', { content: production })
  const other = event('build.queued', {})

  it('keeps the good ones and remarks on the rest', () => {
    expect(interpret([bad, deployed, other])).toMatchObject({
      events: [{ version: '4.18.0' }],
      notes: [
        expect.stringMatching(/^Event 0\.subject\.content\.artifactId: /),
        expect.stringContaining('build.queued'),
      ],
    })
  })

  it('without a good one is unreadable, or ignored when none was bad', () => {
    expect(problemsOf(interpret([other, bad]))).toMatchObject([{ path: '1.subject.content.artifactId' }])
    expect(reasonOf(interpret([other, other]))).toContain('build.queued')
    expect(reasonOf(interpret([]))).toContain('empty')
  })

  it('of more than a thousand is unreadable', () => {
    expect(interpret(Array(1000).fill(deployed)).kind).toBe('events')
    expect(interpret(Array(1001).fill(deployed)).kind).toBe('unreadable')
  })
})

describe('who sends CDEvents', () => {
  const [sample] = readFixtures('cdevents')

  it('is not believed with the right token beside a wrong signature', () => {
    const headers = { authorization: 'Bearer token-1', 'webhook-signature': 'v1,AAAA' }
    expect(sample && cdevents.verify({ ...sample.delivery, headers }, ['token-1'])).toBe(false)
  })
})
