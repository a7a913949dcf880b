import { describe, expect, it } from 'vitest'
import type { DefectEvent, DeploymentEvent, Interpretation, SourceEvent } from '../../src/core/event.ts'
import { argocd } from '../../src/sources/argocd/index.ts'

const receivedAt = Date.parse('2026-03-02T10:05:00Z')
const sha = '9f3c2ab41d5e8f7061a2b3c4d5e6f708192a3b4c'
const source = { repoURL: 'https://git.example/acme/deploy.git', path: 'checkout-api', targetRevision: 'main' }

interface Parts {
  readonly metadata?: object
  readonly spec?: object
  readonly status?: object
  readonly operation?: object
}
const interpret = ({ metadata, spec, status, operation }: Parts): Interpretation => {
  const app = {
    metadata: { name: 'checkout-api', uid: 'u1', ...metadata },
    spec: { destination: { server: 'https://kubernetes.default.svc', namespace: 'shop' }, source, ...spec },
    status: {
      health: { status: 'Healthy', lastTransitionTime: '2026-03-02T10:04:40Z' },
      operationState: {
        phase: 'Succeeded',
        startedAt: '2026-03-02T10:02:00Z',
        finishedAt: '2026-03-02T10:04:10Z',
        syncResult: { revision: sha },
        ...operation,
      },
      ...status,
    },
  }
  return argocd.interpret({ headers: {}, body: Buffer.from(JSON.stringify({ app })), receivedAt })
}
function eventsOf(made: Interpretation): readonly SourceEvent[] {
  if (made.kind !== 'events') throw new Error(JSON.stringify(made))
  return made.events
}
const only = <E = DeploymentEvent>(made: Interpretation) => eventsOf(made)[0] as E
const pathOf = (made: Interpretation) => (made.kind === 'unreadable' ? made.problems[0]?.path : JSON.stringify(made))
const images = (...list: string[]) => ({
  summary: { images: list },
  health: { status: 'Healthy', lastTransitionTime: '2026-03-02T10:04:40Z' },
})

describe('a sync of an Argo CD application', () => {
  it.each([
    ['Running', 'in-progress'],
    ['Terminating', 'in-progress'],
    ['Succeeded', 'succeeded'],
    ['Failed', 'failed'],
    ['Error', 'failed'],
  ])('that is %s is %s, and the same in all its states', (phase, status) => {
    expect(only(interpret({ operation: { phase } }))).toMatchObject({ status, key: 'u1 2026-03-02T10:02:00Z' })
  })

  it('in a phase nobody knows yet is unreadable, so that it can be replayed when we do', () => {
    expect(pathOf(interpret({ operation: { phase: 'constructor' } }))).toBe('app.status.operationState.phase')
  })

  it('that names nothing it brought is unreadable', () => {
    expect(pathOf(interpret({ operation: { syncResult: null } }))).toBe('app.status.operationState.syncResult')
  })

  it('whose end is not set, as Go writes it, ends when it was received', () => {
    const made = interpret({ operation: { finishedAt: '0001-01-01T00:00:00Z' } })
    expect(only(made).at).toBe(receivedAt)
    expect(made).toMatchObject({ notes: [] })
  })

  it('of several sources has the version of the chart, and no commit of mere values', () => {
    const sources = [
      { ref: 'values', repoURL: 'https://git.example/acme/deploy', targetRevision: 'HEAD' },
      { chart: 'checkout-api', repoURL: 'registry.example/charts', targetRevision: '4.18.*' },
    ]
    const operation = { syncResult: { revision: '', revisions: [sha, '4.18.0'], source: { repoURL: '' }, sources } }
    expect(only(interpret({ operation }))).toMatchObject({ version: '4.18.0', commit: undefined })
  })

  it('of several sources has the commit of the first that has manifests', () => {
    const sources = [{ chart: 'redis', repoURL: 'r', targetRevision: '7.2.0' }, source]
    const operation = { syncResult: { revisions: ['7.2.0', sha], sources } }
    expect(only(interpret({ operation }))).toMatchObject({ commit: sha })
  })
})

