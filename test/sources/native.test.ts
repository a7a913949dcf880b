import { describe, expect, it } from 'vitest'
import type { DefectEvent, DeploymentEvent, Problem } from '../../src/core/event.ts'
import { native } from '../../src/sources/native.ts'
import { type ItemRead, readNativeDefect, readNativeDeployment } from '../../src/sources/native-items.ts'

const receivedAt = Date.parse('2026-03-02T10:05:00Z')
const least = { service: 'checkout-api', version: '4.18.0', environment: 'production' }

const deployment = (more: object = {}) => readNativeDeployment({ ...least, ...more }, receivedAt)
const defect = (more: object = {}) => readNativeDefect({ title: 'Capture fails with 409', ...more }, receivedAt)

function eventOf<E>(read: ItemRead<E>): E {
  if (!read.ok) throw new Error(JSON.stringify(read.problems))
  return read.event
}
const problemsOf = (read: ItemRead<DeploymentEvent | DefectEvent>): readonly Problem[] => (read.ok ? [] : read.problems)

describe('a native deployment', () => {
  it('needs only service, version and environment, and then succeeded just now', () => {
    expect(eventOf(deployment())).toMatchObject({ status: 'succeeded', action: 'deploy', at: receivedAt })
    expect(problemsOf(readNativeDeployment({}, receivedAt))).toEqual([
      { path: 'service', message: 'is required' },
      { path: 'version', message: 'is required' },
      { path: 'environment', message: 'is required' },
    ])
  })

  it.each<[object, Problem]>([
    [{ service: 7 }, { path: 'service', message: 'must be text' }],
    [{ service: ' ' }, { path: 'service', message: 'must not be empty' }],
    [{ service: '' }, { path: 'service', message: 'is required' }],
    [{ version: 'a\u0000b' }, { path: 'version', message: 'must be one line without control characters' }],
    [{ version: 'a\nb' }, { path: 'version', message: 'must be one line without control characters' }],
    [{ environment: 'x'.repeat(201) }, { path: 'environment', message: 'must have at most 200 characters' }],
    [
      { status: 'success' },
      { path: 'status', message: 'must be one of pending, in-progress, succeeded, failed, cancelled, not "success"' },
    ],
    [
      { status: '' },
      { path: 'status', message: 'must be one of pending, in-progress, succeeded, failed, cancelled, not ""' },
    ],
    [
      { tier: 'prod' },
      { path: 'tier', message: 'must be one of production, staging, testing, development, other, not "prod"' },
    ],
    [
      { kind: 'big' },
      { path: 'kind', message: 'must be one of major, minor, patch, emergency, pre-release, unknown, not "big"' },
    ],
    [{ action: 'undo' }, { path: 'action', message: 'must be one of deploy, rollback, remove, not "undo"' }],
    [{ rollback: 'yes' }, { path: 'rollback', message: 'must be true or false' }],
    [
      { rollback: true, action: 'remove' },
      { path: 'rollback', message: 'contradicts action remove' },
    ],
    [
      { startedAt: '2026-02-30T00:00:00Z' },
      { path: 'startedAt', message: 'is not an RFC 3339 time with a zone, such as 2026-11-22T21:04:00Z' },
    ],
    [
      { finishedAt: '2026-03-02T10:00:00' },
      { path: 'finishedAt', message: 'is not an RFC 3339 time with a zone, such as 2026-11-22T21:04:00Z' },
    ],
    [{ finishedAt: 1772445600 }, { path: 'finishedAt', message: 'must be text' }],
    [{ finishedAt: '0001-01-01T00:00:00Z' }, { path: 'finishedAt', message: 'is before the year 2000' }],
    [
      { finishedAt: '2026-03-02T10:10:01Z' },
      { path: 'finishedAt', message: 'is in the future; check the clock of the sender' },
    ],
    [
      { startedAt: '2026-03-02T10:00:01Z', finishedAt: '2026-03-02T10:00:00Z' },
      { path: 'finishedAt', message: 'is before startedAt' },
    ],
    [
      { url: 'javascript:alert(1)' },
      { path: 'url', message: 'must be an http or https address of at most 2048 characters' },
    ],
    [{ commits: {} }, { path: 'commits', message: 'must be a list' }],
    [{ commits: [{ sha: 'a' }, { message: 'b' }] }, { path: 'commits.1.sha', message: 'is required' }],
    [{ commits: Array(5001).fill({ sha: 'a' }) }, { path: 'commits', message: 'must have at most 5000 entries' }],
    [{ id: 1.5 }, { path: 'id', message: 'must be text' }],
    [{ percent: 0 }, { path: 'percent', message: 'must be above 0 and at most 100' }],
    [{ percent: 100.1 }, { path: 'percent', message: 'must be above 0 and at most 100' }],
    [{ percent: '10' }, { path: 'percent', message: 'must be a number' }],
    [{ files: 'src/a.ts' }, { path: 'files', message: 'must be a list' }],
    [{ files: ['a', 7] }, { path: 'files.1', message: 'must be text' }],
    [{ commits: [{ sha: 'a', files: [{}] }] }, { path: 'commits.0.files.0', message: 'must be text' }],
  ])('with %j is refused, with the path and the reason', (more, problem) => {
    expect(problemsOf(deployment(more))).toEqual([problem])
  })

  it('may be five minutes ahead of our clock and no more', () => {
    expect(eventOf(deployment({ finishedAt: '2026-03-02T10:10:00Z' })).at).toBe(receivedAt + 300_000)
  })

  it.each<[object, string]>([
    [{ finishedAt: '2026-03-02T10:04:00Z', startedAt: '2026-03-02T10:00:00Z' }, '2026-03-02T10:04:00Z'],
    [{ startedAt: '2024-03-02T10:00:00Z' }, '2024-03-02T10:00:00Z'],
    [{ status: 'in-progress', startedAt: '2026-03-02T10:00:00Z' }, '2026-03-02T10:00:00Z'],
    [{ status: 'failed' }, '2026-03-02T10:05:00Z'],
  ])('with %j happened at %s', (more, at) => {
    expect(eventOf(deployment(more)).at).toBe(Date.parse(at))
  })

  it('takes null and empty text for not given, and passes over keys it does not know', () => {
    const bare = eventOf(deployment({ commit: '', url: null, actor: '', commits: null, colour: 'red' }))
    expect(bare).toEqual(eventOf(deployment()))
  })

  it('keeps environment names as they are, whatever they are, but for space around them', () => {
    expect(eventOf(deployment({ environment: ' Prod / Köln 🚀 ' })).environment).toBe('Prod / Köln 🚀')
    expect(eventOf(deployment({ environment: '🚀'.repeat(200) })).environment).toBe('🚀'.repeat(200))
  })

  it('has a number for an id as its digits', () => {
    expect(eventOf(deployment({ id: 8812 })).key).toBe('8812')
  })

  it('keeps full commit ids in one case', () => {
    expect(eventOf(deployment({ commit: 'ABCDEF0123'.repeat(4) })).commit).toBe('abcdef0123'.repeat(4))
    expect(eventOf(deployment({ commit: 'r4711' })).commit).toBe('r4711')
  })

  it('does not fail on a commit whose author had a wrong clock', () => {
    const commits = [{ sha: 'a', at: '1970-01-01T00:00:00Z' }]
    expect(eventOf(deployment({ commits })).commits).toEqual([{ sha: 'a' }])
  })

  it('may go to a share of the traffic', () => {
    expect(eventOf(deployment({ percent: 0.5 })).percent).toBe(0.5)
    expect(eventOf(deployment({ percent: 100 })).percent).toBe(100)
    expect(eventOf(deployment({ percent: null })).percent).toBeUndefined()
  })

  it('has its files written one way, each once', () => {
    const files = [' ./src/a.ts ', 'src\\a.ts', '././src/b c.ts', '', null, './', 'src/\u0000d.ts', '/etc/e']
    expect(eventOf(deployment({ files })).files).toEqual(['src/a.ts', 'src/b c.ts', 'src/d.ts', '/etc/e'])
    expect(eventOf(deployment({ files: [''] })).files).toBeUndefined()
  })

  it('keeps five thousand files of at most 500 characters, and says what it left out', () => {
    const files = ['x'.repeat(501), `./${'🚀'.repeat(500)}`, ...Array.from({ length: 5_000 }, (_, i) => `src/${i}.ts`)]
    const read = deployment({ files, commits: [{ sha: 'a' }, { sha: 'b', files: ['y'.repeat(900), 'z'] }] })
    expect(eventOf(read).files).toHaveLength(5_000)
    expect(eventOf(read).files?.[0]).toBe('🚀'.repeat(500))
    expect(eventOf(read).commits?.[1]?.files).toEqual(['z'])
    expect(read.ok && read.notes).toEqual([
      'commits.1.files: 1 left out for being longer than 500 characters.',
      'files: the first 5,000 were kept, 1 were not.',
      'files: 1 left out for being longer than 500 characters.',
    ])
  })

  it('has commit messages with their lines, cut after 4,000 characters', () => {
    const commits = [
      { sha: 'a', message: ' Retry\r\n\r\nFixes: 9f3c2ab ' },
      { sha: 'b', message: 'x'.repeat(5_000) },
    ]
    const [first, second] = eventOf(deployment({ commits })).commits ?? []
    expect([first?.message, second?.message?.length]).toEqual(['Retry\n\nFixes: 9f3c2ab', 4_000])
  })

  it('has nothing of a __proto__ key', () => {
    const value = JSON.parse(
      `{"service":"a","version":"1","environment":"p","__proto__":{"status":"failed","key":"x"}}`,
    )
    expect(eventOf(readNativeDeployment(value, receivedAt))).toMatchObject({ status: 'succeeded', key: undefined })
    expect(({} as { status?: string }).status).toBeUndefined()
  })

  it.each([null, 7, 'text', [], true])('is not %j', (value) => {
    expect(problemsOf(readNativeDeployment(value, receivedAt)).length).toBeGreaterThan(0)
  })
})

