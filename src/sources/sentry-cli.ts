import { z } from 'zod'
import { cleanLine } from '../core/text/text.ts'
import { lineOf, type Parsed, parseWith } from './reading/payload.ts'
import { versionInRelease } from './reading/tags.ts'

/** What sentry-cli sends of releases and deploys, in our own JSON. Mapping: docs/sources/sentry-cli.md. */

const text = z.string().nullish()
const projects = z.array(z.string().min(1).max(200)).max(100).nullish()

const commitSchema = z
  .object({
    id: z.string().min(1).max(100),
    message: text,
    author_name: text,
    timestamp: text,
    patch_set: z.array(z.object({ path: z.string() })).nullish(),
  })
  .transform(({ id, message, author_name: author, timestamp: at, patch_set: patches }) => ({
    sha: id,
    message,
    author,
    at,
    files: patches?.map(({ path }) => path),
  }))

const releaseSchema = z.object({
  version: z.string().min(1).max(200).nullish(),
  projects,
  url: text,
  dateReleased: text,
  status: text,
  ref: text,
  refs: z.array(z.object({ commit: text })).nullish(),
  commits: z.array(commitSchema).max(5_000).nullish(),
})

const deploySchema = z.object({
  environment: z.string().min(1).max(200),
  name: text,
  url: text,
  dateStarted: text,
  dateFinished: text,
  projects,
})

export type CliRelease = z.infer<typeof releaseSchema>
export type CliDeploy = z.infer<typeof deploySchema>

export const readCliRelease = (value: unknown): Parsed<CliRelease> => parseWith(releaseSchema, value)
export const readCliDeploy = (value: unknown): Parsed<CliDeploy> => parseWith(deploySchema, value)

/** A release by the name it has there, `checkout@2.4.1`, for one service. */
export function releaseItem(service: string, name: string, release: CliRelease): Record<string, unknown> {
  const [ref] = release.refs ?? []
  return {
    service,
    version: versionInRelease(name),
    name,
    // Of the commits it lists the newest comes first.
    commit: ref?.commit ?? release.ref ?? release.commits?.[0]?.sha,
    url: release.url,
    publishedAt: release.dateReleased,
    withdrawn: release.status === 'archived' ? true : undefined,
    commits: release.commits ?? undefined,
  }
}

/** One deploy of such a release. What it is called names it only together with the release. */
export function deploymentItem(service: string, name: string, deploy: CliDeploy): Record<string, unknown> {
  const version = versionInRelease(name)
  const deployName = lineOf(deploy.name, 100)
  return {
    service,
    version,
    environment: deploy.environment,
    id: deployName === undefined ? undefined : cleanLine(`${version} ${deployName}`, 200),
    url: deploy.url,
    startedAt: deploy.dateStarted,
    finishedAt: deploy.dateFinished,
  }
}

/** `checkout` of `checkout@2.4.1`; undefined where the release has no package. */
export const packageIn = (name: string): string | undefined => {
  const at = name.lastIndexOf('@')
  return at > 0 ? name.slice(0, at) : undefined
}
