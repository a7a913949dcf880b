import { z } from 'zod'
import { defectPatch } from '../routes/api/api-defect-changes.ts'
import { defectMerge, defectSplit, identityUndo } from '../routes/api/api-defect-identity.ts'
import { defectsQuery } from '../routes/api/api-defects.ts'
import { deliveriesQuery } from '../routes/api/api-deliveries.ts'
import { deploymentsQuery } from '../routes/api/api-deployments.ts'
import { emergenciesQuery } from '../routes/api/api-emergencies.ts'
import { freezeBody, freezesQuery } from '../routes/api/api-freezes.ts'
import { lockBody, locksQuery } from '../routes/api/api-locks.ts'
import { deliveryMetricsQuery } from '../routes/api/api-metrics.ts'
import { onCallQuery } from '../routes/api/api-on-call.ts'
import { liveQuery, namesQuery } from '../routes/api/api-places.ts'
import { qualityMetricsQuery } from '../routes/api/api-quality.ts'
import { releasesQuery } from '../routes/api/api-releases.ts'
import { reportsQuery } from '../routes/api/api-reports.ts'
import { signalsQuery } from '../routes/api/api-signals.ts'
import { gateQuery } from '../routes/api/api-verdicts.ts'
import { type Policy, scopeOf } from '../routes.ts'
import * as emergency from './api-emergency-schemas.ts'
import { nativeDefect, nativeDeployment, submissionAnswer } from './api-native-schemas.ts'
import { onCallAnswer } from './api-on-call-schemas.ts'
import { reportDetails, reportItem } from './api-report-schemas.ts'
import * as schemas from './api-schemas.ts'

/** What openapi.json says of one operation. */
interface Operation {
  readonly method: 'get' | 'post' | 'patch' | 'delete'
  /** With parameters as in `{id}`. */
  readonly path: string
  readonly summary: string
  readonly policy: Policy
  readonly query?: z.ZodObject
  readonly body?: z.ZodType
  readonly answers: Readonly<Record<number, readonly [description: string, schema: z.ZodType]>>
}

const READ: Policy = { scope: 'read' }

const list = (name: string, summary: string, query: z.ZodObject, item: z.ZodType): Operation => ({
  method: 'get',
  path: `/api/v1/${name}`,
  summary,
  policy: READ,
  query,
  answers: { 200: ['One page', schemas.pageSchema(item)] },
})

/** One or several at once, all or nothing. */
const submission = (name: 'deployments' | 'defects', summary: string, item: z.ZodType): Operation => ({
  method: 'post',
  path: `/api/v1/${name}`,
  summary,
  policy: { scope: `${name}:write` },
  body: z.union([item, z.array(item).max(1_000)]),
  answers: {
    200: ['It had been received before; nothing was changed', submissionAnswer],
    202: ['Committed to disk', submissionAnswer],
  },
})

