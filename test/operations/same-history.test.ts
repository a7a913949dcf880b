import { expect, test } from 'vitest'
import { createApp } from '../../src/app.ts'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import type { RawDelivery } from '../../src/sources/source.ts'
import { openApi } from '../support/api.ts'
import { proofOf } from '../support/signing.ts'
import { describeOnEachEngine } from '../support/stores.ts'
import { visibleState } from '../support/visible-state.ts'

/** One history, told by GitHub and told in CDEvents, is one history. */

const SECRET = 'a-secret-for-the-tests'
const SERVICE = 'acme/checkout-api'
const NOW = Date.parse('2026-03-20T12:00:00Z')

type Happened =
  | { readonly what: 'deployed' | 'rolled back'; readonly version: string; readonly to: string; readonly at: string }
  | { readonly what: 'bug opened'; readonly bug: Bug; readonly at: string }
  | { readonly what: 'bug closed'; readonly bug: Bug; readonly at: string; readonly as: 'fixed' | 'not planned' }

interface Bug {
  readonly number: number
  readonly title: string
  readonly labels: readonly string[]
  readonly openedAt: string
}

const timeouts: Bug = {
  number: 41,
  title: 'Captures time out',
  labels: ['bug', 'sev1', 'env: production', 'version: v4.18.0', 'area: payments'],
  openedAt: '2026-03-05T14:20:00Z',
}
const rounding: Bug = {
  number: 42,
  title: 'Totals are rounded twice',
  labels: ['bug', 'env: production', 'version: v4.18.1'],
  openedAt: '2026-03-10T08:00:00Z',
}
const notOurs: Bug = { number: 43, title: 'The font is too small', labels: ['bug'], openedAt: '2026-03-11T09:00:00Z' }

const HISTORY: readonly Happened[] = [
  { what: 'deployed', version: 'v4.17.0', to: 'staging', at: '2026-03-02T09:00:00Z' },
  { what: 'deployed', version: 'v4.17.0', to: 'production', at: '2026-03-02T10:00:00Z' },
  { what: 'deployed', version: 'v4.18.0', to: 'staging', at: '2026-03-05T09:00:00Z' },
  { what: 'deployed', version: 'v4.18.0', to: 'production', at: '2026-03-05T13:00:00Z' },
  { what: 'bug opened', bug: timeouts, at: timeouts.openedAt },
  { what: 'rolled back', version: 'v4.17.0', to: 'production', at: '2026-03-05T15:00:00Z' },
  { what: 'deployed', version: 'v4.18.1', to: 'staging', at: '2026-03-06T09:00:00Z' },
  { what: 'deployed', version: 'v4.18.1', to: 'production', at: '2026-03-06T11:00:00Z' },
  { what: 'bug closed', bug: timeouts, at: '2026-03-06T12:00:00Z', as: 'fixed' },
  { what: 'bug opened', bug: rounding, at: rounding.openedAt },
  { what: 'bug opened', bug: notOurs, at: notOurs.openedAt },
  { what: 'bug closed', bug: notOurs, at: '2026-03-12T09:00:00Z', as: 'not planned' },
]

interface Told {
  readonly headers: Readonly<Record<string, string>>
  readonly body: object
}

function byGithub(happened: Happened, n: number): Told {
  const repository = { full_name: SERVICE }
  const headers = { 'content-type': 'application/json', 'x-github-delivery': `delivery-${n}` }
  if (!('bug' in happened)) {
    const { version, to, at } = happened
    const deployment = {
      id: n,
      ref: version,
      environment: to,
      task: happened.what === 'deployed' ? 'deploy' : 'rollback',
      created_at: at,
    }
    const deployment_status = { state: 'success', environment: to, created_at: at }
    const body = { action: 'created', deployment, deployment_status, repository }
    return { headers: { ...headers, 'x-github-event': 'deployment_status' }, body }
  }
  const { bug, at } = happened
  const closed = happened.what === 'bug closed'
  const issue = {
    number: bug.number,
    title: bug.title,
    labels: bug.labels.map((name) => ({ name })),
    state: closed ? 'closed' : 'open',
    state_reason: closed ? { fixed: 'completed', 'not planned': 'not_planned' }[happened.as] : null,
    created_at: bug.openedAt,
    updated_at: at,
    closed_at: closed ? at : null,
  }
  const body = { action: closed ? 'closed' : 'opened', issue, repository }
  return { headers: { ...headers, 'x-github-event': 'issues' }, body }
}

