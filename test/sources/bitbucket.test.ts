import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { DefectEvent, DeploymentEvent, Interpretation, PushEvent, SourceEvent } from '../../src/core/event.ts'
import { bitbucket } from '../../src/sources/bitbucket/index.ts'

const receivedAt = Date.parse('2026-03-02T10:05:00Z')
const sha = '9f3c2ab41d5e8f7061a2b3c4d5e6f708192a3b4c'
const before = '1d5e8f7061a2b3c4d5e6f708192a3b4c9f3c2ab4'
const repository = { full_name: 'acme/checkout-api' }

const interpret = (event: string, payload: unknown): Interpretation =>
  bitbucket.interpret({ headers: { 'x-event-key': event }, body: Buffer.from(JSON.stringify(payload)), receivedAt })
function eventsOf(made: Interpretation): readonly SourceEvent[] {
  if (made.kind !== 'events') throw new Error(JSON.stringify(made))
  return made.events
}
const only = <E>(made: Interpretation) => eventsOf(made)[0] as E
const reasonOf = (made: Interpretation): string => (made.kind === 'ignored' ? made.reason : JSON.stringify(made))
const pathOf = (made: Interpretation) => (made.kind === 'unreadable' ? made.problems[0]?.path : JSON.stringify(made))

describe('a Bitbucket delivery', () => {
  it('is believed for SHA-256 in the header that once had SHA-1, and in no other header', () => {
    const body = Buffer.from('{}')
    const hmac = (method: string) => `${method}=${createHmac(method, 'key').update(body).digest('hex')}`
    const sent = (headers: Record<string, string>) => bitbucket.verify({ headers, body, receivedAt }, ['key'])
    expect(sent({ 'x-hub-signature': hmac('sha256') })).toBe(true)
    expect(sent({ 'x-hub-signature': hmac('sha1') })).toBe(false)
    expect(sent({ 'x-hub-signature-256': hmac('sha256') })).toBe(false)
  })

  it.each([
    [{ 'x-request-uuid': '0b9f9e3a-1111', 'x-hook-uuid': '{h}' }, '0b9f9e3a-1111'],
    [{ 'x-request-uuid': '{0b9f9e3a-1111}' }, '{0b9f9e3a-1111}'],
    [{ 'x-request-id': '7c1e' }, '7c1e'],
    [{ 'x-hook-uuid': '{h}' }, undefined],
    [{ 'x-request-uuid': 'a, b' }, undefined],
  ])('with %j is known as %s', (headers, id) => {
    expect(bitbucket.deliveryId({ headers, body: new Uint8Array(), receivedAt })).toBe(id)
  })

  it('of an event that is not read is ignored, its body unseen', () => {
    const headers = { 'x-event-key': 'pullrequest:created' }
    expect(reasonOf(bitbucket.interpret({ headers, body: Buffer.from('not JSON'), receivedAt }))).toContain(
      'pullrequest',
    )
    expect(bitbucket.interpret({ headers: {}, body: Buffer.from('{}'), receivedAt }).kind).toBe('unreadable')
    expect(interpret('constructor', {}).kind).toBe('ignored')
  })
})

