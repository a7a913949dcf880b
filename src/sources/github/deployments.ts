import { z } from 'zod'
import type { DeploymentEvent, DeploymentStatus, EnvironmentTier, Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, unreadable } from '../interpretation.ts'
import { deployedEnvironment, environmentInTitle } from '../reading/environment-in-name.ts'
import { readJsonText } from '../reading/json.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import { taggedVersion } from '../reading/tagged-version.ts'

/** GitHub's deployment, deployment_status and workflow_run events. */

const STATUS_OF_STATE: Readonly<Record<string, DeploymentStatus>> = {
  queued: 'pending',
  pending: 'pending',
  waiting: 'pending',
  in_progress: 'in-progress',
  success: 'succeeded',
  failure: 'failed',
  error: 'failed',
}

const id = z.union([z.string(), z.number()]).transform(String)
const repository = z.object({ full_name: z.string().min(1) })
const person = z.object({ login: z.string() }).nullish()
const text = z.string().nullish()

const deploymentSchema = z.object({
  id,
  sha: text,
  ref: text,
  task: text,
  environment: text,
  // An object, or text that mostly holds one: whatever the caller of the API put there.
  payload: z.unknown().optional(),
  creator: person,
  created_at: text,
  production_environment: z.boolean().nullish(),
  transient_environment: z.boolean().nullish(),
})
type Deployment = z.infer<typeof deploymentSchema>

const deploymentCreatedSchema = z.object({ deployment: deploymentSchema, repository, sender: person })
const statusCreatedSchema = deploymentCreatedSchema.extend({
  deployment_status: z.object({
    state: z.string(),
    environment: text,
    created_at: text,
    log_url: text,
    target_url: text,
  }),
})