const OPERATIONS: readonly Operation[] = [
  list('services', 'Services by name', namesQuery, schemas.serviceItem),
  list('environments', 'Environments by name', namesQuery, schemas.environmentItem),
  list('releases', 'Releases, last known first', releasesQuery, schemas.releaseItem),
  {
    method: 'get',
    path: '/api/v1/releases/{service}/{version}',
    summary: 'A release with its deployments, what makes it an emergency release, and counts of defects',
    policy: READ,
    answers: { 200: ['The release', schemas.releaseDetails] },
  },
  {
    method: 'get',
    path: '/api/v1/releases/{service}/{version}/gate',
    summary: 'For CI: whether a release is clean enough, judged where it has been running',
    policy: READ,
    query: gateQuery,
    answers: { 200: ['The verdict', schemas.gateAnswer] },
  },
  list('deployments', 'Deployments, newest first', deploymentsQuery, schemas.deploymentItem),
  submission('deployments', 'Report deployments', nativeDeployment),
  list('live', 'Which release runs where, now or at an instant', liveQuery, schemas.liveItem),
  list('freezes', 'Freezes, the one that begins last first', freezesQuery, schemas.freezeItem),
  {
    method: 'post',
    path: '/api/v1/freezes',
    summary: 'Freeze an environment, for one service or for all, from an instant to another',
    policy: { scope: 'freezes:write' },
    body: freezeBody,
    answers: { 201: ['The freeze', schemas.freezeItem] },
  },
  {
    method: 'delete',
    path: '/api/v1/freezes/{id}',
    summary: 'End a freeze before its time; it stays known',
    policy: { scope: 'freezes:write' },
    answers: { 200: ['The freeze as it is now', schemas.freezeItem] },
  },
  list('defects', 'Defects, the one first seen last at the top', defectsQuery, schemas.defectItem),
  submission('defects', 'Report defects', nativeDefect),
  {
    method: 'get',
    path: '/api/v1/defects/{id}',
    summary: 'A defect with its suspects and their evidence, its fixes and whether they held',
    policy: READ,
    answers: { 200: ['The defect; a merged one is answered with its survivor', schemas.defectDetails] },
  },
  {
    method: 'patch',
    path: '/api/v1/defects/{id}',
    summary: 'Decide about a defect: status, fixed in, severity, assignee, comment, attribution or times',
    policy: { scope: 'defects:write' },
    body: defectPatch,
    answers: { 200: ['The defect as it is now', schemas.defectDetails] },
  },
  {
    method: 'post',
    path: '/api/v1/defects/{id}/merge',
    summary: 'Say that a defect is the same as another, which then stands for both; 409 when they are one already',
    policy: { scope: 'defects:write' },
    body: defectMerge,
    answers: { 200: ['The defect that stays', schemas.defectDetails] },
  },
  {
    method: 'post',
    path: '/api/v1/defects/{id}/split',
    summary: 'Make a defect of its own of some of its reports; 409 when they are not its own any more',
    policy: { scope: 'defects:write' },
    body: defectSplit,
    answers: { 201: ['What was split off; its address is in Location', schemas.defectDetails] },
  },
  {
    method: 'post',
    path: '/api/v1/defects/{id}/undo',
    summary: 'Take back a merge or a split; 409 when it was taken back before or would change nothing',
    policy: { scope: 'defects:write' },
    body: identityUndo,
    answers: { 200: ['The defect of the address as it is now', schemas.defectDetails] },
  },
  {
    method: 'get',
    path: '/api/v1/metrics/delivery',
    summary: "DORA's five delivery metrics of one service in one environment",
    policy: READ,
    query: deliveryMetricsQuery,
    answers: { 200: ['The metrics', schemas.deliveryMetricsAnswer] },
  },
  {
    method: 'get',
    path: '/api/v1/metrics/quality',
    summary: 'Defects of one service in one environment: how they escape, come, go, age and are fixed',
    policy: READ,
    query: qualityMetricsQuery,
    answers: { 200: ['The metrics', schemas.qualityMetricsAnswer] },
  },
  {
    method: 'get',
    path: '/api/v1/signals',
    summary: 'What the defects of the services in one environment say: drift, slow rises, the worst, what is hidden',
    policy: READ,
    query: signalsQuery,
    answers: { 200: ['The signals', schemas.signalsAnswer] },
  },
  {
    method: 'get',
    path: '/api/v1/metrics/attribution',
    summary: 'Whether suspicions can be trusted, by the verdicts of people',
    policy: READ,
    answers: { 200: ['The numbers', schemas.attributionMetrics] },
  },
  list('deliveries', 'Deliveries, last received first', deliveriesQuery, schemas.deliveryItem),
  {
    method: 'get',
    path: '/api/v1/openapi.json',
    summary: 'This document',
    policy: 'open',
    answers: { 200: ['OpenAPI 3.1', z.looseObject({ openapi: z.string() })] },
  },
]

const FIRE: Policy = { scope: 'releases:fire' }

/** A step of an emergency release. */
const emergencyStep = (name: string, summary: string, body: z.ZodType): Operation => ({
  method: 'post',
  path: `/api/v1/emergency-releases/{id}/${name}`,
  summary,
  policy: FIRE,
  body,
  answers: {
    200: ['The release as it is now; the same Idempotency-Key again changes nothing', emergency.emergencyDetails],
    409: ['Not possible, or it has moved on; with how it stands', conflictDocument],
  },
})

const conflictDocument = z.looseObject({ detail: z.string(), emergencyRelease: emergency.emergencyDetails })

