import { z } from 'zod'
import type { DeploymentStatus, Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { deployedEnvironment, environmentInTitle, saysRollback } from '../reading/environment-in-name.ts'
import { fullSha, lineOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import { taggedVersion } from '../reading/tagged-version.ts'
import { originIn, repositorySchema, serviceOf } from './repository.ts'

/** Bitbucket's commit statuses, with which builds report; one that says so is a deployment. */

const STATUS = new Map([
  ['INPROGRESS', 'in-progress'],
  ['SUCCESSFUL', 'succeeded'],
  ['FAILED', 'failed'],
  ['STOPPED', 'cancelled'],
] as const) as ReadonlyMap<string, DeploymentStatus>

const text = z.string().nullish()

const statusSchema = z.object({
  commit_status: z.object({
    key: z.string(),
    name: text,
    description: text,
    state: z.string(),
    url: text,
    refname: text,
    updated_on: text,
    commit: z.object({ hash: text }).nullish(),
    links: z.object({ commit: z.object({ href: text }).nullish() }).nullish(),
  }),
  repository: repositorySchema,
  actor: z.object({ nickname: text, display_name: text }).nullish(),
})

export function readCommitStatus(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(statusSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { commit_status: reached, repository, actor } = parsed.value
  const name = cleanLine(reached.name ?? '', 200)
  const key = cleanLine(reached.key, 200)
  const environment =
    deployedEnvironment(name) ?? deployedEnvironment(key) ?? environmentInTitle(reached.description ?? '')
  if (!environment)
    return ignored(
      `The status "${name || key}" does not say that it deploys, and where. To be counted, name it as in "Deploy to production".`,
    )
  const status = STATUS.get(reached.state)
  if (!status)
    return unreadable('commit_status.state', `is "${cleanLine(reached.state, 40)}", which is not a state we know`)
  const commit = fullSha(reached.commit?.hash) ?? fullSha(reached.links?.commit?.href?.split('/').pop())
  const version = taggedVersion(reached.refname)
  if (version === undefined && commit === undefined)
    return unreadable('commit_status.commit.hash', 'is not a full commit id, and refname names no version')

  const notes: string[] = []
  const at = readTime(reached.updated_on, 'commit_status.updated_on', receivedAt, notes) ?? receivedAt
  return told(
    [
      {
        type: 'deployment',
        origin: originIn(repository, { key, name, ref: reached.refname }),
        // A commit that is deployed again gets the same status anew, with the address of another build.
        key: cleanLine(`${key} ${commit ?? version} ${reached.url ?? ''}`, 400),
        service: serviceOf(repository),
        environment,
        version,
        commit,
        status,
        action: saysRollback(`${name} ${key}`) ? 'rollback' : 'deploy',
        at,
        startedAt: status === 'in-progress' ? at : undefined,
        finishedAt: status === 'succeeded' || status === 'failed' ? at : undefined,
        url: webUrl(reached.url),
        actor: lineOf(actor?.nickname ?? actor?.display_name, 200),
      },
    ],
    notes,
  )
}
