import { z } from 'zod'
import type { Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { believableInstant, parseInstant } from '../../core/time/instant.ts'
import { ignored, unreadable } from '../interpretation.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, listOf, parseWith, readTime } from '../reading/payload.ts'
import { pushedCommitSchema, pushedCommits } from '../reading/pushed-commits.ts'

/** GitHub's push event: of a tag it names a release, of a branch it says which commits follow which. */

const text = z.string().nullish()

const pushSchema = z.object({
  ref: z.string(),
  before: text,
  after: text,
  deleted: z.boolean().nullish(),
  forced: z.boolean().nullish(),
  head_commit: pushedCommitSchema.nullish(),
  commits: listOf(pushedCommitSchema, 5000).nullish(),
  repository: z.object({
    full_name: z.string().min(1),
    // Unix seconds here, unlike everywhere else in GitHub's events.
    pushed_at: z.union([z.number(), z.string()]).nullish(),
  }),
})
type Push = z.infer<typeof pushSchema>

export function readPush(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(pushSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const push = parsed.value
  return push.ref.startsWith('refs/tags/') ? readTag(push, receivedAt) : readBranch(push, receivedAt)
}

function readTag(push: Push, receivedAt: number): Interpretation {
  const { ref, deleted, head_commit: head, repository } = push
  const version = lineOf(ref.slice('refs/tags/'.length), 200)
  if (!version) return unreadable('ref', 'names no tag')
  if (deleted) return ignored(`Tag ${version} was deleted; what was released under it stays known.`)

  const notes: string[] = []
  const committedAt = readTime(head?.timestamp, 'head_commit.timestamp', receivedAt, notes)
  const contained = pushedCommits(push.commits, receivedAt, notes)
  return {
    kind: 'events',
    notes,
    events: [
      {
        type: 'release',
        origin: originOf({ repository: repository.full_name, tag: version }),
        service: cleanLine(repository.full_name, 200),
        version,
        at: pushedAt(repository.pushed_at, receivedAt) ?? committedAt ?? receivedAt,
        // Not `after`, which for an annotated tag is the tag object.
        commit: fullSha(head?.id),
        commits: contained.length > 0 ? contained : undefined,
      },
    ],
  }
}

function readBranch(push: Push, receivedAt: number): Interpretation {
  const name = cleanLine(push.ref.replace(/^refs\/heads\//, ''), 200)
  if (push.deleted) return ignored(`Branch ${name} was deleted; its commits stay known.`)
  const after = fullSha(push.after)
  if (!after) return unreadable('after', 'is not a full commit id')
  const notes: string[] = []
  const commits = pushedCommits(push.commits, receivedAt, notes)
  // All zeros when the branch is new, which is no commit id. A forced push puts the new commits in place of the old.
  const before = push.forced ? undefined : fullSha(push.before)
  if (commits.length === 0 && before === undefined)
    return ignored(`A push to ${name} that brings no commit: the branch was made from, or set back to, a known one.`)
  return {
    kind: 'events',
    notes,
    events: [
      {
        type: 'push',
        origin: originOf({ repository: push.repository.full_name, branch: name }),
        service: cleanLine(push.repository.full_name, 200),
        before,
        after,
        commits,
      },
    ],
  }
}

function pushedAt(value: number | string | null | undefined, receivedAt: number): number | undefined {
  const at = typeof value === 'number' ? value * 1000 : parseInstant(value ?? '')
  return at !== undefined && believableInstant(at, receivedAt) ? at : undefined
}
