import { z } from 'zod'
import type { RunState } from '../core/emergency/dispatch.ts'
import { keysIn } from '../core/emergency/key-in-text.ts'
import { cleanLine } from '../core/text/text.ts'
import { listOf, readEpoch, readTime, webUrl } from './reading/payload.ts'

/**
 * How far a run is that an emergency release asked CI for. CI tells it in the webhooks that come in anyway, whether or not
 * the run deploys anything by then, so this stands beside what a source makes of the same delivery.
 */
export interface RunProgress {
  /** `ER-27-1`; whether it is one of ours is for whoever sent it to say. */
  readonly key: string
  readonly state: RunState
  /**
   * What the run is called where it was asked for (Run.id in src/outbound/ci); empty where it has no name. A second run
   * with the same key is stopped by the guard of its file: who knows which run it waits for takes no word of another.
   */
  readonly ids: readonly string[]
  readonly url: string | undefined
  /** When it got there, epoch ms; the time of receipt where the sender does not say. */
  readonly at: number
}

/**
 * The progress in one delivery, if it is about a run with a key and says one of the states above.
 * @param kind of the source
 * @param payload as readJson gives it
 */
export const runProgressIn = (kind: string, payload: unknown, receivedAt: number): RunProgress | undefined =>
  Object.hasOwn(READERS, kind) ? READERS[kind]?.(payload, receivedAt) : undefined

type Reader = (payload: unknown, receivedAt: number) => RunProgress | undefined

const text = z.string().nullish()
const id = z.union([z.string(), z.number()]).nullish()
type Text = z.infer<typeof text>

/** Only a whole key counts where a value is nothing but that. */
const wholeKey = (value: unknown): string | undefined =>
  typeof value === 'string' && keysIn(value)[0] === value ? value : undefined

const firstKey = (name: Text): string | undefined => keysIn(name ?? '')[0]

const time = (value: Text, receivedAt: number): number => readTime(value, '', receivedAt, []) ?? receivedAt

const idsOf = (...values: readonly (string | number | null | undefined)[]): string[] =>
  values.flatMap((value) => (value === null || value === undefined ? [] : cleanLine(String(value), 200)))

const stateIn = (states: Readonly<Record<string, RunState>>, word: Text): RunState | undefined =>
  word && Object.hasOwn(states, word) ? states[word] : undefined

function progress(
  key: string | undefined,
  state: RunState | undefined,
  rest: Pick<RunProgress, 'ids' | 'url' | 'at'>,
): RunProgress | undefined {
  return key !== undefined && state !== undefined ? { key, state, ...rest } : undefined
}

const githubRun = z.object({
  workflow_run: z.object({
    id,
    event: text,
    display_title: text,
    status: text,
    conclusion: text,
    html_url: text,
    updated_at: text,
  }),
})
const GITHUB_STATUS: Readonly<Record<string, RunState>> = {
  requested: 'queued',
  queued: 'queued',
  pending: 'queued',
  waiting: 'queued',
  in_progress: 'running',
}
const GITHUB_CONCLUSION: Readonly<Record<string, RunState>> = {
  success: 'succeeded',
  neutral: 'succeeded',
  failure: 'failed',
  timed_out: 'failed',
  startup_failure: 'failed',
  stale: 'failed',
  cancelled: 'cancelled',
  skipped: 'cancelled',
}

/** `workflow_run`; the key stands in the run's name. */
const readGithub: Reader = (payload, receivedAt) => {
  const run = githubRun.safeParse(payload).data?.workflow_run
  // Runs of other events are named after commits and pull requests, whose titles anybody may write.
  if (!run || (run.event !== 'workflow_dispatch' && run.event !== 'repository_dispatch')) return undefined
  const state =
    run.status === 'completed' ? stateIn(GITHUB_CONCLUSION, run.conclusion) : stateIn(GITHUB_STATUS, run.status)
  return progress(firstKey(run.display_title), state, {
    ids: idsOf(run.id),
    url: webUrl(run.html_url),
    at: time(run.updated_at, receivedAt),
  })
}

const gitlabPipeline = z.object({
  object_kind: z.literal('pipeline'),
  object_attributes: z.object({
    id,
    name: text,
    source: text,
    status: text,
    url: text,
    created_at: text,
    finished_at: text,
    variables: listOf(z.object({ key: z.string(), value: z.unknown() }), 1_000).nullish(),
  }),
})
const GITLAB_STATUS: Readonly<Record<string, RunState>> = {
  created: 'queued',
  waiting_for_resource: 'queued',
  waiting_for_callback: 'queued',
  preparing: 'queued',
  pending: 'queued',
  scheduled: 'queued',
  // It waits for somebody to click.
  manual: 'queued',
  running: 'running',
  success: 'succeeded',
  failed: 'failed',
  canceling: 'cancelled',
  canceled: 'cancelled',
  skipped: 'cancelled',
}

