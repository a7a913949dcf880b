import { z } from 'zod'
import type { DefectEvent, DefectStatus, Interpretation, Severity } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, inState, told, unreadable } from '../interpretation.ts'
import { inLabels, inText, someOf } from '../reading/issue-text.ts'
import { hasDefectLabel, labelValue, severityOfWord } from '../reading/labels.ts'
import { labelNames, originOf } from '../reading/origin.ts'
import { lineOf, parseWith, readTime, webUrl } from '../reading/payload.ts'
import type { AzureEvent } from './index.ts'
import { plainText } from './plain-text.ts'

/** Work items of Azure Boards: which of them are defects, and what their states mean in each of its processes. */

const fieldsSchema = z.record(z.string(), z.unknown())
const id = z.union([z.string(), z.number()]).transform(String)
const links = z.object({ html: z.object({ href: z.string().nullish() }).nullish() }).nullish()

const workItemSchema = z.object({
  id: id.nullish(),
  workItemId: id.nullish(),
  fields: fieldsSchema.nullish(),
  /** Of an update: all fields, where `fields` has the changed ones with their old and new values. */
  revision: z.object({ fields: fieldsSchema.nullish(), _links: links }).nullish(),
  _links: links,
})

export function readWorkItem({ resource, createdDate, receivedAt }: AzureEvent): Interpretation {
  const parsed = parseWith(workItemSchema, resource, ['resource'])
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { workItemId, revision, ...item } = parsed.value
  const where = revision?.fields ? 'resource.revision.fields' : 'resource.fields'
  const field = fieldReader(revision?.fields ?? item.fields ?? {})
  const tags = (field('System.Tags') ?? '').split(';').flatMap((tag) => lineOf(tag, 200) ?? [])
  const type = lineOf(field('System.WorkItemType'), 100)
  if (!type) return unreadable(`${where}.System.WorkItemType`, 'is required, to know whether it is a defect')
  const number = lineOf(workItemId ?? item.id, 100)
  if (!/^bug$/i.test(type) && !hasDefectLabel(tags))
    return ignored(
      `${type} ${number ?? ''} is not marked as a defect. To be counted it must be a Bug or have a tag such as bug, incident or regression.`,
    )
  if (!number) return unreadable('resource.id', 'is required, to know which work item this is')
  const title = lineOf(field('System.Title'), 300)
  if (!title) return unreadable(`${where}.System.Title`, 'is required')

  const notes: string[] = []
  const time = (name: string) => readTime(field(name), `${where}.${name}`, receivedAt, notes)
  const createdAt = time('System.CreatedDate')
  const project = lineOf(field('System.TeamProject'), 200)
  const described = field('Microsoft.VSTS.TCM.ReproSteps') || field('System.Description')
  const description = plainText(described, 20_000)
  const said: DefectEvent = {
    type: 'defect',
    origin: originOf({
      project,
      areaPath: field('System.AreaPath'),
      iterationPath: field('System.IterationPath'),
      type,
      ...labelNames(tags),
    }),
    // Unique in the organisation, whatever project it is moved to.
    key: `work item ${number}`,
    title,
    description,
    service: lineOf(labelValue(tags, ['service']), 200) ?? project,
    ...inLabels(tags),
    ...severityOf(field('Microsoft.VSTS.Common.Severity'), field('Microsoft.VSTS.Common.Priority')),
    ...inText(description),
    ...versionsOf(field('Microsoft.VSTS.Build.FoundIn'), field('Microsoft.VSTS.Build.IntegrationBuild')),
    components: componentsOf(field('System.AreaPath'), tags),
    detection: 'issue',
    url: webUrl(item._links?.html?.href) ?? webUrl(revision?._links?.html?.href),
    at: time('System.ChangedDate') ?? readTime(createdDate, 'createdDate', receivedAt, notes) ?? receivedAt,
    occurredAt: createdAt ?? receivedAt,
    count: 1,
    sighting: createdAt === undefined ? undefined : 'opened',
  }
  const status = statusOf(field('System.State'), field('System.Reason'))
  if (!status)
    notes.push(`The state "${cleanLine(field('System.State') ?? '', 60)}" is none we know, so the defect's stays.`)
  return told(inState(said, status, time('Microsoft.VSTS.Common.StateChangeDate')), notes)
}

type Field = (name: string) => string | undefined

/** Numbers become text; people and other objects are no text. */
function fieldReader(fields: Readonly<Record<string, unknown>>): Field {
  return (name) => {
    const value = Object.hasOwn(fields, name) ? fields[name] : undefined
    return typeof value === 'string' ? value : typeof value === 'number' ? String(value) : undefined
  }
}

/** `2 - High`, and priorities from 1 to 4; what people choose is the severity, and the priority is always set. */
function severityOf(severity: string | undefined, priority: string | undefined) {
  const word = lineOf(severity, 200)
  const found = word && severityOfWord(word.replace(/^\s*\d+\s*-\s*/, ''))
  if (word) return { ...(found && { severity: found }), severityWord: word }
  const level = PRIORITIES[Number(priority) - 1]
  return level ? { severity: level, severityWord: `priority ${cleanLine(priority ?? '', 20)}` } : {}
}
const PRIORITIES: readonly Severity[] = ['S1', 'S2', 'S3', 'S4']

function versionsOf(foundIn: string | undefined, integratedIn: string | undefined) {
  const [version, fix] = [lineOf(foundIn, 200), lineOf(integratedIn, 200)]
  // Every bug has the fields, holding this until somebody fills them in.
  const isNamed = (text: string | undefined): text is string => text !== undefined && !/^<?none>?$/i.test(text)
  return { ...(isNamed(version) && { version }), ...(isNamed(fix) && { fixedIn: [fix] }) }
}

/** The areas below the project, as one path. */
function componentsOf(areaPath: string | undefined, tags: readonly string[]): readonly string[] | undefined {
  const area = lineOf(areaPath?.split('\\').slice(1).join('/'), 200)
  return someOf([...(area ? [area] : []), ...(inLabels(tags).components ?? [])])
}

const STATES: Readonly<Record<string, DefectStatus>> = {
  new: 'open',
  proposed: 'open',
  'to do': 'open',
  approved: 'triaged',
  active: 'in-progress',
  committed: 'in-progress',
  doing: 'in-progress',
  'in progress': 'in-progress',
  resolved: 'fixed',
  closed: 'fixed',
  done: 'fixed',
  removed: 'wont-fix',
}
const NOTHING_FIXED =
  /duplicate|as designed|by design|cannot reproduce|could not reproduce|won'?t (?:be )?fix|not a bug|obsolete|deferred|rejected|abandoned|removed|not fixed/i

function statusOf(state: string | undefined, reason: string | undefined): DefectStatus | undefined {
  const name = (state ?? '').trim().toLowerCase()
  const status = Object.hasOwn(STATES, name) ? STATES[name] : undefined
  if (status !== 'fixed') return status
  if (NOTHING_FIXED.test(reason ?? '')) return 'wont-fix'
  return name === 'closed' && /verified/i.test(reason ?? '') ? 'verified' : 'fixed'
}