describe('the version of an Argo CD application', () => {
  it.each([
    [['registry.example:5000/acme/checkout-api:v4.18.0', 'envoy:1.33.0'], 'v4.18.0'],
    [['registry.example/acme/checkout-api:v4.18.0@sha256:0b31', 'envoy:1.33.0'], 'v4.18.0'],
    [['registry.example/acme/web:v4.18.0'], 'v4.18.0'],
    [['registry.example/acme/web:v4.18.0', 'registry.example/acme/job:v4.18.0'], 'v4.18.0'],
    [['registry.example/acme/web:v4.18.0', 'envoy:1.33.0'], undefined],
    [['checkout-api:v4.17.9', 'checkout-api:v4.18.0'], undefined],
    [[], undefined],
  ])('with the images %j is %s', (list, version) => {
    expect(only(interpret({ status: images(...list) })).version).toBe(version)
  })

  it('is not taken from images before they are deployed and healthy', () => {
    const status = { ...images('checkout-api:v4.17.9'), health: { status: 'Progressing' } }
    expect(only(interpret({ status })).version).toBeUndefined()
    expect(only(interpret({ status: images('checkout-api:v4.17.9'), operation: { phase: 'Running' } })).version).toBe(
      undefined,
    )
  })

  it('is the tag that its source follows when nothing else says it', () => {
    expect(only(interpret({ spec: { source: { ...source, targetRevision: 'v4.18.0' } } })).version).toBe('v4.18.0')
    expect(only(interpret({}))).toMatchObject({ version: undefined, commit: sha })
  })
})

describe('the environment of an Argo CD application', () => {
  it.each([
    [{ server: 'https://kubernetes.default.svc', namespace: 'shop' }, undefined, 'shop'],
    [{ name: 'in-cluster', namespace: 'shop' }, undefined, 'shop'],
    [{ name: 'prod-eu', namespace: 'shop' }, undefined, 'prod-eu/shop'],
    [{ server: 'https://prod-eu.example:6443', namespace: 'shop' }, undefined, 'prod-eu.example/shop'],
    [{ name: 'prod-eu', namespace: 'shop' }, { env: 'production' }, 'production'],
    [{ name: 'prod-eu', namespace: 'shop' }, { environment: 'live', env: 'x' }, 'live'],
  ])('at %j with labels %j is %s', (destination, labels, environment) => {
    expect(only(interpret({ metadata: { labels }, spec: { destination } })).environment).toBe(environment)
  })

  it('cannot be known without either', () => {
    expect(pathOf(interpret({ spec: { destination: {} } }))).toBe('app.spec.destination')
  })
})

describe('the health of an Argo CD application', () => {
  const degraded = { status: 'Degraded', lastTransitionTime: '2026-03-02T10:04:45Z' }

  it('that is degraded after a sync that succeeded is a defect, seen once', () => {
    const made = interpret({ status: { health: degraded } })
    expect(eventsOf(made)).toMatchObject([
      { type: 'deployment', status: 'succeeded' },
      { type: 'defect', key: 'degraded u1', title: 'checkout-api is degraded', status: 'open', detection: 'alert' },
    ])
    const [, again] = eventsOf(interpret({ status: { health: degraded } })) as [unknown, DefectEvent]
    const later = { ...degraded, lastTransitionTime: '2026-03-02T10:04:50Z' }
    const [, another] = eventsOf(interpret({ status: { health: later } })) as [unknown, DefectEvent]
    expect(again).toEqual(eventsOf(made)[1])
    expect(another.key).toBe(again.key)
    expect(another.sighting).not.toBe(again.sighting)
  })

  it.each(['Failed', 'Running'])('that is degraded when the sync is %s is a part of that', (phase) => {
    expect(eventsOf(interpret({ status: { health: degraded }, operation: { phase } }))).toHaveLength(1)
  })

  it('that is good again mends only what Argo CD has told of', () => {
    const told = (record: string) =>
      eventsOf(interpret({ metadata: { annotations: { 'notified.notifications.argoproj.io': record } } }))
    expect(told('{"on-health-degraded:[0].6Sz:postflight:":1772445885}')).toMatchObject([
      {},
      { type: 'defect', key: 'degraded u1', status: 'fixed', count: 0 },
    ])
    expect(told('{"v4:on-health-degraded:[0].6Sz:postflight:":1772445885}')).toHaveLength(2)
    for (const record of ['{"on-deployed:[0].6Sz:postflight:":1}', 'not JSON', 'null', '[]'])
      expect(told(record)).toHaveLength(1)
  })
})

