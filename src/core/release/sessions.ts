/** Sessions of a release: one of a user or a process, or several that a sender has counted. */
export interface Sessions {
  readonly version: string
  readonly environment: string
  /** When the first of them began. */
  readonly beganAt: number
  readonly total: number
  /** How many of them ended in a crash. */
  readonly crashed: number
}

/**
 * Two statements about the same sessions, of which one may be older: one that crashed has crashed, whatever was said of
 * it before or is heard of it late. Where they began the earlier one says. Order and repetition do not matter.
 */
export function mergeSessions(a: Sessions, b: Sessions): Sessions {
  const first = isBefore(a, b) ? a : b
  return { ...first, total: Math.max(a.total, b.total), crashed: Math.max(a.crashed, b.crashed) }
}

function isBefore(a: Sessions, b: Sessions): boolean {
  if (a.beganAt !== b.beganAt) return a.beganAt < b.beganAt
  return a.version === b.version ? a.environment < b.environment : a.version < b.version
}

const DAY_MS = 86_400_000
/** Midnight UTC of the day they count for. */
export const dayOf = (at: number): number => Math.floor(at / DAY_MS) * DAY_MS

/** Share of the sessions that did not crash, 0 to 1; undefined of none. */
export const crashFreeShare = ({ total, crashed }: Pick<Sessions, 'total' | 'crashed'>): number | undefined =>
  total > 0 ? (total - crashed) / total : undefined
