import { describe, expect, it } from 'vitest'
import type {
  DefectEvent,
  DeploymentEvent,
  Interpretation,
  PushEvent,
  ReleaseEvent,
  SourceEvent,
} from '../../src/core/event.ts'
import { github } from '../../src/sources/github.ts'
import { readFixtures } from './conformance.ts'

const receivedAt = Date.parse('2026-03-02T10:05:00Z')
const sha = '9f3c2ab41d5e8f7061a2b3c4d5e6f708192a3b4c'
const repository = { full_name: 'acme/checkout-api' }

const interpret = (event: string, payload: unknown): Interpretation =>
  github.interpret({
    headers: { 'content-type': 'application/json', 'x-github-event': event },
    body: Buffer.from(JSON.stringify(payload)),
    receivedAt,
  })

function eventsOf(made: Interpretation): readonly SourceEvent[] {
  if (made.kind !== 'events') throw new Error(JSON.stringify(made))
  return made.events
}
const reasonOf = (made: Interpretation): string => (made.kind === 'ignored' ? made.reason : JSON.stringify(made))
const pathOf = (made: Interpretation) => (made.kind === 'unreadable' ? made.problems[0]?.path : JSON.stringify(made))

describe('a GitHub delivery', () => {
  it('is known by its GUID, which a redelivery keeps', () => {
    const [sample] = readFixtures('github')
    expect(sample && github.deliveryId(sample.delivery)).toBe('72d3162e-cc78-11e3-81ab-4c9367dc0001')
  })

  it.each(['', 'a, b', 'x'.repeat(101)])('with the GUID "%s" has none', (guid) => {
    const headers = { 'x-github-delivery': guid }
    expect(github.deliveryId({ headers, body: new Uint8Array(), receivedAt })).toBeUndefined()
  })

  it('of an event that is not read is ignored, its body unseen', () => {
    const made = github.interpret({ headers: { 'x-github-event': 'star' }, body: Buffer.from('not JSON'), receivedAt })
    expect(reasonOf(made)).toContain('"star" events')
  })

  it.each(['constructor', '__proto__'])('of an event called %s is ignored', (event) => {
    expect(interpret(event, {}).kind).toBe('ignored')
  })

  it('without the header that names the event is unreadable', () => {
    expect(github.interpret({ headers: {}, body: Buffer.from('{}'), receivedAt }).kind).toBe('unreadable')
  })

  it('without what it must have is unreadable, with the paths', () => {
    expect(interpret('deployment', { deployment: { id: [] } })).toEqual({
      kind: 'unreadable',
      problems: [
        { path: 'deployment.id', message: 'must be text or a number' },
        { path: 'repository', message: 'is required' },
      ],
    })
    expect(interpret('issues', []).kind).toBe('unreadable')
  })

  it('in a form without a payload is unreadable', () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded', 'x-github-event': 'push' }
    expect(pathOf(github.interpret({ headers, body: Buffer.from('pay=load'), receivedAt }))).toBe('payload')
  })

  it('with a key twice is read by the last one, and that is said', () => {
    const body = Buffer.from(`{"ref":"refs/tags/v1","ref":"refs/tags/v2","repository":{"full_name":"acme/a"}}`)
    const made = github.interpret({ headers: { 'x-github-event': 'push' }, body, receivedAt })
    expect(made).toMatchObject({
      events: [{ version: 'v2' }],
      notes: ['ref is given more than once; the last one was taken.'],
    })
  })
})

