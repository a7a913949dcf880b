import { z } from 'zod'
import type { Commit, Interpretation, PushEvent, ReleaseEvent } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, told } from '../interpretation.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, listOf, messageOf, parseWith, readEpoch, readTime } from '../reading/payload.ts'

/** Bitbucket Data Center's refs changed event. Its newer versions list commits, newest first. */

const text = z.string().nullish()
const commitSchema = z.object({
  id: text,
  message: text,
  author: z.object({ name: text, displayName: text }).nullish(),
  authorTimestamp: z.union([z.number(), z.string()]).nullish(),
})

const refsChangedSchema = z.object({
  date: text,
  repository: z.object({ slug: z.string().min(1), project: z.object({ key: z.string().min(1) }) }),
  changes: listOf(
    z.object({
      ref: z.object({ displayId: text, type: text }).nullish(),
      refId: text,
      fromHash: text,
      toHash: text,
      type: text,
    }),
    1000,
  ),
  commits: listOf(commitSchema, 5000).nullish(),
  toCommit: commitSchema.nullish(),
})
type RefsChanged = z.infer<typeof refsChangedSchema>
type Change = RefsChanged['changes'][number]

export function readRefsChanged(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(refsChangedSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const pushed = parsed.value
  const notes: string[] = []
  const at = readTime(pushed.date, 'date', receivedAt, notes) ?? receivedAt
  const kept = pushed.changes.filter(({ type }) => type !== 'DELETE')
  // What is listed belongs to the one ref that was pushed; of several nobody can say to which.
  const listed = kept.length === 1 ? pushed : { ...pushed, commits: [], toCommit: undefined }
  const events = kept.flatMap((change) => asEvent(listed, change, at, receivedAt) ?? [])
  if (events.length > 0) return told(events, notes)
  const [first] = pushed.changes
  return ignored(
    first
      ? `${nameOf(first)} was deleted, or brings no commit; what was pushed stays known.`
      : 'A push that changes nothing.',
  )
}

function asEvent(
  pushed: RefsChanged,
  change: Change,
  at: number,
  receivedAt: number,
): ReleaseEvent | PushEvent | undefined {
  const { project, slug } = pushed.repository
  const service = cleanLine(`${project.key}/${slug}`, 200)
  const origin = originOf({ project: project.key, repository: slug, ref: nameOf(change) })
  if (change.ref?.type === 'TAG' || change.refId?.startsWith('refs/tags/')) {
    const version = lineOf(nameOf(change), 200)
    // Not `toHash`, which for an annotated tag is the tag object.
    return version ? { type: 'release', origin, service, version, at, commit: fullSha(pushed.toCommit?.id) } : undefined
  }
  const after = fullSha(change.toHash)
  if (!after) return undefined
  // All zeros when the branch is new, which is no commit id.
  const before = fullSha(change.fromHash)
  const listed = [...(pushed.commits ?? [])].reverse()
  const commits = (listed.length > 0 ? listed : pushed.toCommit ? [pushed.toCommit] : []).flatMap(
    (commit) => asCommit(commit, receivedAt) ?? [],
  )
  if (commits.length === 0 && before === undefined) return undefined
  return { type: 'push', origin, service, before, after, commits }
}

function asCommit({ id, message, author, authorTimestamp }: z.infer<typeof commitSchema>, receivedAt: number) {
  const sha = fullSha(id)
  if (!sha) return undefined
  const commit: Commit = {
    sha,
    message: messageOf(message),
    author: lineOf(author?.name ?? author?.displayName, 200),
    at: readEpoch(authorTimestamp, 'commits.authorTimestamp', receivedAt, []),
  }
  return commit
}

const nameOf = ({ ref, refId }: Change): string =>
  cleanLine(ref?.displayId ?? (refId ?? '').replace(/^refs\/(?:heads|tags)\//, ''), 200)