function inCdEvents(happened: Happened, n: number): Told {
  const cdEvent = (predicate: string, subject: object): Told => {
    const type = `dev.cdevents.${predicate}.0.2.0`
    const context = { specversion: '0.5.0', id: `event-${n}`, source: '/acme/ci', type, timestamp: happened.at }
    return { headers: { 'content-type': 'application/json' }, body: { context, subject } }
  }
  if (!('bug' in happened)) {
    const artifactId = `pkg:oci/checkout-api@sha256%3A${'0f'.repeat(32)}?tag=${happened.version}`
    const content = { environment: { id: happened.to }, artifactId }
    return cdEvent(`service.${happened.what === 'deployed' ? 'deployed' : 'rolledback'}`, { id: SERVICE, content })
  }
  const { bug } = happened
  const content = { summary: bug.title, ticketType: 'bug', labels: [...bug.labels, `service: ${SERVICE}`] }
  const id = `ticket-${bug.number}`
  if (happened.what === 'bug opened') return cdEvent('ticket.created', { id, content })
  const resolution = { fixed: 'completed', 'not planned': 'withdrawn' }[happened.as]
  return cdEvent('ticket.closed', { id, content: { ...content, resolution } })
}

describeOnEachEngine('a history told by GitHub and in CDEvents', (openTestStore) => {
  const stateAfter = async (kind: string, told: readonly Told[]) => {
    const { deps, store } = await openApi(openTestStore, { clock: () => NOW })
    const { app } = createApp(deps)
    if (kind !== 'github') await createSource(store, deps.secretBox, { kind, secret: SECRET }, 0)
    for (const { headers, body } of told) {
      const delivery: RawDelivery = { headers, body: Buffer.from(JSON.stringify(body)), receivedAt: NOW }
      const answer = await app.request(`/hooks/${kind}`, {
        method: 'POST',
        headers: { ...headers, ...proofOf(kind, delivery, SECRET) },
        body: Buffer.from(delivery.body),
      })
      expect(answer.status).toBe(202)
      await deps.processor.runUntilIdle()
    }
    return withoutNamesOfSenders(await visibleState(store.db))
  }

  test.each([
    ['as it happened', (told: readonly Told[]) => told],
    ['the other way round', (told: readonly Told[]) => told.toReversed()],
  ])('ends in the same releases, deployments and defects, told %s', async (_, inOrder) => {
    const github = await stateAfter('github', inOrder(HISTORY.map(byGithub)))
    const cdevents = await stateAfter('cdevents', inOrder(HISTORY.map(inCdEvents)))
    expect(cdevents).toEqual(github)
    expect(github.defects).toMatchObject([
      { title: 'Captures time out', severity: 'S1', status: 'fixed', suspect: 'v4.18.0' },
      { title: 'The font is too small', status: 'wont-fix' },
      { title: 'Totals are rounded twice', status: 'open' },
    ])
    expect(github.deployments).toHaveLength(7)
    expect(github.intervals).toHaveLength(7)
  })
})

/** What each sender calls a thing, and what only one of them says at all. */
const SENDERS_OWN = new Set([
  // Keys and identities.
  'natural_key',
  'deployment',
  'defect',
  'identity',
  // All that was said, word for word.
  'facts_json',
  // GitHub alone says when a deployment began, CDEvents alone what file it was made from.
  'started_at',
  'artifact',
])

function withoutNamesOfSenders(state: Awaited<ReturnType<typeof visibleState>>): Record<string, unknown[]> {
  const shown = (rows: readonly unknown[]) =>
    rows
      .map((row) => Object.fromEntries(Object.entries(row as object).filter(([name]) => !SENDERS_OWN.has(name))))
      .map((row) => [JSON.stringify(row), row] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, row]) => row)
  return Object.fromEntries(Object.entries(state).map(([table, rows]) => [table, shown(rows)]))
}
