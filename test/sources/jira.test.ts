import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { DefectEvent } from '../../src/core/event.ts'
import { jira } from '../../src/sources/jira/index.ts'
import { eventsOf, json, only, problemsOf, reasonOf, receivedAt } from './deliveries.ts'

const created = '2026-03-02T11:01:00.250+0100'
const createdAt = Date.parse('2026-03-02T10:01:00.250Z')
const issue = (fields: object = {}) => ({
  self: 'https://acme.atlassian.example/rest/api/2/issue/10412',
  key: 'PAY-412',
  fields: { summary: 'Capture fails', issuetype: { name: 'Bug' }, project: { key: 'PAY' }, created, ...fields },
})
const event = (kind: string, fields: object = {}, more: object = {}) =>
  json({ webhookEvent: `jira:issue_${kind}`, timestamp: receivedAt - 1000, issue: issue(fields), ...more })
const interpret = (kind: string, fields?: object, more?: object) => jira.interpret(event(kind, fields, more))
const read = (kind: string, fields?: object, more?: object) => only<DefectEvent>(interpret(kind, fields, more))
const changed = (field: string) => ({ changelog: { items: [{ field, fieldId: field, toString: 'after' }] } })

describe('an issue of Jira', () => {
  it('was seen once, when it was created, whichever of its events comes first', () => {
    for (const kind of ['created', 'updated', 'deleted'])
      expect(read(kind)).toMatchObject({ key: 'PAY-412', count: 1, sighting: 'created', occurredAt: createdAt })
  })

  it.each([
    ['new', 'To Do', null, 'open'],
    ['new', 'Confirmed', null, 'triaged'],
    ['indeterminate', 'In Development', null, 'in-progress'],
    ['indeterminate', 'Triaged', null, 'triaged'],
    ['done', 'Released', 'Fixed', 'fixed'],
    ['done', 'Done', null, 'fixed'],
    ['done', 'Verified', 'Fixed', 'verified'],
    ['done', 'Closed', "Won't Fix", 'wont-fix'],
    ['done', 'Closed', 'Won’t Do', 'wont-fix'],
    ['done', 'Closed', 'Duplicate', 'wont-fix'],
    ['done', 'Closed', 'Cannot Reproduce', 'wont-fix'],
    ['done', 'Closed', 'Not A Bug', 'wont-fix'],
    ['done', 'Declined', null, 'wont-fix'],
    ['undefined', 'Odd', null, undefined],
    [undefined, 'Resolved', 'Fixed', 'fixed'],
    [undefined, 'Reopened', null, 'open'],
    [undefined, 'In Progress', null, 'in-progress'],
    [undefined, 'Whatever', null, undefined],
  ])('of the category %s in %s as %s is %s', (key, name, resolution, status) => {
    const fields = {
      status: { name, ...(key !== undefined && { statusCategory: { key } }) },
      resolution: resolution === null ? null : { name: resolution },
    }
    expect(read('updated', fields, changed('status')).status).toBe(status)
  })

  it('keeps its state through edits of other things', () => {
    const status = { name: 'Open', statusCategory: { key: 'new' } }
    expect(read('updated', { status }, changed('summary')).status).toBeUndefined()
    expect(read('updated', { status }).status).toBeUndefined()
    expect(read('updated', { status }, changed('resolution')).status).toBe('open')
    expect(read('created', { status }).status).toBe('open')
  })

  it('is over since it was resolved, however late it is edited', () => {
    const fields = {
      status: { name: 'Closed', statusCategory: { key: 'done' } },
      resolutiondate: '2026-03-02T11:03:00.000+0100',
    }
    const [said, over] = eventsOf<DefectEvent>(interpret('updated', fields, changed('labels')))
    expect([said?.at, said?.status]).toEqual([receivedAt - 1000, undefined])
    const at = Date.parse('2026-03-02T10:03:00Z')
    expect(over).toEqual({ type: 'defect', key: 'PAY-412', status: 'fixed', at, count: 0 })
  })

  it('that was deleted will not be fixed', () => {
    expect(read('deleted')).toMatchObject({ status: 'wont-fix', at: receivedAt - 1000 })
  })

  it('names where it was seen and where it is fixed', () => {
    const versions = [{ name: '4.18.0' }, { name: '4.17.0' }]
    const fixVersions = [{ name: '4.18.1' }, null, { name: '4.18.1' }, { name: null }, { name: '4.17.4' }]
    expect(read('updated', { versions, fixVersions })).toMatchObject({
      version: '4.18.0',
      fixedIn: ['4.18.1', '4.17.4'],
    })
    expect(read('updated', { fixVersions: [] }).fixedIn).toEqual([])
    expect(read('updated').fixedIn).toBeUndefined()
  })

  it.each([
    ['production', 'production'],
    ['prod-eu', 'prod-eu'],
    ['ActiveMQ 5.3.1 Snapshot r893661', undefined],
    ['JDK8', undefined],
    ['Production\nJDK 8', undefined],
    [null, undefined],
    [{ type: 'doc' }, undefined],
  ])('in the environment %j was seen in %s', (environment, expected) => {
    expect(read('created', { environment }).environment).toBe(expected)
  })

  it('says more with its labels', () => {
    expect(
      read('created', { labels: ['env:staging', 'service=ledger', 'vip'], environment: 'production' }),
    ).toMatchObject({ environment: 'staging', service: 'ledger', origin: { project: 'PAY', 'label.env': 'staging' } })
  })

  it.each([
    ['Blocker', 'S1'],
    ['Highest', 'S1'],
    ['Critical', 'S1'],
    ['Major', 'S2'],
    ['High', 'S2'],
    ['Medium', 'S3'],
    ['Minor', 'S4'],
    ['Trivial', 'S4'],
    ['Soon', undefined],
  ])('of priority %s is %s', (name, severity) => {
    expect(read('created', { priority: { name } })).toMatchObject({ severity, severityWord: name })
  })

  it('is linked with issues and with what its text names, but not with itself', () => {
    const issuelinks = [{ inwardIssue: { key: 'PAY-7' } }, { outwardIssue: { key: 'PAY-412' } }, {}]
    expect(read('created', { issuelinks, description: 'as in PAY-412 and acme/ledger#7' }).links).toEqual([
      'PAY-7',
      'acme/ledger#7',
    ])
  })

  it('has the address that people use', () => {
    expect(read('created').url).toBe('https://acme.atlassian.example/browse/PAY-412')
    const at = (self: unknown) => read('created', {}, { issue: { ...issue(), self } }).url
    expect(at('https://jira.acme.example/jira/rest/api/2/issue/1')).toBe(
      'https://jira.acme.example/jira/browse/PAY-412',
    )
    expect(at('not an address')).toBeUndefined()
  })

  it.each([
    ['Bug', []],
    ['[System] Incident', []],
    ['Sub-bug', []],
    ['Task', ['regression']],
  ])('of type %s with labels %j is a defect', (name, labels) => {
    expect(read('created', { issuetype: { name }, labels }).key).toBe('PAY-412')
  })

  it.each(['Story', 'Debugging', undefined])('of type %s is none', (name) => {
    expect(reasonOf(interpret('created', { issuetype: { name } }))).toContain('PAY-412 is not marked as a defect')
  })
})