describe('a Bitbucket push', () => {
  const commit = (hash: string) => ({ hash, message: 'm', date: '2026-03-02T09:58:00+00:00' })
  const main = (hash: string) => ({ type: 'branch', name: 'main', target: commit(hash) })
  const push = (...changes: object[]) => interpret('repo:push', { repository, push: { changes } })

  it('lists commits newest first, which we turn round', () => {
    const change = { new: main(sha), old: main(before), commits: [commit(sha), commit('5'.repeat(40))] }
    expect(only<PushEvent>(push(change)).commits.map((one) => one.sha)).toEqual(['5'.repeat(40), sha])
  })

  it('that was forced follows nothing', () => {
    const change = { new: main(sha), old: main(before), commits: [commit(sha)] }
    expect(only<PushEvent>(push(change)).before).toBe(before)
    expect(only<PushEvent>(push({ ...change, forced: true })).before).toBeUndefined()
  })

  it('of several refs is several events, and what was deleted none', () => {
    const tag = { new: { type: 'tag', name: 'v4.18.0', target: commit(sha) }, old: null }
    const branch = { new: main(sha), old: null, commits: [commit(sha)] }
    const events = eventsOf(push(tag, branch, { new: null, old: main(before) }))
    expect(events.map(({ type }) => type)).toEqual(['release', 'push'])
    expect(reasonOf(push({ new: null, old: { ...tag.new } }))).toMatch(/^Tag v4\.18\.0 was deleted/)
  })

  it('that brings no commit is ignored', () => {
    expect(reasonOf(push({ new: main(sha), old: null, commits: [] }))).toContain('no commit')
  })

  it('says when it lists only some of its commits', () => {
    const made = push({ new: main(sha), old: main(before), commits: [commit(sha)], truncated: true })
    expect(made).toMatchObject({ notes: [expect.stringContaining('last 1 commits')] })
  })
})

describe('a Bitbucket Data Center push', () => {
  const push = (change: object, more: object = {}) =>
    interpret('repo:refs_changed', {
      date: '2026-03-02T10:58:30+0100',
      repository: { slug: 'checkout-api', project: { key: 'SHOP' } },
      changes: [
        { ref: { displayId: 'main', type: 'BRANCH' }, fromHash: before, toHash: sha, type: 'UPDATE', ...change },
      ],
      ...more,
    })

  it('says where the branch was and is, even when it lists no commits', () => {
    expect(only(push({}))).toEqual({
      type: 'push',
      origin: { project: 'SHOP', repository: 'checkout-api', ref: 'main' },
      service: 'SHOP/checkout-api',
      before,
      after: sha,
      commits: [],
    })
  })

  it('of a tag takes its commit, and never the tag object', () => {
    const tag = { ref: { displayId: 'v4.18.0', type: 'TAG' }, fromHash: '0'.repeat(40), type: 'ADD' }
    expect(only(push(tag))).toMatchObject({ type: 'release', version: 'v4.18.0', commit: undefined })
    expect(only(push(tag, { toCommit: { id: before } }))).toMatchObject({ commit: before })
  })

  it('of several refs gives none of them the commits of another', () => {
    const made = interpret('repo:refs_changed', {
      repository: { slug: 'a', project: { key: 'B' } },
      changes: ['one', 'two'].map((name) => ({
        refId: `refs/heads/${name}`,
        fromHash: before,
        toHash: sha,
        type: 'UPDATE',
      })),
      commits: [{ id: sha }],
      toCommit: { id: sha },
    })
    expect(eventsOf(made)).toMatchObject([{ commits: [] }, { commits: [] }])
  })

  it('that deletes a ref is ignored', () => {
    expect(reasonOf(push({ type: 'DELETE', toHash: '0'.repeat(40) }))).toMatch(/^main was deleted/)
  })
})

