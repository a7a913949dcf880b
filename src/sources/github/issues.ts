import { z } from 'zod'
import type { DefectEvent, DefectStatus, Interpretation } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, unreadable } from '../interpretation.ts'
import { inLabels, inText } from '../reading/issue-text.ts'
import { hasDefectLabel } from '../reading/labels.ts'
import { labelNames, originOf } from '../reading/origin.ts'
import { lineOf, listOf, parseWith, readTime, webUrl } from '../reading/payload.ts'

/** GitHub's issues event: which issues are defects, and what their labels and states mean. */

const text = z.string().nullish()

const issueSchema = z.object({
  action: z.string(),
  issue: z.object({
    number: z.union([z.string(), z.number()]).transform(String),
    title: z.string(),
    body: text,
    html_url: text,
    state: text,
    state_reason: text,
    type: z.object({ name: text }).nullish(),
    labels: listOf(z.union([z.string(), z.object({ name: text }).transform(({ name }) => name ?? '')]), 100).nullish(),
    pull_request: z.unknown().optional(),
    created_at: text,
    updated_at: text,
    closed_at: text,
  }),
  repository: z.object({ full_name: z.string().min(1) }),
})
type Issue = z.infer<typeof issueSchema>['issue']

/** Assigning, pinning, locking and the like change nothing we keep. */
const READ_ACTIONS = ['opened', 'edited', 'closed', 'reopened', 'labeled', 'unlabeled', 'typed', 'untyped']

export function readIssue(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(issueSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { action, issue, repository } = parsed.value
  if (!READ_ACTIONS.includes(action))
    return ignored(`The issue action "${cleanLine(action, 40)}" changes nothing that is kept here.`)
  if (issue.pull_request) return ignored('This is a pull request, not an issue.')
  if (!isDefect(issue))
    return ignored(
      `Issue #${cleanLine(issue.number, 20)} is not marked as a defect. To be counted it needs the type Bug or a label such as bug, incident, regression or sev2.`,
    )
  const title = lineOf(issue.title, 300)
  if (!title) return unreadable('issue.title', 'is empty')

  const notes: string[] = []
  const time = (field: 'created_at' | 'updated_at' | 'closed_at') =>
    readTime(issue[field], `issue.${field}`, receivedAt, notes)
  const createdAt = time('created_at')
  const openedAt = createdAt ?? receivedAt
  const updatedAt = action === 'opened' ? openedAt : (time('updated_at') ?? receivedAt)
  const service = cleanLine(repository.full_name, 200)
  const origin = originOf({ repository: service, type: issue.type?.name, ...labelNames(labelsOf(issue)) })
  const said: DefectEvent = {
    type: 'defect',
    origin,
    key: `${service}#${cleanLine(issue.number, 20)}`,
    title,
    description: issue.body ? cleanText(issue.body, 20_000) : undefined,
    service,
    ...inLabels(labelsOf(issue)),
    ...inText(issue.body, service, `https://github.com/${service}/commit/`),
    detection: 'issue',
    url: webUrl(issue.html_url),
    at: updatedAt,
    occurredAt: openedAt,
    // Whichever of its events comes first, and however many, the issue was seen once.
    count: 1,
    sighting: createdAt === undefined ? undefined : 'opened',
  }
  if (issue.state !== 'closed')
    return { kind: 'events', notes, events: [{ ...said, status: OPENING.includes(action) ? 'open' : undefined }] }
  const closedAt = time('closed_at') ?? updatedAt
  const status = statusWhenClosed(issue.state_reason)
  if (closedAt >= updatedAt) return { kind: 'events', notes, events: [{ ...said, at: closedAt, status }] }
  // Edited after it was closed: two statements of two instants.
  const closed: DefectEvent = { type: 'defect', origin, key: said.key, status, at: closedAt, count: 0 }
  return { kind: 'events', notes, events: [said, closed] }
}

const OPENING = ['opened', 'reopened']

const isDefect = (issue: Issue): boolean => /^bug$/i.test(issue.type?.name ?? '') || hasDefectLabel(labelsOf(issue))

const labelsOf = (issue: Issue): string[] => issue.labels ?? []

/** "not planned" and "duplicate" are closed without anything having been fixed. */
const statusWhenClosed = (reason: string | null | undefined): DefectStatus =>
  reason === 'not_planned' || reason === 'duplicate' ? 'wont-fix' : 'fixed'