describe('the changes of a Jira issue', () => {
  it('have a key called toString, which breaks nothing', () => {
    const items = [
      { field: 'status', fieldId: 'status', fromString: 'Open', toString: 'Closed', from: null, to: '6' },
      { field: 'Fix Version', toString: null },
      { field: null, toString: { toString: 'deep' } },
    ]
    const status = { name: 'Open', statusCategory: { key: 'new' } }
    expect(read('updated', { status }, { changelog: { items } }).status).toBe('open')
    const strange = interpret('updated', {}, { changelog: { items: [{ field: { toString: 'x' } }] } })
    expect(problemsOf(strange)).toEqual([{ path: 'changelog.items.0.field', message: 'must be text' }])
  })

  it('of old servers have no fieldId', () => {
    const status = { name: 'Reopened' }
    expect(read('updated', { status }, { changelog: { items: [{ field: 'status' }] } }).status).toBe('open')
  })
})

describe('the times of Jira', () => {
  it('have no colon in their offset', () => {
    expect(read('created', { created: '2012-01-30T18:30:41.962+0100' }).occurredAt).toBe(
      Date.parse('2012-01-30T17:30:41.962Z'),
    )
  })

  it('of a change are those of the event, then of the issue', () => {
    expect(read('updated').at).toBe(receivedAt - 1000)
    expect(read('updated', { updated: '2026-03-02T11:04:00.000+0100' }, { timestamp: null }).at).toBe(
      Date.parse('2026-03-02T10:04:00Z'),
    )
    expect(read('updated', {}, { timestamp: undefined }).at).toBe(receivedAt)
  })
})

