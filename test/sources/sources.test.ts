import { createHmac } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { findSource, sources } from '../../src/sources/index.ts'
import type { Source } from '../../src/sources/source.ts'
import { type Credential, describeSource } from './conformance.ts'

const bearer: Credential = {
  name: 'a bearer token',
  secret: 'pfs_Zk3v9Qx7Lr2TnB8w',
  otherSecret: 'pfs_another-token-0001',
  header: 'authorization',
  proofAt: 'Bearer '.length,
  sign: (_, secret) => ({ authorization: `Bearer ${secret}` }),
}

const hubSignature = (header: string): Credential => ({
  name: `a hub signature in ${header}`,
  secret: "It's a Secret to Everybody",
  otherSecret: 'the secret before it',
  header,
  proofAt: 'sha256='.length,
  sign: ({ body }, secret) => ({ [header]: `sha256=${createHmac('sha256', secret).update(body).digest('hex')}` }),
})

const sentrySignature: Credential = {
  name: 'a signature by the client secret',
  secret: '3f9c1d2e4b5a69788796a5b4c3d2e1f0aabbccdd',
  otherSecret: 'the client secret before it',
  header: 'sentry-hook-signature',
  proofAt: 0,
  sign: ({ body }, secret) => ({
    'sentry-hook-signature': createHmac('sha256', secret).update(body).digest('hex'),
  }),
}

const pagerdutySignature: Credential = {
  name: 'a PagerDuty signature',
  secret: 'QqKvXJpYbR0n3tF7uWzE',
  otherSecret: 'the secret of the webhook before',
  header: 'x-pagerduty-signature',
  proofAt: 'v1='.length,
  sign: ({ body }, secret) => ({
    'x-pagerduty-signature': `v1=${createHmac('sha256', secret).update(body).digest('hex')}`,
  }),
}

const grafanaSignature: Credential = {
  ...sentrySignature,
  name: 'a Grafana signature',
  header: 'x-grafana-alerting-signature',
  sign: ({ body }, secret) => ({
    'x-grafana-alerting-signature': createHmac('sha256', secret).update(body).digest('hex'),
  }),
}

const jiraSignature: Credential = { ...hubSignature('x-hub-signature'), name: 'a signature of Jira' }

const signedToken: Credential = {
  name: 'a signed token',
  secret: 'the secret of the app',
  otherSecret: 'the secret of the app before',
  header: 'authorization',
  proofAt: 'Bearer '.length,
  sign: ({ receivedAt }, secret) => {
    const parts = [{ alg: 'HS256' }, { exp: receivedAt / 1000 + 60 }]
    const signed = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    return { authorization: `Bearer ${signed}.${createHmac('sha256', secret).update(signed).digest('base64url')}` }
  },
}

const standardWebhooks: Credential = {
  name: 'a Standard Webhooks signature',
  secret: `whsec_${Buffer.from('twenty-four bytes of key').toString('base64')}`,
  otherSecret: `whsec_${Buffer.from('and another key of bytes').toString('base64')}`,
  header: 'webhook-signature',
  proofAt: 'v1,'.length,
  sign: ({ body, receivedAt }, secret) => {
    const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
    const timestamp = String(Math.floor(receivedAt / 1000))
    const signature = createHmac('sha256', key).update(`msg_1.${timestamp}.`).update(body).digest('base64')
    return { 'webhook-id': 'msg_1', 'webhook-timestamp': timestamp, 'webhook-signature': `v1,${signature}` }
  },
}

/** Secrets that are sent as they are, in a header of the sender's own. */
const plainToken = (header: string): Credential => ({
  name: `a token in ${header}`,
  secret: 'pfs_Zk3v9Qx7Lr2TnB8w',
  otherSecret: 'pfs_another-token-0001',
  header,
  proofAt: 0,
  sign: (_, secret) => ({ [header]: secret }),
})

const basic: Credential = {
  name: 'a password',
  secret: 'pfs_Zk3v9Qx7Lr2TnB8w',
  otherSecret: 'pfs_another-token-0001',
  header: 'authorization',
  proofAt: 'Basic '.length,
  sign: (_, secret) => ({ authorization: `Basic ${Buffer.from(`postflight:${secret}`).toString('base64')}` }),
}

const dsnKey: Credential = {
  name: 'the key of a DSN',
  secret: '9f2c4e6a8b0d1f3a5c7e9b1d3f5a7c9e',
  otherSecret: '00112233445566778899aabbccddeeff',
  header: 'x-sentry-auth',
  proofAt: 'Sentry sentry_version=7, sentry_key='.length,
  sign: (_, secret) => ({ 'x-sentry-auth': `Sentry sentry_version=7, sentry_key=${secret}` }),
}

describeSource(source('native'), [bearer])
describeSource(source('github'), [hubSignature('x-hub-signature-256')])
describeSource(source('gitlab'), [plainToken('x-gitlab-token'), standardWebhooks])
describeSource(source('azure-devops'), [basic, bearer])
describeSource(source('argocd'), [bearer, basic])
describeSource(source('bitbucket'), [hubSignature('x-hub-signature')])
describeSource(source('datadog'), [bearer, basic])
describeSource(source('jenkins'), [basic, bearer])
describeSource(source('cdevents'), [bearer, standardWebhooks])
describeSource(source('alertmanager'), [bearer, basic])
describeSource(source('sentry'), [sentrySignature])
describeSource(source('sentry-sdk'), [dsnKey])
describeSource(source('pagerduty'), [pagerdutySignature])
describeSource(source('grafana'), [bearer, basic, grafanaSignature])
describeSource(source('jira'), [jiraSignature, signedToken, bearer, basic])
describeSource(source('opsgenie'), [bearer, basic])
describeSource(source('standard-webhooks'), [standardWebhooks])
describeSource(source('generic'), [bearer, basic])

describe('the list of sources', () => {
  it('has each kind once, and finds it by its kind', () => {
    expect(sources.map(({ kind }) => kind)).toEqual([
      'native',
      'github',
      'gitlab',
      'azure-devops',
      'argocd',
      'bitbucket',
      'datadog',
      'jenkins',
      'cdevents',
      'alertmanager',
      'sentry',
      'sentry-sdk',
      'pagerduty',
      'grafana',
      'jira',
      'opsgenie',
      'standard-webhooks',
      'generic',
    ])
    for (const one of sources) expect(findSource(one.kind)).toBe(one)
  })

  it('has nothing for a kind it does not know', () => {
    expect(findSource('constructor')).toBeUndefined()
  })
})

function source(kind: string): Source {
  const found = findSource(kind)
  if (!found) throw new Error(`no source ${kind}`)
  return found
}
