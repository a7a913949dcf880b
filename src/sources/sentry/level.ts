import type { Severity } from '../../core/event.ts'
import { severityOfWord } from '../reading/labels.ts'
import { lineOf } from '../reading/payload.ts'

/**
 * Nearly every exception has the level error, so the priority that Sentry works out for an issue says more; only what
 * is fatal is fatal whatever the priority.
 */
export function rankOf(
  level: string | null | undefined,
  priority?: string | null,
): { severity: Severity | undefined; severityWord: string | undefined } {
  const word = lineOf(level?.toLowerCase() === 'fatal' ? level : priority || level, 100)
  return { severity: severityOfWord(word ?? ''), severityWord: word }
}
