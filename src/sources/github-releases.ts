import { z } from 'zod'
import type { Commit, Interpretation } from '../core/event.ts'
import { believableInstant, parseInstant } from '../core/instant.ts'
import { cleanLine, cleanText } from '../core/text.ts'
import { fullSha, lineOf, parseWith, readTime, webUrl } from './payload.ts'

/** GitHub's release and push events. */

const text = z.string().nullish()
const repository = z.object({ full_name: z.string().min(1) })

const releaseSchema = z.object({
  action: z.string(),
  release: z.object({
    tag_name: z.string().min(1),
    target_commitish: text,
    name: text,
    body: text,
    draft: z.boolean().nullish(),
    prerelease: z.boolean().nullish(),
    html_url: text,
    published_at: text,
    updated_at: text,
  }),
  repository,
})

/** Publishing sends created, published and released at once; they say the same, so any of them will do. */
const STANDING = ['created', 'published', 'released', 'prereleased', 'edited']
const WITHDRAWN = ['deleted', 'unpublished']

export function readRelease(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(releaseSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { action, release } = parsed.value
  const withdrawn = WITHDRAWN.includes(action)
  if (!withdrawn && !STANDING.includes(action))
    return ignored(`The release action "${cleanLine(action, 40)}" changes nothing here.`)
  // An unpublished release comes as the draft it has become again.
  if (release.draft && action !== 'unpublished')
    return ignored(`${cleanLine(release.tag_name, 100)} is a draft; it counts once it is published.`)
  const version = lineOf(release.tag_name, 200)
  if (!version) return unreadable('release.tag_name', 'is empty')

  const notes: string[] = []
  // Not created_at, which is the date of the commit.
  const publishedAt = readTime(release.published_at, 'release.published_at', receivedAt, notes)
  const changedAt = readTime(release.updated_at, 'release.updated_at', receivedAt, notes) ?? receivedAt
  return {
    kind: 'events',
    notes,
    events: [
      {
        type: 'release',
        service: cleanLine(parsed.value.repository.full_name, 200),
        version,
        // A deletion is said when it comes: updated_at is still that of the last edit.
        at: withdrawn ? receivedAt : action === 'edited' ? changedAt : (publishedAt ?? receivedAt),
        // Mostly a branch, which names no commit; then the tag's push or a deployment tells.
        commit: fullSha(release.target_commitish),
        kind: release.prerelease ? 'pre-release' : undefined,
        name: lineOf(release.name, 200),
        notes: release.body ? cleanText(release.body, 20_000) : undefined,
        url: webUrl(release.html_url),
        publishedAt,
        withdrawn: withdrawn || undefined,
      },
    ],
  }
}

const commitSchema = z.object({
  id: z.string(),
  message: text,
  timestamp: text,
  author: z.object({ name: text, username: text }).nullish(),
})

const pushSchema = z.object({
  ref: z.string(),
  deleted: z.boolean().nullish(),
  head_commit: commitSchema.nullish(),
  commits: z.array(commitSchema).max(5000).nullish(),
  // Unix seconds here, unlike everywhere else in GitHub's events.
  repository: repository.extend({ pushed_at: z.union([z.number(), z.string()]).nullish() }),
})

export function readPush(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(pushSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { ref, deleted, head_commit: head, commits, repository: pushed } = parsed.value
  const name = cleanLine(ref, 200)
  if (!ref.startsWith('refs/tags/'))
    return ignored(
      `A push to ${name.replace(/^refs\/heads\//, '')}: its commits belong to no release yet. A tag, a release or a deployment will say which.`,
    )
  const version = lineOf(ref.slice('refs/tags/'.length), 200)
  if (!version) return unreadable('ref', 'names no tag')
  if (deleted) return ignored(`Tag ${version} was deleted; what was released under it stays known.`)

  const notes: string[] = []
  const committedAt = readTime(head?.timestamp, 'head_commit.timestamp', receivedAt, notes)
  const contained = (commits ?? []).flatMap((commit) => asCommit(commit, receivedAt) ?? [])
  return {
    kind: 'events',
    notes,
    events: [
      {
        type: 'release',
        service: cleanLine(pushed.full_name, 200),
        version,
        at: pushedAt(pushed.pushed_at, receivedAt) ?? committedAt ?? receivedAt,
        // Not `after`, which for an annotated tag is the tag object.
        commit: fullSha(head?.id),
        commits: contained.length > 0 ? contained : undefined,
      },
    ],
  }
}

function pushedAt(value: number | string | null | undefined, receivedAt: number): number | undefined {
  const at = typeof value === 'number' ? value * 1000 : parseInstant(value ?? '')
  return at !== undefined && believableInstant(at, receivedAt) ? at : undefined
}

function asCommit(commit: z.infer<typeof commitSchema>, receivedAt: number): Commit | undefined {
  const sha = fullSha(commit.id)
  if (!sha) return undefined
  const at = parseInstant(commit.timestamp ?? '')
  return {
    sha,
    message: lineOf(commit.message, 500),
    author: lineOf(commit.author?.username ?? commit.author?.name, 200),
    at: at !== undefined && believableInstant(at, receivedAt) ? at : undefined,
  }
}

const ignored = (reason: string): Interpretation => ({ kind: 'ignored', reason })
const unreadable = (path: string, message: string): Interpretation => ({
  kind: 'unreadable',
  problems: [{ path, message }],
})
