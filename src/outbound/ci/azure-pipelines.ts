import { z } from 'zod'
import { carriesKey, keysIn } from '../../core/emergency/key-in-text.ts'
import { type OutboundAnswer, safeRequest } from '../safe-request.ts'
import {
  firstOf,
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
import { baseUrl, line, readWith } from './settings.ts'
import type { CiTrigger, FireRequest, LookOutcome, Target, TriggerParts } from './trigger.ts'

const settings = z.strictObject({
  /** `https://dev.azure.com/acme`, or a collection of Azure DevOps Server. */
  organizationUrl: baseUrl,
  project: line,
  pipelineId: z.string().regex(/^\d{1,9}$/, "must be the pipeline's number"),
  /** Whose version of the YAML file runs. */
  ref: line.default('refs/heads/main'),
})
export type AzurePipelinesSettings = z.output<typeof settings>

const WORDS: SystemWords = {
  name: 'Azure DevOps',
  said: (body) => z.object({ message: z.string() }).safeParse(body).data?.message,
  advice: {
    302: 'It wants somebody to sign in: the token is wrong or has expired.',
    400: 'The branch must exist and the YAML file on it must declare the ten parameters.',
    401: 'The token is wrong or has expired.',
    403: 'The token may not queue this pipeline: it needs Build, read and execute.',
    404: 'The project or the pipeline is not there, or the token does not see it.',
  },
}

const SIGN_IN = 'Azure DevOps showed its page for signing in. The token is wrong or has expired.'
/** What a wrong token gets there: 203 with a page, in place of 401. The API itself answers JSON. */
const isSignIn = (answer: OutboundAnswer): boolean =>
  answer.kind === 'answered' && answer.status === 203 && /^text\/html\b/i.test(answer.headers['content-type'] ?? '')

const runBody = z.object({
  id: z.number(),
  _links: z.object({ web: z.object({ href: z.string() }).nullish() }).nullish(),
})

/** `POST {org}/{project}/_apis/pipelines/{id}/runs?api-version=7.1` (learn.microsoft.com, "Runs - Run Pipeline", read 2026-11). */
export const azurePipelinesTrigger: CiTrigger<AzurePipelinesSettings> = {
  kind: 'azure-pipelines',
  label: 'Azure Pipelines',
  fields: [
    { name: 'organizationUrl', label: 'Organization', hint: 'https://dev.azure.com/acme', required: true },
    { name: 'project', label: 'Project', hint: 'Its name or id.', required: true },
    { name: 'pipelineId', label: 'Pipeline', hint: 'Its number: definitionId in its address.', required: true },
    { name: 'ref', label: 'Branch', hint: 'Whose YAML file runs; refs/heads/main unless told.', required: false },
  ],
  secret: { label: 'Token', hint: 'A personal access token with Build: read and execute.', generated: false },
  readSettings: (value) => readWith(settings, value),
  nameOf: ({ pipelineId, project }) => `pipeline ${pipelineId} of ${project}`,
  addressesOf: ({ organizationUrl }) => [organizationUrl],

  async fire(target, request, parts) {
    const { pipelineId, ref } = target.settings
    const answer = await call(target, `pipelines/${pipelineId}/runs?api-version=7.1`, parts, {
      resources: { repositories: { self: { refName: ref } } },
      templateParameters: parametersOf(request),
    })
    if (isSignIn(answer)) return { kind: 'refused', reason: SIGN_IN, again: false }
    if (!isTaken(answer)) return outcomeOfRefusal(answer, WORDS)
    const run = runBody.safeParse(jsonIn(answer.body)).data
    if (!run)
      return { kind: 'unknown', reason: `Azure DevOps answered ${answer.status} and did not say which run it started.` }
    return {
      kind: 'started',
      run: runOf(run.id, run._links?.web?.href),
      detail: `Azure DevOps started run ${run.id}.`,
    }
  },

  findRun,

  async checkReachable(target, parts) {
    const answer = await call(target, `pipelines/${target.settings.pipelineId}?api-version=7.1`, parts)
    if (isSignIn(answer)) return { kind: 'refused', reason: SIGN_IN }
    if (!isTaken(answer)) return reachabilityOfRefusal(answer, WORDS)
    const name = z.object({ name: z.string() }).safeParse(jsonIn(answer.body)).data?.name
    return name === undefined
      ? { kind: 'refused', reason: 'What answers there is not the API of Azure DevOps.' }
      : { kind: 'reachable', detail: 'The pipeline is there.' }
  },
}

/** Where a YAML file makes variables of them, `$(System.AccessToken)` in a value would become the token. */
const parametersOf = (request: FireRequest): Record<string, string> =>
  Object.fromEntries(Object.entries(sentValues(request)).map(([name, value]) => [name, value.replaceAll('$(', '$ (')]))

const call = (
  { settings: { organizationUrl, project }, secret }: Target<AzurePipelinesSettings>,
  path: string,
  { rules, signal }: TriggerParts,
  body?: Record<string, unknown>,
): Promise<OutboundAnswer> =>
  safeRequest(
    {
      method: body ? 'POST' : 'GET',
      url: `${organizationUrl}/${encodeURIComponent(project)}/_apis/${path}`,
      headers: {
        Accept: 'application/json',
        // The user's name does not matter.
        Authorization: `Basic ${Buffer.from(`:${secret}`).toString('base64')}`,
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body ? { body: JSON.stringify(body) } : { maxBytes: 1024 * 1024 }),
      signal,
    },
    rules,
  )

const buildList = z.object({
  value: z.array(
    z.object({
      id: z.number(),
      buildNumber: z.string().nullish(),
      templateParameters: z.record(z.string(), z.unknown()).nullish(),
      _links: z.object({ web: z.object({ href: z.string() }).nullish() }).nullish(),
    }),
  ),
})

/** Nothing is promised of how soon a run is listed; as with GitHub half an hour is waited. */
const LAG_MS = 30 * 60_000
const MOST_BUILDS = 100

/**
 * The builds of the pipeline since the decision: by their parameters, or by their number, which a YAML file may make of
 * the key. The list of runs has neither (learn.microsoft.com, "Builds - List"). That there is none is certain after LAG_MS,
 * when the list is whole and each build in it shows another key.
 */
async function findRun(
  target: Target<AzurePipelinesSettings>,
  request: FireRequest,
  parts: TriggerParts,
): Promise<LookOutcome> {
  const query = new URLSearchParams({
    definitions: target.settings.pipelineId,
    minTime: new Date(earliestRun(request)).toISOString(),
    queryOrder: 'queueTimeDescending',
    $top: String(MOST_BUILDS),
    'api-version': '7.1',
  })
  const answer = await call(target, `build/builds?${query}`, parts)
  if (isSignIn(answer)) return { kind: 'cannot-tell', reason: SIGN_IN }
  if (!isTaken(answer)) return lookOfRefusal(answer, WORDS)
  const builds = buildList.safeParse(jsonIn(answer.body)).data?.value
  if (!builds) return { kind: 'cannot-tell', reason: "Azure DevOps' list of builds cannot be read." }
  const keyOf = ({ templateParameters }: (typeof builds)[number]) => templateParameters?.postflight_key
  const ours = firstOf(
    builds.filter((one) => keyOf(one) === request.key || carriesKey(one.buildNumber ?? '', request.key)),
  )
  if (ours) return { kind: 'found', run: runOf(ours.id, ours._links?.web?.href) }
  if (!isPast(request, LAG_MS, parts.clock())) return { kind: 'cannot-tell', reason: TOO_EARLY }
  if (builds.length === MOST_BUILDS || answer.headers['x-ms-continuationtoken'])
    return { kind: 'cannot-tell', reason: `The newest ${builds.length} builds were looked at; there are more.` }
  const nameless = builds.find((one) => typeof keyOf(one) !== 'string' && keysIn(one.buildNumber ?? '').length === 0)
  return nameless
    ? { kind: 'cannot-tell', reason: `Build ${nameless.id} does not show its key, and may be this one.` }
    : { kind: 'surely-none' }
}
