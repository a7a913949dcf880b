import { spawnSync } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import type { DefectEvent, DeploymentEvent } from '../../src/core/event.ts'
import { native } from '../../src/sources/native.ts'
import { standardWebhooks } from '../../src/sources/standard-webhooks.ts'
import { signedCurl } from '../../views/setup/senders/standard-webhooks.tsx'
import { eventsOf, json, notesOf, only, problemsOf, reasonOf } from './deliveries.ts'

const deployment = { service: 'checkout-api', version: '4.18.0', environment: 'production' }
const defect = { service: 'checkout-api', title: 'Capture fails with 409' }
const interpret = (body: unknown) => standardWebhooks.interpret(json(body))

describe('a standard webhook', () => {
  it.each([[deployment], [defect], [[deployment, defect]], [{ deployments: [deployment], defects: [defect] }]])(
    '%j means what it means as our own JSON',
    (body) => {
      expect(interpret(body)).toEqual(native.interpret(json(body)))
      expect(interpret({ type: 'any.thing', timestamp: '2026-03-02T10:00:00Z', data: body })).toEqual(
        native.interpret(json(body)),
      )
    },
  )

  it('names problems by where they stand in the body', () => {
    const bad = { ...deployment, version: '' }
    expect(problemsOf(interpret(bad))).toMatchObject([{ path: 'version' }])
    expect(problemsOf(interpret({ type: 'x', data: bad }))).toMatchObject([{ path: 'data.version' }])
    expect(problemsOf(interpret({ type: 'x', data: [deployment, bad] }))).toMatchObject([{ path: 'data.1.version' }])
    expect(problemsOf(interpret({ type: 'x', data: null }))).toEqual([{ path: 'data', message: 'must be an object' }])
    expect(problemsOf(interpret({ type: 'x', data: Array(1001).fill(deployment) }))).toMatchObject([{ path: 'data' }])
  })

  it('of an empty list is ignored', () => {
    expect(reasonOf(interpret({ type: 'x', data: [] }))).toContain('empty')
  })

  it('remarks on keys that are given twice', () => {
    const body = `{"type":"x","data":{"service":"a",${JSON.stringify(deployment).slice(1)}}`
    expect(only<DeploymentEvent>(interpret(body)).service).toBe('checkout-api')
    expect(notesOf(interpret(body))).toEqual([expect.stringContaining('data.service')])
  })

  it('that has data but no type is none of an envelope', () => {
    expect(eventsOf<DefectEvent>(interpret({ ...defect, data: { any: 1 } }))).toHaveLength(1)
  })

  it('is called by the type of its envelope in the list', () => {
    expect(standardWebhooks.eventName?.(json({ type: 'deployment.succeeded', data: deployment }))).toBe(
      'deployment.succeeded',
    )
    expect(standardWebhooks.eventName?.(json({ type: 'a b', data: {} }))).toBeUndefined()
    expect(standardWebhooks.eventName?.(json(deployment))).toBeUndefined()
  })

  it('is known by its id', () => {
    expect(standardWebhooks.deliveryId(json({}, { 'webhook-id': 'msg_1' }))).toBe('msg_1')
    expect(standardWebhooks.deliveryId(json({}, { 'webhook-id': 'msg_1, msg_2' }))).toBeUndefined()
    expect(standardWebhooks.deliveryId(json({}))).toBeUndefined()
  })
})

describe('the request on the set-up page', () => {
  it('is signed so that it is believed', () => {
    const secret = `whsec_${Buffer.from('thirty-two bytes that are a key!').toString('base64')}`
    // curl is asked for nothing but what it was given.
    const script = `curl() { printf '%s\\n' "$@"; }\n${signedCurl('http://localhost/hooks/mine')}`
    const env = { ...process.env, POSTFLIGHT_WEBHOOK_SECRET: secret }
    const said = spawnSync('bash', ['-c', script], { env, encoding: 'utf8' }).stdout.split('\n')
    const headers = Object.fromEntries(
      said.flatMap((line) => [/^([\w-]+): (.*)$/.exec(line)?.slice(1) ?? []].filter((pair) => pair.length === 2)),
    )
    const body = Buffer.from(said[said.indexOf('-d') + 1] ?? '')
    const sent = { headers, body, receivedAt: Date.now() }
    expect(standardWebhooks.verify(sent, [secret])).toBe(true)
    expect(standardWebhooks.verify(sent, ['whsec_b3RoZXI='])).toBe(false)
    expect(standardWebhooks.interpret(sent).kind).toBe('events')
  })
})
