import { describe, expect, it } from 'vitest'
import type { DeploymentEvent, Interpretation } from '../../src/core/event.ts'
import { jenkins } from '../../src/sources/jenkins/index.ts'
import { repositoryPath } from '../../src/sources/jenkins/repository-path.ts'

const receivedAt = Date.parse('2026-03-02T10:05:00Z')
const sha = '9f3c2ab41d5e8f7061a2b3c4d5e6f708192a3b4c'
const build = { number: 42, phase: 'COMPLETED', status: 'SUCCESS', timestamp: 1772445850000, scm: { commit: sha } }

const of = (changes: object, job: object = {}): Interpretation =>
  jenkins.interpret({
    headers: {},
    body: Buffer.from(JSON.stringify({ name: 'Deploy to production', ...job, build: { ...build, ...changes } })),
    receivedAt,
  })
function only(made: Interpretation): DeploymentEvent {
  if (made.kind !== 'events') throw new Error(JSON.stringify(made))
  return made.events[0] as DeploymentEvent
}
const reasonOf = (made: Interpretation): string => (made.kind === 'ignored' ? made.reason : JSON.stringify(made))
const pathOf = (made: Interpretation) => (made.kind === 'unreadable' ? made.problems[0]?.path : JSON.stringify(made))

describe('a Jenkins build', () => {
  it.each([
    ['QUEUED', undefined, 'pending'],
    ['STARTED', undefined, 'in-progress'],
    ['COMPLETED', 'SUCCESS', 'succeeded'],
    ['FINALIZED', 'SUCCESS', 'succeeded'],
    ['COMPLETED', 'UNSTABLE', 'succeeded'],
    ['COMPLETED', 'FAILURE', 'failed'],
    ['FINALIZED', 'ABORTED', 'cancelled'],
    ['FINALIZED', 'NOT_BUILT', 'cancelled'],
    ['FINALIZED', undefined, 'succeeded'],
    ['NONE', undefined, 'in-progress'],
    [undefined, 'FAILURE', 'failed'],
  ])('in phase %s with %s is %s', (phase, status, ours) => {
    expect(only(of({ phase, status })).status).toBe(ours)
  })

  it('with a result nobody knows yet is unreadable, so that it can be replayed when we do', () => {
    expect(pathOf(of({ status: 'constructor' }))).toBe('build.status')
  })

  it('that is unstable deployed all the same, and that is said', () => {
    expect(of({ status: 'UNSTABLE' })).toMatchObject({ notes: [expect.stringContaining('unstable')] })
  })

  it('is one deployment in all its phases, and another in another environment', () => {
    const address = { full_url: 'https://jenkins.example/job/a/42/' }
    const key = only(of(address)).key
    expect(only(of({ ...address, phase: 'STARTED' })).key).toBe(key)
    expect(only(of({ ...address, notes: 'environment=staging' })).key).not.toBe(key)
    expect(only(of({})).key).toBe('Deploy to production 42 production')
  })

  it('has its time in milliseconds, or as a date, and began before it was over', () => {
    expect(only(of({ duration: 130_000 }))).toMatchObject({ at: 1772445850000, startedAt: 1772445720000 })
    expect(only(of({ timestamp: '2026-03-02T10:04:10.0+00:00' })).at).toBe(1772445850000)
    expect(only(of({ timestamp: 0, phase: 'QUEUED' })).at).toBe(receivedAt)
    expect(only(of({ phase: 'FINALIZED', duration: 130_000 })).startedAt).toBeUndefined()
  })
})

describe('where a Jenkins build deploys', () => {
  it('is in the name of its job', () => {
    expect(only(of({})).environment).toBe('production')
    expect(only(of({}, { url: 'job/shop/job/deploy-prod-eu/', name: 'x' })).environment).toBe('prod-eu')
  })

  it.each(['ENVIRONMENT', 'env', 'DEPLOY_ENV', 'Target_Environment', 'DEPLOY_TO'])(
    'is in the parameter %s of a job that says that it deploys',
    (name) => {
      expect(only(of({ parameters: { [name]: 'uat' } }, { name: 'deploy-checkout' })).environment).toBe('uat')
      expect(reasonOf(of({ parameters: { [name]: 'uat' } }, { name: 'e2e' }))).toContain('"e2e" does not say')
    },
  )

  it('is in the notes of any job', () => {
    expect(only(of({ notes: 'environment=production version=4.18.0' }, { name: 'main' }))).toMatchObject({
      environment: 'production',
      version: '4.18.0',
    })
    expect(only(of({ notes: 'environment="prod eu"; service=acme/api' }, { name: 'main' }))).toMatchObject({
      environment: 'prod eu',
      service: 'acme/api',
    })
  })

  it('is not a parameter that is no text', () => {
    expect(only(of({ parameters: { ENVIRONMENT: { toString: 1 } } })).environment).toBe('production')
  })
})

describe('what a Jenkins build deploys', () => {
  it.each<[object, string | undefined]>([
    [{ parameters: { VERSION: '4.18.0', TAG: 'x' } }, '4.18.0'],
    [{ parameters: { image_tag: 'v4.18.0' } }, 'v4.18.0'],
    [{ notes: 'version=4.18.1', parameters: { VERSION: '4.18.0' } }, '4.18.1'],
    [{ scm: { branch: 'origin/v4.18.0', commit: sha } }, 'v4.18.0'],
    [{ scm: { branch: 'tags/spring', commit: sha } }, 'spring'],
    [{ scm: { branch: 'origin/main', commit: sha } }, undefined],
    [{ parameters: { VERSION: '' } }, undefined],
  ])('%j is %s', (changes, version) => {
    expect(only(of(changes)).version).toBe(version)
  })

  it('must be a version or a full commit id', () => {
    expect(only(of({})).commit).toBe(sha)
    expect(only(of({ scm: { commit: '' }, parameters: { GIT_COMMIT: sha } })).commit).toBe(sha)
    expect(pathOf(of({ scm: { commit: 'main' } }))).toBe('build.scm.commit')
  })

  it('is of the service that it names, of its repository, or of its job', () => {
    const scm = { url: 'git@github.com:acme/checkout-api.git', commit: sha }
    expect(only(of({ scm, parameters: { SERVICE: 'ledger' } })).service).toBe('ledger')
    expect(only(of({ scm })).service).toBe('acme/checkout-api')
    expect(only(of({}, { url: 'job/shop/job/Deploy%20to%20uat/' })).service).toBe('shop/Deploy to uat')
  })

  it('changed the files that it lists', () => {
    expect(only(of({ scm: { commit: sha, changes: ['./a.ts', 'b.ts', 'a.ts'] } })).files).toEqual(['a.ts', 'b.ts'])
  })
})

it.each([
  ['https://github.com/acme/checkout-api.git', 'acme/checkout-api'],
  ['https://user@gitlab.example/acme/shop/checkout-api', 'acme/shop/checkout-api'],
  ['git@github.com:acme/checkout-api.git', 'acme/checkout-api'],
  ['ssh://git@bitbucket.example:7999/SHOP/checkout-api.git', 'SHOP/checkout-api'],
  ['https://bitbucket.example/scm/SHOP/checkout-api.git/', 'SHOP/checkout-api'],
  ['/var/git/checkout-api', undefined],
  ['checkout-api', undefined],
  ['', undefined],
  [null, undefined],
])('the remote %s is of %s', (remote, path) => {
  expect(repositoryPath(remote)).toBe(path)
})