export function readDeployment(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(deploymentCreatedSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { deployment, sender } = parsed.value
  const notes: string[] = []
  const requestedAt = readTime(deployment.created_at, 'deployment.created_at', receivedAt, notes)
  return asEvent(
    {
      ...described(deployment, parsed.value.repository.full_name, lineOf(deployment.environment, 200)),
      status: 'pending',
      at: requestedAt ?? receivedAt,
      actor: lineOf(deployment.creator?.login ?? sender?.login, 200),
    },
    notes,
  )
}

export function readDeploymentStatus(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(statusCreatedSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { deployment, deployment_status: reached, sender } = parsed.value
  if (reached.state === 'inactive')
    return ignored(
      'GitHub marks a deployment inactive when a newer one takes its place or somebody retires it; that is no failure and changes nothing here.',
    )
  const status = Object.hasOwn(STATUS_OF_STATE, reached.state) ? STATUS_OF_STATE[reached.state] : undefined
  if (!status)
    return unreadable('deployment_status.state', `is "${cleanLine(reached.state, 40)}", which is not a state we know`)

  const notes: string[] = []
  const at = readTime(reached.created_at, 'deployment_status.created_at', receivedAt, notes) ?? receivedAt
  const environment = lineOf(reached.environment, 200) ?? lineOf(deployment.environment, 200)
  return asEvent(
    {
      ...described(deployment, parsed.value.repository.full_name, environment),
      status,
      at,
      startedAt: readTime(deployment.created_at, 'deployment.created_at', receivedAt, notes),
      finishedAt: status === 'succeeded' || status === 'failed' ? at : undefined,
      url: webUrl(reached.log_url) ?? webUrl(reached.target_url),
      actor: lineOf(deployment.creator?.login ?? sender?.login, 200),
    },
    notes,
  )
}

/** The environment is checked by `asEvent`. */
const described = (deployment: Deployment, repositoryName: string, environment: string | undefined) => ({
  type: 'deployment' as const,
  origin: originOf({ repository: repositoryName, environment, ref: deployment.ref, task: deployment.task }),
  key: cleanLine(deployment.id, 200),
  service: cleanLine(repositoryName, 200),
  environment,
  tier: tierOf(deployment),
  version: taggedVersion(deployment.ref) ?? versionInPayload(deployment.payload),
  commit: fullSha(deployment.sha),
  action: /^roll-?back\b/i.test(deployment.task ?? '') ? ('rollback' as const) : ('deploy' as const),
})

/** Unless somebody says otherwise GitHub sets production_environment by the name alone, so only a yes is news. */
function tierOf(deployment: Deployment): EnvironmentTier | undefined {
  if (deployment.production_environment) return 'production'
  return deployment.transient_environment ? 'development' : undefined
}

function versionInPayload(payload: unknown): string | undefined {
  const json = typeof payload === 'string' && payload.length > 1 ? readJsonText(payload) : undefined
  const parsed = payloadSchema.safeParse(json?.ok ? json.value : payload)
  return parsed.success ? lineOf(String(parsed.data.version), 200) : undefined
}
const payloadSchema = z.object({ version: z.union([z.string(), z.number()]) })

const workflowRunSchema = z.object({
  action: z.string(),
  workflow_run: z.object({
    id,
    run_attempt: z.number().nullish(),
    name: text,
    path: text,
    display_title: text,
    event: text,
    head_branch: text,
    head_sha: text,
    status: text,
    conclusion: text,
    html_url: text,
    actor: person,
    triggering_actor: person,
    created_at: text,
    updated_at: text,
    run_started_at: text,
  }),
  workflow: z.object({ name: text, path: text }).nullish(),
  repository,
})

export function readWorkflowRun(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(workflowRunSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { action, workflow_run: run, workflow } = parsed.value
  const name = cleanLine(workflow?.name ?? run.name ?? '', 200)
  const path = workflow?.path ?? run.path ?? ''
  if (!/deploy|release|roll-?back/i.test(`${name} ${path}`))
    return ignored(
      `The workflow "${name}" does not call itself a deployment. To be counted, "deploy", "release" or "rollback" must be in its name, with the environment, as in "Deploy to production"; better, give the job an environment and send deployment_status events.`,
    )
  if (run.event === 'pull_request') return ignored(`"${name}" ran for a pull request, which deploys no release.`)
  const environment = environmentOf(name, path, run.display_title)
  if (!environment)
    return ignored(
      `The workflow "${name}" names no environment. To be counted, name it as in "Deploy to production"; better, give the job an environment and send deployment_status events.`,
    )
  const status = statusOfRun(action, run.conclusion)
  if (!status) return ignored(`The workflow_run action "${cleanLine(action, 40)}" changes nothing here.`)

  const notes: string[] = []
  const time = (field: 'created_at' | 'updated_at' | 'run_started_at') =>
    readTime(run[field], `workflow_run.${field}`, receivedAt, notes)
  const startedAt = status === 'pending' ? undefined : time('run_started_at')
  const isOver = action === 'completed'
  const at = (isOver ? time('updated_at') : (startedAt ?? time('created_at'))) ?? receivedAt
  return asEvent(
    {
      type: 'deployment',
      origin: originOf({
        repository: parsed.value.repository.full_name,
        workflow: name,
        environment,
        branch: run.head_branch,
      }),
      key: `run ${cleanLine(run.id, 100)} attempt ${run.run_attempt ?? 1}`,
      service: cleanLine(parsed.value.repository.full_name, 200),
      environment,
      version: taggedVersion(run.head_branch),
      commit: fullSha(run.head_sha),
      status,
      action: /roll-?back/i.test(`${name} ${path}`) ? 'rollback' : 'deploy',
      at,
      startedAt,
      finishedAt: isOver ? at : undefined,
      url: webUrl(run.html_url),
      actor: lineOf(run.triggering_actor?.login ?? run.actor?.login, 200),
    },
    notes,
  )
}

function environmentOf(name: string, path: string, title: string | null | undefined): string | undefined {
  const file = cleanLine(path.replace(/^.*\//, '').replace(/\.ya?ml$/, ''), 200)
  return deployedEnvironment(name) ?? deployedEnvironment(file) ?? environmentInTitle(title ?? '')
}

/** A run that was skipped or went stale deployed nothing, which ends the deployment its request began. */
function statusOfRun(action: string, conclusion: string | null | undefined): DeploymentStatus | undefined {
  if (action === 'requested') return 'pending'
  if (action === 'in_progress') return 'in-progress'
  if (action !== 'completed') return undefined
  if (conclusion === 'success') return 'succeeded'
  return conclusion === 'failure' || conclusion === 'timed_out' || conclusion === 'startup_failure'
    ? 'failed'
    : 'cancelled'
}

function asEvent(
  event: Omit<DeploymentEvent, 'environment'> & { environment: string | undefined },
  notes: string[],
): Interpretation {
  const { environment, version, commit } = event
  if (environment === undefined)
    return unreadable('deployment.environment', 'is empty, so it is not known where this was deployed')
  if (version === undefined && commit === undefined)
    return unreadable('deployment.sha', 'is not a full commit id, and neither ref nor payload names a version')
  return { kind: 'events', events: [{ ...event, environment }], notes }
}
