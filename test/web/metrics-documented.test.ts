import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createMetrics } from '../../src/web/server/metrics.ts'

const guide = readFileSync(new URL('../../docs/metrics.md', import.meta.url), 'utf8')

interface Row {
  readonly type: string
  readonly labels: readonly string[]
}

const namesIn = (cell: string) => [...cell.matchAll(/`(\w+)`/g)].map(([, name = '']) => name).sort()

/** The table in the guide, by name; `process_*` stands for all that begin so. */
const documented = new Map<string, Row>(
  guide
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim()))
    .filter((cells) => cells.length === 7 && /^`[a-z_]+\*?`$/.test(cells[1] ?? ''))
    .map(([, name = '', type = '', labels = '']) => [name.replaceAll('`', ''), { type, labels: namesIn(labels) }]),
)

/** What a scrape shows once everything has happened. */
async function measured(): Promise<Map<string, Row>> {
  const metrics = createMetrics()
  metrics.hookAnswered('github', 202, 0.01)
  metrics.duplicateReceived('github')
  metrics.rateLimited('github')
  metrics.signatureRefused('github')
  metrics.uploadAborted()
  metrics.inboxCommitted({ rows: 3, seconds: 0.01 })
  metrics.deliveryProcessed({
    source: 'github',
    kind: 'github',
    result: 'processed',
    tookMs: 5,
    lagMs: 20,
    replaySuspect: true,
  })
  metrics.databaseBusy()
  metrics.signInFailed('refused')
  metrics.accessDenied('scope')
  metrics.pruned('bodies', 3)
  metrics.clockJumped()
  const readings = {
    inboxDepth: 1,
    oldestWaitingAt: 0,
    dead: 1,
    attributionsWaiting: 1,
    diskFreeBytes: 1,
    walBytes: 1,
    liveStreams: 1,
  }
  const text = await metrics.text({ ...readings, lastDeliveryAt: [{ source: 'github', at: 0 }] }, 1)

  const rows = new Map<string, Row>()
  for (const [, name = '', type = ''] of text.matchAll(/^# TYPE (\S+) (\S+)$/gm)) {
    const series = new RegExp(`^${name}(?:_bucket|_sum|_count)?\\{(.*?)\\} `, 'gm')
    const labels = new Set([...text.matchAll(series)].flatMap(([, all = '']) => all.match(/\w+(?==")/g) ?? []))
    labels.delete('le')
    rows.set(name, { type, labels: [...labels].sort() })
  }
  return rows
}

const isOfFamily = (name: string) => ['process_*', 'nodejs_*'].some((family) => name.startsWith(family.slice(0, -1)))

test('every metric stands in the guide with its type and labels, and the guide invents none', async () => {
  const ours = [...(await measured())].filter(([name]) => !isOfFamily(name))
  expect(ours.length).toBeGreaterThan(20)
  expect(documented.has('process_*') && documented.has('nodejs_*')).toBe(true)
  const rows = [...documented].filter(([name]) => !name.endsWith('*'))
  expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(ours))
})

test('the alert rules ask for metrics there are, by labels they have', async () => {
  const there = await measured()
  const rules = [...guide.matchAll(/^ +expr: (.*)$/gm)].map(([, expression = '']) => expression)
  expect(rules.length).toBeGreaterThan(5)
  for (const rule of rules)
    for (const [, name = '', labels = ''] of rule.matchAll(/\b([a-z]+_[a-z_]+)(?:\{(.*?)\})?/g)) {
      expect([rule, there.has(name)]).toEqual([rule, true])
      for (const [label] of labels.matchAll(/\w+(?==[~"])/g)) expect(there.get(name)?.labels).toContain(label)
    }
})