describe('a GitHub deployment', () => {
  const deployment = {
    id: 1459887461,
    sha,
    ref: 'main',
    task: 'deploy',
    environment: 'production',
    payload: {},
    created_at: '2026-03-02T10:00:00Z',
    creator: { login: 'ana' },
  }
  const status = { state: 'success', environment: 'production', created_at: '2026-03-02T10:04:00Z' }
  const reached = (changes: object = {}, of: object = {}) =>
    interpret('deployment_status', {
      deployment_status: { ...status, ...changes },
      deployment: { ...deployment, ...of },
      repository,
    })
  const only = (made: Interpretation) => eventsOf(made)[0] as DeploymentEvent

  it.each([
    ['queued', 'pending'],
    ['pending', 'pending'],
    ['waiting', 'pending'],
    ['in_progress', 'in-progress'],
    ['success', 'succeeded'],
    ['failure', 'failed'],
    ['error', 'failed'],
  ])('that is %s is %s', (state, ours) => {
    const event = only(reached({ state }))
    expect(event.status).toBe(ours)
    expect(event.finishedAt).toBe(ours === 'succeeded' || ours === 'failed' ? event.at : undefined)
  })

  it('in a state nobody knows yet is unreadable, so that it can be replayed when we do', () => {
    expect(pathOf(reached({ state: 'constructor' }))).toBe('deployment_status.state')
  })

  it('that became inactive is ignored, for it did not fail', () => {
    expect(reasonOf(reached({ state: 'inactive' }))).toMatch(/inactive.*no failure/)
  })

  it('keeps one key over all its states', () => {
    const created = only(interpret('deployment', { deployment, repository }))
    expect(created.status).toBe('pending')
    expect(only(reached()).key).toBe(created.key)
  })

  it('keeps all digits of an id beyond what a number holds', () => {
    const body = JSON.stringify({ deployment, repository }).replace('1459887461', '90071992547409931')
    const headers = { 'x-github-event': 'deployment' }
    expect(only(github.interpret({ headers, body: Buffer.from(body), receivedAt })).key).toBe('90071992547409931')
  })

  it.each([
    ['v4.18.0', 'v4.18.0'],
    ['4.18.0-rc.1', '4.18.0-rc.1'],
    ['2026.11.22.1', '2026.11.22.1'],
    ['checkout@4.18.0', 'checkout@4.18.0'],
    ['refs/tags/nightly', 'nightly'],
    ['main', undefined],
    ['v4.18', undefined],
    ['release/4.18.0', undefined],
    ['4.18.0 fix', undefined],
    [sha, undefined],
    [null, undefined],
  ])('of the ref %s has version %s', (ref, version) => {
    expect(only(reached({}, { ref })).version).toBe(version)
  })

  it.each<[unknown, string | undefined]>([
    [{ version: '4.18.0' }, '4.18.0'],
    [{ version: 418 }, '418'],
    ['{"version":"4.18.0"}', '4.18.0'],
    ['not JSON', undefined],
    [{ version: null }, undefined],
    [{ version: '' }, undefined],
    ['', undefined],
    [null, undefined],
  ])('with payload %j has version %s', (payload, version) => {
    const event = only(reached({}, { payload }))
    expect(event.version).toBe(version)
    expect(event.commit).toBe(sha)
  })

  it('of a tag goes by the tag, whatever its payload says', () => {
    expect(only(reached({}, { ref: 'v4.18.0', payload: { version: '1' } })).version).toBe('v4.18.0')
  })

  it('takes its environment from the status, else from the deployment', () => {
    expect(only(reached({ environment: 'prod-eu' })).environment).toBe('prod-eu')
    expect(only(reached({ environment: '' })).environment).toBe('production')
    expect(pathOf(reached({ environment: null }, { environment: '' }))).toBe('deployment.environment')
  })

  it.each([
    [{ production_environment: true, transient_environment: true }, 'production'],
    [{ production_environment: false, transient_environment: true }, 'development'],
    [{ production_environment: false, transient_environment: false }, undefined],
    [{ production_environment: null }, undefined],
  ])('with %j is of tier %s', (flags, tier) => {
    expect(only(reached({}, flags)).tier).toBe(tier)
  })

  it.each([
    ['rollback', 'rollback'],
    ['Roll-back:db', 'rollback'],
    ['deploy', 'deploy'],
    ['deploy:rollback-hooks', 'deploy'],
    [null, 'deploy'],
  ])('with task %s is a %s', (task, action) => {
    expect(only(reached({}, { task })).action).toBe(action)
  })

  it('with neither a commit nor a version is unreadable', () => {
    expect(pathOf(reached({}, { sha: 'main' }))).toBe('deployment.sha')
    expect(pathOf(reached({}, { sha: '0'.repeat(40) }))).toBe('deployment.sha')
  })

  it('with an impossible time happened when it was received, and that is said', () => {
    const made = reached({ created_at: '1970-01-01T00:00:00Z' })
    expect(only(made).at).toBe(receivedAt)
    expect(made).toMatchObject({ notes: [expect.stringContaining('deployment_status.created_at cannot be right')] })
  })

  it('links to http and https only', () => {
    expect(only(reached({ log_url: 'javascript:alert(1)', target_url: 'https://ci.example/1' })).url).toBe(
      'https://ci.example/1',
    )
    expect(only(reached({ target_url: 'data:text/html,x' })).url).toBeUndefined()
  })
})

