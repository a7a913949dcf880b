import { createRequire } from 'node:module'
import { sign } from '@octokit/webhooks-methods'
import { describe, expect, it } from 'vitest'
import type { SourceEvent } from '../../src/core/event.ts'
import { github } from '../../src/sources/github/index.ts'

/** GitHub's own example payloads: of github.com and of the enterprise servers 3.1 to 3.5. */
const editions = ['api.github.com', 'ghes-31', 'ghes-32', 'ghes-33', 'ghes-34', 'ghes-35']
const require = createRequire(import.meta.url)
const examples = editions.flatMap((edition) =>
  (require(`@octokit/webhooks-examples/${edition}/index.json`) as { name: string; examples: unknown[] }[]).flatMap(
    ({ name, examples }) => examples.map((payload) => ({ edition, name, payload })),
  ),
)

const received = async ({ name, payload }: { name: string; payload: unknown }) => {
  const body = JSON.stringify(payload)
  const headers = {
    'content-type': 'application/json',
    'x-github-event': name,
    'x-github-delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    'x-hub-signature-256': await sign('secret', body),
  }
  return { headers, body: Buffer.from(body), receivedAt: Date.UTC(2026, 2, 2) }
}

const READ = ['deployment', 'deployment_status', 'release', 'push', 'issues', 'workflow_run', 'ping']

describe("GitHub's example payloads", () => {
  it('are all believed when Octokit signs them, and none is unreadable', async () => {
    expect(examples.length).toBeGreaterThan(500)
    for (const example of examples) {
      const delivery = await received(example)
      expect(github.verify(delivery, ['secret'])).toBe(true)
      expect(github.interpret(delivery).kind, `${example.edition} ${example.name}`).not.toBe('unreadable')
    }
  })

  it('become the events that they tell of', async () => {
    const outcomes = new Map<string, number>()
    for (const example of examples.filter(({ edition }) => edition === 'api.github.com')) {
      const made = github.interpret(await received(example))
      const key = `${example.name}: ${made.kind === 'events' ? made.events.map(shortly).join(', ') : made.kind}`
      outcomes.set(key, (outcomes.get(key) ?? 0) + 1)
    }
    const ofReadEvents = ([key]: [string, number]) => READ.includes(key.split(':')[0] as string)
    const others = [...outcomes].filter((outcome) => !ofReadEvents(outcome))
    expect(others.filter(([key]) => !key.endsWith(': ignored'))).toEqual([])
    expect(others.length).toBeGreaterThan(40)
    expect(Object.fromEntries([...outcomes].filter(ofReadEvents))).toEqual({
      'deployment: deployment pending': 4,
      'deployment_status: deployment in-progress': 1,
      'deployment_status: deployment succeeded': 3,
      // Those labelled "bug"; the rest are assigned, locked, moved and so on, or are no defects.
      'issues: defect open': 5,
      'issues: defect unchanged': 7,
      'issues: ignored': 17,
      'ping: ignored': 4,
      // They delete a tag.
      'push: ignored': 4,
      'push: push of 1': 2,
      'push: release simple-tag': 1,
      'release: release 0.0.1': 11,
      'release: release withdrawn': 2,
      // Of continuous integration, none a deployment.
      'workflow_run: ignored': 5,
    })
  })

  it('of the enterprise servers become deployments, releases and defects too', async () => {
    const types = new Set<string>()
    for (const example of examples.filter(({ edition }) => edition !== 'api.github.com')) {
      const made = github.interpret(await received(example))
      if (made.kind === 'events') for (const { type } of made.events) types.add(`${example.edition} ${type}`)
    }
    for (const edition of editions.slice(1))
      for (const type of ['deployment', 'release', 'defect']) expect(types).toContain(`${edition} ${type}`)
  })
})

function shortly(event: SourceEvent): string {
  if (event.type === 'deployment') return `deployment ${event.status}`
  if (event.type === 'release') return event.withdrawn ? 'release withdrawn' : `release ${event.version}`
  if (event.type === 'push') return `push of ${event.commits.length}`
  if (event.type === 'sessions') return 'sessions, of which GitHub knows nothing'
  return `defect ${event.status ?? 'unchanged'}`
}
