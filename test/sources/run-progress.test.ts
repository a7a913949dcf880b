import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readJson } from '../../src/sources/reading/json.ts'
import { type RunProgress, runProgressIn } from '../../src/sources/run-progress.ts'
import { readFixtures } from './fixtures.ts'

const RECEIVED_AT = Date.parse('2026-03-02T10:05:00Z')
const KINDS = ['github', 'gitlab', 'jenkins', 'azure-devops', 'argocd']
const KEY = 'ER-27-1'

type Json = Record<string, unknown>

/** A recorded delivery with something in it changed: `workflow_run.event` is a path. */
function delivered(kind: string, name: string, changes: Json = {}): unknown {
  const fixture = readFixtures(kind).find((one) => one.name === name)
  const read = readJson(fixture?.delivery.body ?? Buffer.alloc(0))
  if (!read.ok) throw new Error(`${kind}/${name}: ${read.problem.message}`)
  for (const [path, value] of Object.entries(changes)) {
    const parts = path.split('.')
    const last = parts.pop() as string
    const parent = parts.reduce((inner, part) => inner[part] as Json, read.value as Json)
    if (value === undefined) delete parent[last]
    else parent[last] = value
  }
  return read.value
}

const stateOf = (kind: string, name: string, changes: Json) =>
  runProgressIn(kind, delivered(kind, name, changes), RECEIVED_AT)?.state

describe('a run of GitHub', () => {
  const ours = {
    'workflow_run.event': 'workflow_dispatch',
    'workflow_run.display_title': `Roll back checkout-api (${KEY})`,
  }

  test('is told by the key in its name', () => {
    expect(runProgressIn('github', delivered('github', 'workflow_run.completed', ours), RECEIVED_AT)).toEqual({
      key: KEY,
      state: 'succeeded',
      ids: ['8812'],
      url: 'https://github.com/acme/checkout-api/actions/runs/8812',
      at: Date.parse('2026-03-02T10:04:20Z'),
    } satisfies RunProgress)
  })

  test.each([
    ['queued', null, 'queued'],
    ['waiting', null, 'queued'],
    ['in_progress', null, 'running'],
    ['completed', 'success', 'succeeded'],
    ['completed', 'failure', 'failed'],
    ['completed', 'timed_out', 'failed'],
    ['completed', 'startup_failure', 'failed'],
    ['completed', 'cancelled', 'cancelled'],
    ['completed', 'action_required', undefined],
    ['completed', 'toString', undefined],
    ['toString', null, undefined],
  ])('%s, %s', (status, conclusion, state) => {
    const changes = { ...ours, 'workflow_run.status': status, 'workflow_run.conclusion': conclusion }
    expect(stateOf('github', 'workflow_run.completed', changes)).toBe(state)
  })

  test('that a push or a pull request started is not ours, whatever its title says', () => {
    for (const event of ['push', 'pull_request', 'issue_comment', 'schedule', null])
      expect(stateOf('github', 'workflow_run.completed', { ...ours, 'workflow_run.event': event })).toBeUndefined()
    const changes = { ...ours, 'workflow_run.event': 'repository_dispatch' }
    expect(stateOf('github', 'workflow_run.completed', changes)).toBe('succeeded')
  })
})

describe('a pipeline of GitLab', () => {
  const variables = [
    { key: 'other', value: 'ER-1-1' },
    { key: 'postflight_key', value: KEY },
  ]
  const ours = { 'object_attributes.source': 'api', 'object_attributes.variables': variables }

  test('is told by its variable', () => {
    expect(runProgressIn('gitlab', delivered('gitlab', 'pipeline.environments', ours), RECEIVED_AT)).toEqual({
      key: KEY,
      state: 'running',
      ids: ['31'],
      url: 'https://gitlab.example/acme/shop/checkout-api/-/pipelines/31',
      at: RECEIVED_AT,
    } satisfies RunProgress)
  })

  test('or by its name', () => {
    const named = { 'object_attributes.source': 'trigger', 'object_attributes.name': `Roll back (${KEY})` }
    expect(stateOf('gitlab', 'pipeline.environments', named)).toBe('running')
    expect(stateOf('gitlab', 'pipeline.environments', { ...named, 'object_attributes.source': 'push' })).toBeUndefined()
    expect(
      stateOf('gitlab', 'pipeline.environments', { ...ours, 'object_attributes.source': 'merge_request_event' }),
    ).toBeUndefined()
  })

  test.each([
    ['created', 'queued'],
    ['pending', 'queued'],
    ['manual', 'queued'],
    ['running', 'running'],
    ['success', 'succeeded'],
    ['failed', 'failed'],
    ['canceled', 'cancelled'],
    ['skipped', 'cancelled'],
    ['constructor', undefined],
  ])('%s', (status, state) => {
    expect(stateOf('gitlab', 'pipeline.environments', { ...ours, 'object_attributes.status': status })).toBe(state)
  })

  test('says when in its own three forms', () => {
    const at = (changes: Json) =>
      runProgressIn('gitlab', delivered('gitlab', 'pipeline.environments', { ...ours, ...changes }), RECEIVED_AT)?.at
    expect(at({ 'object_attributes.status': 'pending' })).toBe(Date.parse('2026-03-02T10:00:00Z'))
    const ended = {
      'object_attributes.status': 'success',
      'object_attributes.finished_at': '2026-03-02 11:04:00 +0100',
    }
    expect(at(ended)).toBe(Date.parse('2026-03-02T10:04:00Z'))
  })
})

