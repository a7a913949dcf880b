import { describe, expect, it } from 'vitest'
import type { DefectEvent, DeploymentEvent, Interpretation, SourceEvent } from '../../src/core/event.ts'
import { azureDevOps } from '../../src/sources/azure-devops/index.ts'

const receivedAt = Date.parse('2026-03-02T10:05:00Z')
const sha = '9f3c2ab41d5e8f7061a2b3c4d5e6f708192a3b4c'

const deliver = (body: unknown) => ({ headers: {}, body: Buffer.from(JSON.stringify(body)), receivedAt })
const interpret = (eventType: string, resource: unknown, createdDate = '2026-03-02T10:04:10.5345098Z') =>
  azureDevOps.interpret(deliver({ id: 'a1', eventType, resource, createdDate }))
function eventsOf(made: Interpretation): readonly SourceEvent[] {
  if (made.kind !== 'events') throw new Error(JSON.stringify(made))
  return made.events
}
const only = <E>(made: Interpretation) => eventsOf(made)[0] as E
const reasonOf = (made: Interpretation): string => (made.kind === 'ignored' ? made.reason : JSON.stringify(made))
const pathOf = (made: Interpretation) => (made.kind === 'unreadable' ? made.problems[0]?.path : JSON.stringify(made))

describe('an Azure DevOps delivery', () => {
  it('is known by the id in its body, unless that is nothing but zeros', () => {
    expect(azureDevOps.deliveryId(deliver({ id: 'c3e52c57-187a-45c4-abe2-184a48291bad' }))).toMatch(/^c3e52c57/)
    expect(azureDevOps.deliveryId(deliver({ id: '00000000-0000-0000-0000-000000000000' }))).toBeUndefined()
    expect(azureDevOps.deliveryId(deliver({ id: { toString: 1 } }))).toBeUndefined()
    expect(azureDevOps.deliveryId(deliver([]))).toBeUndefined()
    expect(azureDevOps.deliveryId(deliver({ id: 'a1', padding: 'x'.repeat(300_000) }))).toBeUndefined()
  })

  it('of another event, or without a word on which, is ignored or unreadable', () => {
    expect(reasonOf(interpret('tfvc.checkin', {}))).toContain('"tfvc.checkin"')
    expect(interpret('__proto__', {}).kind).toBe('ignored')
    expect(pathOf(azureDevOps.interpret(deliver({ resource: {} })))).toBe('eventType')
  })

  it('without what it must have is unreadable, with the paths', () => {
    expect(interpret('ms.vss-release.deployment-completed-event', { environment: { name: 'Dev' } })).toEqual({
      kind: 'unreadable',
      problems: [{ path: 'resource.environment.id', message: 'is required' }],
    })
    expect(pathOf(interpret('workitem.created', undefined))).toBe('resource')
  })
})

describe('a push to Azure Repos', () => {
  const none = '0'.repeat(40)
  const other = 'b'.repeat(40)
  const repository = { name: 'checkout-api', project: { name: 'shop' } }
  const push = (refs: object[], commits: object[] = [{ commitId: sha, comment: 'Fix' }]) =>
    interpret('git.push', { repository, refUpdates: refs, commits, date: '2026-03-02T10:04:00Z' })
  const branch = { name: 'refs/heads/main', oldObjectId: other, newObjectId: sha }

  it('of a new branch follows nothing that is named; without a commit it is nothing', () => {
    const created = { ...branch, oldObjectId: none }
    expect(only(push([created]))).toMatchObject({ type: 'push', before: undefined, after: sha })
    expect(push([created], []).kind).toBe('ignored')
    expect(only(push([branch], []))).toMatchObject({ before: other, after: sha, commits: [] })
  })

  it('of an annotated tag does not take the tag object for a commit', () => {
    const tag = { name: 'refs/tags/v1', oldObjectId: none, newObjectId: other }
    expect(only(push([tag]))).toMatchObject({ type: 'release', version: 'v1', commit: undefined })
  })

  it('of several refs gives none of them the listed commits', () => {
    const events = eventsOf(push([branch, { ...branch, name: 'refs/heads/next' }]))
    expect(events).toMatchObject([{ commits: [] }, { commits: [] }])
  })

  it('of notes or pull requests is nothing, and one without its repository unreadable', () => {
    expect(push([{ ...branch, name: 'refs/pull/1/merge' }]).kind).toBe('ignored')
    expect(pathOf(interpret('git.push', { refUpdates: [] }))).toBe('resource.repository')
  })
})

