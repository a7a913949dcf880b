/**
 * When no news is news. A source that has stopped delivering looks just like one that has nothing to say, so each is
 * held against its own habits.
 */

const HOUR = 3_600_000
const DAY = 24 * HOUR

/**
 * As many of its hours with deliveries are looked at: two weeks of a source that never rests, so nights and week-ends
 * are in it; months of one that delivers now and then.
 */
export const RHYTHM_HOURS = 336

/** Fewer days of habit would leave out the week-end. */
const RHYTHM_SPAN_MS = 7 * DAY
const PATIENCE_WITHOUT_RHYTHM_MS = DAY
const LEAST_PATIENCE_MS = 3 * HOUR
const LONGEST_PAUSES = 1.5

export interface SilenceFacts {
  /** Of its last delivery; undefined when there never was one: then it waits to be connected. */
  readonly lastAt: number | undefined
  /** Starts of the hours in which it delivered, newest `RHYTHM_HOURS`, any order. */
  readonly hours: readonly number[]
  /** False for a source whose senders include people: without habits of its own nothing is expected of it. */
  readonly expectedWithoutRhythm: boolean
  readonly now: number
}

export interface Silence {
  /** When it last delivered. */
  readonly since: number
  /** From when on it counts as silent. */
  readonly noticedAt: number
  /** The longest pause it has had; undefined when it is too new to have habits. */
  readonly longestPauseMs: number | undefined
}

/**
 * The silence of a source, or undefined while there is none. Its patience is one and a half times its longest pause so
 * far, three hours at least, or a day when its habits do not span a week.
 */
export function silenceOf({ lastAt, hours, expectedWithoutRhythm, now }: SilenceFacts): Silence | undefined {
  if (lastAt === undefined) return undefined
  const longestPauseMs = longestPause(hours)
  if (longestPauseMs === undefined && !expectedWithoutRhythm) return undefined
  const patience =
    longestPauseMs === undefined
      ? PATIENCE_WITHOUT_RHYTHM_MS
      : Math.max(LEAST_PATIENCE_MS, longestPauseMs * LONGEST_PAUSES)
  const noticedAt = lastAt + patience
  return now < noticedAt ? undefined : { since: lastAt, noticedAt, longestPauseMs }
}

/** No source can be silent whose last delivery is younger. */
export const NEVER_SILENT_BEFORE_MS = LEAST_PATIENCE_MS

function longestPause(hours: readonly number[]): number | undefined {
  const sorted = [...hours].sort((a, b) => a - b)
  const [first = 0] = sorted
  if ((sorted.at(-1) ?? 0) - first < RHYTHM_SPAN_MS) return undefined
  return Math.max(...sorted.slice(1).map((hour, i) => hour - (sorted[i] ?? hour)))
}

/** The start of the hour in which an instant lies. */
export const hourOf = (at: number): number => Math.floor(at / HOUR) * HOUR