describe('a build of Jenkins', () => {
  const ours = { 'build.parameters.postflight_key': KEY }

  test('is told by its parameter', () => {
    expect(runProgressIn('jenkins', delivered('jenkins', 'deploy.started', ours), RECEIVED_AT)).toEqual({
      key: KEY,
      state: 'running',
      ids: ['42', 'queue/812'],
      url: 'https://jenkins.example/job/shop/job/deploy-checkout-api/42/',
      at: 1_772_445_720_000,
    } satisfies RunProgress)
  })

  test.each([
    ['QUEUED', undefined, 'queued'],
    ['STARTED', undefined, 'running'],
    [undefined, undefined, 'running'],
    ['COMPLETED', undefined, 'succeeded'],
    ['COMPLETED', 'SUCCESS', 'succeeded'],
    ['FINALIZED', 'UNSTABLE', 'succeeded'],
    ['FINALIZED', 'FAILURE', 'failed'],
    ['FINALIZED', 'ABORTED', 'cancelled'],
    ['FINALIZED', 'valueOf', undefined],
  ])('%s, %s', (phase, status, state) => {
    expect(stateOf('jenkins', 'deploy.started', { ...ours, 'build.phase': phase, 'build.status': status })).toBe(state)
  })

  test('whose parameter holds more than a key is not ours', () => {
    for (const value of [`${KEY} `, `x ${KEY}`, 27, null, [KEY], { toString: KEY }])
      expect(stateOf('jenkins', 'deploy.started', { 'build.parameters.postflight_key': value })).toBeUndefined()
  })
})

describe('a run of Azure Pipelines', () => {
  test('is told by its name, or by parameters where the event has them', () => {
    const named = { 'resource.run.name': `rollback ${KEY}` }
    expect(runProgressIn('azure-devops', delivered('azure-devops', 'run.deploy.failed', named), RECEIVED_AT)).toEqual({
      key: KEY,
      state: 'failed',
      ids: ['4712'],
      url: 'https://dev.azure.example/acme/shop/_build/results?buildId=4711',
      at: Date.parse('2026-03-02T10:04:00.338Z'),
    } satisfies RunProgress)
    const given = { 'resource.run.templateParameters': { postflight_key: KEY } }
    expect(stateOf('azure-devops', 'run.deploy.failed', given)).toBe('failed')
    expect(stateOf('azure-devops', 'run.deploy.failed', { ...given, 'resource.run.state': 'inProgress' })).toBe(
      'running',
    )
    expect(stateOf('azure-devops', 'run.deploy.failed', { ...given, 'resource.run.result': 'canceled' })).toBe(
      'cancelled',
    )
  })

  test('or of its build', () => {
    const numbered = { 'resource.buildNumber': `rollback ${KEY}` }
    expect(stateOf('azure-devops', 'build.complete', numbered)).toBe('succeeded')
    const older = { ...numbered, 'resource.result': undefined, 'resource.status': 'failed' }
    expect(stateOf('azure-devops', 'build.complete', older)).toBe('failed')
  })
})

describe('an operation of Argo CD', () => {
  const info = [
    { name: 'reason', value: 'x' },
    { name: 'postflight_key', value: KEY },
  ]

  test.each([
    ['Running', 'running'],
    ['Succeeded', 'succeeded'],
    ['Error', 'failed'],
    ['Failed', 'failed'],
    ['Unknown', undefined],
  ])('%s', (phase, state) => {
    const changes = { 'app.status.operationState.operation.info': info, 'app.status.operationState.phase': phase }
    expect(stateOf('argocd', 'running', changes)).toBe(state)
  })
})

test('what carries no key is not about us', () => {
  for (const kind of KINDS)
    for (const { name, delivery } of readFixtures(kind)) {
      const read = readJson(delivery.body)
      expect([kind, name, read.ok ? runProgressIn(kind, read.value, RECEIVED_AT) : undefined]).toEqual([
        kind,
        name,
        undefined,
      ])
    }
  expect(runProgressIn('sentry', { build: { parameters: { postflight_key: KEY } } }, RECEIVED_AT)).toBeUndefined()
  expect(runProgressIn('constructor', {}, RECEIVED_AT)).toBeUndefined()
})

test('any JSON is read without a throw', () => {
  fc.assert(
    fc.property(fc.constantFrom(...KINDS), fc.jsonValue(), (kind, value) => {
      expect(runProgressIn(kind, value, RECEIVED_AT)).toBeUndefined()
    }),
  )
})

test('an address that is none is left out', () => {
  const changes = { 'build.parameters.postflight_key': KEY, 'build.full_url': 'javascript:alert(1)' }
  expect(runProgressIn('jenkins', delivered('jenkins', 'deploy.started', changes), RECEIVED_AT)?.url).toBeUndefined()
})
