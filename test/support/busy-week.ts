import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { createSource } from '../../src/operations/sources/sources-admin.ts'
import type { TestServer } from './running-server.ts'

const HOUR = 3_600_000

/**
 * A week of two services through the front door: releases, a rollback, a failed and a running deployment, defects of
 * every severity and in several states, one of them come back, and webhooks that were processed, ignored and unreadable.
 */
export async function sendBusyWeek(server: TestServer): Promise<void> {
  const now = server.deps.clock()
  const ago = (hours: number) => new Date(now - hours * HOUR).toISOString()
  const deployment = (service: string, version: string, hours: number, more: object = {}) => ({
    service,
    version,
    environment: 'production',
    status: 'succeeded',
    startedAt: ago(hours + 0.1),
    finishedAt: ago(hours),
    url: 'https://ci.example.com/runs/8812',
    actor: 'ben',
    ...more,
  })
  const { deps } = server
  const { secret } = await createSource(deps.store, deps.secretBox, { kind: 'generic' }, now)
  await fetch(`${server.base}/hooks/generic`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', Authorization: `Bearer ${secret}` },
    body: JSON.stringify({ app: 'invoices', build: { tag: '3.1.0', ended: ago(4) } }),
  })
  await server.post('/api/v1/deployments', [
    deployment('checkout-api', '4.17.0', 150, { commit: '1'.repeat(40) }),
    deployment('checkout-api', '4.18.0', 52, { environment: 'staging' }),
    deployment('checkout-api', '4.18.0', 50, {
      commit: '2'.repeat(40),
      commits: [{ sha: '2'.repeat(40), message: 'Retry captures', author: 'Ana', at: ago(60) }],
    }),
    deployment('checkout-api', '4.18.1', 26, { kind: 'emergency' }),
    deployment('checkout-api', '4.18.0', 25, { action: 'rollback' }),
    deployment('checkout-api', '4.19.0', 3, { status: 'failed' }),
    deployment('checkout-api', '999.9.9', 2, { environment: 'staging', status: 'failed' }),
    { ...deployment('checkout-api', '4.19.1', 1), status: 'in-progress', finishedAt: undefined },
    deployment('ledger', '2026.11.1', 100),
    deployment('ledger', '2026.11.2', 20),
  ])
  const defect = (title: string, severity: string, hours: number, more: object = {}) => ({
    service: 'checkout-api',
    environment: 'production',
    title,
    severity,
    occurredAt: ago(hours),
    ...more,
  })
  await server.post('/api/v1/defects', [
    defect('Capture fails with 409', 'S1', 45, {
      id: 'BUG-1',
      version: '4.18.0',
      count: 37,
      description: 'After a retry.',
    }),
    defect('Totals are off by one cent', 'S2', 40, { id: 'BUG-2', url: 'https://tracker.example.com/BUG-2' }),
    defect('Slow list of invoices', 'S3', 18, { id: 'BUG-3', service: 'ledger' }),
    defect('Typo in the receipt', 'S4', 140, { id: 'BUG-4', status: 'fixed' }),
    { title: 'Nobody knows where this one belongs', id: 'BUG-5' },
    defect('<b>Markup</b> & "quotes" in a title that is long enough to need more than one line on a phone', 'S3', 2, {
      id: 'BUG-6',
      environment: 'staging',
    }),
  ])
  await server.post('/api/v1/defects', defect('Capture fails with 409', 'S1', 1, { id: 'BUG-1', count: 5 }))
  // Fixed, and back in a release with the fix.
  const refund = (hours: number, more: object) =>
    server.post('/api/v1/defects', defect('Refund is booked twice', 'S2', hours, { id: 'BUG-7', ...more }))
  await refund(145, { version: '4.17.0' })
  const fixedIn = ['4.18.0', 'next-production-release']
  await refund(145, { status: 'fixed', fixedIn, resolvedAt: ago(100) })
  await refund(10, { version: '4.18.0' })
  await sendGithubDeliveries(server)
  await server.deps.processor.runUntilIdle()
}

async function sendGithubDeliveries(server: TestServer): Promise<void> {
  const { store, secretBox, clock } = server.deps
  const { secret } = await createSource(store, secretBox, { kind: 'github' }, clock())
  const file = resolve(import.meta.dirname, '../fixtures/deliveries/github/deployment_status.success.json')
  const recorded = JSON.parse(readFileSync(file, 'utf8')) as { headers: Record<string, string>; body: unknown }
  const send = async (id: string, event: string, body: string) => {
    const signature = `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
    const sent = { 'x-github-event': event, 'x-github-delivery': id, 'x-hub-signature-256': signature }
    const answer = await fetch(`${server.base}/hooks/github`, {
      method: 'POST',
      headers: { ...recorded.headers, ...sent },
      body,
    })
    if (answer.status !== 202) throw new Error(`POST /hooks/github: ${answer.status}`)
  }
  await send('processed', 'deployment_status', JSON.stringify(recorded.body))
  await send('ignored', 'star', '{"action":"created"}')
  await send('unreadable', 'deployment_status', '{"action":')
}
