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
  url: baseUrl.default('https://gitlab.com'),
  /** `shop/checkout-api`, or the project's number. */
  project: z
    .string()
    .max(300)
    .regex(/^(?:\d{1,15}|(?!\.+\/)[\w.-]+(?:\/(?!\.+(?:\/|$))[\w.-]+)+)$/, 'must be group/project or a number'),
  ref: line.default('main'),
})
export type GitlabSettings = z.output<typeof settings>

/** `{"message": "401 Unauthorized"}`, `{"message": {"base": ["Reference not found"]}}`, `{"error": "…"}` */
function said(body: unknown): string | undefined {
  const text = z.union([
    z.object({ message: z.string() }).transform(({ message }) => message),
    z
      .object({ message: z.record(z.string(), z.array(z.string())) })
      .transform(({ message }) => Object.values(message).flat().join('; ')),
    z.object({ error: z.string() }).transform(({ error }) => error),
  ])
  return text.safeParse(body).data
}

const WORDS: SystemWords = {
  name: 'GitLab',
  said,
  advice: {
    400: 'The branch must exist, its .gitlab-ci.yml must have jobs for this, and the project must let the token set pipeline variables (Settings, CI/CD, Variables).',
    401: 'The token is wrong or has expired.',
    403: 'The token may not run pipelines here: a project access token with the role Developer and the scope api does.',
    404: 'The project is not there, or the token does not see it.',
  },
}

const pipelineBody = z.object({ id: z.number(), web_url: z.string().nullish() })

/** Ten names, each under `postflight_`: in GitLab they become variables of every job, beside the project's own. */
const variablesOf = (request: FireRequest): [string, string][] =>
  Object.entries(sentValues(request)).map(([name, value]) => [
    name.startsWith('postflight_') ? name : `postflight_${name}`,
    // GitLab puts other variables in where a value has a $, also those that are secret.
    value.replaceAll('$', () => '$$'),
  ])

/** Its prefix tells it (docs.gitlab.com, "Token overview", read 2026-11); it starts pipelines and reads nothing. */
const isTriggerToken = (token: string) => token.startsWith('glptt-')

/**
 * `POST /projects/:id/pipeline`, with a trigger token `POST /projects/:id/trigger/pipeline` (docs.gitlab.com, read
 * 2026-11). Both answer 201 with the pipeline once it is made.
 */
export const gitlabTrigger: CiTrigger<GitlabSettings> = {
  kind: 'gitlab',
  label: 'GitLab CI',
  fields: [
    { name: 'project', label: 'Project', hint: 'group/project, or its number.', required: true },
    { name: 'ref', label: 'Branch', hint: 'Whose .gitlab-ci.yml runs; main unless told.', required: false },
    { name: 'url', label: 'GitLab', hint: 'https://gitlab.com unless you run your own.', required: false },
  ],
  secret: {
    label: 'Token',
    hint: 'A project access token: role Developer, scope api. A trigger token (glptt-…) works too; then a person has to look when an answer was lost.',
    generated: false,
  },
  readSettings: (value) => readWith(settings, value),
  nameOf: ({ project, ref }) => `pipeline of ${project} on ${ref}`,
  addressesOf: ({ url }) => [url],

  async fire(target, request, parts) {
    const { ref } = target.settings
    const variables = variablesOf(request)
    const answer = isTriggerToken(target.secret)
      ? await call(target, '/trigger/pipeline', parts, {
          token: target.secret,
          ref,
          variables: Object.fromEntries(variables),
        })
      : await call(target, '/pipeline', parts, { ref, variables: variables.map(([key, value]) => ({ key, value })) })
    if (!isTaken(answer)) return outcomeOfRefusal(answer, WORDS)
    const pipeline = pipelineBody.safeParse(jsonIn(answer.body)).data
    if (!pipeline)
      return { kind: 'unknown', reason: `GitLab answered ${answer.status} and did not say which pipeline it started.` }
    return {
      kind: 'started',
      run: runOf(pipeline.id, pipeline.web_url),
      detail: `GitLab started pipeline ${pipeline.id}.`,
    }
  },

  findRun,

  async checkReachable(target, parts) {
    const answer = await call(target, '', parts)
    if (isTriggerToken(target.secret) && answer.kind === 'answered' && answer.status < 500)
      return {
        kind: 'reachable',
        detail: 'GitLab answers. A trigger token shows whether it is right only when it is used.',
      }
    if (!isTaken(answer)) return reachabilityOfRefusal(answer, WORDS)
    const read = z
      .object({ id: z.number(), archived: z.boolean().nullish(), builds_access_level: z.string().nullish() })
      .safeParse(jsonIn(answer.body))
    const { project } = target.settings
    if (!read.success) return { kind: 'refused', reason: 'What answers there is not the API of GitLab.' }
    if (read.data.archived) return { kind: 'refused', reason: `${project} is archived.` }
    if (read.data.builds_access_level === 'disabled')
      return { kind: 'refused', reason: `CI/CD is switched off in ${project}.` }
    return { kind: 'reachable', detail: 'The project is there and has CI.' }
  },
}

