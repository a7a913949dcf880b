import { z } from 'zod'
import { type OutboundAnswer, safeRequest } from '../safe-request.ts'
import {
  isTaken,
  jsonIn,
  lookOfRefusal,
  outcomeOfRefusal,
  reachabilityOfRefusal,
  runOf,
  type SystemWords,
} from './answer.ts'
import { earliestRun, isPast, TOO_EARLY } from './certainty.ts'
import { sentValues } from './sent-values.ts'
import { baseUrl, readWith } from './settings.ts'
import type { CiTrigger, FireRequest, LookOutcome, Target, TriggerParts } from './trigger.ts'

const kubernetesName = z.string().regex(/^[a-z0-9](?:[a-z0-9.-]{0,251}[a-z0-9])?$/, 'must be a name in Kubernetes')
const settings = z.strictObject({
  url: baseUrl,
  application: kubernetesName,
  /** Of the application itself, where Argo CD allows applications in any namespace. */
  applicationNamespace: kubernetesName.optional(),
  /** What to sync to, made of `{version}` and `{commit}`: a tag, a commit, or the version of a chart. */
  revision: z
    .string()
    .max(200)
    .regex(/^[\w./{}+-]*\{(?:version|commit)\}[\w./{}+-]*$/, 'must hold {version} or {commit}')
    .default('{version}'),
})
export type ArgocdSettings = z.output<typeof settings>

const messageOf = (body: unknown): string | undefined => z.object({ message: z.string() }).safeParse(body).data?.message

const WORDS: SystemWords = {
  name: 'Argo CD',
  said: messageOf,
  advice: {
    401: 'The token is wrong or has expired.',
    403: 'The application is not there, or the account may not sync it: it needs applications, get and sync (and override, where Argo CD wants that for another revision).',
    404: 'The application is not there.',
  },
}

/**
 * `POST /api/v1/applications/{name}/sync` to the revision of the version, with our values as the operation's `infos`
 * (argo-cd, server/application, read 2026-11). Not its `/rollback`, which takes no infos, so that its operation could not
 * be found again. Argo CD holds one operation at a time and refuses a second; with auto-sync on it refuses any revision but
 * the one it follows.
 */
export const argocdTrigger: CiTrigger<ArgocdSettings> = {
  kind: 'argocd',
  label: 'Argo CD',
  fields: [
    { name: 'url', label: 'Argo CD', hint: 'https://argocd.example', required: true },
    { name: 'application', label: 'Application', hint: 'Its name.', required: true },
    {
      name: 'revision',
      label: 'Revision',
      hint: 'Made of {version} and {commit}: v{version} for tags such as v4.17.3. {version} unless told.',
      required: false,
    },
    {
      name: 'applicationNamespace',
      label: 'Namespace of the application',
      hint: 'Only where applications live outside of Argo CD’s own.',
      required: false,
    },
  ],
  secret: {
    label: 'Token',
    hint: 'Of an account with apiKey that may get and sync the application.',
    generated: false,
  },
  readSettings: (value) => readWith(settings, value),
  nameOf: ({ application, url }) => `application ${application} on ${new URL(url).host}`,
  addressesOf: ({ url }) => [url],

  async fire(target, request, parts) {
    const { application, applicationNamespace } = target.settings
    const revision = revisionFor(target.settings.revision, request)
    if (revision === undefined)
      return { kind: 'refused', reason: `The commit of ${request.version} is not known here.`, again: false }
    const answer = await call(target, '/sync', parts, {
      name: application,
      ...(applicationNamespace !== undefined && { appNamespace: applicationNamespace }),
      revision,
      infos: Object.entries(sentValues(request)).map(([name, value]) => ({ name, value })),
    })
    // What runs ends, and then this may go through.
    if (isBusy(answer)) return { kind: 'refused', reason: 'Argo CD is busy with another operation.', again: true }
    if (!isTaken(answer)) return outcomeOfRefusal(answer, WORDS)
    const taken = applicationBody.safeParse(jsonIn(answer.body)).data
    if (!taken || !operationsOf(taken).some((one) => keyOf(one) === request.key))
      return { kind: 'unknown', reason: `Argo CD answered ${answer.status} and did not show the operation.` }
    return { kind: 'started', run: runOf(undefined, pageOf(target)), detail: `Argo CD syncs to ${revision}.` }
  },

  findRun,

  async checkReachable(target, parts) {
    const answer = await call(target, '', parts)
    if (!isTaken(answer)) return reachabilityOfRefusal(answer, WORDS)
    const found = applicationBody.safeParse(jsonIn(answer.body)).data
    if (!found) return { kind: 'refused', reason: 'What answers there is not the API of Argo CD.' }
    const automated = found.spec?.syncPolicy?.automated
    if (automated && automated.enabled !== false)
      return {
        kind: 'refused',
        reason: 'Auto-sync is on, and Argo CD then syncs to no other revision. Switch it off, or change Git.',
      }
    return { kind: 'reachable', detail: 'The application is there and does not sync by itself.' }
  },
}

