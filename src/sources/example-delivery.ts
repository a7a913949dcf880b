import type { RawDelivery } from './source.ts'

/** A small delivery of each kind of source, as its sender would make it, to try the way from there: never of any release. */

const SERVICE = 'postflight-test'
const VERSION = '0.0.0'
const COMMIT = '0'.repeat(39).padStart(40, '1')

type Example = Pick<RawDelivery, 'headers' | 'body'>

/**
 * @param at when it is made
 * @param id tells it from every other one
 */
export function exampleDelivery(kind: string, at: number, id: string): Example {
  const time = new Date(at).toISOString()
  const { headers, body } = (EXAMPLES[kind] ?? EXAMPLES.native)?.(time, id, at) ?? { body: {} }
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  return { headers: { 'content-type': 'application/json', ...headers }, body: Buffer.from(text) }
}

type Make = (time: string, id: string, at: number) => { headers?: Record<string, string>; body: unknown }

const deployment = (time: string, id: string) => ({
  service: SERVICE,
  version: VERSION,
  environment: 'test',
  status: 'succeeded',
  id,
  finishedAt: time,
})

const alerts: Make = (time, id) => ({
  body: {
    version: '4',
    groupKey: id,
    receiver: 'postflight',
    status: 'firing',
    orgId: 1,
    alerts: [
      {
        status: 'firing',
        labels: { alertname: 'PostflightTest', service: SERVICE, env: 'test' },
        annotations: { summary: 'A test of Postflight' },
        startsAt: time,
        endsAt: '0001-01-01T00:00:00Z',
        generatorURL: '',
        fingerprint: id.replaceAll('-', '').slice(0, 16),
      },
    ],
    groupLabels: {},
    commonLabels: {},
    commonAnnotations: {},
    externalURL: '',
    truncatedAlerts: 0,
  },
})

