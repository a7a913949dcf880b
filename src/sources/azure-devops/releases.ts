import { z } from 'zod'
import type { DeploymentStatus, Interpretation } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { saysRollback } from '../reading/environment-in-name.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, listOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import type { AzureEvent } from './index.ts'

/** Classic release pipelines of Azure DevOps. */

const text = z.string().nullish()
const id = z.union([z.string(), z.number()]).transform(String)
const named = z.object({ name: text }).nullish()

const releaseSchema = z.object({
  id: id.nullish(),
  name: text,
  description: text,
  createdOn: text,
  modifiedOn: text,
  artifacts: listOf(
    z.object({
      isPrimary: z.boolean().nullish(),
      definitionReference: z.object({ sourceVersion: z.object({ id: text }).nullish() }).nullish(),
    }),
    100,
  ).nullish(),
  releaseDefinition: named,
  _links: z.object({ web: z.object({ href: text }).nullish() }).nullish(),
})
type Release = z.infer<typeof releaseSchema>

const deploymentEventSchema = z.object({
  environment: z.object({
    id,
    name: z.string(),
    status: text,
    deploySteps: listOf(z.object({ attempt: z.number().nullish() })).nullish(),
    release: releaseSchema.nullish(),
    releaseDefinition: named,
  }),
  deployment: z
    .object({
      attempt: z.number().nullish(),
      deploymentStatus: text,
      startedOn: text,
      completedOn: text,
      release: releaseSchema.nullish(),
      releaseDefinition: named,
      requestedFor: z.object({ uniqueName: text, displayName: text }).nullish(),
    })
    .nullish(),
  release: releaseSchema.nullish(),
  project: named,
})
type Reached = z.infer<typeof deploymentEventSchema>

export function readReleaseDeployment({ type, resource, createdDate, receivedAt }: AzureEvent): Interpretation {
  const parsed = parseWith(deploymentEventSchema, resource, ['resource'])
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { environment, deployment, project } = parsed.value
  const releases = [parsed.value.release, environment.release, deployment?.release].filter((one) => one != null)
  const version = firstLine(releases.map(({ name }) => name))
  if (!version) return unreadable('resource.environment.release.name', 'is required, to know what was deployed')
  const definition = firstLine([
    environment.releaseDefinition?.name,
    deployment?.releaseDefinition?.name,
    ...releases.map(({ releaseDefinition }) => releaseDefinition?.name),
  ])
  const service = definition ?? lineOf(project?.name, 200)
  if (!service) return unreadable('resource.project.name', 'is required, as no release definition is named')
  const place = lineOf(environment.name, 200)
  if (!place) return unreadable('resource.environment.name', 'is empty, so it is not known where this was deployed')
  const isStart = type === 'ms.vss-release.deployment-started-event'
  const status = isStart ? 'in-progress' : statusOf(parsed.value)
  if (!status)
    return unreadable(
      'resource.environment.status',
      `is "${cleanLine(environment.status ?? '', 40)}", which is not a state we know`,
    )

  const notes: string[] = []
  const at = readTime(createdDate, 'createdDate', receivedAt, notes) ?? receivedAt
  if ([environment.status, deployment?.deploymentStatus].includes('partiallySucceeded'))
    notes.push('Some of its steps failed; what it deployed is there.')
  const releaseId = firstLine(releases.map(({ id }) => id))
  return told(
    [
      {
        type: 'deployment',
        origin: originOf({ project: project?.name, releaseDefinition: definition, environment: place }),
        // Deploying the same release again is a deployment of its own.
        key: `release ${releaseId ?? version} environment ${cleanLine(environment.id, 100)} attempt ${attemptOf(parsed.value)}`,
        service,
        environment: place,
        version,
        commit: commitOf(releases),
        status,
        action: saysRollback(place) ? 'rollback' : 'deploy',
        at,
        startedAt: isStart ? at : readTime(deployment?.startedOn, 'resource.deployment.startedOn', receivedAt, notes),
        finishedAt: status === 'succeeded' || status === 'failed' ? at : undefined,
        url: releases.map(({ _links }) => webUrl(_links?.web?.href)).find(Boolean),
        actor: lineOf(deployment?.requestedFor?.uniqueName ?? deployment?.requestedFor?.displayName, 200),
      },
    ],
    notes,
  )
}

/** "Rejected" is what the environment is after a failure as well as after somebody said no; the deployment knows which. */
function statusOf({ environment, deployment }: Reached): DeploymentStatus | undefined {
  const [said, ofEnvironment] = [deployment?.deploymentStatus, environment.status]
  if (said === 'notDeployed' || ofEnvironment === 'canceled') return 'cancelled'
  if (said === 'failed' || ofEnvironment === 'rejected') return 'failed'
  const succeeded = ['succeeded', 'partiallySucceeded']
  return succeeded.includes(said ?? '') || succeeded.includes(ofEnvironment ?? '') ? 'succeeded' : undefined
}

const attemptOf = ({ environment, deployment }: Reached): number =>
  deployment?.attempt ??
  (environment.deploySteps ?? []).reduce((highest, { attempt }) => Math.max(highest, attempt ?? 1), 1)

/** The commit that the primary artifact was built from. */
function commitOf(releases: readonly Release[]): string | undefined {
  const artifacts = releases.flatMap(({ artifacts }) => artifacts ?? [])
  const primary = artifacts.filter(({ isPrimary }) => isPrimary)
  return (primary.length > 0 ? primary : artifacts)
    .map(({ definitionReference }) => fullSha(definitionReference?.sourceVersion?.id))
    .find(Boolean)
}

const firstLine = (texts: readonly (string | null | undefined)[]): string | undefined =>
  texts.map((text) => lineOf(text, 200)).find(Boolean)

const releaseEventSchema = z.object({ release: releaseSchema, project: named })

export function readRelease({ type, resource, createdDate, receivedAt }: AzureEvent): Interpretation {
  const parsed = parseWith(releaseEventSchema, resource, ['resource'])
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { release, project } = parsed.value
  const version = lineOf(release.name, 200)
  if (!version) return unreadable('resource.release.name', 'is required')
  const definition = lineOf(release.releaseDefinition?.name, 200)
  const service = definition ?? lineOf(project?.name, 200)
  if (!service)
    return ignored(`Release ${version} names neither its definition nor its project, so it is not known of what.`)
  const notes: string[] = []
  const withdrawn = type === 'ms.vss-release.release-abandoned-event'
  const createdOn = readTime(release.createdOn, 'resource.release.createdOn', receivedAt, notes)
  return told(
    [
      {
        type: 'release',
        origin: originOf({ project: project?.name, releaseDefinition: definition }),
        service,
        version,
        at: readTime(createdDate, 'createdDate', receivedAt, notes) ?? receivedAt,
        commit: commitOf([release]),
        notes: release.description ? cleanText(release.description, 20_000) : undefined,
        url: webUrl(release._links?.web?.href),
        publishedAt: createdOn,
        withdrawn: withdrawn || undefined,
      },
    ],
    notes,
  )
}
