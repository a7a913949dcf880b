import { z } from 'zod'
import type { DeploymentStatus, EnvironmentTier, Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { told, unreadable } from '../interpretation.ts'
import { fullSha, lineOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import { taggedVersion } from '../reading/tagged-version.ts'
import { originIn, projectSchema, serviceOf } from './project.ts'

/** GitLab's deployment event. */

const STATUS: Readonly<Record<string, DeploymentStatus>> = {
  created: 'pending',
  // Until somebody approves it, and then until its job runs.
  blocked: 'pending',
  approved: 'pending',
  running: 'in-progress',
  success: 'succeeded',
  failed: 'failed',
  canceled: 'cancelled',
  rejected: 'cancelled',
  skipped: 'cancelled',
}

const text = z.string().nullish()
const id = z.union([z.string(), z.number()]).transform(String)

const deploymentSchema = z.object({
  status: z.string(),
  status_changed_at: text,
  deployment_id: id,
  deployable_id: id.nullish(),
  deployable_url: text,
  environment: z.string(),
  environment_tier: text,
  ref: text,
  commit_url: text,
  user: z.object({ username: text, name: text }).nullish(),
  project: projectSchema,
})

export function readDeployment(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(deploymentSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { project, user, ...deployment } = parsed.value
  const status = Object.hasOwn(STATUS, deployment.status) ? STATUS[deployment.status] : undefined
  if (!status) return unreadable('status', `is "${cleanLine(deployment.status, 40)}", which is not a state we know`)
  const environment = lineOf(deployment.environment, 200)
  if (!environment) return unreadable('environment', 'is empty, so it is not known where this was deployed')
  const version = taggedVersion(deployment.ref)
  // The payload's own commit id has eight digits.
  const commit = fullSha(deployment.commit_url?.split('/').pop())
  if (version === undefined && commit === undefined)
    return unreadable('commit_url', 'does not end in a full commit id, and ref names no version')

  const notes: string[] = []
  const at = readTime(deployment.status_changed_at, 'status_changed_at', receivedAt, notes) ?? receivedAt
  return told(
    [
      {
        type: 'deployment',
        origin: originIn(project, { environment, ref: deployment.ref }),
        key: keyOfJob(deployment.deployable_id) ?? `deployment ${cleanLine(deployment.deployment_id, 100)}`,
        service: serviceOf(project),
        environment,
        tier: tierOf(deployment.environment_tier),
        version,
        commit,
        status,
        action: 'deploy',
        at,
        startedAt: status === 'in-progress' ? at : undefined,
        finishedAt: status === 'succeeded' || status === 'failed' ? at : undefined,
        url: webUrl(deployment.deployable_url),
        actor: lineOf(user?.username ?? user?.name, 200),
      },
    ],
    notes,
  )
}

/** A job deploys once, so its id names the deployment: the pipeline's events, which list jobs, mean the same one. */
export const keyOfJob = (job: string | null | undefined): string | undefined =>
  job ? `job ${cleanLine(job, 100)}` : undefined

const TIERS: readonly EnvironmentTier[] = ['production', 'staging', 'testing', 'development', 'other']

export const tierOf = (name: string | null | undefined): EnvironmentTier | undefined =>
  TIERS.find((tier) => tier === name)
