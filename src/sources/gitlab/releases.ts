import { z } from 'zod'
import type { Interpretation } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { fullSha, lineOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import { originIn, projectSchema, serviceOf } from './project.ts'

/** GitLab's release event. */

const text = z.string().nullish()

const releaseSchema = z.object({
  action: z.string(),
  tag: z.string(),
  name: text,
  description: text,
  created_at: text,
  released_at: text,
  url: text,
  commit: z.object({ id: text }).nullish(),
  project: projectSchema,
})

export function readRelease(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(releaseSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { action, project, ...release } = parsed.value
  if (!['create', 'update', 'delete'].includes(action))
    return ignored(`The release action "${cleanLine(action, 40)}" changes nothing here.`)
  const version = lineOf(release.tag, 200)
  if (!version) return unreadable('tag', 'is empty')

  const notes: string[] = []
  const createdAt = readTime(release.created_at, 'created_at', receivedAt, notes)
  const publishedAt = readTime(release.released_at, 'released_at', receivedAt, notes)
  return told(
    [
      {
        type: 'release',
        origin: originIn(project),
        service: serviceOf(project),
        version,
        // Edits and deletions have no time of their own.
        at: action === 'create' ? (createdAt ?? publishedAt ?? receivedAt) : receivedAt,
        commit: fullSha(release.commit?.id),
        name: lineOf(release.name, 200),
        notes: release.description ? cleanText(release.description, 20_000) : undefined,
        url: webUrl(release.url),
        publishedAt,
        withdrawn: action === 'delete' || undefined,
      },
    ],
    notes,
  )
}