describe('a GitHub release', () => {
  const release = {
    tag_name: 'v4.18.0',
    target_commitish: 'main',
    draft: false,
    prerelease: false,
    created_at: '2026-02-01T00:00:00Z',
    published_at: '2026-03-02T09:55:00Z',
    updated_at: '2026-03-02T10:01:00Z',
  }
  const said = (action: string, changes: object = {}) =>
    interpret('release', { action, release: { ...release, ...changes }, repository })
  const only = (made: Interpretation) => eventsOf(made)[0] as ReleaseEvent

  it('has a commit only when target_commitish is one', () => {
    expect(only(said('published')).commit).toBeUndefined()
    expect(only(said('published', { target_commitish: 'deadbeef' })).commit).toBeUndefined()
    expect(only(said('published', { target_commitish: sha.toUpperCase() })).commit).toBe(sha)
  })

  it('says the same in created, published and released, which one publishing sends together', () => {
    expect(said('created')).toEqual(said('published'))
    expect(said('released')).toEqual(said('published'))
    expect(only(said('published')).at).toBe(Date.parse('2026-03-02T09:55:00Z'))
  })

  it('that was edited says so at the time of the edit', () => {
    expect(only(said('edited')).at).toBe(Date.parse('2026-03-02T10:01:00Z'))
  })

  it.each(['created', 'edited', 'deleted'])('that is a draft and %s is ignored', (action) => {
    expect(reasonOf(said(action, { draft: true }))).toContain('is a draft')
  })

  it.each([
    ['deleted', false],
    ['unpublished', true],
  ])('that was %s is withdrawn from then on', (action, draft) => {
    expect(only(said(action, { draft }))).toMatchObject({ withdrawn: true, at: receivedAt })
  })

  it('marked as a pre-release is one', () => {
    expect(only(said('prereleased', { prerelease: true })).kind).toBe('pre-release')
    expect(only(said('released')).kind).toBeUndefined()
  })

  it('with an action nobody knows is ignored', () => {
    expect(reasonOf(said('pinned'))).toContain('"pinned"')
  })
})