describe('an Azure stage', () => {
  const run = { id: 4711, name: '4.18.0', finishedDate: '2026-03-02T10:03:00Z' }
  const stage = (more: object, of: object = {}) =>
    interpret('ms.vss-pipelines.stage-state-changed-event', {
      stage: { id: 's1', name: 'Production', state: 'completed', result: 'succeeded', ...more },
      run,
      pipeline: { name: 'checkout-api' },
      ...of,
    })

  it.each([
    [{ state: 'running', result: null }, 'in-progress'],
    [{ state: 'canceling', result: null }, 'in-progress'],
    [{ result: 'succeeded' }, 'succeeded'],
    [{ result: 'partiallySucceeded' }, 'succeeded'],
    [{ result: 'failed' }, 'failed'],
    [{ result: 'canceled' }, 'cancelled'],
  ])('that is %j is %s', (reached, status) => {
    expect(only<DeploymentEvent>(stage(reached))).toMatchObject({ status, key: 'run 4711 stage s1' })
  })

  it.each([{ state: 'notStarted', result: null }, { state: 'waiting' }, { result: 'skipped' }])(
    'that is %j has deployed nothing',
    (reached) => {
      expect(reasonOf(stage(reached))).toContain('nothing was deployed')
    },
  )

  it('in a state nobody knows yet is unreadable, so that it can be replayed when we do', () => {
    expect(pathOf(stage({ result: 'constructor' }))).toBe('resource')
  })

  it('that succeeded in part says so', () => {
    expect(stage({ result: 'partiallySucceeded' })).toMatchObject({ notes: [expect.stringContaining('steps failed')] })
  })

  it('goes by the name that people gave it', () => {
    expect(only<DeploymentEvent>(stage({ name: 'stage_4', displayName: 'Deploy to staging' })).environment).toBe(
      'staging',
    )
    expect(reasonOf(stage({ name: '__default' }))).toContain('"__default" names no environment')
    expect(only<DeploymentEvent>(stage({ name: 'RollbackProd' }))).toMatchObject({ action: 'rollback' })
  })

  it('happened when its event was made, with seven digits of a second, else when the run ended', () => {
    expect(only<DeploymentEvent>(stage({})).at).toBe(Date.parse('2026-03-02T10:04:10.534Z'))
    const made = azureDevOps.interpret(
      deliver({
        eventType: 'ms.vss-pipelines.stage-state-changed-event',
        resource: { stage: { name: 'prod', state: 'completed', result: 'failed' }, run, pipeline: { name: 'a' } },
      }),
    )
    expect(only<DeploymentEvent>(made).at).toBe(Date.parse('2026-03-02T10:03:00Z'))
  })

  it('has the commit of the first repository, or of the run', () => {
    expect(only<DeploymentEvent>(stage({}, { repositories: [{ change: { version: sha } }] })).commit).toBe(sha)
    const resources = { repositories: { self: { version: sha } } }
    expect(only<DeploymentEvent>(stage({}, { run: { ...run, resources } })).commit).toBe(sha)
    expect(pathOf(stage({}, { run: { id: 1 } }))).toBe('resource.run.name')
  })
})

describe('an Azure build', () => {
  const build = (more: object) =>
    interpret('build.complete', {
      id: 4711,
      buildNumber: '4.18.0',
      result: 'succeeded',
      definition: { name: 'checkout-api' },
      ...more,
    })

  it('that succeeded is a release with its commit, in either place', () => {
    expect(only(build({ sourceVersion: sha }))).toMatchObject({ type: 'release', version: '4.18.0', commit: sha })
    expect(only(build({ sourceGetVersion: `LG:refs/heads/main:${sha}` }))).toMatchObject({ commit: sha })
    expect(only(build({ result: undefined, status: 'succeeded' }))).toMatchObject({ type: 'release' })
  })

  it('that failed, or was of a pull request, is none', () => {
    expect(reasonOf(build({ result: 'failed' }))).toContain('did not succeed')
    expect(reasonOf(build({ reason: 'pullRequest' }))).toContain('pull request')
  })

  it.each([
    ['succeeded', 'succeeded'],
    ['failed', 'failed'],
    ['canceled', 'cancelled'],
  ])('of a definition that says it deploys and %s is a deployment that %s', (result, status) => {
    expect(only(build({ result, definition: { name: 'Deploy to production' } }))).toMatchObject({
      type: 'deployment',
      environment: 'production',
      status,
    })
  })
})