describe('a Bitbucket commit status', () => {
  const status = {
    key: 'deploy',
    name: 'Deploy to production',
    state: 'SUCCESSFUL',
    url: 'https://ci.example/1',
    commit: { hash: sha },
  }
  const of = (changes: object) =>
    interpret('repo:commit_status_updated', { repository, commit_status: { ...status, ...changes } })
  const deployment = (changes: object) => only<DeploymentEvent>(of(changes))

  it.each([
    ['INPROGRESS', 'in-progress'],
    ['SUCCESSFUL', 'succeeded'],
    ['FAILED', 'failed'],
    ['STOPPED', 'cancelled'],
  ])('that is %s is %s', (state, ours) => {
    expect(deployment({ state }).status).toBe(ours)
  })

  it('in a state nobody knows yet is unreadable, so that it can be replayed when we do', () => {
    expect(pathOf(of({ state: 'constructor' }))).toBe('commit_status.state')
  })

  it('names its environment in its name, its key or its description', () => {
    expect(deployment({ name: 'CI', key: 'deploy-staging' }).environment).toBe('staging')
    expect(deployment({ name: 'CI', key: 'ci', description: 'Deploy 4.18.0 to uat' }).environment).toBe('uat')
    expect(reasonOf(of({ name: 'Unit tests', key: 'unit' }))).toContain('"Unit tests" does not say')
  })

  it('takes the commit from its address when it is not given', () => {
    const links = { commit: { href: `https://api.bitbucket.org/2.0/repositories/acme/checkout-api/commit/${sha}` } }
    expect(deployment({ commit: null, links }).commit).toBe(sha)
    expect(pathOf(of({ commit: null }))).toBe('commit_status.commit.hash')
    expect(deployment({ commit: null, refname: 'v4.18.0' }).version).toBe('v4.18.0')
  })

  it('of another build of the same commit is another deployment', () => {
    expect(deployment({ url: 'https://ci.example/2' }).key).not.toBe(deployment({}).key)
    expect(deployment({ state: 'FAILED' }).key).toBe(deployment({}).key)
  })
})

describe('a Bitbucket issue', () => {
  const issue = {
    id: 23,
    kind: 'bug',
    title: 'Vouchers are rounded up',
    state: 'new',
    created_on: '2026-03-02T10:01:00+00:00',
    updated_on: '2026-03-02T10:02:00+00:00',
  }
  const of = (changes: object, more: object = {}) =>
    interpret('issue:updated', { repository, issue: { ...issue, ...changes }, ...more })
  const defect = (changes: object, more?: object) => only<DefectEvent>(of(changes, more))

  it('is a defect when it is a bug, in either field', () => {
    expect(defect({}).title).toBe('Vouchers are rounded up')
    expect(defect({ kind: undefined, type: 'bug' }).title).toBe('Vouchers are rounded up')
    expect(reasonOf(of({ kind: 'enhancement' }))).toContain('"enhancement"')
  })

  it.each([
    ['new', 'open'],
    ['open', 'open'],
    ['on hold', 'triaged'],
    ['resolved', 'fixed'],
    ['closed', 'fixed'],
    ['duplicate', 'wont-fix'],
    ['invalid', 'wont-fix'],
    ['wontfix', 'wont-fix'],
    ['constructor', undefined],
  ])('that is %s is %s', (state, status) => {
    expect(defect({ state }).status).toBe(status)
  })

  it('whose title was edited keeps its state, for it does not say since when it has it', () => {
    expect(defect({ state: 'resolved' }, { changes: { title: { old: 'a', new: 'b' } } }).status).toBeUndefined()
    expect(defect({ state: 'resolved' }, { changes: { status: { old: 'open', new: 'resolved' } } }).status).toBe(
      'fixed',
    )
  })

  it.each([
    ['blocker', 'S1'],
    ['critical', 'S1'],
    ['major', 'S2'],
    ['minor', 'S4'],
    ['trivial', 'S4'],
  ])('of priority %s has severity %s', (priority, severity) => {
    expect(defect({ priority })).toMatchObject({ severity, severityWord: priority })
  })

  it('is fixed in its milestone, if that is a version and it is resolved', () => {
    expect(defect({ state: 'resolved', milestone: { name: '4.18.1' } }).fixedIn).toEqual(['4.18.1'])
    expect(defect({ state: 'resolved', milestone: { name: 'Spring' } })).not.toHaveProperty('fixedIn')
    expect(defect({ milestone: { name: '4.18.1' } })).not.toHaveProperty('fixedIn')
  })

  it('has its component and version by name, or as objects', () => {
    expect(defect({ component: 'vouchers', version: { name: '4.18.0' } })).toMatchObject({
      components: ['vouchers'],
      version: '4.18.0',
    })
  })
})
