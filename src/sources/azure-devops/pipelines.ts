import { z } from 'zod'
import type { DeploymentStatus, Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { deployedEnvironment, environmentOfStage, saysRollback } from '../reading/environment-in-name.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, listOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import type { AzureEvent } from './index.ts'

/** Azure Pipelines: a stage that deploys, or a run of a pipeline that does nothing else. */

const text = z.string().nullish()
const id = z.union([z.string(), z.number()]).transform(String)
const web = z.object({ web: z.object({ href: text }).nullish() }).nullish()
const pipelineSchema = z.object({ id: id.nullish(), name: text, folder: text }).nullish()

const runSchema = z.object({
  id: id.nullish(),
  name: text,
  state: text,
  result: text,
  createdDate: text,
  finishedDate: text,
  pipeline: pipelineSchema,
  resources: z.object({ repositories: z.object({ self: z.object({ version: text }).nullish() }).nullish() }).nullish(),
  _links: web,
})
const repositoriesSchema = listOf(z.object({ change: z.object({ version: text }).nullish() })).nullish()

const stageEventSchema = z.object({
  stage: z.object({ id: id.nullish(), name: z.string(), displayName: text, state: text, result: text, _links: web }),
  run: runSchema,
  pipeline: pipelineSchema,
  repositories: repositoriesSchema,
})
const runEventSchema = z.object({ run: runSchema, pipeline: pipelineSchema, repositories: repositoriesSchema })

export function readStage({ resource, createdDate, receivedAt }: AzureEvent): Interpretation {
  const parsed = parseWith(stageEventSchema, resource, ['resource'])
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { stage, run, pipeline, repositories } = parsed.value
  const name = lineOf(stage.displayName, 200) ?? cleanLine(stage.name, 200)
  const environment = environmentOfStage(name) ?? environmentOfStage(stage.name)
  if (!environment)
    return ignored(
      `The stage "${name}" names no environment. To be counted, name it after the environment it deploys to, as in "Production" or "Deploy to staging".`,
    )
  const notes: string[] = []
  const at =
    readTime(createdDate, 'createdDate', receivedAt, notes) ??
    readTime(run.finishedDate, 'resource.run.finishedDate', receivedAt, notes)
  return asDeployment(
    { run, pipeline: pipeline ?? run.pipeline, repositories },
    {
      name,
      environment,
      state: stage.state,
      result: stage.result,
      part: ` stage ${cleanLine(stage.id ?? stage.name, 100)}`,
      url: stage._links?.web?.href,
      at: at ?? receivedAt,
      startedAt: undefined,
    },
    notes,
  )
}

export function readRun({ resource, createdDate, receivedAt }: AzureEvent): Interpretation {
  const parsed = parseWith(runEventSchema, resource, ['resource'])
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { run, pipeline, repositories } = parsed.value
  const of = pipeline ?? run.pipeline
  const name = cleanLine(of?.name ?? '', 200)
  const environment = deployedEnvironment(name)
  if (!environment)
    return ignored(
      `The pipeline "${name}" does not say that it deploys, and where. To be counted, name it as in "Deploy to production"; better, give it a stage for each environment and subscribe to stage events.`,
    )
  const notes: string[] = []
  const time = (field: 'createdDate' | 'finishedDate') =>
    readTime(run[field], `resource.run.${field}`, receivedAt, notes)
  const startedAt = time('createdDate')
  const at = time('finishedDate') ?? readTime(createdDate, 'createdDate', receivedAt, notes) ?? receivedAt
  const { state, result } = run
  return asDeployment(
    { run, pipeline: of, repositories },
    { name, environment, state, result, part: '', url: run._links?.web?.href, at, startedAt },
    notes,
  )
}

interface Ran {
  readonly run: z.infer<typeof runSchema>
  readonly pipeline: z.infer<typeof pipelineSchema>
  readonly repositories: z.infer<typeof repositoriesSchema>
}

interface Reached {
  /** Of the stage or pipeline. */
  readonly name: string
  readonly environment: string
  readonly state: string | null | undefined
  readonly result: string | null | undefined
  /** Which part of the run. */
  readonly part: string
  readonly url: string | null | undefined
  readonly at: number
  readonly startedAt: number | undefined
}

function asDeployment({ run, pipeline, repositories }: Ran, reached: Reached, notes: string[]): Interpretation {
  const { name, environment, part, at, startedAt } = reached
  const service = lineOf(pipeline?.name, 200)
  if (!service) return unreadable('resource.pipeline.name', 'is required, to know what was deployed')
  const status = statusOf(reached)
  if (status === 'nothing') return ignored(`"${name}" has not begun, or was skipped, so nothing was deployed.`)
  if (status === undefined)
    return unreadable(
      'resource',
      `has the state "${cleanLine(reached.state ?? '', 40)}" and the result "${cleanLine(reached.result ?? '', 40)}", which are none we know`,
    )
  const version = lineOf(run.name, 200)
  // Only the first repository is the pipeline's own.
  const commit = fullSha(repositories?.[0]?.change?.version) ?? fullSha(run.resources?.repositories?.self?.version)
  if (version === undefined && commit === undefined)
    return unreadable('resource.run.name', 'is required, to know which version was deployed')
  if (reached.result === 'partiallySucceeded') notes.push('Some of its steps failed; what it deployed is there.')
  return told(
    [
      {
        type: 'deployment',
        origin: originOf({ pipeline: service, folder: folderOf(pipeline?.folder), stage: part ? name : undefined }),
        key: run.id ? `run ${cleanLine(run.id, 100)}${part}` : undefined,
        service,
        environment,
        version,
        commit,
        status,
        action: saysRollback(name) ? 'rollback' : 'deploy',
        at,
        startedAt: status === 'in-progress' ? (startedAt ?? at) : startedAt,
        finishedAt: status === 'succeeded' || status === 'failed' ? at : undefined,
        url: webUrl(reached.url) ?? webUrl(run._links?.web?.href),
      },
    ],
    notes,
  )
}

const folderOf = (folder: string | null | undefined): string | undefined =>
  folder?.replaceAll('\\', '/').replace(/^\//, '')

function statusOf({ state, result }: Reached): DeploymentStatus | 'nothing' | undefined {
  switch (state === 'completed' || !state ? result : state) {
    case 'notStarted':
    case 'waiting':
    case 'pending':
    case 'skipped':
      return 'nothing'
    case 'running':
    case 'inProgress':
    case 'canceling':
      return 'in-progress'
    case 'succeeded':
    case 'partiallySucceeded':
      return 'succeeded'
    case 'failed':
      return 'failed'
    case 'canceled':
      return 'cancelled'
    default:
      return undefined
  }
}