describe('a classic Azure release', () => {
  const environment = { id: 77, name: 'Production', status: 'succeeded', release: { id: 42, name: 'Release-42' } }
  const completed = (of: object, more: object = {}) =>
    interpret('ms.vss-release.deployment-completed-event', {
      environment: { ...environment, ...of },
      project: { name: 'Shop' },
      ...more,
    })

  it.each([
    [{}, {}, 'succeeded'],
    [{ status: 'partiallySucceeded' }, {}, 'succeeded'],
    [{ status: 'rejected' }, {}, 'failed'],
    [{ status: 'canceled' }, {}, 'cancelled'],
    [{ status: 'rejected' }, { deployment: { deploymentStatus: 'notDeployed' } }, 'cancelled'],
    [{ status: 'rejected' }, { deployment: { deploymentStatus: 'failed' } }, 'failed'],
    [{ status: undefined }, { deployment: { deploymentStatus: 'succeeded' } }, 'succeeded'],
  ])('with %j %j %s', (of, more, status) => {
    expect(only<DeploymentEvent>(completed(of, more)).status).toBe(status)
  })

  it('in a state nobody knows yet is unreadable', () => {
    expect(pathOf(completed({ status: 'constructor' }))).toBe('resource.environment.status')
  })

  it('begins and ends as one deployment, and deployed again is another', () => {
    const steps = { deploySteps: [{ attempt: 1 }, { attempt: 2 }] }
    const started = interpret('ms.vss-release.deployment-started-event', {
      environment: { ...environment, ...steps, status: 'queued' },
      project: { name: 'Shop' },
    })
    expect(only(started)).toMatchObject({ status: 'in-progress', startedAt: Date.parse('2026-03-02T10:04:10.534Z') })
    expect(only<DeploymentEvent>(completed(steps)).key).toBe(only<DeploymentEvent>(started).key)
    expect(only<DeploymentEvent>(completed({}, { deployment: { attempt: 2 } })).key).toBe(
      only<DeploymentEvent>(started).key,
    )
    expect(only<DeploymentEvent>(completed({})).key).not.toBe(only<DeploymentEvent>(started).key)
  })

  it('is of its definition, or of its project when none is named', () => {
    expect(only<DeploymentEvent>(completed({})).service).toBe('Shop')
    expect(only<DeploymentEvent>(completed({ releaseDefinition: { name: 'checkout-api' } })).service).toBe(
      'checkout-api',
    )
    expect(pathOf(completed({}, { project: null }))).toBe('resource.project.name')
  })

  it('has the commit of its primary artifact', () => {
    const artifact = (id: string, isPrimary: boolean) => ({ isPrimary, definitionReference: { sourceVersion: { id } } })
    const artifacts = [artifact('1d5e8f7061a2b3c4d5e6f708192a3b4c9f3c2ab4', false), artifact(sha, true)]
    expect(only<DeploymentEvent>(completed({}, { release: { name: 'Release-42', artifacts } })).commit).toBe(sha)
  })

  it('is withdrawn when it is abandoned', () => {
    const release = { name: 'Release-42', releaseDefinition: { name: 'checkout-api' } }
    expect(only(interpret('ms.vss-release.release-abandoned-event', { release }))).toMatchObject({ withdrawn: true })
  })
})

