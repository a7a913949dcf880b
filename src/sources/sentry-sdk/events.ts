import { z } from 'zod'
import type { DefectEvent } from '../../core/event.ts'
import { cleanText } from '../../core/text/text.ts'
import { believableInstant } from '../../core/time/instant.ts'
import { filePaths } from '../reading/changed-files.ts'
import { originOf } from '../reading/origin.ts'
import { fullSha, lineOf, readTime } from '../reading/payload.ts'
import { labelled, placeIn, versionInRelease } from '../reading/tags.ts'
import { sentryTags } from '../sentry/events.ts'
import { rankOf } from '../sentry/level.ts'
import { stackFiles } from '../sentry/stack-files.ts'
import { crashedStack, type Exception, exceptionsOf } from './exceptions.ts'
import { fingerprintOf } from './grouping.ts'

/** One error as an SDK reports it. SDKs differ and are old: a field that is not what it should be counts as absent. */

const text = z.string().nullish().catch(undefined)
const logEntry = z.object({ message: text, formatted: text })

const eventSchema = z.object({
  event_id: text,
  type: text,
  timestamp: z.union([z.number(), z.string()]).nullish().catch(undefined),
  level: text,
  platform: text,
  logger: text,
  transaction: text,
  culprit: text,
  release: text,
  environment: text,
  message: z
    .union([z.string().transform((formatted) => ({ message: undefined, formatted })), logEntry])
    .nullish()
    .catch(undefined),
  logentry: logEntry.nullish().catch(undefined),
  tags: z.unknown().optional(),
  fingerprint: z.unknown().optional(),
  exception: z.unknown().optional(),
  stacktrace: z.unknown().optional(),
  threads: z.unknown().optional(),
})
type SdkEvent = z.infer<typeof eventSchema>

/** What the delivery says and the event does not. */
export interface Around {
  readonly service: string | undefined
  readonly receivedAt: number
  /** In front of the names of its fields in `notes`. */
  readonly path: string
}

/** Undefined when it is no error, for the older addresses take everything alike. Remarks are added to `notes`. */
export function readEvent(value: unknown, around: Around, notes: string[]): DefectEvent | undefined {
  const read = eventSchema.safeParse(value)
  if (!read.success || (read.data.type && !ERRORS.has(read.data.type))) return undefined
  const event = read.data
  const exceptions = exceptionsOf(event.exception)
  const entry = event.logentry ?? event.message
  const message = lineOf(entry?.formatted ?? entry?.message, 2_000)
  const tags = sentryTags(asPairs(event.tags))
  const place = placeIn(tags)
  const release = lineOf(event.release, 200)
  const version = versionInRelease(release) ?? place.version
  const seenAt = timeOf(event.timestamp, around, notes)
  const where = lineOf(event.transaction ?? event.culprit ?? event.logger, 200)
  const title = titleOf(exceptions, message) ?? (where ? `Error in ${where}` : 'Error without a message')
  const eventId = lineOf(event.event_id, 100)
  return {
    type: 'defect',
    origin: originOf({
      project: around.service,
      release,
      platform: event.platform,
      logger: event.logger,
      transaction: event.transaction,
      ...labelled(tags),
    }),
    fingerprint: fingerprintOf({
      ...event,
      template: entry?.message && entry.formatted ? entry.message : undefined,
      message,
      place: where,
    }),
    title,
    description: descriptionOf(exceptions, message, where, title),
    service: around.service,
    environment: lineOf(event.environment, 200) ?? place.environment,
    version,
    commit: place.commit ?? fullSha(version),
    files: filePaths(filesOf(event, exceptions), `${around.path}.exception`, notes, 200),
    components: place.components,
    detection: 'error',
    ...rankOf(event.level || 'error'),
    status: 'open',
    at: seenAt,
    occurredAt: seenAt,
    detectedAt: seenAt,
    count: 1,
    sighting: eventId === undefined ? undefined : `event ${eventId}`,
  }
}

const ERRORS: ReadonlySet<string> = new Set(['error', 'default', 'event'])

/** `Type: value`, the first line of it. */
function titleOf([raised]: readonly Exception[], message: string | undefined): string | undefined {
  if (!raised) return lineOf(message, 300)
  const value = raised.value?.trimStart().split('\n', 1)[0]
  const type = raised.synthetic ? undefined : raised.type
  return lineOf([type, value].filter(Boolean).join(': '), 300) ?? lineOf(message, 300) ?? lineOf(raised.type, 300)
}

/** As pairs, tags of people and pages are left out. */
const asPairs = (tags: unknown): unknown =>
  Array.isArray(tags) || typeof tags !== 'object' || tags === null ? tags : Object.entries(tags)

/** Where it happened, what the program wrote of it, and what was behind it. Nothing of who was there. */
function descriptionOf(
  [raised, ...causes]: readonly Exception[],
  message: string | undefined,
  where: string | undefined,
  title: string,
): string | undefined {
  const lines = [
    where && `In ${where}.`,
    raised && message !== title && message,
    ...causes.map(({ type, value }) => `Caused by ${[type, value].filter(Boolean).join(': ')}`),
  ]
  return cleanText(lines.filter(Boolean).join('\n'), 20_000) || undefined
}

function filesOf(event: SdkEvent, exceptions: readonly Exception[]): string[] {
  const hasOwnStack = exceptions.some(({ frames }) => frames.length > 0)
  return stackFiles(event.exception, hasOwnStack ? undefined : (crashedStack(event.threads) ?? event.stacktrace))
}

/** Seconds since 1970 with a fraction, or text, which some SDKs write without a zone and mean UTC. */
function timeOf(timestamp: SdkEvent['timestamp'], { path, receivedAt }: Around, notes: string[]): number {
  if (typeof timestamp === 'string') {
    const zoned = /\d[Tt ]\d\d:\d\d:\d\d(?:\.\d+)?$/.test(timestamp) ? `${timestamp}Z` : timestamp
    return readTime(zoned, `${path}.timestamp`, receivedAt, notes) ?? receivedAt
  }
  if (typeof timestamp !== 'number') return receivedAt
  const at = Math.round(timestamp * 1000)
  if (Number.isSafeInteger(at) && believableInstant(at, receivedAt)) return at
  notes.push(`${path}.timestamp cannot be right (${timestamp}), so the time of receipt stands in for it.`)
  return receivedAt
}
