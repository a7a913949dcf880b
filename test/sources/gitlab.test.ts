import { describe, expect, it } from 'vitest'
import type { DefectEvent, DeploymentEvent, Interpretation, ReleaseEvent, SourceEvent } from '../../src/core/event.ts'
import { gitlab } from '../../src/sources/gitlab/index.ts'
import { readFixtures } from './conformance.ts'

const receivedAt = Date.parse('2026-03-02T10:05:00Z')
const sha = '9f3c2ab41d5e8f7061a2b3c4d5e6f708192a3b4c'
const project = {
  path_with_namespace: 'acme/shop/checkout-api',
  web_url: 'https://gitlab.example/acme/shop/checkout-api',
}

const interpret = (payload: unknown): Interpretation =>
  gitlab.interpret({
    headers: { 'content-type': 'application/json' },
    body: Buffer.from(JSON.stringify(payload)),
    receivedAt,
  })
function eventsOf(made: Interpretation): readonly SourceEvent[] {
  if (made.kind !== 'events') throw new Error(JSON.stringify(made))
  return made.events
}
const reasonOf = (made: Interpretation): string => (made.kind === 'ignored' ? made.reason : JSON.stringify(made))
const pathOf = (made: Interpretation) => (made.kind === 'unreadable' ? made.problems[0]?.path : JSON.stringify(made))

describe('a GitLab delivery', () => {
  it('is known by its idempotency key, which a retry keeps, and not by the event that set it off', () => {
    const headers = { 'x-gitlab-event-uuid': 'of-the-event', 'x-gitlab-webhook-uuid': 'of-the-hook' }
    const of = (more: Record<string, string>) =>
      gitlab.deliveryId({ headers: { ...headers, ...more }, body: new Uint8Array(), receivedAt })
    expect(of({ 'idempotency-key': 'a', 'webhook-id': 'b' })).toBe('a')
    expect(of({ 'webhook-id': 'b' })).toBe('b')
    expect(of({})).toBeUndefined()
    expect(of({ 'idempotency-key': 'a, b' })).toBeUndefined()
  })

  it('that is signed is not believed for its token, when the signature is wrong', () => {
    const [sample] = readFixtures('gitlab')
    const headers = { 'x-gitlab-token': 'token-1', 'webhook-signature': 'v1,AAAA' }
    expect(sample && gitlab.verify({ ...sample.delivery, headers }, ['token-1'])).toBe(false)
  })

  it('says what it is about in its body, or as a system hook under another name', () => {
    expect(pathOf(interpret({}))).toBe('object_kind')
    expect(pathOf(interpret([]))).toBe('object_kind')
    expect(reasonOf(interpret({ event_name: 'repository_update' }))).toContain('"repository_update"')
    expect(interpret({ object_kind: 'constructor' }).kind).toBe('ignored')
  })

  it('without what it must have is unreadable, with the paths', () => {
    expect(interpret({ object_kind: 'deployment', status: 'success', deployment_id: [], environment: 'x' })).toEqual({
      kind: 'unreadable',
      problems: [
        { path: 'deployment_id', message: 'must be text or a number' },
        { path: 'project', message: 'is required' },
      ],
    })
  })

  it('with a key twice is read by the last one, and that is said', () => {
    const body = Buffer.from(
      `{"object_kind":"tag_push","after":"${sha}","ref":"refs/tags/v1","ref":"refs/tags/v2","project":{"path_with_namespace":"acme/a"}}`,
    )
    expect(gitlab.interpret({ headers: {}, body, receivedAt })).toMatchObject({
      events: [{ version: 'v2' }],
      notes: ['ref is given more than once; the last one was taken.'],
    })
  })
})