const EXAMPLES: Readonly<Record<string, Make>> = {
  native: (time, id) => ({ headers: { 'idempotency-key': id }, body: deployment(time, id) }),
  'standard-webhooks': (time, id) => ({ headers: { 'webhook-id': id }, body: deployment(time, id) }),
  generic: (time, id) => ({ headers: { 'idempotency-key': id }, body: deployment(time, id) }),
  github: (time, id) => ({
    headers: { 'x-github-event': 'deployment_status', 'x-github-delivery': id },
    body: {
      action: 'created',
      deployment_status: { id: 1, state: 'success', environment: 'test', created_at: time },
      deployment: { id: 1, sha: COMMIT, ref: VERSION, environment: 'test', created_at: time, payload: {} },
      repository: { full_name: `postflight/${SERVICE}` },
    },
  }),
  gitlab: (time, id) => ({
    headers: { 'x-gitlab-event': 'Deployment Hook', 'idempotency-key': id },
    body: {
      object_kind: 'deployment',
      status: 'success',
      status_changed_at: time,
      deployment_id: 1,
      environment: 'test',
      environment_tier: 'testing',
      project: { id: 1, path_with_namespace: `postflight/${SERVICE}` },
      ref: VERSION,
      short_sha: COMMIT.slice(0, 8),
      commit_url: `https://gitlab.example/postflight/-/commit/${COMMIT}`,
    },
  }),
  'azure-devops': (time, id) => ({
    body: {
      id,
      eventType: 'ms.vss-pipelines.stage-state-changed-event',
      publisherId: 'pipelines',
      resource: {
        stage: { id, name: 'Production', state: 'completed', result: 'succeeded' },
        run: { id: 1, name: VERSION, pipeline: { id: 1, name: SERVICE } },
        pipeline: { id: 1, name: SERVICE },
      },
      createdDate: time,
    },
  }),
  argocd: (time) => ({
    body: {
      timestamp: time,
      app: {
        metadata: { name: SERVICE, namespace: 'argocd' },
        spec: { destination: { namespace: 'test' }, source: { repoURL: '', targetRevision: 'main' } },
        status: {
          health: { status: 'Healthy' },
          sync: { status: 'Synced', revision: COMMIT },
          summary: { images: [`registry.example/${SERVICE}:${VERSION}`] },
          operationState: { phase: 'Succeeded', startedAt: time, finishedAt: time, syncResult: { revision: COMMIT } },
        },
      },
    },
  }),
  bitbucket: (time, id) => ({
    headers: { 'x-event-key': 'repo:commit_status_updated', 'x-request-uuid': id },
    body: {
      repository: { full_name: `postflight/${SERVICE}` },
      commit_status: {
        key: 'deploy-test',
        name: 'Deploy to production',
        state: 'SUCCESSFUL',
        refname: VERSION,
        updated_on: time,
        commit: { hash: COMMIT },
      },
    },
  }),
  datadog: (_, id, at) => ({
    body: {
      data: {
        type: 'dora_event',
        attributes: {
          id,
          service: SERVICE,
          env: 'test',
          version: VERSION,
          started_at: `${at}000000`,
          finished_at: `${at}000000`,
        },
      },
    },
  }),
  jenkins: (_, __, at) => ({
    body: {
      name: `deploy-${SERVICE}`,
      url: `job/deploy-${SERVICE}/`,
      build: {
        number: 1,
        timestamp: at,
        duration: 1,
        phase: 'COMPLETED',
        status: 'SUCCESS',
        url: `job/deploy-${SERVICE}/1/`,
        parameters: { ENVIRONMENT: 'test', VERSION },
      },
    },
  }),
  cdevents: (time, id) => ({
    body: {
      context: {
        version: '0.3.0',
        id,
        source: '/postflight',
        type: 'dev.cdevents.service.deployed.0.1.1',
        timestamp: time,
      },
      subject: {
        id: SERVICE,
        type: 'service',
        content: { environment: { id: 'test' }, artifactId: `pkg:oci/${SERVICE}@${VERSION}` },
      },
    },
  }),
  alertmanager: alerts,
  grafana: alerts,
  sentry: (time, id, at) => ({
    headers: {
      'sentry-hook-resource': 'issue',
      'sentry-hook-timestamp': String(Math.floor(at / 1000)),
      'request-id': id.replaceAll('-', ''),
    },
    body: {
      action: 'created',
      data: {
        issue: {
          id: '1',
          shortId: 'TEST-1',
          title: 'A test of Postflight',
          level: 'error',
          status: 'unresolved',
          project: { id: '1', slug: SERVICE },
          firstSeen: time,
          lastSeen: time,
          count: '1',
        },
      },
    },
  }),
  'sentry-sdk': (time, id) => {
    const event = { event_id: id.replaceAll('-', ''), level: 'error', message: 'A test of Postflight', timestamp: time }
    const item = JSON.stringify({ ...event, environment: 'test', release: `${SERVICE}@${VERSION}` })
    const lines = [JSON.stringify({ event_id: event.event_id, sent_at: time }), JSON.stringify({ type: 'event' }), item]
    return { headers: { 'content-type': 'application/x-sentry-envelope' }, body: lines.join('\n') }
  },
  pagerduty: (time, id) => ({
    headers: { 'x-webhook-id': id },
    body: {
      event: {
        id,
        event_type: 'incident.triggered',
        resource_type: 'incident',
        occurred_at: time,
        data: {
          id: 'TEST',
          type: 'incident',
          status: 'triggered',
          title: 'A test of Postflight',
          created_at: time,
          urgency: 'low',
          service: { id: 'TEST', summary: SERVICE, type: 'service_reference' },
        },
      },
    },
  }),
  jira: (time, _, at) => ({
    body: {
      timestamp: at,
      webhookEvent: 'jira:issue_created',
      issue: {
        id: '1',
        key: 'TEST-1',
        fields: {
          summary: 'A test of Postflight',
          issuetype: { name: 'Bug' },
          project: { key: 'TEST', name: SERVICE },
          status: { name: 'Open', statusCategory: { key: 'new' } },
          created: time,
          updated: time,
        },
      },
    },
  }),
  opsgenie: (_, id, at) => ({
    body: {
      action: 'Create',
      alert: {
        alertId: id,
        message: 'A test of Postflight',
        tags: ['env:test'],
        details: { service: SERVICE },
        createdAt: at,
        updatedAt: at * 1_000_000,
        priority: 'P5',
      },
      integrationName: 'Postflight',
    },
  }),
}