describe('a native defect', () => {
  it('needs only a title', () => {
    expect(eventOf(defect())).toMatchObject({ count: 1, at: receivedAt, occurredAt: receivedAt })
    expect(problemsOf(readNativeDefect({}, receivedAt))).toEqual([{ path: 'title', message: 'is required' }])
    expect(problemsOf(defect({ title: ' \u0000 ' }))).toEqual([{ path: 'title', message: 'must not be empty' }])
  })

  it.each<[object, Problem]>([
    [{ severity: 'critical' }, { path: 'severity', message: 'must be one of S1, S2, S3, S4, not "critical"' }],
    [
      { status: 'closed' },
      {
        path: 'status',
        message: 'must be one of open, triaged, in-progress, fixed, verified, wont-fix, regressed, not "closed"',
      },
    ],
    [
      { phase: 'prod' },
      { path: 'phase', message: 'must be one of development, testing, staging, production, not "prod"' },
    ],
    [{ count: 0 }, { path: 'count', message: 'must be at least 1' }],
    [{ count: 1_000_001 }, { path: 'count', message: 'must be at most 1000000' }],
    [{ count: 1.5 }, { path: 'count', message: 'must be a whole number' }],
    [{ count: '3' }, { path: 'count', message: 'must be a number' }],
    [{ occurredAt: '1999-12-31T23:59:59Z' }, { path: 'occurredAt', message: 'is before the year 2000' }],
    [
      { mitigatedAt: '2027-01-01T00:00:00Z' },
      { path: 'mitigatedAt', message: 'is in the future; check the clock of the sender' },
    ],
    [
      { detectedAt: '2027-01-01T00:00:00Z' },
      { path: 'detectedAt', message: 'is in the future; check the clock of the sender' },
    ],
    [{ detection: 'pager' }, { path: 'detection', message: 'must be one of alert, error, issue, not "pager"' }],
    [{ detection: '' }, { path: 'detection', message: 'must be one of alert, error, issue, not ""' }],
    [{ culpritCommits: ['9f3c2a'] }, { path: 'culpritCommits.0', message: 'must have at least 7 characters' }],
    [{ culpritCommits: '9f3c2ab' }, { path: 'culpritCommits', message: 'must be a list' }],
    [{ components: ['a\nb'] }, { path: 'components.0', message: 'must be one line without control characters' }],
    [{ links: [7] }, { path: 'links.0', message: 'must be text' }],
    [{ files: {} }, { path: 'files', message: 'must be a list' }],
    [{ introducedIn: 4 }, { path: 'introducedIn', message: 'must be text' }],
  ])('with %j is refused, with the path and the reason', (more, problem) => {
    expect(problemsOf(defect(more))).toEqual([problem])
  })

  it('without id and fingerprint is grouped by its title', () => {
    const one = eventOf(defect({ title: 'Capture of order 1 fails' }))
    expect(one.fingerprint).toBe(eventOf(defect({ title: 'Capture of order 22 fails' })).fingerprint)
    expect(eventOf(defect({ id: 'JIRA-1' })).fingerprint).toBeUndefined()
    expect(eventOf(defect({ fingerprint: 'f' })).fingerprint).toBe('f')
  })

  it('says which releases fix it, one or several, without being a sighting', () => {
    const one = eventOf(defect({ fixedIn: '8.1.2' }))
    expect(one).toMatchObject({ fixedIn: ['8.1.2'], count: 0, at: receivedAt })
    expect(one.occurredAt).toBeUndefined()
    const several = defect({ status: 'fixed', fixedIn: ['8.1.2', 'next-release'], resolvedAt: '2026-03-02T09:00:00Z' })
    expect(eventOf(several)).toMatchObject({ fixedIn: ['8.1.2', 'next-release'], at: Date.UTC(2026, 2, 2, 9) })
    expect(eventOf(defect({ fixedIn: [], occurredAt: '2026-03-02T08:00:00Z' }))).toMatchObject({
      fixedIn: [],
      count: 1,
    })
  })

  it('refuses fixes that are no versions, at their place', () => {
    const read = defect({ fixedIn: ['8.1.2', '8\n1'] })
    expect(read).toMatchObject({ ok: false, problems: [{ path: 'fixedIn.1' }] })
    expect(defect({ fixedIn: Array(21).fill('1') }).ok).toBe(false)
  })

  it('seen at one instant is one sighting, however often that is said', () => {
    const occurredAt = '2026-03-02T10:00:00Z'
    const sighting = eventOf(defect({ occurredAt })).sighting
    expect(sighting).toBeDefined()
    expect(eventOf(defect({ occurredAt: '2026-03-02T11:00:00+01:00', status: 'fixed' })).sighting).toBe(sighting)
    expect(eventOf(defect({ occurredAt: '2026-03-02T10:00:01Z' })).sighting).not.toBe(sighting)
    expect(eventOf(defect()).sighting).toBeUndefined()
  })

  it('whose state changes is not seen again, unless it says when or how often', () => {
    expect(eventOf(defect({ id: 'J', status: 'fixed' }))).toMatchObject({ count: 0, occurredAt: undefined })
    expect(eventOf(defect({ id: 'J', status: 'open' }))).toMatchObject({ count: 1, occurredAt: receivedAt })
    for (const name of ['acknowledgedAt', 'mitigatedAt'])
      expect(eventOf(defect({ id: 'J', [name]: '2026-03-02T09:00:00Z' }))).toMatchObject({
        count: 0,
        occurredAt: undefined,
        [name]: Date.UTC(2026, 2, 2, 9),
      })
    expect(eventOf(defect({ id: 'J', status: 'fixed', count: 2 }))).toMatchObject({ count: 2, occurredAt: receivedAt })
  })

  it.each<[object, string]>([
    [{ status: 'fixed', occurredAt: '2026-03-01T00:00:00Z' }, '2026-03-02T10:05:00Z'],
    [{ status: 'fixed', resolvedAt: '2026-03-02T09:00:00Z' }, '2026-03-02T09:00:00Z'],
    [{ status: 'triaged', updatedAt: '2026-03-02T09:30:00Z' }, '2026-03-02T09:30:00Z'],
    [{ status: 'open', occurredAt: '2026-03-01T00:00:00Z' }, '2026-03-01T00:00:00Z'],
    [{ occurredAt: '2026-03-01T00:00:00Z', resolvedAt: '2026-03-02T09:00:00Z' }, '2026-03-01T00:00:00Z'],
    [{ detectedAt: '2026-03-02T08:00:00Z' }, '2026-03-02T08:00:00Z'],
  ])('with %j is news of %s', (more, at) => {
    expect(eventOf(defect(more)).at).toBe(Date.parse(at))
  })

  it('has its title on one line and its description without control characters', () => {
    const event = eventOf(defect({ title: ' a\n\tb\u0007 ', description: 'x\n\ty\u0000\u001b[31m' }))
    expect([event.title, event.description]).toEqual(['a b', 'x\n\ty[31m'])
  })

  it.each<[object, string | undefined]>([
    [{}, 'issue'],
    [{ id: 'JIRA-1' }, 'issue'],
    [{ fingerprint: 'f' }, 'error'],
    [{ fingerprint: 'f', detection: 'alert' }, 'alert'],
    [{ id: 'JIRA-1', status: 'fixed' }, undefined],
    [{ id: 'JIRA-1', status: 'fixed', detection: 'error' }, 'error'],
  ])('with %j was noticed as %s', (more, detection) => {
    expect(eventOf(defect(more)).detection).toBe(detection)
  })

  it('keeps as many hints as say something, each once, and says what it left out', () => {
    const many = (count: number) => Array.from({ length: count }, (_, i) => `abcdefg${i}`)
    const read = defect({
      files: [...many(201), 'abcdefg0'],
      components: many(51),
      links: many(102),
      culpritCommits: many(50),
    })
    const { files, components, links, culpritCommits } = eventOf(read)
    expect([files, components, links, culpritCommits].map((list) => list?.length)).toEqual([200, 50, 100, 50])
    expect(read.ok && read.notes).toEqual([
      'files: the first 200 were kept, 2 were not.',
      'components: the first 50 were kept, 1 were not.',
      'links: the first 100 were kept, 2 were not.',
    ])
  })

  it('counts what stands behind enough names without reading it', () => {
    const links = [...Array.from({ length: 100 }, (_, i) => `PAY-${i}`), 'x'.repeat(3000), '', 7]
    const read = defect({ links })
    expect(eventOf(read).links).toHaveLength(100)
    expect(read.ok && read.notes).toEqual(['links: the first 100 were kept, 3 were not.'])
  })

  it('has its links written one way, so that commits that name the same are found', () => {
    const links = ['#4', 'https://github.com/acme/ledger/pull/7', 'PAY-7']
    expect(eventOf(defect({ links, service: 'acme/checkout-api' })).links).toEqual([
      'acme/checkout-api#4',
      'acme/ledger#7',
      'PAY-7',
    ])
    expect(eventOf(defect({ links: ['#4'], service: 'checkout-api' })).links).toEqual(['#4'])
  })

  it('takes null and empty text in a list for not given', () => {
    const blank = ['', null]
    const bare = eventOf(
      defect({ files: blank, components: blank, links: blank, culpritCommits: blank, introducedIn: '' }),
    )
    expect(bare).toEqual(eventOf(defect()))
  })

  it('has a long title and description cut, not refused', () => {
    const event = eventOf(defect({ title: 'x'.repeat(1000), description: 'y'.repeat(30_000) }))
    expect([event.title?.length, event.description?.length]).toEqual([300, 20_000])
  })
})

