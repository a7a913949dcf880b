import { z } from 'zod'
import { tierOfName } from '../../core/deployment/environment.ts'
import type { DefectEvent, Interpretation } from '../../core/event.ts'
import { referencesIn } from '../../core/inbound/references.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, inState, told, unreadable } from '../interpretation.ts'
import { hasDefectLabel, severityOfWord } from '../reading/labels.ts'
import { labelNames, originOf } from '../reading/origin.ts'
import { lineOf, listOf, parseWith, readEpoch, readTime, webUrl } from '../reading/payload.ts'
import { placeIn, tagsInList } from '../reading/tags.ts'
import { statusOf } from './status.ts'

/** Jira's issue events: each carries the whole issue as it then was, and on changes what changed. */

const text = z.string().nullish()
const named = z.object({ name: text }).nullish()
const names = listOf(named, 1000).nullish()
const linked = z.object({ key: text }).nullish()

const issueSchema = z.object({
  key: z.string().min(1),
  self: text,
  fields: z.object({
    summary: text,
    description: z.unknown().optional(),
    environment: z.unknown().optional(),
    issuetype: named,
    project: z.object({ key: text, name: text }).nullish(),
    components: names,
    versions: names,
    fixVersions: names,
    labels: listOf(z.string(), 1000).nullish(),
    priority: named,
    status: z.object({ name: text, statusCategory: z.object({ key: text }).nullish() }).nullish(),
    resolution: named,
    issuelinks: listOf(z.object({ inwardIssue: linked, outwardIssue: linked }), 1000).nullish(),
    created: text,
    updated: text,
    resolutiondate: text,
  }),
})
type Issue = z.infer<typeof issueSchema>

// An item also has a key called toString, which is left where it is.
const items = listOf(z.object({ field: text, fieldId: text })).nullish()
const eventSchema = z.object({
  timestamp: z.union([z.number(), z.string()]).nullish(),
  issue: issueSchema,
  changelog: z.object({ items }).nullish(),
})
type IssueEvent = z.infer<typeof eventSchema> & { readonly webhookEvent: string }
const kindSchema = z.object({ webhookEvent: z.string() })

export function readIssueEvent(payload: unknown, receivedAt: number): Interpretation {
  const body = enveloped(payload)
  const kind = parseWith(kindSchema, body)
  if (!kind.ok) return { kind: 'unreadable', problems: kind.problems }
  const { webhookEvent } = kind.value
  if (!EVENTS.includes(webhookEvent))
    return ignored(`Nothing is read from Jira's "${cleanLine(webhookEvent, 60)}" events; those of issues are.`)
  const parsed = parseWith(eventSchema, body)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { issue } = parsed.value
  const type = issue.fields.issuetype?.name ?? ''
  if (!DEFECT_TYPE.test(type) && !hasDefectLabel(issue.fields.labels ?? []))
    return ignored(
      `${cleanLine(issue.key, 60)} is not marked as a defect. To be counted it needs a type such as Bug or Incident, or a label such as bug, incident or regression; its type is "${cleanLine(type, 60)}".`,
    )
  const title = lineOf(issue.fields.summary, 300)
  if (!title) return unreadable('issue.fields.summary', 'is required')
  return told(...readIssue({ ...parsed.value, webhookEvent }, title, receivedAt))
}

const EVENTS = ['jira:issue_created', 'jira:issue_updated', 'jira:issue_deleted']
const DEFECT_TYPE = /\b(?:bug|defect|fault|incident|regression|outage)\b/i

/** Automation may send the issue alone. */
function enveloped(payload: unknown): unknown {
  const isBare =
    typeof payload === 'object' &&
    payload !== null &&
    !('webhookEvent' in payload) &&
    'key' in payload &&
    'fields' in payload
  return isBare ? { webhookEvent: 'jira:issue_updated', issue: payload } : payload
}