describe('an Azure work item', () => {
  const fields = {
    'System.TeamProject': 'Shop',
    'System.WorkItemType': 'Bug',
    'System.State': 'New',
    'System.Title': 'Vouchers are rounded up',
    'System.CreatedDate': '2026-03-02T10:01:00Z',
    'System.ChangedDate': '2026-03-02T10:02:00Z',
  }
  const created = (more: object) => interpret('workitem.created', { id: 5, fields: { ...fields, ...more } })
  const defect = (more: object) => only<DefectEvent>(created(more))

  it('is a defect when it is a bug, or by a tag', () => {
    expect(reasonOf(created({ 'System.WorkItemType': 'User Story' }))).toMatch(/^User Story 5 is not marked/)
    expect(defect({ 'System.WorkItemType': 'Issue', 'System.Tags': 'ui; regression' }).title).toBe(
      fields['System.Title'],
    )
    expect(pathOf(created({ 'System.WorkItemType': undefined }))).toBe('resource.fields.System.WorkItemType')
    expect(pathOf(created({ 'System.Title': null }))).toBe('resource.fields.System.Title')
  })

  it('when it was updated is read from its revision, for its fields hold the changes', () => {
    const made = interpret('workitem.updated', {
      id: 2,
      workItemId: 5,
      fields: { 'System.State': { oldValue: 'New', newValue: 'Active' } },
      revision: { fields: { ...fields, 'System.State': 'Active' } },
    })
    expect(only(made)).toMatchObject({ key: 'work item 5', status: 'in-progress' })
    expect(defect({}).key).toBe('work item 5')
  })

  it.each([
    ['New', undefined, 'open'],
    ['Proposed', undefined, 'open'],
    ['To Do', undefined, 'open'],
    ['Approved', undefined, 'triaged'],
    ['Committed', undefined, 'in-progress'],
    ['Active', 'Regression', 'in-progress'],
    ['Resolved', 'Fixed', 'fixed'],
    ['Resolved', 'Cannot Reproduce', 'wont-fix'],
    ['Closed', 'Fixed and verified', 'verified'],
    ['Closed', 'Duplicate', 'wont-fix'],
    ['Closed', undefined, 'fixed'],
    ['Done', 'Work finished', 'fixed'],
    ['Removed', 'Removed from the backlog', 'wont-fix'],
  ])('that is %s, %s is %s', (state, reason, status) => {
    expect(defect({ 'System.State': state, 'System.Reason': reason }).status).toBe(status)
  })

  it('in a state of the team’s own keeps its state here, and that is said', () => {
    const made = created({ 'System.State': 'constructor' })
    expect(only<DefectEvent>(made).status).toBeUndefined()
    expect(made).toMatchObject({ notes: [expect.stringContaining('"constructor"')] })
  })

  it('that is edited after it was closed does not close again', () => {
    const closed = { 'System.State': 'Closed', 'Microsoft.VSTS.Common.StateChangeDate': '2026-03-02T10:01:30Z' }
    expect(eventsOf(created(closed))[0]).not.toHaveProperty('status')
    expect(eventsOf(created(closed))[1]).toMatchObject({ status: 'fixed', at: Date.parse('2026-03-02T10:01:30Z') })
  })

  it.each([
    [{ 'Microsoft.VSTS.Common.Severity': '1 - Critical' }, 'S1', '1 - Critical'],
    [{ 'Microsoft.VSTS.Common.Severity': '3 - Medium', 'Microsoft.VSTS.Common.Priority': 1 }, 'S3', '3 - Medium'],
    [{ 'Microsoft.VSTS.Common.Severity': 'Awful' }, undefined, 'Awful'],
    [{ 'Microsoft.VSTS.Common.Priority': 1 }, 'S1', 'priority 1'],
    [{ 'Microsoft.VSTS.Common.Priority': 4 }, 'S4', 'priority 4'],
    [{ 'Microsoft.VSTS.Common.Priority': 9, 'System.Tags': 'sev2' }, 'S2', 'sev2'],
  ])('%j has severity %s, in its own words %s', (more, severity, severityWord) => {
    expect(defect(more)).toMatchObject({ severity, severityWord })
  })

  it('names what it was found in and what fixes it, once somebody has filled that in', () => {
    const named = { 'Microsoft.VSTS.Build.FoundIn': '4.18.0', 'Microsoft.VSTS.Build.IntegrationBuild': '4.18.1' }
    expect(defect(named)).toMatchObject({ version: '4.18.0', fixedIn: ['4.18.1'] })
    const empty = { 'Microsoft.VSTS.Build.FoundIn': '<None>', 'Microsoft.VSTS.Build.IntegrationBuild': '' }
    expect(defect(empty)).not.toHaveProperty('fixedIn')
    expect(defect(empty).version).toBeUndefined()
  })

  it('is of its project, or of the service that a tag names; its area is a component', () => {
    expect(defect({ 'System.AreaPath': 'Shop\\Checkout\\Vouchers' })).toMatchObject({
      service: 'Shop',
      components: ['Checkout/Vouchers'],
    })
    expect(defect({ 'System.Tags': 'service: checkout-api', 'System.AreaPath': 'Shop' })).toMatchObject({
      service: 'checkout-api',
    })
  })
})