const isBusy = (answer: OutboundAnswer): boolean =>
  answer.kind === 'answered' &&
  answer.status === 400 &&
  /operation is already in progress/.test(messageOf(jsonIn(answer.body)) ?? '')

const revisionFor = (template: string, { version, commit }: FireRequest): string | undefined =>
  template.includes('{commit}') && commit === undefined
    ? undefined
    : template.replaceAll('{version}', () => version).replaceAll('{commit}', () => commit ?? '')

const pageOf = ({ settings: { url, application, applicationNamespace } }: Target<ArgocdSettings>): string =>
  [url, 'applications', applicationNamespace, application].filter(Boolean).join('/')

function call(
  { settings: { url, application, applicationNamespace }, secret }: Target<ArgocdSettings>,
  path: string,
  { rules, signal }: TriggerParts,
  body?: Record<string, unknown>,
): Promise<OutboundAnswer> {
  const query = !body && applicationNamespace !== undefined ? `?appNamespace=${applicationNamespace}` : ''
  return safeRequest(
    {
      method: body ? 'POST' : 'GET',
      url: `${url}/api/v1/applications/${application}${path}${query}`,
      headers: {
        Accept: 'application/json',
        Authorization: `Bearer ${secret}`,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body && { body: JSON.stringify(body) }),
      // Both answer with the whole application: its resources and its history.
      maxBytes: 2 * 1024 * 1024,
      signal,
    },
    rules,
  )
}

const operation = z.object({ info: z.array(z.object({ name: z.string(), value: z.string() })).nullish() })
const applicationBody = z.object({
  metadata: z.object({ name: z.string() }),
  spec: z
    .object({
      syncPolicy: z.object({ automated: z.object({ enabled: z.boolean().nullish() }).nullish() }).nullish(),
    })
    .nullish(),
  /** To be begun; gone once it is in the status. */
  operation: operation.nullish(),
  status: z
    .object({
      operationState: z.object({ operation: operation.nullish(), startedAt: z.string().nullish() }).nullish(),
    })
    .nullish(),
})
type Application = z.output<typeof applicationBody>

const operationsOf = ({ operation: waiting, status }: Application): z.output<typeof operation>[] =>
  [waiting, status?.operationState?.operation].flatMap((one) => one ?? [])

const keyOf = ({ info }: z.output<typeof operation>): string | undefined =>
  info?.find(({ name }) => name === 'postflight_key')?.value

/** A request to its API server ends within a minute, and what it answers from follows Kubernetes within seconds. */
const LAG_MS = 2 * 60_000

/**
 * The operation that waits and the last one; older ones are forgotten. That ours never was is certain after LAG_MS, when
 * the last one began before the decision.
 */
async function findRun(
  target: Target<ArgocdSettings>,
  request: FireRequest,
  parts: TriggerParts,
): Promise<LookOutcome> {
  const answer = await call(target, '', parts)
  if (!isTaken(answer)) return lookOfRefusal(answer, WORDS)
  const found = applicationBody.safeParse(jsonIn(answer.body)).data
  if (!found) return { kind: 'cannot-tell', reason: "Argo CD's application cannot be read." }
  if (operationsOf(found).some((one) => keyOf(one) === request.key))
    return { kind: 'found', run: runOf(undefined, pageOf(target)) }
  if (!isPast(request, LAG_MS, parts.clock())) return { kind: 'cannot-tell', reason: TOO_EARLY }
  const last = found.status?.operationState
  const isOlder = !last || Date.parse(last.startedAt ?? '') < earliestRun(request)
  return isOlder && !found.operation
    ? { kind: 'surely-none' }
    : { kind: 'cannot-tell', reason: 'Argo CD has done something else since, and keeps only the last operation.' }
}
