import type { Interpretation, Problem, SourceEvent } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { ignored, told } from '../interpretation.ts'
import { readJson } from '../reading/json.ts'
import { repeatedKeyNotes } from '../reading/payload.ts'
import type { RawDelivery } from '../source.ts'
import { clientReportWords } from './client-report.ts'
import type { EnvelopeItem } from './envelope.ts'
import { readEvent } from './events.ts'
import { readSession, readSessionCounts } from './sessions.ts'

/** What came of one item: events, or why there are none. */
type ItemRead =
  | { readonly events: readonly SourceEvent[] }
  | { readonly ignored: string }
  | { readonly problems: readonly Problem[] }

type ItemReader = (value: unknown, item: EnvelopeItem, delivery: RawDelivery, notes: string[]) => ItemRead

const READERS: ReadonlyMap<string, ItemReader> = new Map<string, ItemReader>([
  ['event', readEventItem],
  ['session', (value, item, delivery, notes) => readSession(value, aroundOf(item, delivery), notes)],
  ['sessions', (value, item, delivery, notes) => readSessionCounts(value, aroundOf(item, delivery), notes)],
  ['client_report', (value) => ({ ignored: clientReportWords(value) })],
])

const REASONS: ReadonlyMap<string, string> = new Map([
  ['attachment', 'Attachments are not kept apart from the delivery that brought them.'],
  ['transaction', 'Transactions tell how long things took, which is not kept here.'],
  ['span', 'Spans tell how long things took, which is not kept here.'],
  ['profile', 'Profiles are not kept here.'],
  ['profile_chunk', 'Profiles are not kept here.'],
  ['replay_event', 'Replays are not kept here.'],
  ['replay_recording', 'Replays are not kept here.'],
  ['replay_video', 'Replays are not kept here.'],
  ['check_in', 'Check-ins of scheduled jobs are not kept here.'],
  ['log', 'Logs are not kept here.'],
  ['otel_log', 'Logs are not kept here.'],
  ['statsd', 'Metrics are not kept here.'],
  ['metric_meta', 'Metrics are not kept here.'],
  ['trace_metric', 'Metrics are not kept here.'],
  ['feedback', 'What users write is not kept here.'],
  ['user_report', 'What users write is not kept here.'],
])

const MOST_NOTES = 100

/**
 * Each item for itself: one that cannot be read takes nothing from the others, and is told of beside them.
 * @param problem why there are no more of them
 */
export function readItems(items: readonly EnvelopeItem[], delivery: RawDelivery, problem?: Problem): Interpretation {
  const events: SourceEvent[] = []
  const notes: string[] = []
  const reasons = new Set<string>()
  const problems: Problem[] = []
  for (const item of items) {
    const read = readItem(item, delivery, notes)
    if ('events' in read) events.push(...read.events)
    else if ('ignored' in read) reasons.add(read.ignored)
    else problems.push(...read.problems)
  }
  if (problem) problems.push(problem)
  if (events.length > 0) {
    const unread = problems.map(({ path, message }) => `${path || 'The event'} could not be read: ${message}.`)
    return told(events, [...notes, ...unread, ...reasons].slice(0, MOST_NOTES))
  }
  if (problems.length > 0) return { kind: 'unreadable', problems }
  return ignored([...reasons].slice(0, 10).join(' ') || 'The envelope is empty.')
}

function readItem(item: EnvelopeItem, delivery: RawDelivery, notes: string[]): ItemRead {
  const read = READERS.get(item.type)
  if (!read)
    return { ignored: REASONS.get(item.type) ?? `Nothing is read from items of type "${cleanLine(item.type, 40)}".` }
  const json = readJson(item.payload)
  if (!json.ok) return { problems: [{ path: item.path, message: json.problem.message.replace(/^the body /, '') }] }
  if (typeof json.value !== 'object' || json.value === null || Array.isArray(json.value))
    return { problems: [{ path: item.path, message: 'must be an object' }] }
  notes.push(...repeatedKeyNotes(json.repeatedKeys))
  return read(json.value, item, delivery, notes)
}

const aroundOf = ({ path }: EnvelopeItem, { service, receivedAt }: RawDelivery) => ({
  service,
  receivedAt,
  path: path || 'event',
})

function readEventItem(value: unknown, item: EnvelopeItem, delivery: RawDelivery, notes: string[]): ItemRead {
  const event = readEvent(value, aroundOf(item, delivery), notes)
  return event ? { events: [event] } : { ignored: 'It is no error, and nothing else is read from events.' }
}
