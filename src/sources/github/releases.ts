import { z } from 'zod'
import type { Interpretation } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, unreadable } from '../interpretation.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, parseWith, readTime, webUrl } from '../reading/payload.ts'

/** GitHub's release event. */

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
        origin: originOf({ repository: parsed.value.repository.full_name, tag: version }),
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
