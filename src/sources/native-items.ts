import { z } from 'zod'
import { MOST_NAMED } from '../core/defect/defect-evidence.ts'
import { titleFingerprint } from '../core/defect/title-fingerprint.ts'
import type {
  Commit,
  DefectEvent,
  DefectStatus,
  DeploymentEvent,
  Interpretation,
  Problem,
  ReleaseEvent,
  SourceEvent,
} from '../core/event.ts'
import { canonicalReference, repositoryOf } from '../core/inbound/references.ts'
import { cleanLine, cleanText } from '../core/text/text.ts'
import { believableInstant, parseInstant } from '../core/time/instant.ts'
import { filePaths } from './reading/changed-files.ts'
import {
  fullSha,
  listOf,
  messageOf,
  type NamesRead,
  namesOf,
  parseWith,
  pathOf,
  texts,
  webUrl,
} from './reading/payload.ts'

/**
 * Postflight's own JSON, the one `curl` sends. The API checks its items with the same two readers before it answers;
 * a hook stores first and lists the same problems as a dead letter.
 */

export type ItemRead<E> =
  /** `notes`: what was left out of lists that were too long. */
  | { readonly ok: true; readonly event: E; readonly notes: readonly string[] }
  | { readonly ok: false; readonly problems: readonly Problem[] }

/** How many deployments and defects one request may hold. */
export const MAX_ITEMS = 1000

/**
 * One deployment as in docs/sources/native.md; unknown keys are passed over, `null` and empty text count as absent.
 * Times that were not given are `receivedAt`. Problem paths are relative to the item, such as `commits.3.sha`.
 */
export function readNativeDeployment(value: unknown, receivedAt: number): ItemRead<DeploymentEvent> {
  const parsed = parseWith(deploymentSchema, value)
  if (!parsed.ok) return parsed
  const { id, status, action, rollback, commits, files, ...stated } = parsed.value
  const problems = timeProblems({ startedAt: stated.startedAt, finishedAt: stated.finishedAt }, receivedAt)
  if (stated.startedAt !== undefined && stated.finishedAt !== undefined && stated.finishedAt < stated.startedAt)
    problems.push({ path: 'finishedAt', message: 'is before startedAt' })
  if (rollback && action !== undefined && action !== 'rollback')
    problems.push({ path: 'rollback', message: `contradicts action ${action}` })
  if (problems.length > 0) return { ok: false, problems }

  const underWay = status === 'pending' || status === 'in-progress'
  // Without an end, the start is nearer the truth than the time of an import years later.
  const at = (underWay ? undefined : stated.finishedAt) ?? stated.startedAt ?? receivedAt
  const notes: string[] = []
  return {
    ok: true,
    notes,
    event: {
      type: 'deployment',
      ...stated,
      key: id,
      status,
      action: action ?? (rollback ? 'rollback' : 'deploy'),
      at,
      commits: commitsOf(commits, receivedAt, notes),
      files: filePaths(files, 'files', notes),
    },
  }
}

/** One release that was made, whether or not it is deployed; otherwise as `readNativeDeployment`. */
export function readNativeRelease(value: unknown, receivedAt: number): ItemRead<ReleaseEvent> {
  const parsed = parseWith(releaseSchema, value)
  if (!parsed.ok) return parsed
  const { commits, files, ...stated } = parsed.value
  const problems = timeProblems({ publishedAt: stated.publishedAt }, receivedAt)
  if (problems.length > 0) return { ok: false, problems }
  const notes: string[] = []
  return {
    ok: true,
    notes,
    event: {
      type: 'release',
      ...stated,
      at: stated.publishedAt ?? receivedAt,
      commits: commitsOf(commits, receivedAt, notes),
      files: filePaths(files, 'files', notes),
    },
  }
}

const commitsOf = (
  commits: readonly z.infer<typeof commitList>[number][] | undefined,
  receivedAt: number,
  notes: string[],
): readonly Commit[] | undefined =>
  commits?.map((commit, i) => ({
    ...withBelievableTime(commit, receivedAt),
    files: filePaths(commit.files, `commits.${i}.files`, notes),
  }))

