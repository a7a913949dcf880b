import { z } from 'zod'
import type { DefectEvent, DefectStatus, Interpretation } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, told, unreadable } from '../interpretation.ts'
import { filePaths } from '../reading/changed-files.ts'
import { originOf } from '../reading/origin.ts'
import { lineOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import { versionInRelease } from '../reading/tags.ts'
import type { SentryHook } from './hook.ts'
import { rankOf } from './level.ts'

/** Sentry's issue webhook: how an issue came about, was resolved, put away and came back. */

const text = z.string().nullish()
const id = z.union([z.string(), z.number()]).transform(String)

const issueSchema = z.object({
  action: z.string(),
  data: z.object({
    issue: z.object({
      id,
      shortId: text,
      title: z.string(),
      culprit: text,
      level: text,
      priority: text,
      substatus: text,
      statusDetails: z.unknown().optional(),
      project: z.object({ slug: text, name: text, platform: text }).nullish(),
      metadata: z.unknown().optional(),
      permalink: text,
      web_url: text,
      firstSeen: text,
    }),
  }),
})
type Issue = z.infer<typeof issueSchema>['data']['issue']

export function readIssue({ payload, receivedAt, sentAt }: SentryHook): Interpretation {
  const parsed = parseWith(issueSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { action, data } = parsed.value
  const { issue } = data
  const title = lineOf(issue.title, 300)
  if (!title) return unreadable('data.issue.title', 'is empty')

  const notes: string[] = []
  const said = { ...described(issue, title, notes), at: sentAt, count: 0 }
  if (action === 'created') {
    const firstSeen = readTime(issue.firstSeen, 'data.issue.firstSeen', receivedAt, notes)
    const at = firstSeen ?? sentAt
    const seen: DefectEvent = { ...said, status: 'open', at, occurredAt: at, detectedAt: at, count: 1 }
    return told([{ ...seen, sighting: 'created' }], notes)
  }
  if (action === 'resolved') {
    const fixedIn = fixesIn(issue.statusDetails)
    return told([{ ...said, status: 'fixed', fixedIn }], notes)
  }
  const status = statusOf(action, issue.substatus)
  if (status !== undefined) return told([{ ...said, status }], notes)
  return ignored(`The issue action "${cleanLine(action, 40)}" changes nothing that is kept here.`)
}

/** `ignored` is what Sentry called archiving before. */
function statusOf(action: string, substatus: string | null | undefined): DefectStatus | undefined {
  if (action === 'unresolved') return substatus === 'regressed' ? 'regressed' : 'open'
  return action === 'archived' || action === 'ignored' ? 'wont-fix' : undefined
}

const described = (issue: Issue, title: string, notes: string[]) => ({
  type: 'defect' as const,
  origin: originOf({ project: issue.project?.slug, issue: issue.shortId, platform: issue.project?.platform }),
  key: cleanLine(issue.id, 200),
  title,
  description: lineOf(issue.culprit, 500),
  service: lineOf(issue.project?.slug, 200),
  files: filePaths(fileIn(issue.metadata), 'data.issue.metadata.filename', notes),
  detection: 'error' as const,
  ...rankOf(issue.level, issue.priority),
  url: webUrl(issue.web_url) ?? webUrl(issue.permalink),
})

/** The file of the frame that Sentry holds responsible. */
function fileIn(metadata: unknown): string[] {
  const parsed = z.object({ filename: z.string().min(1) }).safeParse(metadata)
  return parsed.success ? [parsed.data.filename] : []
}

const detailsSchema = z.object({
  inRelease: text,
  inNextRelease: z.unknown().optional(),
  inUpcomingRelease: z.unknown().optional(),
  inCommit: z
    .union([z.string(), z.object({ commit: text, id: text }).transform(({ commit, id }) => commit ?? id)])
    .nullish(),
})

/** What it is said to be fixed by; undefined: nobody said. */
function fixesIn(statusDetails: unknown): readonly string[] | undefined {
  const parsed = detailsSchema.safeParse(statusDetails)
  if (!parsed.success) return undefined
  const { inRelease, inNextRelease, inUpcomingRelease, inCommit } = parsed.data
  const release = versionInRelease(lineOf(inRelease, 200))
  if (release !== undefined) return [release]
  if (inNextRelease || inUpcomingRelease) return ['next-release']
  const commit = lineOf(inCommit, 100)?.toLowerCase()
  return commit === undefined ? undefined : [commit]
}