/** Its variables, and its name, which `workflow: name:` may make of them. */
const readGitlab: Reader = (payload, receivedAt) => {
  const pipeline = gitlabPipeline.safeParse(payload).data?.object_attributes
  if (!pipeline || (pipeline.source !== 'api' && pipeline.source !== 'trigger')) return undefined
  const state = stateIn(GITLAB_STATUS, pipeline.status)
  const variable = pipeline.variables?.find(({ key }) => key === 'postflight_key')
  const isWaiting = state === 'queued'
  return progress(wholeKey(variable?.value) ?? firstKey(pipeline.name), state, {
    ids: idsOf(pipeline.id),
    url: webUrl(pipeline.url),
    at: time(pipeline.finished_at ?? (isWaiting ? pipeline.created_at : undefined), receivedAt),
  })
}

const jenkinsJob = z.object({
  build: z.object({
    number: id,
    queue_id: id,
    phase: text,
    status: text,
    full_url: text,
    timestamp: z.union([z.string(), z.number()]).nullish(),
    parameters: z.record(z.string(), z.unknown()).nullish(),
  }),
})
const JENKINS_RESULT: Readonly<Record<string, RunState>> = {
  SUCCESS: 'succeeded',
  UNSTABLE: 'succeeded',
  FAILURE: 'failed',
  ABORTED: 'cancelled',
  NOT_BUILT: 'cancelled',
}

const readJenkins: Reader = (payload, receivedAt) => {
  const build = jenkinsJob.safeParse(payload).data?.build
  if (!build) return undefined
  return progress(wholeKey(build.parameters?.postflight_key), jenkinsState(build), {
    ids: idsOf(build.number, build.queue_id && `queue/${build.queue_id}`),
    url: webUrl(build.full_url),
    at: readEpoch(build.timestamp, '', receivedAt, []) ?? receivedAt,
  })
}

/** Until something goes wrong a build has no result, also when it says that it is over. */
function jenkinsState({ phase, status }: { phase?: Text; status?: Text }): RunState | undefined {
  if (phase === 'QUEUED') return 'queued'
  if (phase === 'STARTED') return 'running'
  if (status) return stateIn(JENKINS_RESULT, status)
  return phase === 'COMPLETED' || phase === 'FINALIZED' ? 'succeeded' : 'running'
}

const azureParameters = z.record(z.string(), z.unknown()).nullish()
const azureEvent = z.object({
  eventType: z.enum(['ms.vss-pipelines.run-state-changed-event', 'build.complete']),
  createdDate: text,
  resource: z.object({
    run: z
      .object({
        id,
        name: text,
        state: text,
        result: text,
        finishedDate: text,
        templateParameters: azureParameters,
        _links: z.object({ web: z.object({ href: text }).nullish() }).nullish(),
      })
      .nullish(),
    id,
    buildNumber: text,
    status: text,
    result: text,
    finishTime: text,
    templateParameters: azureParameters,
    _links: z.object({ web: z.object({ href: text }).nullish() }).nullish(),
  }),
})
const AZURE_RESULT: Readonly<Record<string, RunState>> = {
  succeeded: 'succeeded',
  partiallySucceeded: 'succeeded',
  failed: 'failed',
  canceled: 'cancelled',
}
const AZURE_STATE: Readonly<Record<string, RunState>> = { inProgress: 'running', canceling: 'cancelled' }

/** Its parameters where the event has them, else its name: the YAML file's `name:` may hold the key. */
const readAzure: Reader = (payload, receivedAt) => {
  const event = azureEvent.safeParse(payload).data
  if (!event) return undefined
  const { run, ...build } = event.resource
  const state = run
    ? (stateIn(AZURE_STATE, run.state) ?? stateIn(AZURE_RESULT, run.result))
    : stateIn(AZURE_RESULT, build.result ?? build.status)
  const parameters = run ? run.templateParameters : build.templateParameters
  return progress(wholeKey(parameters?.postflight_key) ?? firstKey(run ? run.name : build.buildNumber), state, {
    ids: idsOf((run ?? build).id),
    url: webUrl((run ?? build)._links?.web?.href),
    at: time((run ? run.finishedDate : build.finishTime) ?? event.createdDate, receivedAt),
  })
}

const argocdNotification = z.object({
  app: z.object({
    status: z.object({
      operationState: z.object({
        phase: text,
        startedAt: text,
        finishedAt: text,
        operation: z.object({ info: listOf(z.object({ name: z.string(), value: z.unknown() }), 100).nullish() }),
      }),
    }),
  }),
})
const ARGOCD_PHASE: Readonly<Record<string, RunState>> = {
  Running: 'running',
  Terminating: 'running',
  Succeeded: 'succeeded',
  Failed: 'failed',
  Error: 'failed',
}

const readArgocd: Reader = (payload, receivedAt) => {
  const operation = argocdNotification.safeParse(payload).data?.app.status.operationState
  if (!operation) return undefined
  const key = operation.operation.info?.find(({ name }) => name === 'postflight_key')?.value
  return progress(wholeKey(key), stateIn(ARGOCD_PHASE, operation.phase), {
    ids: [],
    url: undefined,
    at: time(operation.finishedAt ?? operation.startedAt, receivedAt),
  })
}

const READERS: Readonly<Record<string, Reader>> = {
  github: readGithub,
  gitlab: readGitlab,
  jenkins: readJenkins,
  'azure-devops': readAzure,
  argocd: readArgocd,
}