/** One report of a defect; otherwise as `readNativeDeployment`. */
export function readNativeDefect(value: unknown, receivedAt: number): ItemRead<DefectEvent> {
  const parsed = parseWith(defectSchema, value)
  if (!parsed.ok) return parsed
  const { id, fingerprint, count, resolvedAt, updatedAt, files, components, links, ...named } = parsed.value
  const { culpritCommits, detection, ...stated } = named
  const { title, status, fixedIn, occurredAt, detectedAt, reportedAt, acknowledgedAt, mitigatedAt } = stated
  const times = { occurredAt, detectedAt, reportedAt, acknowledgedAt, mitigatedAt, resolvedAt, updatedAt }
  const problems = timeProblems(times, receivedAt)
  if (problems.length > 0) return { ok: false, problems }

  // "JIRA-123 is fixed now" tells of no new occurrence, unless it says when or how often.
  const isMereState =
    status === undefined ? (fixedIn ?? acknowledgedAt ?? mitigatedAt) !== undefined : !SIGHTED.includes(status)
  const isSighting = !isMereState || occurredAt !== undefined || count !== undefined
  const seenAt = occurredAt ?? detectedAt ?? receivedAt
  // Seen is news of when it was seen, so that a late "open" does not undo a "fixed"; other states of when it was said.
  const isOver = status === undefined ? fixedIn !== undefined : DONE.includes(status)
  const saidAt = (isOver ? resolvedAt : undefined) ?? updatedAt
  const notes: string[] = []
  const repository = repositoryOf(stated.service ?? '')
  return {
    ok: true,
    notes,
    event: {
      type: 'defect',
      ...stated,
      key: id,
      fingerprint: fingerprint ?? (id === undefined ? titleFingerprint(title) : undefined),
      at: saidAt ?? (isMereState ? receivedAt : seenAt),
      occurredAt: isSighting ? seenAt : undefined,
      count: count ?? (isSighting ? 1 : 0),
      sighting: occurredAt === undefined ? undefined : `at ${occurredAt}`,
      files: filePaths(files, 'files', notes, MOST_NAMED.files),
      components: namesIn(components, 'components', notes),
      links: namesIn(links, 'links', notes)?.map((link) => canonicalReference(link, repository)),
      culpritCommits: namesIn(culpritCommits, 'culpritCommits', notes),
      // An error tracker groups by a fingerprint; people who write an issue have none.
      detection: detection ?? (isSighting ? (fingerprint === undefined ? 'issue' : 'error') : undefined),
    },
  }
}

/** What was read of a list of names; `notes` then says what was not. */
function namesIn<T>(names: NamesRead<T> | undefined, where: string, notes: string[]): readonly T[] | undefined {
  if (names === undefined || names.read.length === 0) return undefined
  const read = [...new Set(names.read)]
  if (names.unread > 0)
    notes.push(`${where}: the first ${read.length.toLocaleString('en')} were kept, ${names.unread} were not.`)
  return read
}

const DONE: readonly DefectStatus[] = ['fixed', 'verified', 'wont-fix']
const SIGHTED: readonly DefectStatus[] = ['open', 'regressed']

/** Remarks of whoever read the bytes, before those on what is in them. */
export const withNotes = (made: Interpretation, notes: readonly string[]): Interpretation =>
  made.kind === 'events' ? { ...made, notes: [...notes, ...(made.notes ?? [])].slice(0, MOST_NOTES) } : made

/**
 * All that a body holds: one object, a list, or lists by name.
 * @param under where in the body `value` stands; problem paths begin with it
 */
export function readNativeItems(
  value: unknown,
  receivedAt: number,
  under: readonly PropertyKey[] = [],
): Interpretation {
  const items = itemsIn(value).map((item) => ({ ...item, path: [...under, ...item.path] }))
  if (items.length === 0) return { kind: 'ignored', reason: 'The list is empty.' }
  if (items.length > MAX_ITEMS)
    return unreadable(pathOf(under), `the body has ${items.length} items; at most ${MAX_ITEMS} are taken at once`)

  const events: SourceEvent[] = []
  const notes: string[] = []
  const problems: Problem[] = []
  for (const { value, path, read: readAs } of items) {
    const read = readAs(value, receivedAt)
    if (read.ok) {
      events.push(read.event)
      notes.push(...read.notes.map((note) => joined(path, note)))
    } else problems.push(...read.problems.map((problem) => ({ ...problem, path: joined(path, problem.path) })))
  }
  // All or nothing, as in the API: half of a list applied is harder to put right than none of it.
  if (problems.length > 0) return { kind: 'unreadable', problems: problems.slice(0, 100) }
  return { kind: 'events', events, notes: notes.slice(0, MOST_NOTES) }
}

/** What a person reads of a delivery; the rest says the same. */
const MOST_NOTES = 100

