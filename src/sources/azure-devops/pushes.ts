import { z } from 'zod'
import type { Commit, Interpretation, PushEvent, ReleaseEvent } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { believableInstant, parseInstant } from '../../core/time/instant.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, listOf, messageOf, parseWith, readTime } from '../reading/payload.ts'
import type { AzureEvent } from './index.ts'

/** Code pushed to Azure Repos: branches and tags. It lists the newest commits only, without their files. */

const text = z.string().nullish()

const person = z.object({ name: text, email: text, date: text }).nullish()
const commitSchema = z.object({ commitId: z.string(), comment: text, author: person, committer: person })

const pushSchema = z.object({
  commits: listOf(commitSchema, 5000).nullish(),
  refUpdates: listOf(z.object({ name: z.string(), oldObjectId: text, newObjectId: text }), 1000),
  repository: z.object({ name: z.string(), project: z.object({ name: text }).nullish() }),
  date: text,
})
type Push = z.infer<typeof pushSchema>
type RefUpdate = Push['refUpdates'][number]

export function readPush({ resource, createdDate, receivedAt }: AzureEvent): Interpretation {
  const parsed = parseWith(pushSchema, resource, ['resource'])
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const push = parsed.value
  const service = lineOf(push.repository.name, 200)
  if (!service) return unreadable('resource.repository.name', 'is empty')
  const notes: string[] = []
  const at =
    readTime(push.date, 'resource.date', receivedAt, notes) ??
    readTime(createdDate, 'createdDate', receivedAt, notes) ??
    receivedAt
  // All zeros when a branch or tag is gone.
  const kept = push.refUpdates.filter(({ newObjectId }) => fullSha(newObjectId))
  // What is listed belongs to the one ref that was pushed; of several nobody can say to which.
  const commits = kept.length === 1 ? [...(push.commits ?? [])].reverse() : []
  const listed = commits.flatMap((commit) => asCommit(commit, receivedAt) ?? [])
  const events = kept.flatMap((ref) => asEvent(push, ref, { service, at, listed }) ?? [])
  if (events.length > 0) return told(events, notes)
  const [first] = push.refUpdates
  return ignored(
    first
      ? `${cleanLine(shortName(first), 200)} was deleted, or brings no commit; what was pushed stays known.`
      : 'A push that changes nothing.',
  )
}

function asEvent(
  { repository }: Push,
  ref: RefUpdate,
  { service, at, listed }: { service: string; at: number; listed: readonly Commit[] },
): ReleaseEvent | PushEvent | undefined {
  const origin = originOf({ project: repository.project?.name, repository: repository.name, ref: shortName(ref) })
  const after = fullSha(ref.newObjectId)
  if (ref.name.startsWith('refs/tags/')) {
    const version = lineOf(shortName(ref), 200)
    // For an annotated tag it is the tag object, which is none of the commits.
    const commit = listed.find(({ sha }) => sha === after)?.sha
    return version ? { type: 'release', origin, service, version, at, commit } : undefined
  }
  if (!after || !ref.name.startsWith('refs/heads/')) return undefined
  // All zeros when the branch is new, which is no commit id.
  const before = fullSha(ref.oldObjectId)
  if (listed.length === 0 && before === undefined) return undefined
  return { type: 'push', origin, service, before, after, commits: listed }
}

function asCommit({ commitId, comment, author, committer }: z.infer<typeof commitSchema>, receivedAt: number) {
  const sha = fullSha(commitId)
  if (!sha) return undefined
  const at = parseInstant(committer?.date ?? author?.date ?? '')
  const commit: Commit = {
    sha,
    message: messageOf(comment),
    author: lineOf(author?.name ?? author?.email, 200),
    at: at !== undefined && believableInstant(at, receivedAt) ? at : undefined,
  }
  return commit
}

const shortName = ({ name }: RefUpdate): string => name.replace(/^refs\/(?:heads|tags)\//, '')