describe('a GitLab deployment', () => {
  const deployment = {
    object_kind: 'deployment',
    status: 'success',
    status_changed_at: '2026-03-02 11:04:10 +0100',
    deployment_id: 15,
    deployable_id: 796,
    environment: 'production',
    project,
    ref: 'main',
    short_sha: sha.slice(0, 8),
    commit_url: `${project.web_url}/-/commit/${sha}`,
  }
  const of = (changes: object) => eventsOf(interpret({ ...deployment, ...changes }))[0] as DeploymentEvent

  it.each([
    ['created', 'pending'],
    ['blocked', 'pending'],
    ['approved', 'pending'],
    ['running', 'in-progress'],
    ['success', 'succeeded'],
    ['failed', 'failed'],
    ['canceled', 'cancelled'],
    ['rejected', 'cancelled'],
    ['skipped', 'cancelled'],
  ])('that is %s is %s', (status, ours) => {
    expect(of({ status }).status).toBe(ours)
  })

  it('in a state nobody knows yet is unreadable, so that it can be replayed when we do', () => {
    expect(pathOf(interpret({ ...deployment, status: 'constructor' }))).toBe('status')
  })

  it('takes the whole commit id from the address, because the other has eight digits', () => {
    expect(of({})).toMatchObject({ commit: sha, at: Date.parse('2026-03-02T10:04:10Z') })
    expect(pathOf(interpret({ ...deployment, commit_url: `${project.web_url}/-/commit/${sha.slice(0, 8)}` }))).toBe(
      'commit_url',
    )
    expect(of({ commit_url: null, ref: 'v4.18.0' })).toMatchObject({ version: 'v4.18.0', commit: undefined })
  })

  it('without a job is known by its own id', () => {
    expect(of({ deployable_id: null, deployable_url: null }).key).toBe('deployment 15')
  })

  it.each(['production', 'staging', 'testing', 'development', 'other'] as const)('may be of tier %s', (tier) => {
    expect(of({ environment_tier: tier }).tier).toBe(tier)
  })

  it('of an unknown tier goes by its name', () => {
    expect(of({ environment_tier: 'constructor' }).tier).toBeUndefined()
  })

  it('into an environment without a name is unreadable', () => {
    expect(pathOf(interpret({ ...deployment, environment: ' ' }))).toBe('environment')
  })
})

describe('a GitLab pipeline', () => {
  const job = {
    id: 796,
    status: 'success',
    started_at: '2026-03-02 10:02:00 UTC',
    finished_at: '2026-03-02 10:04:10 UTC',
  }
  const attributes = { ref: 'main', tag: false, sha, finished_at: '2026-03-02 10:04:20 UTC' }
  const pipeline = (of: object, more: object = {}) =>
    interpret({
      object_kind: 'pipeline',
      object_attributes: { ...attributes, ...more },
      project,
      builds: [{ ...job, environment: { name: 'production', action: 'start' }, ...of }],
    })

  it('means by a job the deployment that its own event means', () => {
    const [event] = eventsOf(pipeline({}))
    expect(event).toMatchObject({ key: 'job 796', commit: sha, at: Date.parse('2026-03-02T10:04:10Z') })
  })

  it.each(['created', 'pending', 'manual', 'skipped', 'scheduled', 'constructor'])(
    'whose job is %s has deployed nothing yet',
    (status) => {
      expect(reasonOf(pipeline({ status, started_at: null, finished_at: null }))).toContain('begun')
    },
  )

  it('whose job was cancelled before it began never deployed', () => {
    expect(pipeline({ status: 'canceled', started_at: null }).kind).toBe('ignored')
    expect(eventsOf(pipeline({ status: 'canceled' }))).toMatchObject([{ status: 'cancelled' }])
  })

  it.each(['prepare', 'verify', 'access'])('whose job only has to %s changes nothing', (action) => {
    expect(pipeline({ environment: { name: 'production', action } }).kind).toBe('ignored')
  })

  it('that stops an environment ends what ran there, once it has', () => {
    const environment = { name: 'review/vouchers', action: 'stop' }
    expect(eventsOf(pipeline({ environment }))).toMatchObject([{ action: 'remove', environment: 'review/vouchers' }])
    expect(pipeline({ environment, status: 'failed' }).kind).toBe('ignored')
  })

  it('of a tag has its version, whatever it is called', () => {
    expect(eventsOf(pipeline({}, { ref: 'spring', tag: true }))).toMatchObject([{ version: 'spring' }])
    expect(eventsOf(pipeline({}, { ref: 'spring' }))).toMatchObject([{ version: undefined }])
  })

  it('takes its own end for a job that gives none', () => {
    expect(eventsOf(pipeline({ finished_at: null }))).toMatchObject([{ at: Date.parse('2026-03-02T10:04:20Z') }])
  })
})