const EMERGENCY_OPERATIONS: readonly Operation[] = [
  list('emergency-releases', 'Emergency releases, newest first', emergenciesQuery, emergency.emergencyItem),
  {
    method: 'get',
    path: '/api/v1/emergency-releases/{id}',
    summary: 'An emergency release with its checks, requests to CI, verification and timeline',
    policy: READ,
    answers: { 200: ['The release', emergency.emergencyDetails] },
  },
  {
    method: 'post',
    path: '/api/v1/emergency-releases',
    summary: 'Open an emergency release; needs an Idempotency-Key, and sends nothing',
    policy: FIRE,
    body: emergency.emergencyWish,
    answers: {
      200: ['It had been opened with this key before', emergency.emergencyDetails],
      201: ['Opened', emergency.emergencyDetails],
      409: ['One is open for the place', conflictDocument],
    },
  },
  emergencyStep('approval', 'Approve it: CI is asked once', emergency.approvalBody),
  emergencyStep('dispatch', 'Say what became of the request to CI, or have a new one sent', emergency.dispatchBody),
  emergencyStep('verification', 'Say that it worked', emergency.verificationBody),
  emergencyStep('closure', 'Close it; linked defects become fixed', emergency.closureBody),
  emergencyStep('cancellation', 'Cancel it, or give it up', emergency.cancellationBody),
  {
    method: 'post',
    path: '/api/v1/emergency-releases/{id}/run',
    summary: 'For CI: what became of the run that carries a key',
    policy: { scope: 'deployments:write' },
    body: emergency.runBody,
    answers: { 200: ['The release as it is now', emergency.emergencyDetails] },
  },
  {
    method: 'get',
    path: '/api/v1/locks',
    summary: 'For CI: whether a service may be deployed to an environment now',
    policy: READ,
    query: locksQuery,
    answers: { 200: ['The locks in force', emergency.locksAnswer] },
  },
  {
    method: 'post',
    path: '/api/v1/locks',
    summary: 'Lock a service in an environment, or all of it, until it is released; needs an Idempotency-Key',
    policy: { scope: 'locks:write' },
    body: lockBody,
    answers: {
      200: ['It had been set with this key before; as it is now', emergency.lockItem],
      201: ['The lock', emergency.lockItem],
    },
  },
  {
    method: 'delete',
    path: '/api/v1/locks/{id}',
    summary: 'Release a lock; it stays known, and asking again changes nothing',
    policy: { scope: 'locks:write' },
    answers: { 200: ['The lock as it is now', emergency.lockItem] },
  },
  {
    method: 'get',
    path: '/api/v1/on-call',
    summary: 'Who is on call now, and who is next',
    policy: READ,
    query: onCallQuery,
    answers: { 200: ['As the schedules say', onCallAnswer] },
  },
  list('reports', 'Reports, newest first', reportsQuery, reportItem),
  {
    method: 'get',
    path: '/api/v1/reports/{id}',
    summary: 'A report as it was when it was made',
    policy: READ,
    answers: { 200: ['The report', reportDetails] },
  },
]

/** The API as an OpenAPI 3.1 document. */
export function openApiDocument(publicUrl: string): Record<string, unknown> {
  const paths: Record<string, Record<string, unknown>> = {}
  for (const operation of [...OPERATIONS, ...EMERGENCY_OPERATIONS])
    paths[operation.path] = { ...paths[operation.path], [operation.method]: describeOperation(operation) }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Postflight',
      version: '1',
      description: 'Deployments and defects in; releases, suspects and what runs where out. Times are RFC 3339 in UTC.',
    },
    servers: [{ url: publicUrl }],
    security: [{ token: [] }],
    paths,
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'An API token, pf_…' } },
      schemas: { Problem: jsonSchema(schemas.problemDocument, 'output') },
    },
  }
}

/** Where something is changed, a token that is limited to some services changes nothing of others (docs/access.md). */
const LIMIT = 'A token that is limited to some services changes only what is of these.'

const refusal = (method: Operation['method']) => ({
  description:
    method === 'get'
      ? 'The token lacks the scope'
      : 'The token lacks the scope, or is limited to some services and this concerns others, or all; nothing was changed',
  content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
})

function describeOperation({
  method,
  summary,
  policy,
  path,
  query,
  body,
  answers,
}: Operation): Record<string, unknown> {
  const inPath = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
  return {
    summary,
    ...(policy === 'open'
      ? { security: [] }
      : { description: `Needs the scope ${scopeOf(policy)}.${method === 'get' ? '' : ` ${LIMIT}`}` }),
    parameters: [...inPath, ...(query ? queryParameters(query) : [])],
    ...(body && {
      requestBody: { required: true, content: { 'application/json': { schema: jsonSchema(body, 'input') } } },
    }),
    responses: {
      ...Object.fromEntries(
        Object.entries(answers).map(([status, [description, schema]]) => [
          status,
          { description, content: { 'application/json': { schema: jsonSchema(schema, 'output') } } },
        ]),
      ),
      ...(policy === 'open' ? {} : { 403: refusal(method) }),
      default: {
        description: 'A problem',
        content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
      },
    },
  }
}

const queryParameters = (query: z.ZodObject) =>
  Object.entries(query.shape).map(([name, schema]) => {
    const { description, ...rest } = jsonSchema(schema as z.ZodType, 'input')
    return { name, in: 'query', required: false, ...(description !== undefined && { description }), schema: rest }
  })

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io, target: 'draft-2020-12', unrepresentable: 'any' })
  return rest
}
