import { z } from 'zod'
import type { Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { deployedEnvironment, saysRollback } from '../reading/environment-in-name.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import type { AzureEvent } from './index.ts'

/** A completed build makes the release that its number names; of a definition that says so it is a deployment. */

const text = z.string().nullish()
const id = z.union([z.string(), z.number()]).transform(String)

const buildSchema = z.object({
  id,
  buildNumber: z.string(),
  status: text,
  result: text,
  reason: text,
  sourceVersion: text,
  sourceGetVersion: text,
  sourceBranch: text,
  startTime: text,
  finishTime: text,
  definition: z.object({ name: z.string() }),
  project: z.object({ name: text }).nullish(),
  requestedFor: z.object({ uniqueName: text, displayName: text }).nullish(),
  _links: z.object({ web: z.object({ href: text }).nullish() }).nullish(),
})

export function readBuild({ resource, createdDate, receivedAt }: AzureEvent): Interpretation {
  const parsed = parseWith(buildSchema, resource, ['resource'])
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const build = parsed.value
  const service = lineOf(build.definition.name, 200)
  if (!service) return unreadable('resource.definition.name', 'is empty')
  const version = lineOf(build.buildNumber, 200)
  if (!version) return unreadable('resource.buildNumber', 'is empty')
  if (build.reason === 'pullRequest') return ignored(`Build ${version} was of a pull request, which is no release.`)
  // Older servers say how it ended in `status`, newer ones that it is completed.
  const outcome = build.result ?? build.status
  const environment = deployedEnvironment(service)
  if (!environment && outcome !== 'succeeded' && outcome !== 'partiallySucceeded')
    return ignored(`Build ${version} did not succeed, so it made no release.`)

  const notes: string[] = []
  const finishedAt = readTime(build.finishTime, 'resource.finishTime', receivedAt, notes)
  const at = finishedAt ?? readTime(createdDate, 'createdDate', receivedAt, notes) ?? receivedAt
  const said = {
    origin: originOf({ project: build.project?.name, definition: service, branch: build.sourceBranch }),
    service,
    version,
    // `LG:refs/heads/main:<commit>` on older servers.
    commit: fullSha(build.sourceVersion) ?? fullSha(build.sourceGetVersion?.split(':').pop()),
    at,
    url: webUrl(build._links?.web?.href),
  }
  if (!environment) return told([{ type: 'release', ...said }], notes)
  const status = STATUS.get(outcome ?? '')
  if (!status)
    return unreadable('resource.result', `is "${cleanLine(outcome ?? '', 40)}", which is not a result we know`)
  return told(
    [
      {
        type: 'deployment',
        ...said,
        key: `run ${cleanLine(build.id, 100)}`,
        environment,
        status,
        action: saysRollback(service) ? 'rollback' : 'deploy',
        startedAt: readTime(build.startTime, 'resource.startTime', receivedAt, notes),
        finishedAt: status === 'cancelled' ? undefined : at,
        actor: lineOf(build.requestedFor?.uniqueName ?? build.requestedFor?.displayName, 200),
      },
    ],
    notes,
  )
}

const STATUS = new Map([
  ['succeeded', 'succeeded'],
  ['partiallySucceeded', 'succeeded'],
  ['failed', 'failed'],
  ['canceled', 'cancelled'],
  ['stopped', 'cancelled'],
] as const) as ReadonlyMap<string, 'succeeded' | 'failed' | 'cancelled'>