function readIssue(event: IssueEvent, title: string, receivedAt: number): [readonly DefectEvent[], readonly string[]] {
  const notes: string[] = []
  const { issue } = event
  const { fields } = issue
  const time = (field: 'created' | 'updated' | 'resolutiondate') =>
    readTime(fields[field], `issue.fields.${field}`, receivedAt, notes)
  const createdAt = time('created')
  const saidAt = readEpoch(event.timestamp, 'timestamp', receivedAt, notes) ?? time('updated') ?? receivedAt
  const isNew = event.webhookEvent === 'jira:issue_created'
  const seenAt = createdAt ?? saidAt
  const said: DefectEvent = {
    type: 'defect',
    ...described(issue, title),
    at: isNew ? seenAt : saidAt,
    occurredAt: seenAt,
    // Whichever of its events comes first, and however many, the issue was seen once.
    count: 1,
    sighting: 'created',
  }
  if (event.webhookEvent === 'jira:issue_deleted') return [[{ ...said, status: 'wont-fix' }], notes]
  const status = statusOf(fields)
  const isOver = status === 'fixed' || status === 'verified' || status === 'wont-fix'
  if (isOver) return [inState(said, status, time('resolutiondate')), notes]
  // On any other edit the status is old news, and must not undo what was said here meanwhile.
  return [inState(said, isNew || changesStatus(event) ? status : undefined), notes]
}

const changesStatus = ({ changelog }: IssueEvent): boolean =>
  (changelog?.items ?? []).some(({ field, fieldId }) => STATE_FIELDS.has(fieldId ?? field ?? ''))

const STATE_FIELDS = new Set(['status', 'resolution'])

function described(issue: Issue, title: string) {
  const { fields, key } = issue
  const description = typeof fields.description === 'string' ? fields.description : undefined
  const labels = fields.labels ?? []
  const place = placeIn(tagsInList(labels))
  const components = namesIn(fields.components)
  const priority = lineOf(fields.priority?.name, 100)
  const fixedIn = fields.fixVersions ? namesIn(fields.fixVersions).slice(0, 20) : undefined
  return {
    origin: originOf({
      project: fields.project?.key,
      'project.name': fields.project?.name,
      issuetype: fields.issuetype?.name,
      component: components[0],
      components: components.join(', '),
      ...labelNames(labels),
    }),
    key: cleanLine(key, 200),
    title,
    description: description ? cleanText(description, 20_000) : undefined,
    ...place,
    service: place.service ?? lineOf(fields.project?.key, 200),
    environment: place.environment ?? environmentIn(fields.environment),
    version: namesIn(fields.versions)[0] ?? place.version,
    components: components.length > 0 ? components : place.components,
    links: linksOf(issue, description),
    detection: 'issue' as const,
    severity: severityOfWord(priority ?? ''),
    severityWord: priority,
    fixedIn,
    url: webUrl(addressOf(issue)),
  }
}

const namesIn = (list: z.infer<typeof names>): string[] => [
  ...new Set((list ?? []).flatMap((one) => lineOf(one?.name, 200) ?? [])),
]

/** The field is free text; only a single word that is called like an environment is one. */
function environmentIn(field: unknown): string | undefined {
  const line = typeof field === 'string' ? field.trim() : ''
  return /^[\w.-]{1,60}$/.test(line) && tierOfName(line) !== 'other' ? line : undefined
}

function linksOf({ key, fields }: Issue, description: string | undefined): readonly string[] | undefined {
  const keys = (fields.issuelinks ?? []).flatMap(({ inwardIssue, outwardIssue }) =>
    [inwardIssue, outwardIssue].flatMap((one) => lineOf(one?.key, 60) ?? []),
  )
  const links = [...new Set([...keys, ...referencesIn(description ?? '')])].filter((link) => link !== key)
  return links.length > 0 ? links.slice(0, 100) : undefined
}

/** Where people see it: the address given is of the API, with the number instead of the key. */
function addressOf({ self, key }: Issue): string | undefined {
  const [, site] = /^(https?:\/\/[^?#]{1,1000}?)\/rest\/api\//.exec(self ?? '') ?? []
  return site === undefined ? undefined : `${site}/browse/${encodeURIComponent(cleanLine(key, 60))}`
}