describe('a GitLab release', () => {
  const release = (changes: object) =>
    interpret({ object_kind: 'release', action: 'create', tag: 'v4.18.0', project, commit: { id: sha }, ...changes })

  it('is withdrawn when it is deleted, at the time of receipt, for it says none', () => {
    const made = release({ action: 'delete', released_at: '2026-03-01 10:00:00 UTC' })
    expect(eventsOf(made)[0] as ReleaseEvent).toMatchObject({ withdrawn: true, at: receivedAt })
  })

  it('with another action is ignored', () => {
    expect(reasonOf(release({ action: 'archive' }))).toContain('"archive"')
  })

  it('without a tag is unreadable', () => {
    expect(pathOf(release({ tag: '' }))).toBe('tag')
  })
})

describe('a GitLab issue', () => {
  const issue = {
    iid: 23,
    title: 'Vouchers are rounded up',
    type: 'Issue',
    state: 'opened',
    action: 'open',
    created_at: '2026-03-02T10:01:00Z',
    updated_at: '2026-03-02T10:02:00Z',
    labels: [{ title: 'bug' }],
  }
  const of = (changes: object, kind = 'issue') =>
    interpret({ object_kind: kind, object_attributes: { ...issue, ...changes }, project })
  const only = (made: Interpretation) => eventsOf(made)[0] as DefectEvent

  it('is a defect by its type or by a label', () => {
    expect(only(of({ labels: [], type: 'Incident' }, 'work_item')).title).toBe('Vouchers are rounded up')
    expect(reasonOf(of({ labels: [{ title: 'feature' }] }))).toContain('not marked as a defect')
    expect(reasonOf(of({ labels: null, type: 'Task' }, 'work_item'))).toMatch(/^Task #23/)
  })

  it('has its labels beside it or in it', () => {
    const made = interpret({
      object_kind: 'issue',
      object_attributes: { ...issue, labels: undefined },
      labels: [{ title: 'severity::1' }],
      project,
    })
    expect(only(made)).toMatchObject({ severity: 'S1', severityWord: 'severity::1' })
  })

  it.each([
    [{ type: 'Incident', severity: 'high' }, 'S2', 'high'],
    [{ type: 'Incident', severity: 'unknown' }, undefined, undefined],
    [{ type: 'Incident', severity: 'low', labels: [{ title: 'severity::1' }] }, 'S4', 'low'],
    [{ type: 'Incident', severity: 'unknown', labels: [{ title: 'severity::1' }] }, 'S1', 'severity::1'],
    [{ severity: 'unknown', labels: [{ title: 'bug' }, { title: 'priority::critical' }] }, 'S1', 'priority::critical'],
  ])('%j has severity %s, in its own word %s', (changes, severity, word) => {
    expect(only(of(changes))).toMatchObject({ severity, severityWord: word })
  })

  it.each([
    [{ action: 'open' }, 'open'],
    [{ action: 'reopen' }, 'open'],
    [{ action: 'update' }, undefined],
    [{ action: 'update', escalation_status: 'acknowledged' }, 'triaged'],
    [{ action: 'update', escalation_status: 'resolved' }, 'fixed'],
    [{ action: 'close', state: 'closed' }, 'fixed'],
    [{ action: 'close', state: 'closed', duplicated_to_id: 7 }, 'wont-fix'],
    [{ action: 'close', state: 'closed', moved_to_id: 7 }, 'wont-fix'],
  ])('%j is %s', (changes, status) => {
    expect(
      eventsOf(of(changes))
        .map((event) => (event as DefectEvent).status)
        .filter(Boolean),
    ).toEqual(status ? [status] : [])
  })

  it('that is edited after it was closed does not close again', () => {
    const made = of({ action: 'update', state: 'closed', closed_at: '2026-03-02 10:01:30 UTC' })
    expect(eventsOf(made)[0]).not.toHaveProperty('status')
    expect(eventsOf(made)).toMatchObject([
      { at: Date.parse('2026-03-02T10:02:00Z') },
      { at: Date.parse('2026-03-02T10:01:30Z'), status: 'fixed', count: 0 },
    ])
  })

  it('without a number cannot be told from others', () => {
    expect(pathOf(of({ iid: null }))).toBe('object_attributes.iid')
    expect(pathOf(of({ title: '\u0000' }))).toBe('object_attributes.title')
  })
})