describe('other bodies of Jira', () => {
  it.each(['comment_created', 'sprint_started', 'jira:version_released', 'constructor'])('%s are ignored', (name) => {
    expect(reasonOf(jira.interpret(json({ webhookEvent: name, issue: 7 })))).toContain(`"${name}"`)
  })

  it('may be the issue alone, from automation', () => {
    expect(only<DefectEvent>(jira.interpret(json(issue()))).key).toBe('PAY-412')
  })

  it('without what is needed are unreadable, with the path', () => {
    expect(problemsOf(jira.interpret(json({})))).toEqual([{ path: 'webhookEvent', message: 'is required' }])
    expect(problemsOf(interpret('created', { summary: null }))).toEqual([
      { path: 'issue.fields.summary', message: 'is required' },
    ])
    expect(problemsOf(jira.interpret(json({ webhookEvent: 'jira:issue_created' })))).toEqual([
      { path: 'issue', message: 'is required' },
    ])
  })

  it('are called by their event in the list', () => {
    expect(jira.eventName?.(event('updated'))).toBe('jira:issue_updated')
    expect(jira.eventName?.(json('7'))).toBeUndefined()
  })
})

describe('who sends from Jira', () => {
  const secret = 'a_secret_of_jira_0001'
  const body = json({})
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const token = (claims: object, head: object = { alg: 'HS256', typ: 'JWT' }) => {
    const signed = `${part(head)}.${part(claims)}`
    return `${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}`
  }
  const accepts = (headers: Record<string, string>, pathToken?: string) =>
    jira.verify({ ...body, headers, pathToken }, [secret])
  const now = receivedAt / 1000

  it('may sign a token, as apps do, while it lasts', () => {
    const bearer = (claims: object, head?: object) => accepts({ authorization: `Bearer ${token(claims, head)}` })
    expect(bearer({ iss: 'app', exp: now + 60 })).toBe(true)
    expect(bearer({ iss: 'app', exp: now })).toBe(false)
    expect(bearer({ iat: now - 299 })).toBe(true)
    expect(bearer({ iat: now - 301 })).toBe(false)
    expect(bearer({})).toBe(false)
    expect(bearer({ exp: String(now + 60) })).toBe(false)
    expect(bearer({ exp: now + 60 }, { alg: 'none' })).toBe(false)
    expect(bearer({ exp: now + 60 }, { alg: 'HS512' })).toBe(false)
  })

  it('has its secret in the address on Data Center, and as a token from automation', () => {
    expect(accepts({}, secret)).toBe(true)
    expect(accepts({}, 'another')).toBe(false)
    expect(accepts({ authorization: `Bearer ${secret}` })).toBe(true)
  })

  it('is judged by the signature alone where there is one', () => {
    const right = `sha256=${createHmac('sha256', secret).update(body.body).digest('hex')}`
    expect(accepts({ 'x-hub-signature': right })).toBe(true)
    expect(accepts({ 'x-hub-signature': right.replace('sha256', 'sha1') }, secret)).toBe(false)
    expect(accepts({ 'x-hub-signature': 'sha256=00', authorization: `Bearer ${secret}` }, secret)).toBe(false)
  })
})