describe('the native hook', () => {
  const interpret = (body: unknown) =>
    native.interpret({
      headers: {},
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      receivedAt,
    })

  it('tells a defect by its title, a deployment by its keys', () => {
    const made = interpret([least, { title: 'x', ...least }])
    expect(made).toMatchObject({ events: [{ type: 'deployment' }, { type: 'defect' }] })
  })

  it('goes by the list where there is one, so that what the API took for a deployment stays one', () => {
    expect(interpret({ deployments: [{ ...least, title: 'x' }] })).toMatchObject({ events: [{ type: 'deployment' }] })
    expect(interpret({ defects: [{ ...least, title: 'x' }] })).toMatchObject({ events: [{ type: 'defect' }] })
    expect(interpret({ defects: [least] }).kind).toBe('unreadable')
  })

  it.each([{}, { service: 'a' }, [7], 'null', 7])('finds %j unreadable', (body) => {
    expect(interpret(body).kind).toBe('unreadable')
  })

  it('says at which place of which list something is wrong', () => {
    const made = interpret({ deployments: [least, { ...least, commits: [{ sha: '' }] }], defects: [{ title: 7 }] })
    expect(made).toEqual({
      kind: 'unreadable',
      problems: [
        { path: 'deployments.1.commits.0.sha', message: 'is required' },
        { path: 'defects.0.title', message: 'must be text' },
      ],
    })
  })

  it('takes a thousand at once and not one more', () => {
    expect(interpret(Array(1000).fill(least)).kind).toBe('events')
    expect(interpret(Array(1001).fill(least)).kind).toBe('unreadable')
    expect(interpret({ deployments: Array(600).fill(least), defects: Array(600).fill({ title: 'x' }) }).kind).toBe(
      'unreadable',
    )
  })

  it('ignores an empty list', () => {
    expect(interpret([]).kind).toBe('ignored')
    expect(interpret({ deployments: [] }).kind).toBe('ignored')
  })

  it('remarks on what was left out, with the place of the item', () => {
    const made = interpret({ deployments: [least, { ...least, files: ['x'.repeat(501)] }] })
    expect(made).toMatchObject({ notes: ['deployments.1.files: 1 left out for being longer than 500 characters.'] })
  })

  it('remarks on a key given twice', () => {
    expect(interpret('{"title":"a","title":"b"}')).toMatchObject({
      events: [{ title: 'b' }],
      notes: ['title is given more than once; the last one was taken.'],
    })
  })

  it.each<[string | undefined, string | undefined]>([
    ['build-77', 'build-77'],
    [' build-77 ', 'build-77'],
    ['', undefined],
    ['x'.repeat(201), undefined],
    [undefined, undefined],
  ])('with the idempotency key "%s" is the delivery %s', (key, id) => {
    const headers: Record<string, string> = key === undefined ? {} : { 'idempotency-key': key }
    expect(native.deliveryId({ headers, body: new Uint8Array(), receivedAt })).toBe(id)
  })
})
