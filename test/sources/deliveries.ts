import type { Interpretation } from '../../src/core/event.ts'
import type { RawDelivery } from '../../src/sources/source.ts'

/** What tests of sources do over and over: make a delivery, and look at what came of it. */

export const receivedAt = Date.parse('2026-03-02T10:05:00Z')

export const json = (body: unknown, headers: Record<string, string> = {}): RawDelivery => ({
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
  receivedAt,
})

export function eventsOf<E>(made: Interpretation): E[] {
  if (made.kind !== 'events') throw new Error(JSON.stringify(made))
  return made.events as E[]
}

export function only<E>(made: Interpretation): E {
  const events = eventsOf<E>(made)
  if (events.length !== 1) throw new Error(JSON.stringify(made))
  return events[0] as E
}

export const notesOf = (made: Interpretation): readonly string[] =>
  made.kind === 'events' ? (made.notes ?? []) : [JSON.stringify(made)]

export const reasonOf = (made: Interpretation): string => (made.kind === 'ignored' ? made.reason : JSON.stringify(made))

export const problemsOf = (made: Interpretation) => (made.kind === 'unreadable' ? made.problems : JSON.stringify(made))
