import { z } from 'zod'
import type { DefectEvent, DefectStatus, Interpretation } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { ignored, inState, told, unreadable } from '../interpretation.ts'
import { inText } from '../reading/issue-text.ts'
import { severityOfWord } from '../reading/labels.ts'
import { lineOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import { taggedVersion } from '../reading/tagged-version.ts'
import { originIn, repositorySchema, serviceOf } from './repository.ts'

/** Issues of Bitbucket Cloud: bugs are defects. */

const text = z.string().nullish()
/** Components are named, or are objects with a name. */
const name = z.union([z.string(), z.object({ name: text }).transform(({ name }) => name ?? '')]).nullish()

const issueSchema = z.object({
  issue: z.object({
    id: z.union([z.string(), z.number()]).transform(String),
    title: text,
    kind: text,
    type: text,
    state: text,
    priority: text,
    content: z.object({ raw: text }).nullish(),
    component: name,
    version: name,
    milestone: name,
    created_on: text,
    updated_on: text,
    links: z.object({ html: z.object({ href: text }).nullish() }).nullish(),
  }),
  changes: z.object({ status: z.unknown().optional(), state: z.unknown().optional() }).nullish(),
  repository: repositorySchema,
})

const STATUS: Readonly<Record<string, DefectStatus>> = {
  new: 'open',
  // Also what it is when somebody opens it again.
  open: 'open',
  'on hold': 'triaged',
  resolved: 'fixed',
  closed: 'fixed',
  duplicate: 'wont-fix',
  invalid: 'wont-fix',
  wontfix: 'wont-fix',
}

export function readIssue(payload: unknown, receivedAt: number): Interpretation {
  const parsed = parseWith(issueSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { issue, repository, changes } = parsed.value
  const kind = issue.kind ?? issue.type
  const number = cleanLine(issue.id, 20)
  if (!/^bug$/i.test(kind ?? ''))
    return ignored(`Issue #${number} is of the kind "${cleanLine(kind ?? '', 40)}". To be counted it must be a bug.`)
  const title = lineOf(issue.title, 300)
  if (!title) return unreadable('issue.title', 'is empty')

  const notes: string[] = []
  const time = (field: 'created_on' | 'updated_on') => readTime(issue[field], `issue.${field}`, receivedAt, notes)
  const createdAt = time('created_on')
  const service = serviceOf(repository)
  const component = lineOf(issue.component, 200)
  const state = issue.state ?? ''
  const status = Object.hasOwn(STATUS, state) ? STATUS[state] : undefined
  const fix = status === 'fixed' ? taggedVersion(issue.milestone) : undefined
  const said: DefectEvent = {
    type: 'defect',
    origin: originIn(repository, { component, kind }),
    key: `${service}#${number}`,
    title,
    description: issue.content?.raw ? cleanText(issue.content.raw, 20_000) : undefined,
    service,
    version: lineOf(issue.version, 200),
    ...(fix && { fixedIn: [fix] }),
    severity: severityOfWord(issue.priority ?? ''),
    severityWord: lineOf(issue.priority, 200),
    components: component ? [component] : undefined,
    ...inText(issue.content?.raw, service, `https://bitbucket.org/${service}/commits/`),
    detection: 'issue',
    url: webUrl(issue.links?.html?.href),
    at: time('updated_on') ?? receivedAt,
    occurredAt: createdAt ?? receivedAt,
    count: 1,
    sighting: createdAt === undefined ? undefined : 'opened',
  }
  // Nothing says since when it is in its state, so only a change of state states one.
  const isNews = !changes || changes.status !== undefined || changes.state !== undefined
  return told(inState(said, isNews ? status : undefined), notes)
}
