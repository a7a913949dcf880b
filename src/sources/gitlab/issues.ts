import { z } from 'zod'
import type { DefectEvent, DefectStatus, Interpretation, Severity } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, inState, told, unreadable } from '../interpretation.ts'
import { inLabels, inText } from '../reading/issue-text.ts'
import { hasDefectLabel, severityOfWord } from '../reading/labels.ts'
import { labelNames } from '../reading/origin.ts'
import { lineOf, listOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import { originIn, projectSchema, serviceOf } from './project.ts'

/** GitLab's issue and work item events: which of them are defects, and what their states mean. */

const text = z.string().nullish()
const labels = listOf(z.object({ title: text }), 200).nullish()

const issueSchema = z.object({
  object_attributes: z.object({
    iid: z.union([z.string(), z.number()]).transform(String).nullish(),
    title: text,
    description: text,
    type: text,
    state: text,
    action: text,
    severity: text,
    escalation_status: text,
    duplicated_to_id: z.unknown().optional(),
    moved_to_id: z.unknown().optional(),
    url: text,
    created_at: text,
    updated_at: text,
    closed_at: text,
    labels,
  }),
  labels,
  project: projectSchema,
})
type Issue = z.infer<typeof issueSchema>['object_attributes']

export function readIssue(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(issueSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { object_attributes: issue, project } = parsed.value
  const names = (issue.labels ?? parsed.value.labels ?? []).flatMap(({ title }) => title ?? [])
  if (!/^incident$/i.test(issue.type ?? '') && !hasDefectLabel(names))
    return ignored(
      `${cleanLine(issue.type || 'Issue', 40)} #${cleanLine(issue.iid ?? '?', 20)} is not marked as a defect. To be counted it must be an incident or have a label such as bug, incident, regression or severity::2.`,
    )
  if (!issue.iid) return unreadable('object_attributes.iid', 'is required, to know which issue this is')
  const title = lineOf(issue.title, 300)
  if (!title) return unreadable('object_attributes.title', 'is empty')

  const notes: string[] = []
  const time = (field: 'created_at' | 'updated_at' | 'closed_at') =>
    readTime(issue[field], `object_attributes.${field}`, receivedAt, notes)
  const createdAt = time('created_at')
  const updatedAt = issue.action === 'open' ? createdAt : time('updated_at')
  const service = serviceOf(project)
  const said: DefectEvent = {
    type: 'defect',
    origin: originIn(project, { type: issue.type, ...labelNames(names) }),
    key: `${service}#${cleanLine(issue.iid, 20)}`,
    title,
    description: issue.description ? cleanText(issue.description, 20_000) : undefined,
    service,
    ...inLabels(names),
    ...severityOf(issue, names),
    ...inText(issue.description, service, project.web_url ? `${project.web_url}/-/commit/` : undefined),
    detection: 'issue',
    url: webUrl(issue.url),
    at: updatedAt ?? receivedAt,
    occurredAt: createdAt ?? receivedAt,
    // Whichever of its events comes first, and however many, the issue was seen once.
    count: 1,
    sighting: createdAt === undefined ? undefined : 'opened',
  }
  const isClosed = issue.state === 'closed' || issue.action === 'close'
  return told(inState(said, statusOf(issue, isClosed), isClosed ? time('closed_at') : undefined), notes)
}

/** An incident has a field for it, which says `unknown` until somebody sets it. */
function severityOf(issue: Issue, names: readonly string[]): { severity?: Severity; severityWord?: string } {
  const severity = severityOfWord(issue.severity ?? '')
  const isSaid = /^incident$/i.test(issue.type ?? '') || inLabels(names).severity === undefined
  return severity && isSaid ? { severity, severityWord: cleanLine(issue.severity ?? '', 200) } : {}
}

/** Nothing when the issue was merely edited, so that this does not open it again. */
function statusOf(issue: Issue, isClosed: boolean): DefectStatus | undefined {
  // Closed as a duplicate of another one, or moved to another project, where it goes on.
  if (isClosed) return issue.duplicated_to_id || issue.moved_to_id ? 'wont-fix' : 'fixed'
  if (issue.action === 'open' || issue.action === 'reopen') return 'open'
  if (issue.escalation_status === 'acknowledged') return 'triaged'
  return issue.escalation_status === 'resolved' ? 'fixed' : undefined
}