it('an application that is being deleted runs no more, whatever else it says', () => {
  const made = interpret({
    metadata: { deletionTimestamp: '2026-03-02T10:04:30Z' },
    status: { health: { status: 'Degraded' } },
  })
  expect(eventsOf(made)).toMatchObject([{ action: 'remove', at: Date.parse('2026-03-02T10:04:30Z') }])
})

it('an application without a sync is ignored, with what is wrong with it', () => {
  const status = { operationState: null, conditions: [{ type: 'InvalidSpecError', message: 'not permitted' }] }
  expect(interpret({ status })).toMatchObject({ kind: 'ignored', reason: expect.stringContaining('not permitted') })
})

it('a notification without an application is unreadable', () => {
  const body = Buffer.from('{"text":"checkout-api was deployed"}')
  expect(pathOf(argocd.interpret({ headers: {}, body, receivedAt }))).toBe('app')
})

describe('a notification of Argo Rollouts', () => {
  const told = (event: string, { metadata, spec, status, timestamp }: Record<string, unknown> = {}) => {
    const rollout = {
      metadata: { name: 'checkout-api', namespace: 'shop', uid: 'u1', ...(metadata as object) },
      spec: {
        strategy: { canary: { steps: [{ setWeight: 20 }, { pause: {} }, { setWeight: 50 }] } },
        template: { spec: { containers: [{ name: 'app', image: 'acme/checkout-api:4.18.0' }] } },
        ...(spec as object),
      },
      status,
    }
    return argocd.interpret({
      headers: {},
      body: Buffer.from(JSON.stringify({ event, rollout, timestamp })),
      receivedAt,
    })
  }

  it.each([
    ['updated', 'in-progress'],
    ['step-completed', 'in-progress'],
    ['paused', 'in-progress'],
    ['completed', 'succeeded'],
    ['aborted', 'failed'],
  ])('of %s is %s', (event, status) => {
    expect(only(told(event))).toMatchObject({ status, service: 'checkout-api', environment: 'shop', version: '4.18.0' })
  })

  it('has the share of the traffic that the steps so far have set, unless the router says otherwise', () => {
    const percent = (status: object) => only(told('paused', { status })).percent
    expect(percent({ currentStepIndex: 1 })).toBe(20)
    expect(percent({ currentStepIndex: 3 })).toBe(50)
    expect(percent({ currentStepIndex: 0 })).toBeUndefined()
    expect(percent({ currentStepIndex: 1, canary: { weights: { canary: { weight: 25 } } } })).toBe(25)
    expect(percent({ currentStepIndex: 1, canary: { weights: { canary: { weight: 0 } } } })).toBeUndefined()
    expect(only(told('completed', { status: { currentStepIndex: 3 } })).percent).toBeUndefined()
  })

  it('is told from others by its revision', () => {
    const annotations = (revision: string) => ({
      metadata: { annotations: { 'rollout.argoproj.io/revision': revision } },
    })
    expect(only(told('paused', annotations('1'))).key).not.toBe(only(told('paused', annotations('2'))).key)
    expect(only(told('paused', annotations('1'))).key).toBe(only(told('completed', annotations('1'))).key)
  })

  it('aborted without a time of sending has that of the abort', () => {
    expect(only(told('aborted', { status: { abortedAt: '2026-03-02T10:04:00Z' } }))).toMatchObject({
      at: Date.parse('2026-03-02T10:04:00Z'),
    })
  })

  it('of another event, without a tag or without a place is unreadable', () => {
    const images = (...list: string[]) => ({
      spec: { template: { spec: { containers: list.map((image) => ({ image })) } } },
    })
    expect(pathOf(told('__proto__'))).toBe('event')
    expect(pathOf(told('paused', images('a:1', 'b:2')))).toBe('rollout.spec.template.spec.containers')
    expect(pathOf(told('paused', images()))).toBe('rollout.spec.template.spec.containers')
    expect(pathOf(told('paused', { metadata: { namespace: null } }))).toBe('rollout.metadata.namespace')
  })
})
