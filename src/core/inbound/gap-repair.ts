import type { Refusal } from '../outbound-rule.ts'

/**
 * Which of a sender's deliveries to ask for again. GitHub tries each one once, and keeps a log of how that went for
 * three days; what failed while this server was down comes only to those who ask for it.
 */

/** One try of the sender, as its log has it; a delivery that was sent again has several, with one guid. */
export interface Attempt {
  /** To ask for it by. */
  readonly id: string
  /** The delivery's, which our inbox knows it by. */
  readonly guid: string
  readonly at: number
  /** The sender was told that it was taken. */
  readonly delivered: boolean
}

/** What was asked for already. */
export interface Asked {
  readonly times: number
  readonly lastAt: number
}

export interface RepairFacts {
  /** Of one hook, any order. */
  readonly attempts: readonly Attempt[]
  /** Guids that are in our inbox. */
  readonly held: ReadonlySet<string>
  /** By guid. */
  readonly asked: ReadonlyMap<string, Asked>
  /** Since when the source exists here. */
  readonly sourceSince: number
  readonly now: number
  /** To ask for at most. */
  readonly most: number
}

export interface Ask {
  readonly guid: string
  /** The newest attempt, which the sender keeps longest. */
  readonly attemptId: string
  /** `failed`: the sender knows; `lost`: it was told that we have it, and we have not. */
  readonly because: 'failed' | 'lost'
  /** Before this one; undefined when it is the first. */
  readonly before: Asked | undefined
}

export interface RepairPlan {
  /** Oldest first: they are forgotten first. */
  readonly ask: readonly Ask[]
  /** Deliveries not here that can still be had: those to ask for and those whose turn is later. */
  readonly missing: number
  /** Among the missing, those the sender was told we have. */
  readonly lost: number
  /** Asked for as often as it makes sense, and still not here. */
  readonly givenUp: number
  /** Nothing from before this instant is missing any more: the next look need not go further back. */
  readonly settledUntil: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** docs.github.com, "Redelivering webhooks": from the past three days (read 2026-11). */
export const KEPT_MS = 3 * DAY
/** The sender waits ten seconds for an answer; a younger attempt may not be over. */
const YOUNG_MS = MINUTE
/** The log fills with a delay of minutes, and two clocks differ. */
const OVERLAP_MS = HOUR
/** After the n-th time of asking, how long to wait for it to arrive; then it is asked for once more. */
const ASK_AGAIN_AFTER_MS = [10 * MINUTE, HOUR, 6 * HOUR, DAY]
export const MOST_TIMES = ASK_AGAIN_AFTER_MS.length + 1

/**
 * Decides what to ask for.
 *
 * A delivery in our inbox is settled, whatever the log says. Of the others, those of which no attempt succeeded have
 * failed. Those of which one did are lost: an acknowledgement means that it is on disk here, so either the disk was
 * changed behind our back (a back-up put back) or somebody else answered. Asking costs nothing and may bring them
 * back, but only for the time since this source exists: before that, the hook fed somebody else.
 *
 * The result does not depend on the order of the attempts. Never throws.
 */
export function planRedeliveries(facts: RepairFacts): RepairPlan {
  const { now } = facts
  const open = [...byGuid(facts.attempts)].flatMap(([guid, attempts]) =>
    facts.held.has(guid) ? [] : (judge(guid, attempts, facts) ?? []),
  )
  const missing = open
    .filter(({ times }) => times < MOST_TIMES)
    .sort((a, b) => a.at - b.at || (a.guid < b.guid ? -1 : 1))
  const due = missing.filter(({ before, at }) => at <= now - YOUNG_MS && isDue(before, now))
  return {
    ask: due.slice(0, facts.most).map(({ guid, attemptId, because, before }) => ({ guid, attemptId, because, before })),
    missing: missing.length,
    lost: missing.filter(({ because }) => because === 'lost').length,
    givenUp: open.length - missing.length,
    settledUntil: Math.min(now - OVERLAP_MS, missing[0]?.at ?? now),
  }
}

function byGuid(attempts: readonly Attempt[]): Map<string, Attempt[]> {
  const groups = new Map<string, Attempt[]>()
  for (const attempt of attempts) {
    const group = groups.get(attempt.guid)
    if (group) group.push(attempt)
    else groups.set(attempt.guid, [attempt])
  }
  return groups
}

function judge(
  guid: string,
  attempts: readonly Attempt[],
  { asked, sourceSince, now }: RepairFacts,
): (Ask & { at: number; times: number }) | undefined {
  const newest = attempts.reduce((a, b) => (isLater(b, a) ? b : a))
  if (newest.at < now - KEPT_MS) return undefined
  const taken = attempts.filter(({ delivered }) => delivered)
  if (taken.length > 0 && !taken.some(({ at }) => at >= sourceSince)) return undefined
  const before = asked.get(guid)
  const because = taken.length > 0 ? 'lost' : 'failed'
  return { guid, attemptId: newest.id, because, before, at: newest.at, times: before?.times ?? 0 }
}

/** Ids grow, but they are too long to be numbers. */
const isLater = (a: Attempt, b: Attempt): boolean =>
  a.at !== b.at ? a.at > b.at : a.id.length !== b.id.length ? a.id.length > b.id.length : a.id > b.id

const isDue = (before: Asked | undefined, now: number): boolean =>
  before === undefined || now >= before.lastAt + (ASK_AGAIN_AFTER_MS[before.times - 1] ?? 0)

/** Why a look at a sender's log came to nothing. */
export type LookProblem =
  /** The token is unknown or may not do this. */
  | { readonly kind: 'unauthorised' }
  /** No such hook, or none that this token may see. */
  | { readonly kind: 'not-found' }
  | { readonly kind: 'moved' }
  | { readonly kind: 'rate-limited'; readonly until: number }
  | { readonly kind: 'failed'; readonly status: number }
  | { readonly kind: 'unreachable'; readonly why: string }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  | { readonly kind: 'unreadable'; readonly what: string }
  /** The hook delivers to another address than the source's. Its host alone is kept: other addresses hold secrets. */
  | { readonly kind: 'elsewhere'; readonly host: string }
  | { readonly kind: 'switched-off' }
  /** Our own: the token does not open, the database did not answer. */
  | { readonly kind: 'broken' }

/** What one look found and did. */
export interface LookResult {
  /** Attempts in the log, as far back as it was read. */
  readonly listed: number
  readonly missing: number
  readonly lost: number
  readonly givenUp: number
  /** Deliveries asked for this time. */
  readonly asked: number
  /** The log goes on further than one look reads. */
  readonly cutShort: boolean
  readonly problem?: LookProblem
}

export const LOOK_EVERY_MS = 5 * MINUTE
const LONGEST_PAUSE_MS = HOUR
/** A sender that wants more patience than this is not believed. */
const LONGEST_LIMIT_MS = DAY

/**
 * When to look again: in five minutes; after failures in a row twice as late each time, an hour at most; not before a
 * rate limit ends.
 */
export function nextLookAt(problem: LookProblem | undefined, failures: number, now: number): number {
  if (!problem) return now + LOOK_EVERY_MS
  if (problem.kind === 'rate-limited')
    return Math.max(now + LOOK_EVERY_MS, Math.min(problem.until, now + LONGEST_LIMIT_MS))
  return now + Math.min(LONGEST_PAUSE_MS, LOOK_EVERY_MS * 2 ** Math.max(0, failures - 1))
}
