import { z } from 'zod'
import type { DefectEvent, Interpretation } from '../../core/event.ts'
import { cleanLine, cleanText } from '../../core/text/text.ts'
import { told, unreadable } from '../interpretation.ts'
import { filePaths } from '../reading/changed-files.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, parseWith, readEpoch, readTime, webUrl } from '../reading/payload.ts'
import { labelled, placeIn, type Tags, tagsInPairs, tagsOf, versionInRelease } from '../reading/tags.ts'
import type { SentryHook } from './hook.ts'
import { rankOf } from './level.ts'
import { stackFiles } from './stack-files.ts'

/** One error as an alert rule, the error webhook or the WebHooks plugin sends it: an occurrence of its issue. */

const text = z.string().nullish()
const id = z.union([z.string(), z.number()]).transform(String)

const eventSchema = z.object({
  event_id: text,
  issue_id: id.nullish(),
  title: text,
  culprit: text,
  message: text,
  level: text,
  environment: text,
  release: z.union([z.string(), z.object({ version: text }).transform(({ version }) => version)]).nullish(),
  platform: text,
  project: id.nullish(),
  project_slug: text,
  datetime: text,
  timestamp: z.union([z.number(), z.string()]).nullish(),
  tags: z.unknown().optional(),
  exception: z.unknown().optional(),
  stacktrace: z.unknown().optional(),
  url: text,
  web_url: text,
})
type ErrorEvent = z.infer<typeof eventSchema>

const hookSchema = z.object({
  data: z.object({ event: eventSchema.nullish(), error: eventSchema.nullish(), triggered_rule: text }),
})

/** `event_alert` and `error`, which differ in where the event stands. */
export function readEvent({ payload, receivedAt }: SentryHook): Interpretation {
  const parsed = parseWith(hookSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { event: alerted, error, triggered_rule: rule } = parsed.value.data
  const event = alerted ?? error
  if (!event) return unreadable('data.event', 'is required')
  const path = alerted ? 'data.event' : 'data.error'
  const issue = lineOf(event.issue_id, 200)
  if (issue === undefined) return unreadable(`${path}.issue_id`, 'is required')
  const service = event.project_slug ?? projectInAddress(event.url)
  return occurrence(event, path, receivedAt, { issue, service, rule, url: event.web_url })
}

const pluginSchema = z.object({
  id,
  project: id.nullish(),
  project_slug: text,
  level: text,
  culprit: text,
  message: text,
  url: text,
  event: eventSchema,
})

/** The plugin puts the issue's fields around the event, and signs nothing. */
export function readPluginEvent({ payload, receivedAt }: SentryHook): Interpretation {
  const isPlugin = typeof payload === 'object' && payload !== null && 'event' in payload && 'project' in payload
  if (!isPlugin)
    return unreadable('', 'the Sentry-Hook-Resource header is missing and the body is not one of the WebHooks plugin')
  const parsed = parseWith(pluginSchema, payload)
  if (!parsed.ok) return { kind: 'unreadable', problems: parsed.problems }
  const { id: issue, project, project_slug: slug, level, culprit, message, url, event } = parsed.value
  const whole = {
    ...event,
    level: event.level ?? level,
    culprit: event.culprit ?? culprit,
    title: event.title ?? message,
  }
  return occurrence(whole, 'event', receivedAt, { issue, service: slug ?? project, rule: undefined, url })
}

interface Around {
  readonly issue: string
  readonly service: string | null | undefined
  readonly rule: string | null | undefined
  readonly url: string | null | undefined
}

function occurrence(event: ErrorEvent, path: string, receivedAt: number, around: Around): Interpretation {
  const title = lineOf(event.title ?? event.message, 300)
  if (!title) return unreadable(`${path}.title`, 'is required')
  const notes: string[] = []
  const tags = sentryTags(event.tags)
  const place = placeIn(tags)
  const release = lineOf(event.release ?? tags.get('release') ?? tags.get('sentry:release'), 200)
  const seenAt =
    readTime(event.datetime, `${path}.datetime`, receivedAt, notes) ??
    readEpoch(event.timestamp, `${path}.timestamp`, receivedAt, notes) ??
    receivedAt
  const version = versionInRelease(release)
  const eventId = lineOf(event.event_id, 100)
  const seen: DefectEvent = {
    type: 'defect',
    origin: originOf({
      project: around.service ?? event.project,
      release,
      platform: event.platform,
      rule: around.rule,
      ...labelled(tags),
    }),
    key: cleanLine(around.issue, 200),
    title,
    description: descriptionOf(event, title),
    ...place,
    service: lineOf(around.service, 200) ?? place.service,
    environment: lineOf(event.environment, 200) ?? place.environment,
    version: version ?? place.version,
    commit: place.commit ?? fullSha(version),
    files: filePaths(stackFiles(event.exception, event.stacktrace), `${path}.exception`, notes, 200),
    detection: 'error',
    ...rankOf(event.level ?? tags.get('level')),
    status: 'open',
    url: webUrl(around.url),
    at: seenAt,
    occurredAt: seenAt,
    detectedAt: seenAt,
    count: 1,
    sighting: eventId === undefined ? undefined : `event ${eventId}`,
  }
  return told([seen], notes)
}

function descriptionOf({ culprit, message }: ErrorEvent, title: string): string | undefined {
  const parts = [culprit, message].filter((part) => part && part !== title)
  return cleanText(parts.join('\n'), 20_000) || undefined
}

/** Who saw the error, and on which page, is nothing that tells services apart. */
const OF_PEOPLE = /^(?:user|url|ip)\b/

/** Pairs, objects with key and value, or one object of all, by where they come from. */
export function sentryTags(tags: unknown): Tags {
  if (!Array.isArray(tags)) return tagsOf(typeof tags === 'object' ? (tags as Record<string, unknown>) : undefined)
  const pairs = tags.flatMap((tag): [string, unknown][] => {
    const [name, value] = Array.isArray(tag) ? tag : [tag?.key, tag?.value]
    return typeof name === 'string' && !OF_PEOPLE.test(name) ? [[name, value]] : []
  })
  return tagsInPairs(pairs)
}

/** Its own API names the project that the event only numbers: `…/projects/acme/front-end/events/…`. */
const projectInAddress = (url: string | null | undefined): string | undefined =>
  /\/api\/0\/projects\/[\w-]{1,100}\/([\w-]{1,100})\/events\//.exec(url?.slice(0, 2048) ?? '')?.[1]
