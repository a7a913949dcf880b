import { createRequire } from 'node:module'
import { sign } from '@octokit/webhooks-methods'
import { expect, test } from 'vitest'
import { readFixtures } from '../sources/conformance.ts'
import { type Door, useReceiver } from '../support/receiver.ts'

/** GitHub's deliveries over HTTP, signed by Octokit as GitHub signs them. */

const receiver = useReceiver()
const require = createRequire(import.meta.url)
const examples = require('@octokit/webhooks-examples/api.github.com/index.json') as {
  name: string
  examples: unknown[]
}[]

async function deliver(door: Door, delivery: { event: string; id: string; body: string; signedBy?: string }) {
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'GitHub-Hookshot/044aadd',
    'x-github-event': delivery.event,
    'x-github-delivery': delivery.id,
    'x-hub-signature-256': await sign(delivery.signedBy ?? door.secret, delivery.body),
  }
  return (await fetch(door.address, { method: 'POST', headers, body: delivery.body })).status
}

test('all examples of github.com are taken, and each is processed or ignored for a reason', async () => {
  const door = await receiver.open('github')
  let sent = 0
  for (const { name, examples: payloads } of examples)
    for (const payload of payloads) {
      const delivery = { event: name, id: `example-${sent++}`, body: JSON.stringify(payload) }
      expect(await deliver(door, delivery), name).toBe(202)
    }
  const deliveries = await door.deliveries()
  expect(deliveries).toHaveLength(sent)
  expect(deliveries.filter(({ state, reason }) => state !== 'processed' && !(state === 'ignored' && reason))).toEqual(
    [],
  )
  expect(deliveries.filter(({ state }) => state === 'processed').length).toBeGreaterThan(30)
})

test('a redelivery is told apart, another secret and another body are refused', async () => {
  const door = await receiver.open('github')
  const fixture = readFixtures('github').find(({ name }) => name === 'deployment_status.success')
  const body = Buffer.from(fixture?.delivery.body ?? []).toString('utf8')
  const delivery = { event: 'deployment_status', id: '72d3162e-cc78-11e3-81ab-4c9367dc0958', body }
  expect(await deliver(door, { ...delivery, signedBy: 'a secret that was not given' })).toBe(401)
  expect(await deliver(door, delivery)).toBe(202)
  expect(await deliver(door, delivery)).toBe(200)
  const headers = { 'x-github-event': 'deployment_status', 'x-hub-signature-256': await sign(door.secret, body) }
  const changed = await fetch(door.address, {
    method: 'POST',
    headers: { ...headers, 'content-type': 'application/json' },
    body: body.replace('success', 'failure'),
  })
  expect(changed.status).toBe(401)
  expect(await door.deployments()).toMatchObject([{ status: 'succeeded', environment: 'production' }])
})