type ItemReader = (value: unknown, receivedAt: number) => ItemRead<SourceEvent>

interface Item {
  readonly value: unknown
  readonly path: readonly PropertyKey[]
  readonly read: ItemReader
}

/** One object, a list of them, or `{"deployments": […], "defects": […], "releases": […]}`, where the list says what its items are. */
function itemsIn(value: unknown): Item[] {
  if (Array.isArray(value)) return value.map((item, i) => ({ value: item, path: [i], read: readItem }))
  if (!isRecord(value)) return [{ value, path: [], read: readItem }]
  const lists = LISTS.filter(({ name }) => Array.isArray(value[name]))
  if (lists.length === 0) return [{ value, path: [], read: readItem }]
  return lists.flatMap(({ name, read }) =>
    (value[name] as unknown[]).map((item, i) => ({ value: item, path: [name, i], read })),
  )
}

const LISTS: readonly { readonly name: string; readonly read: ItemReader }[] = [
  { name: 'deployments', read: readNativeDeployment },
  { name: 'defects', read: readNativeDefect },
  { name: 'releases', read: readNativeRelease },
]

/** A title makes it a defect, because only defects need one; without it, the three keys a deployment needs decide. */
function readItem(value: unknown, receivedAt: number): ItemRead<SourceEvent> {
  if (!isRecord(value)) return { ok: false, problems: [{ path: '', message: 'must be an object' }] }
  if (Object.hasOwn(value, 'title')) return readNativeDefect(value, receivedAt)
  const deploymentKeys = ['service', 'version', 'environment'].filter((key) => Object.hasOwn(value, key))
  if (deploymentKeys.length >= 2) return readNativeDeployment(value, receivedAt)
  const message = 'is neither a deployment (service, version, environment) nor a defect (title)'
  return { ok: false, problems: [{ path: '', message }] }
}

/** Names what is stored under it, so it is refused when it is not clean, never changed. */
const label = (max = 200) =>
  z
    .string()
    .trim()
    .superRefine((text, context) => {
      const message = labelProblem(text, max)
      if (message) context.addIssue({ code: 'custom', message })
    })

/** What is wrong with a name; undefined: nothing. */
export function labelProblem(text: string, max: number): string | undefined {
  if (text === '') return 'must not be empty'
  if (/[\t\n]/.test(text) || cleanText(text, text.length) !== text) return 'must be one line without control characters'
  return cleanText(text, max) === text ? undefined : `must have at most ${max} characters`
}

/** Read by people and nothing else: cleaned and cut. */
const line = (max: number) => z.string().transform((text) => cleanLine(text, max))

const identifier = z.preprocess((id) => (Number.isSafeInteger(id) ? String(id) : id), label())

const instant = z.string().transform((text, context) => {
  const at = parseInstant(text)
  if (at !== undefined) return at
  context.addIssue({ code: 'custom', message: 'is not an RFC 3339 time with a zone, such as 2026-11-22T21:04:00Z' })
  return z.NEVER
})

const address = z.string().superRefine((text, context) => {
  if (webUrl(text) === undefined)
    context.addIssue({ code: 'custom', message: 'must be an http or https address of at most 2048 characters' })
})

/** Git ids are compared by their characters, so they are kept in one case. */
const commitId = label(100).transform((commit) => fullSha(commit) ?? commit)

/** Named by its beginning as well, as Git writes it; fewer than seven characters name too many. */
const culprit = label(100)
  .transform((commit) => (/^[0-9a-f]{7,64}$/i.test(commit) ? commit.toLowerCase() : commit))
  .refine((commit) => commit.length >= 7, 'must have at least 7 characters')

const tier = z.enum(['production', 'staging', 'testing', 'development', 'other'])

const percent = z.number().refine((share) => share > 0 && share <= 100, 'must be above 0 and at most 100')

const releaseKind = z.enum(['major', 'minor', 'patch', 'emergency', 'pre-release', 'unknown'])

const commitList = listOf(
  statedObject({
    sha: commitId,
    message: z.string().transform(messageOf).optional(),
    author: line(200).optional(),
    at: instant.optional(),
    files: texts.optional(),
  }),
  5000,
)