describe('a GitHub push', () => {
  const head = { id: sha, message: 'Retry\n\nonce', timestamp: '2026-03-01T18:20:00+01:00', author: { name: 'Ana' } }
  const push = (changes: object) =>
    interpret('push', {
      ref: 'refs/tags/v4.18.0',
      after: '1'.repeat(40),
      head_commit: head,
      commits: [],
      repository,
      ...changes,
    })
  const only = (made: Interpretation) => eventsOf(made)[0] as ReleaseEvent

  it('of an annotated tag names the commit, not the tag object', () => {
    expect(only(push({})).commit).toBe(sha)
    expect(only(push({ head_commit: null })).commit).toBeUndefined()
  })

  it('happened when GitHub says it was pushed, in Unix seconds, else when the commit was made', () => {
    expect(only(push({ repository: { ...repository, pushed_at: 1772445600 } })).at).toBe(1772445600_000)
    expect(only(push({})).at).toBe(Date.parse('2026-03-01T17:20:00Z'))
    expect(only(push({ repository: { ...repository, pushed_at: 9e12 } })).at).toBe(Date.parse('2026-03-01T17:20:00Z'))
  })

  it('of a tag with slashes has them in the version', () => {
    expect(only(push({ ref: 'refs/tags/checkout/v4.18.0' })).version).toBe('checkout/v4.18.0')
  })

  it('of a tag brings the commits it lists', () => {
    const commits = [head, { ...head, id: 'short' }, { ...head, id: 'a'.repeat(40), timestamp: '1970-01-01T00:00:00Z' }]
    expect(only(push({ commits })).commits).toEqual([
      { sha, message: 'Retry\n\nonce', author: 'Ana', at: Date.parse('2026-03-01T17:20:00Z') },
      { sha: 'a'.repeat(40), message: 'Retry\n\nonce', author: 'Ana' },
    ])
  })

  it('that deletes a tag is ignored', () => {
    expect(reasonOf(push({ deleted: true, after: '0'.repeat(40), head_commit: null }))).toContain('was deleted')
  })

  const branch = (changes: object = {}) =>
    push({ ref: 'refs/heads/main', before: 'b'.repeat(40), after: sha, commits: [head], ...changes })
  const onlyPush = (made: Interpretation) => eventsOf(made)[0] as PushEvent

  it('of a branch says which commits follow what it ended in', () => {
    expect(onlyPush(branch())).toMatchObject({
      type: 'push',
      service: 'acme/checkout-api',
      before: 'b'.repeat(40),
      after: sha,
      commits: [{ sha, message: 'Retry\n\nonce', author: 'Ana' }],
    })
  })

  it.each([
    ['of a new branch', { before: '0'.repeat(40) }],
    ['that was forced', { forced: true }],
    ['without a former end', { before: null }],
  ])('%s follows nothing', (_, changes) => {
    expect(onlyPush(branch(changes))).toMatchObject({ before: undefined, after: sha })
  })

  it('has the files that its commits added, changed and removed', () => {
    const files = { added: ['src/new.ts'], modified: ['src/a.ts', 'src/a.ts'], removed: ['old.ts'] }
    expect(onlyPush(branch({ commits: [{ ...head, ...files }] })).commits[0]?.files).toEqual([
      'src/new.ts',
      'src/a.ts',
      'old.ts',
    ])
  })

  it('remarks on files it left out, on twenty commits at most', () => {
    const commits = Array.from({ length: 30 }, () => ({ ...head, modified: ['x'.repeat(501)] }))
    const made = branch({ commits })
    expect(made.kind === 'events' && made.notes).toHaveLength(20)
    expect(made).toMatchObject({
      notes: expect.arrayContaining(['commits.0.files: 1 left out for being longer than 500 characters.']),
    })
  })

  it('that brings no commit is ignored, unless it says what the branch ended in', () => {
    expect(reasonOf(branch({ before: '0'.repeat(40), commits: [] }))).toMatch(/^A push to main that brings no commit/)
    expect(onlyPush(branch({ commits: [] })).before).toBe('b'.repeat(40))
  })

  it('that deletes a branch is ignored', () => {
    expect(reasonOf(branch({ deleted: true, after: '0'.repeat(40) }))).toContain('main was deleted')
  })

  it('without a commit at its end is unreadable', () => {
    expect(pathOf(branch({ after: 'main' }))).toBe('after')
  })
})

