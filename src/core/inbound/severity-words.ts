import type { Severity, SourceEvent } from '../event.ts'
import { cleanLine } from '../text/text.ts'

/** What the operator says of the words by which one source grades defects. */
export interface SeverityWords {
  /** By word as `wordOf` writes it; null: as we read it. */
  readonly severities: ReadonlyMap<string, Severity | null>
  /** Goes up with every change of what concerns the source; 0: there never was any. */
  readonly revision: number
}

/** A word that is not known yet. */
export interface NewWord {
  readonly word: string
  /** What we take it for; undefined: for nothing. */
  readonly readAs: Severity | undefined
}

const LONGEST_WORD = 100
/** Capital letters and space around it aside. */
export const wordOf = (text: string): string => cleanLine(text, LONGEST_WORD).toLowerCase()

/** The events graded as the operator says, and the words that were never seen before. */
export function applySeverityWords(
  events: readonly SourceEvent[],
  { severities, revision }: SeverityWords,
): { events: SourceEvent[]; unknown: NewWord[] } {
  const unknown = new Map<string, NewWord>()
  const graded = events.map((event): SourceEvent => {
    if (event.type !== 'defect') return event
    const word = wordOf(event.severityWord ?? '')
    if (word !== '' && !severities.has(word)) unknown.set(word, { word, readAs: event.severity })
    if (!event.applied) return event
    const severity = severities.get(word) ?? event.severity
    const severityWeight = revision * 2 + (severity === undefined ? 0 : 1)
    return { ...event, severity, applied: { ...event.applied, severityWeight } }
  })
  return { events: graded, unknown: [...unknown.values()] }
}