const deploymentSchema = statedObject({
  service: label(),
  version: label(),
  environment: label(),
  id: identifier.optional(),
  tier: tier.optional(),
  status: z.enum(['pending', 'in-progress', 'succeeded', 'failed', 'cancelled']).default('succeeded'),
  action: z.enum(['deploy', 'rollback', 'remove']).optional(),
  rollback: z.boolean().optional(),
  kind: releaseKind.optional(),
  commit: commitId.optional(),
  artifact: label(500).optional(),
  startedAt: instant.optional(),
  finishedAt: instant.optional(),
  url: address.optional(),
  actor: line(200).optional(),
  percent: percent.optional(),
  files: texts.optional(),
  commits: commitList.optional(),
})

const releaseSchema = statedObject({
  service: label(),
  version: label(),
  kind: releaseKind.optional(),
  commit: commitId.optional(),
  artifact: label(500).optional(),
  name: line(200).optional(),
  notes: z
    .string()
    .transform((text) => cleanText(text, 20_000))
    .optional(),
  url: address.optional(),
  publishedAt: instant.optional(),
  plannedAt: instant.optional(),
  withdrawn: z.boolean().optional(),
  files: texts.optional(),
  commits: commitList.optional(),
})

const defectSchema = statedObject({
  title: line(300).refine((title) => title !== '', 'must not be empty'),
  id: identifier.optional(),
  fingerprint: label(500).optional(),
  description: z
    .string()
    .transform((text) => cleanText(text, 20_000))
    .optional(),
  service: label().optional(),
  environment: label().optional(),
  tier: tier.optional(),
  version: label().optional(),
  commit: commitId.optional(),
  deployment: identifier.optional(),
  artifact: label(500).optional(),
  files: texts.optional(),
  components: namesOf(label(), MOST_NAMED.components).optional(),
  links: namesOf(label(2048), MOST_NAMED.links).optional(),
  introducedIn: label().optional(),
  culpritCommits: namesOf(culprit, MOST_NAMED.culpritCommits).optional(),
  detection: z.enum(['alert', 'error', 'issue']).optional(),
  severity: z.enum(['S1', 'S2', 'S3', 'S4']).optional(),
  status: z.enum(['open', 'triaged', 'in-progress', 'fixed', 'verified', 'wont-fix', 'regressed']).optional(),
  fixedIn: z.preprocess((given) => (typeof given === 'string' ? [given] : given), listOf(label(), 20)).optional(),
  phase: z.enum(['development', 'testing', 'staging', 'production']).optional(),
  occurredAt: instant.optional(),
  detectedAt: instant.optional(),
  reportedAt: instant.optional(),
  acknowledgedAt: instant.optional(),
  mitigatedAt: instant.optional(),
  resolvedAt: instant.optional(),
  updatedAt: instant.optional(),
  url: address.optional(),
  count: z.int().min(1).max(1_000_000).optional(),
})

/** Where an empty text is a mistake to be told about rather than a variable that was not set: it would choose for them. */
const CHOICES = new Set(['status', 'action', 'severity', 'kind', 'tier', 'phase', 'detection'])

/**
 * An object of these keys, of which blank ones count as absent: scripts send `"commit": ""` and `"url": null` for what
 * they do not know. Other keys, of which there may be thirty thousand, are not even copied.
 */
function statedObject<Shape extends z.ZodRawShape>(shape: Shape) {
  const keys = Object.keys(shape)
  const isStated = (given: unknown, key: string) =>
    given !== undefined && given !== null && (given !== '' || CHOICES.has(key))
  return z.preprocess(
    (value) =>
      isRecord(value)
        ? Object.fromEntries(
            keys.flatMap((key) => (Object.hasOwn(value, key) && isStated(value[key], key) ? [[key, value[key]]] : [])),
          )
        : value,
    z.object(shape),
  )
}

function timeProblems(times: Readonly<Record<string, number | undefined>>, receivedAt: number): Problem[] {
  return Object.entries(times).flatMap(([path, at]) => {
    if (at === undefined || believableInstant(at, receivedAt)) return []
    const message = at > receivedAt ? 'is in the future; check the clock of the sender' : 'is before the year 2000'
    return [{ path, message }]
  })
}

/** Authors' clocks are not the sender's fault, and a deployment must not fail on a commit from 1970. */
const withBelievableTime = ({ at, ...commit }: Commit, receivedAt: number): Commit =>
  at !== undefined && believableInstant(at, receivedAt) ? { ...commit, at } : commit

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const joined = (path: readonly PropertyKey[], rest: string): string =>
  [pathOf(path), rest].filter((part) => part !== '').join('.')

const unreadable = (path: string, message: string): Interpretation => ({
  kind: 'unreadable',
  problems: [{ path, message }],
})
