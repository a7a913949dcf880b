import type { Evidence } from '../attribution/result.ts'

/** What is about this very release, and not about when it came. */
const POINTING: ReadonlySet<Evidence['kind']> = new Set([
  'stated-version',
  'file',
  'component',
  'mention',
  'link',
  'commit',
  'deployment',
  'undone',
])

/** Whether nothing but the time, and what releases are like in general, speaks for a suspect. */
export const isOnTimeAlone = (evidence: readonly Pick<Evidence, 'kind' | 'verdict'>[]): boolean =>
  !evidence.some(({ kind, verdict }) => verdict === 'for' && POINTING.has(kind))