describe('a GitHub issue', () => {
  const issue = {
    number: 412,
    title: 'Capture fails with 409',
    state: 'open',
    labels: [{ name: 'bug' }],
    created_at: '2026-03-02T10:00:00Z',
    updated_at: '2026-03-02T10:02:00Z',
    closed_at: null as string | null,
  }
  const said = (action: string, changes: object = {}) =>
    interpret('issues', { action, issue: { ...issue, ...changes }, repository })
  const only = (made: Interpretation) => eventsOf(made)[0] as DefectEvent
  const createdAt = Date.parse('2026-03-02T10:00:00Z')

  it('of type Bug is a defect without any label', () => {
    expect(only(said('opened', { labels: [], type: { name: 'Bug' } })).title).toBe('Capture fails with 409')
    expect(reasonOf(said('opened', { labels: [], type: { name: 'Feature' } }))).toContain('not marked as a defect')
    expect(reasonOf(said('opened', { labels: null }))).toContain('not marked as a defect')
  })

  it('becomes a defect when it is labelled later, seen when it was opened', () => {
    const event = only(said('labeled', { labels: [{ name: 'sev2' }] }))
    expect(event).toMatchObject({ severity: 'S2', occurredAt: createdAt, at: Date.parse('2026-03-02T10:02:00Z') })
    expect(event.status).toBeUndefined()
  })

  it('is one sighting, whichever and however many of its events come', () => {
    for (const action of ['opened', 'edited', 'labeled', 'reopened'])
      expect(only(said(action))).toMatchObject({ count: 1, sighting: 'opened', occurredAt: createdAt })
    const closed = said('closed', { state: 'closed', closed_at: '2026-03-02T10:02:00Z' })
    expect(only(closed)).toMatchObject({ count: 1, sighting: 'opened', occurredAt: createdAt })
  })

  it.each([
    ['completed', 'fixed'],
    [null, 'fixed'],
    ['not_planned', 'wont-fix'],
    ['duplicate', 'wont-fix'],
  ])('closed as %s is %s', (state_reason, status) => {
    const closed = said('closed', { state: 'closed', state_reason, closed_at: '2026-03-02T10:02:00Z' })
    expect(eventsOf(closed)).toHaveLength(1)
    expect(only(closed)).toMatchObject({ status, at: Date.parse('2026-03-02T10:02:00Z') })
  })

  it('edited after it was closed stays fixed since it was closed', () => {
    const made = said('edited', { state: 'closed', closed_at: '2026-03-02T10:01:00Z' })
    expect(eventsOf(made)).toMatchObject([
      { title: 'Capture fails with 409', at: Date.parse('2026-03-02T10:02:00Z') },
      { status: 'fixed', at: Date.parse('2026-03-02T10:01:00Z'), count: 0 },
    ])
    expect(only(made).status).toBeUndefined()
  })

  it('edited while open says nothing of its state, which people may have changed here', () => {
    expect(only(said('edited')).status).toBeUndefined()
  })

  it('reopened is open from then on', () => {
    expect(only(said('reopened'))).toMatchObject({ status: 'open', at: Date.parse('2026-03-02T10:02:00Z') })
  })

  it.each(['assigned', 'pinned', 'locked', 'milestoned', 'deleted', 'transferred'])(
    'that was %s is ignored',
    (action) => {
      expect(reasonOf(said(action))).toContain(`"${action}"`)
    },
  )

  it('that is a pull request is ignored', () => {
    expect(reasonOf(said('opened', { pull_request: { url: 'https://api.github.com/1' } }))).toContain('pull request')
  })

  it.each([
    ['Root cause: 9F3C2AB41D', '9f3c2ab41d'],
    [`We looked.\nroot cause: ${sha}\n`, sha],
    ['The root cause: 9f3c2ab41d', undefined],
    ['root cause: unknown', undefined],
    [null, undefined],
  ])('with the text %j names the commit %s', (body, commit) => {
    expect(only(said('opened', { body })).commit).toBe(commit)
  })

  it('that names the root cause blames that commit', () => {
    const body = 'Root cause: 9F3C2AB41D'
    expect(only(said('opened', { body })).culpritCommits).toEqual(['9f3c2ab41d'])
    expect(only(said('opened', { body: null })).culpritCommits).toBeUndefined()
  })

  it('is linked with the issues, pull requests and commits of its text', () => {
    const body = `Since #411 and acme/ledger#7, see https://github.com/acme/checkout-api/pull/410. ${sha} ${sha}x`
    expect(only(said('opened', { body })).links).toEqual([
      'acme/checkout-api#411',
      'acme/ledger#7',
      'acme/checkout-api#410',
      `https://github.com/acme/checkout-api/commit/${sha}`,
    ])
    expect(only(said('opened', { body: 'Broken.' })).links).toBeUndefined()
  })

  it('has components from its labels', () => {
    const labels = ['bug', 'component: cart', 'area/receipt/mail', 'module=cart', 'components: x'].map((name) => ({
      name,
    }))
    expect(only(said('opened', { labels })).components).toEqual(['cart', 'receipt/mail'])
    expect(only(said('opened')).components).toBeUndefined()
  })

  it('was noticed by a person', () => {
    expect(only(said('opened')).detection).toBe('issue')
  })

  it('keeps hostile text as text, without control characters', () => {
    const title = '<script>alert(1)</script>\u0000\u001b[31m'
    expect(only(said('opened', { title })).title).toBe('<script>alert(1)</script>[31m')
  })
})

