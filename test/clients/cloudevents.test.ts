import { CloudEvent, emitterFor, httpTransport, type Message, Mode } from 'cloudevents'
import { expect, test } from 'vitest'
import { readFixtures } from '../sources/conformance.ts'
import { type Door, useReceiver } from '../support/receiver.ts'

/** CDEvents as the CloudEvents SDK for JavaScript sends them: its own emitter over its own HTTP. */

const receiver = useReceiver()

const ago = (minutes: number) => new Date(Date.now() - minutes * 60_000).toISOString()

function cdEvent(predicate: string, subject: { id: string; content: object }, timestamp: string, id = predicate) {
  const type = `dev.cdevents.${predicate}.0.2.0`
  const context = { specversion: '0.5.0', id, source: '/acme/deploys', type, timestamp }
  return new CloudEvent({ id, source: context.source, type, time: timestamp, data: { context, subject } })
}

const production = { id: 'production' }
const artifactId = (version: string) => `pkg:oci/checkout-api@sha256%3A${'0f'.repeat(32)}?tag=${version}`
const deployed = (version: string, timestamp: string) =>
  cdEvent(
    'service.deployed',
    { id: 'checkout-api', content: { environment: production, artifactId: artifactId(version) } },
    timestamp,
    `deployed ${version}`,
  )
const incident = (predicate: string, timestamp: string) =>
  cdEvent(
    predicate,
    {
      id: 'incident-7',
      content: { description: 'Captures time out', environment: production, service: { id: 'checkout-api' } },
    },
    timestamp,
  )

/** What is sent each event, and the server's answer to it. */
function sendingTo({ address, secret }: Door) {
  const headers = { authorization: `Bearer ${secret}` }
  const transport = httpTransport(address)
  const outcomeOf = async (answer: Promise<unknown>) =>
    (JSON.parse(((await answer) as { body: string }).body) as { outcome?: string }).outcome
  return {
    send: async (mode: Mode, event: CloudEvent<unknown>) =>
      await outcomeOf(emitterFor(transport, { mode })(event, { headers })),
    // The SDK reads batches and has no emitter for them; their form is a list of structured events.
    sendBatch: async (events: readonly CloudEvent<unknown>[]) => {
      const batch: Message = {
        headers: { 'content-type': 'application/cloudevents-batch+json; charset=utf-8' },
        body: JSON.stringify(events),
      }
      return await outcomeOf(transport(batch, { headers }))
    },
  }
}

test.each([Mode.BINARY, Mode.STRUCTURED])('deployments and incidents come in %s mode', async (mode) => {
  const door = await receiver.open('cdevents')
  const { send } = sendingTo(door)
  expect(await send(mode, deployed('4.18.0', ago(60)))).toBe('accepted')
  expect(await send(mode, incident('incident.detected', ago(30)))).toBe('accepted')
  expect(await send(mode, incident('incident.resolved', ago(10)))).toBe('accepted')
  // The SDK tries again with the same id.
  expect(await send(mode, deployed('4.18.0', ago(60)))).toBe('duplicate')
  expect(await door.deployments()).toEqual([
    { service: 'checkout-api', environment: 'production', version: '4.18.0', status: 'succeeded', action: 'deploy' },
  ])
  expect(await door.defects()).toMatchObject([
    { title: 'Captures time out', service: 'checkout-api', status: 'fixed', occurrences: 1 },
  ])
})

test('a batch is taken apart, and a bad event in it does not keep the good ones back', async () => {
  const door = await receiver.open('cdevents')
  const { sendBatch } = sendingTo(door)
  const bad = cdEvent('service.deployed', { id: 'checkout-api', content: {} }, ago(20), 'nowhere')
  const batch = [deployed('4.18.0', ago(60)), bad, deployed('4.18.1', ago(15)), incident('incident.detected', ago(5))]
  expect(await sendBatch(batch)).toBe('accepted')
  expect(await door.deliveries()).toMatchObject([{ state: 'processed' }])
  expect((await door.deployments()).map(({ version }) => version)).toEqual(['4.18.0', '4.18.1'])
  expect(await door.defects()).toMatchObject([{ title: 'Captures time out', status: 'open' }])
})

test('every mode tells the same of an event', async () => {
  const told = []
  for (const mode of [Mode.BINARY, Mode.STRUCTURED]) {
    const door = await receiver.open('cdevents')
    const { send } = sendingTo(door)
    for (const { delivery } of readFixtures('cdevents').filter(({ name }) => name.endsWith('.bare'))) {
      const data = JSON.parse(Buffer.from(delivery.body).toString('utf8')) as { context: Record<string, string> }
      const { source = '', type = '', timestamp: time = '', ...rest } = data.context
      const event = new CloudEvent({ id: rest.id ?? 'unnamed', source, type, time, data })
      expect(await send(mode, event)).toBe('accepted')
    }
    told.push({ deployments: await door.deployments(), defects: await door.defects() })
  }
  expect(told[0]).toEqual(told[1])
  expect(told[0]?.deployments).not.toEqual([])
})

test('without the token nothing is taken', async () => {
  const door = await receiver.open('cdevents')
  const { send, sendBatch } = sendingTo({ ...door, secret: 'somebody-elses-token' })
  expect(await send(Mode.BINARY, deployed('4.18.0', ago(60)))).toBeUndefined()
  expect(await sendBatch([deployed('4.18.0', ago(60))])).toBeUndefined()
  expect(await door.deliveries()).toEqual([])
})
