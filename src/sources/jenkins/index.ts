import { z } from 'zod'
import type { DeploymentStatus, Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { hasBasicPassword, hasBearerToken } from '../proof/signature.ts'
import { filePaths } from '../reading/changed-files.ts'
import { deployedEnvironment, saysRollback } from '../reading/environment-in-name.ts'
import { readJson } from '../reading/json.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, parseWith, readEpoch, readTime, repeatedKeyNotes, texts, webUrl } from '../reading/payload.ts'
import { taggedVersion } from '../reading/tagged-version.ts'
import type { RawDelivery, Source } from '../source.ts'
import { repositoryPath } from './repository-path.ts'
import { statedOf } from './stated.ts'

/** Jenkins: the JSON of its Notification plugin, which a pipeline can also send itself. Mapping: docs/sources/jenkins.md. */
export const jenkins: Source = {
  kind: 'jenkins',
  label: 'Jenkins',
  // The plugin makes it of the user and password in the address.
  secret: 'basic',
  contentTypes: ['application/json'],
  verify: (delivery, secrets) => hasBasicPassword(delivery, secrets) || hasBearerToken(delivery, secrets),
  // There is none; what is sent again is the same to the byte.
  deliveryId: () => undefined,
  interpret,
}

const text = z.string().nullish()

const jobSchema = z.object({
  name: z.string(),
  display_name: text,
  url: text,
  build: z.object({
    number: z.union([z.string(), z.number()]).transform(String).nullish(),
    phase: text,
    status: text,
    url: text,
    full_url: text,
    timestamp: z.union([z.string(), z.number()]).nullish(),
    duration: z.number().nullish(),
    notes: text,
    parameters: z.record(z.string(), z.unknown()).nullish(),
    scm: z.object({ url: text, branch: text, commit: text, changes: texts.nullish() }).nullish(),
  }),
})
type Job = z.infer<typeof jobSchema>

function interpret({ body, receivedAt }: RawDelivery): Interpretation {
  const json = readJson(body)
  if (!json.ok) return { kind: 'unreadable', problems: [json.problem] }
  const parsed = parseWith(jobSchema, json.value)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const job = parsed.value
  const { build } = job
  const name = fullName(job)
  const stated = statedOf(build.notes, build.parameters)
  const saysDeploy = /deploy|release|promote|roll-?back/i.test(name)
  const environment =
    stated.inNotes.environment ??
    (saysDeploy ? (stated.inParameters.environment ?? deployedEnvironment(name.split('/').pop() ?? '')) : undefined)
  if (!environment)
    return ignored(
      `The job "${name}" does not say that it deploys, and where. To be counted, name it as in "Deploy to production", give a job with "deploy" in its name a parameter ENVIRONMENT, or write environment=production into the notes.`,
    )
  const status = statusOf(build)
  if (!status)
    return unreadable('build.status', `is "${cleanLine(build.status ?? '', 40)}", which is not a result we know`)
  const branch = build.scm?.branch?.replace(/^(?:refs\/remotes\/)?origin\//, '')
  const version =
    stated.inNotes.version ?? stated.inParameters.version ?? taggedVersion(branch?.replace(/^tags\//, 'refs/tags/'))
  const commit = fullSha(stated.inNotes.commit || build.scm?.commit || stated.inParameters.commit)
  if (version === undefined && commit === undefined)
    return unreadable('build.scm.commit', 'is not a full commit id, and neither notes nor parameters name a version')

  const service = lineOf(
    stated.inNotes.service ?? stated.inParameters.service ?? repositoryPath(build.scm?.url) ?? name,
    200,
  )
  if (!service) return unreadable('name', 'is empty, so it is not known what was deployed')

  const notes = repeatedKeyNotes(json.repeatedKeys)
  const at = timeOf(build.timestamp, receivedAt, notes) ?? receivedAt
  const isOver = status === 'succeeded' || status === 'failed'
  if (build.status === 'UNSTABLE') notes.push('The build is unstable: it deployed, and some of its tests failed.')
  return told(
    [
      {
        type: 'deployment',
        origin: originOf({ job: name, repository: build.scm?.url, branch, environment }),
        // One build may deploy to several places, one after the other.
        key: cleanLine(`${build.full_url ?? build.url ?? `${name} ${build.number ?? ''}`} ${environment}`, 400),
        service,
        environment,
        version,
        commit,
        status,
        action: saysRollback(name) ? 'rollback' : 'deploy',
        at,
        startedAt: startOf(build, status, at),
        finishedAt: isOver ? at : undefined,
        url: webUrl(build.full_url),
        files: filePaths(build.scm?.changes, 'build.scm.changes', notes),
      },
    ],
    notes,
  )
}

/** With its folders: `job/shop/job/checkout-api/job/main/` is shop/checkout-api/main. */
function fullName({ name, display_name: shown, url }: Job): string {
  const parts = [...(url ?? '').matchAll(/(?:^|\/)job\/([^/]+)/g)].map(([, part]) => decoded(part as string))
  return cleanLine(parts.length > 0 ? parts.join('/') : name || shown || '', 200)
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const RESULTS: Readonly<Record<string, DeploymentStatus>> = {
  SUCCESS: 'succeeded',
  UNSTABLE: 'succeeded',
  FAILURE: 'failed',
  ABORTED: 'cancelled',
  NOT_BUILT: 'cancelled',
}

/** Until something goes wrong a build has no result, also when it says that it is over. */
function statusOf({ phase, status }: Job['build']): DeploymentStatus | undefined {
  if (phase === 'QUEUED') return 'pending'
  if (phase === 'STARTED') return 'in-progress'
  if (status) return Object.hasOwn(RESULTS, status) ? RESULTS[status] : undefined
  return phase === 'COMPLETED' || phase === 'FINALIZED' ? 'succeeded' : 'in-progress'
}

/** The plugin counts milliseconds since 1970; some versions of it write a date. */
function timeOf(value: string | number | null | undefined, receivedAt: number, notes: string[]): number | undefined {
  const isDate = typeof value === 'string' && value.includes('-')
  return isDate
    ? readTime(value, 'build.timestamp', receivedAt, notes)
    : readEpoch(value, 'build.timestamp', receivedAt, notes)
}

function startOf({ phase, duration }: Job['build'], status: DeploymentStatus, at: number): number | undefined {
  if (status === 'in-progress') return at
  const isWhole = phase === 'COMPLETED' && duration && Number.isSafeInteger(duration) && duration > 0 && duration < at
  return isWhole ? at - duration : undefined
}
