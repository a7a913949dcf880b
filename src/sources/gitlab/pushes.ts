import { z } from 'zod'
import type { Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { fullSha, lineOf, listOf, parseWith, readTime } from '../reading/payload.ts'
import { pushedCommitSchema, pushedCommits } from '../reading/pushed-commits.ts'
import { originIn, projectSchema, serviceOf } from './project.ts'

/** GitLab's push and tag push events. */

const text = z.string().nullish()

const pushSchema = z.object({
  ref: z.string(),
  before: text,
  after: z.string(),
  checkout_sha: text,
  total_commits_count: z.number().nullish(),
  commits: listOf(pushedCommitSchema, 5000).nullish(),
  project: projectSchema,
})

const isDeletion = (after: string): boolean => /^0{40}$/.test(after)

export function readTagPush(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(pushSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { ref, after, checkout_sha: checkedOut, commits, project } = parsed.value
  const version = lineOf(ref.replace(/^refs\/tags\//, ''), 200)
  if (!version) return unreadable('ref', 'names no tag')
  if (isDeletion(after)) return ignored(`Tag ${version} was deleted; what was released under it stays known.`)
  const notes: string[] = []
  const last = commits?.at(-1)
  const contained = pushedCommits(commits, receivedAt, notes)
  return told(
    [
      {
        type: 'release',
        origin: originIn(project),
        service: serviceOf(project),
        version,
        at: readTime(last?.timestamp, 'commits.timestamp', receivedAt, notes) ?? receivedAt,
        // Not `after`, which for an annotated tag is the tag object.
        commit: fullSha(checkedOut) ?? fullSha(last?.id),
        commits: contained.length > 0 ? contained : undefined,
      },
    ],
    notes,
  )
}

export function readPush(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(pushSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { ref, before, after, project, commits: listed, total_commits_count: total } = parsed.value
  const name = cleanLine(ref.replace(/^refs\/heads\//, ''), 200)
  if (isDeletion(after)) return ignored(`Branch ${name} was deleted; its commits stay known.`)
  const end = fullSha(after)
  if (!end) return unreadable('after', 'is not a full commit id')
  const notes: string[] = []
  const commits = pushedCommits(listed, receivedAt, notes)
  // All zeros when the branch is new, which is no commit id.
  const start = fullSha(before)
  if (commits.length === 0 && start === undefined)
    return ignored(`A push to ${name} that brings no commit: the branch was made from a known one.`)
  if (start !== undefined && total && total > commits.length)
    notes.push(`GitLab lists ${commits.length} of the ${total} commits of this push; the others are not known.`)
  return told(
    [
      {
        type: 'push',
        origin: originIn(project, { ref: name }),
        service: serviceOf(project),
        before: start,
        after: end,
        commits,
      },
    ],
    notes,
  )
}