const call = (
  { settings: { url, project }, secret }: Target<GitlabSettings>,
  path: string,
  { rules, signal }: TriggerParts,
  body?: Record<string, unknown>,
): Promise<OutboundAnswer> =>
  safeRequest(
    {
      method: body ? 'POST' : 'GET',
      url: `${url}/api/v4/projects/${encodeURIComponent(project)}${path}`,
      headers: {
        Accept: 'application/json',
        ...(isTriggerToken(secret) ? {} : { 'PRIVATE-TOKEN': secret }),
        ...(body && { 'Content-Type': 'application/json' }),
      },
      ...(body ? { body: JSON.stringify(body) } : { maxBytes: 256 * 1024 }),
      signal,
    },
    rules,
  )

const pipelineList = z.array(
  z.object({
    id: z.number(),
    name: z.string().nullish(),
    source: z.string().nullish(),
    web_url: z.string().nullish(),
  }),
)
const variableList = z.array(z.object({ key: z.string(), value: z.string() }))

/** GitLab gives a request a minute, and its replicas seconds; what was not made by then never is. */
const LAG_MS = 3 * 60_000
const PER_PAGE = 50
const MOST_READ = 10
/** So that a look is over before somebody else takes it up. */
const READ_FOR_MS = 10_000

/**
 * Pipelines since the decision that the API started: by name (`workflow: name:` may hold the key), else by their
 * variables. That there is none is certain after LAG_MS, when the list was read to its end and each pipeline in it names
 * another key or showed its variables.
 */
async function findRun(
  target: Target<GitlabSettings>,
  request: FireRequest,
  parts: TriggerParts,
): Promise<LookOutcome> {
  if (isTriggerToken(target.secret))
    return { kind: 'cannot-tell', reason: 'A trigger token may not read pipelines; a project access token may.' }
  const query = new URLSearchParams({
    source: 'api',
    // There is always an update at the time of creation or later.
    updated_after: new Date(earliestRun(request)).toISOString(),
    order_by: 'id',
    sort: 'desc',
    per_page: String(PER_PAGE),
  })
  const begun = parts.clock()
  const answer = await call(target, `/pipelines?${query}`, parts)
  if (!isTaken(answer)) return lookOfRefusal(answer, WORDS)
  const list = pipelineList.safeParse(jsonIn(answer.body)).data
  if (!list) return { kind: 'cannot-tell', reason: "GitLab's list of pipelines cannot be read." }
  const named = firstOf(list.filter(({ name }) => carriesKey(name ?? '', request.key)))
  if (named) return { kind: 'found', run: runOf(named.id, named.web_url) }

  // The oldest first, for the reason of firstOf.
  const nameless = list.filter(({ name }) => keysIn(name ?? '').length === 0).sort((a, b) => a.id - b.id)
  let unread = nameless.length > MOST_READ
  for (const { id, web_url } of nameless.slice(0, MOST_READ)) {
    const isInTime = parts.clock() - begun <= READ_FOR_MS
    const variables = isInTime ? await call(target, `/pipelines/${id}/variables`, parts) : undefined
    const read = variables && isTaken(variables) ? variableList.safeParse(jsonIn(variables.body)).data : undefined
    if (read?.some(({ key, value }) => key === 'postflight_key' && value === request.key))
      return { kind: 'found', run: runOf(id, web_url) }
    if (!read) unread = true
    if (variables?.kind !== 'answered') break
  }
  if (!isPast(request, LAG_MS, parts.clock())) return { kind: 'cannot-tell', reason: TOO_EARLY }
  if (list.length === PER_PAGE)
    return { kind: 'cannot-tell', reason: `The newest ${PER_PAGE} pipelines were looked at; there are more.` }
  if (unread) return { kind: 'cannot-tell', reason: 'Some pipelines do not show their variables, and may be this one.' }
  return { kind: 'surely-none' }
}
