import { z } from 'zod'
import type { DeploymentEvent, DeploymentStatus, Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, told } from '../interpretation.ts'
import { fullSha, lineOf, listOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import { taggedVersion } from '../reading/tagged-version.ts'
import { keyOfJob, tierOf } from './deployments.ts'
import { originIn, projectSchema, serviceOf } from './project.ts'

/** GitLab's pipeline event: of its jobs those that have an environment deploy to it, or stop it. */

const text = z.string().nullish()
const id = z.union([z.string(), z.number()]).transform(String)

const jobSchema = z.object({
  id,
  status: z.string(),
  started_at: text,
  finished_at: text,
  user: z.object({ username: text, name: text }).nullish(),
  environment: z.object({ name: text, action: text, deployment_tier: text }).nullish(),
})
type Job = z.infer<typeof jobSchema>

const pipelineSchema = z.object({
  object_attributes: z.object({ ref: text, tag: z.boolean().nullish(), sha: text, finished_at: text }),
  project: projectSchema,
  builds: listOf(jobSchema).nullish(),
})
type Pipeline = z.infer<typeof pipelineSchema>

/** A job that waits, is skipped or is never clicked has deployed nothing, and nothing is said of it. */
const STATUS: Readonly<Record<string, DeploymentStatus>> = {
  running: 'in-progress',
  success: 'succeeded',
  failed: 'failed',
  canceled: 'cancelled',
}

export function readPipeline(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(pipelineSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const pipeline = parsed.value
  const notes: string[] = []
  const jobs = pipeline.builds ?? []
  const events = jobs.flatMap((job, i) => asDeployment(pipeline, job, i, receivedAt, notes) ?? [])
  if (events.length > 0) return told(events, notes.slice(0, 20))
  return ignored(
    jobs.some(({ environment }) => environment?.name)
      ? 'None of its jobs with an environment has begun to deploy.'
      : 'None of its jobs has an environment, so nothing was deployed. Give the job that deploys an "environment:".',
  )
}

function asDeployment(
  { object_attributes: pipeline, project }: Pipeline,
  job: Job,
  place: number,
  receivedAt: number,
  notes: string[],
): DeploymentEvent | undefined {
  const environment = lineOf(job.environment?.name, 200)
  const status = Object.hasOwn(STATUS, job.status) ? STATUS[job.status] : undefined
  const action = actionOf(job.environment?.action, status)
  // A job that was cancelled before it began never was a deployment.
  if (!environment || !status || !action || (status === 'cancelled' && !job.started_at)) return undefined
  const version = pipeline.tag ? lineOf(pipeline.ref, 200) : taggedVersion(pipeline.ref)
  const commit = fullSha(pipeline.sha)
  if (action === 'deploy' && version === undefined && commit === undefined) return undefined

  const time = (field: 'started_at' | 'finished_at') =>
    readTime(job[field], `builds.${place}.${field}`, receivedAt, notes)
  const startedAt = time('started_at')
  const finishedAt = status === 'in-progress' ? undefined : time('finished_at')
  const over = readTime(pipeline.finished_at, 'object_attributes.finished_at', receivedAt, [])
  return {
    type: 'deployment',
    origin: originIn(project, { environment, ref: pipeline.ref }),
    key: keyOfJob(job.id),
    service: serviceOf(project),
    environment,
    tier: tierOf(job.environment?.deployment_tier),
    ...(action === 'deploy' && { version, commit }),
    status,
    action,
    at: (status === 'in-progress' ? startedAt : (finishedAt ?? over)) ?? receivedAt,
    startedAt,
    finishedAt: status === 'cancelled' ? undefined : finishedAt,
    url: webUrl(project.web_url && `${project.web_url}/-/jobs/${encodeURIComponent(cleanLine(job.id, 50))}`),
    actor: lineOf(job.user?.username ?? job.user?.name, 200),
  }
}

/** Jobs that prepare, verify or only use an environment change nothing in it. */
function actionOf(
  action: string | null | undefined,
  status: DeploymentStatus | undefined,
): 'deploy' | 'remove' | undefined {
  if (!action || action === 'start') return 'deploy'
  return action === 'stop' && status === 'succeeded' ? 'remove' : undefined
}