describe('a GitHub workflow run', () => {
  const run = {
    id: 8812,
    run_attempt: 1,
    name: 'Deploy to production',
    event: 'push',
    head_branch: 'main',
    head_sha: sha,
    conclusion: 'success',
    created_at: '2026-03-02T09:58:00Z',
    updated_at: '2026-03-02T10:04:00Z',
    run_started_at: '2026-03-02T10:00:00Z',
  }
  const ran = (changes: object = {}, action = 'completed') =>
    interpret('workflow_run', { action, workflow_run: { ...run, ...changes }, repository })
  const only = (made: Interpretation) => eventsOf(made)[0] as DeploymentEvent

  it.each([
    ['Deploy to production', undefined, undefined, 'production'],
    ['Deploy the API to uat', undefined, undefined, 'uat'],
    ['Release: Staging', undefined, undefined, 'staging'],
    ['Deploy (prod-eu)', undefined, undefined, 'prod-eu'],
    ['Production deploy', undefined, undefined, 'production'],
    ['CD', '.github/workflows/deploy-staging.yml', undefined, 'staging'],
    ['Deploy', undefined, 'Deploy 4.18.0 to production', 'production'],
  ])('named "%s" at %s with title %s is a deployment into %s', (name, path, display_title, environment) => {
    expect(only(ran({ name, path, display_title })).environment).toBe(environment)
  })

  it.each([
    ['CI', undefined, undefined, 'does not call itself a deployment'],
    ['Build, test and deploy', undefined, undefined, 'names no environment'],
    ['Deploy and test', undefined, undefined, 'names no environment'],
    ['Release', undefined, 'Fix production crash', 'names no environment'],
    ['Release', undefined, 'Document how to test', 'names no environment'],
    ['Deploy to producers', undefined, undefined, 'names no environment'],
    ['CI', undefined, 'Deploy to production', 'does not call itself a deployment'],
  ])('named "%s" at %s with title %s is ignored: it %s', (name, path, display_title, reason) => {
    expect(reasonOf(ran({ name, path, display_title }))).toContain(reason)
  })

  it('for a pull request is ignored', () => {
    expect(reasonOf(ran({ event: 'pull_request' }))).toContain('pull request')
  })

  it.each([
    ['requested', null, 'pending'],
    ['in_progress', null, 'in-progress'],
    ['completed', 'success', 'succeeded'],
    ['completed', 'failure', 'failed'],
    ['completed', 'timed_out', 'failed'],
    ['completed', 'cancelled', 'cancelled'],
    ['completed', 'skipped', 'cancelled'],
  ])('%s with conclusion %s is %s', (action, conclusion, status) => {
    expect(only(ran({ conclusion }, action)).status).toBe(status)
  })

  it('keeps its key while it runs, and has another when it is run again', () => {
    const key = only(ran({}, 'requested')).key
    expect(only(ran()).key).toBe(key)
    expect(only(ran({ run_attempt: 2 })).key).not.toBe(key)
  })

  it('called a rollback is one', () => {
    expect(only(ran({ name: 'Rollback production' })).action).toBe('rollback')
  })
})
