import type { Logger } from 'pino'
import {
  type Ask,
  type Attempt,
  KEPT_MS,
  type LookProblem,
  type LookResult,
  planRedeliveries,
} from '../../core/inbound/gap-repair.ts'
import { GithubHook, type HookAnswer } from '../../outbound/github-hook.ts'
import type { OutboundRules } from '../../outbound/safe-request.ts'
import { nextCursor, readAttempts, readHook } from '../../sources/github/delivery-log.ts'
import type { Store } from '../../store/database.ts'
import { claimAsk, forgetAsked, listAsked, listHeld, releaseAsk } from '../../store/inbox/redeliveries.ts'
import type { SourceRepair } from '../../store/sources/source-repairs.ts'

export interface LookParts {
  readonly store: Store
  readonly rules: OutboundRules
  readonly log: Logger
  readonly clock: () => number
  /** Ends the look early. */
  readonly signal: AbortSignal
}

export interface Look {
  readonly result: LookResult
  /** For the next one; unchanged when this one came to nothing. */
  readonly settledUntil: number | undefined
}

/** 100 attempts each: three days of seven deliveries a minute. */
const MOST_PAGES = 300
/** GitHub allows 80 such calls a minute and 500 an hour. */
const MOST_ASKS = 25
/** Longer than it can matter whether something was asked for. */
const REMEMBER_ASKED_MS = 2 * KEPT_MS

/**
 * Reads the log of one source's hook, asks for what is missing here, and says how that went. What was asked for comes
 * in by the front door like any other delivery.
 * @throws only what the store throws
 */
export async function lookForGaps(parts: LookParts, repair: SourceRepair, token: string): Promise<Look> {
  const { store, clock } = parts
  const hook = new GithubHook({ ...parts, hookUrl: repair.hookUrl, token })
  const cameToNothing = (problem: LookProblem, listed = 0): Look => ({
    result: { listed, missing: 0, lost: 0, givenUp: 0, asked: 0, cutShort: false, problem },
    settledUntil: repair.settledUntil,
  })

  const wrong = await findFault(hook, repair)
  if (wrong) return cameToNothing(wrong)
  const log = await readLog(hook, Math.max(clock() - KEPT_MS, repair.settledUntil ?? 0))
  if (log.problem) return cameToNothing(log.problem, log.attempts.length)

  // After the log was read: what GitHub counts as delivered was on disk here before it heard so.
  const guids = [...new Set(log.attempts.map(({ guid }) => guid))]
  const plan = planRedeliveries({
    attempts: log.attempts,
    held: await listHeld(store.reader, repair.sourceId, guids),
    asked: await listAsked(store.db, repair.sourceId, guids),
    sourceSince: repair.sourceSince,
    now: clock(),
    most: MOST_ASKS,
  })
  reportLost(parts.log, repair, plan.ask)
  const asking = await askFor(parts, hook, repair, plan.ask)
  await forgetAsked(store.db, repair.sourceId, clock() - REMEMBER_ASKED_MS)
  const { missing, lost, givenUp, settledUntil } = plan
  return {
    result: { listed: log.attempts.length, missing, lost, givenUp, cutShort: log.cutShort, ...asking },
    settledUntil,
  }
}

/**
 * A hook that delivers elsewhere has a log full of deliveries that are not here, and asking for them would disturb
 * whoever gets them.
 */
async function findFault(hook: GithubHook, repair: SourceRepair): Promise<LookProblem | undefined> {
  const answer = await hook.settings()
  if (!answer.ok) return answer.problem
  const read = readHook(answer.body)
  if (!read.ok) return { kind: 'unreadable', what: read.problem }
  const target = URL.canParse(read.value.url) ? new URL(read.value.url) : undefined
  // The end of its path alone: what stands before it is the proxies' business.
  const isOurs = target?.pathname.replace(/\/+$/, '').endsWith(`/hooks/${repair.slug}`)
  if (!isOurs) return { kind: 'elsewhere', host: target?.host.slice(0, 253) ?? '' }
  return read.value.active ? undefined : { kind: 'switched-off' }
}

interface ReadLog {
  readonly attempts: readonly Attempt[]
  readonly cutShort: boolean
  readonly problem?: LookProblem
}

/** The attempts since `since`, page by page; a few older ones of the last page may be among them. */
async function readLog(hook: GithubHook, since: number): Promise<ReadLog> {
  const attempts: Attempt[] = []
  let cursor: string | undefined
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await hook.attempts(cursor)
    if (!answer.ok) return { attempts, cutShort: true, problem: answer.problem }
    const read = readAttempts(answer.body)
    if (!read.ok) return { attempts, cutShort: true, problem: { kind: 'unreadable', what: read.problem } }
    attempts.push(...read.value)
    cursor = nextCursor(answer.link)
    const oldest = Math.min(...read.value.map(({ at }) => at))
    if (cursor === undefined || oldest < since) return { attempts, cutShort: false }
  }
  return { attempts, cutShort: true }
}

/** That would be a loss of what was acknowledged, or a server that answers in our place. */
function reportLost(log: Logger, repair: SourceRepair, asks: readonly Ask[]): void {
  const lost = asks.filter(({ because, before }) => because === 'lost' && before === undefined)
  if (lost.length === 0) return
  const deliveries = lost.slice(0, 20).map(({ guid }) => guid)
  log.error(
    { source: repair.slug, count: lost.length, deliveries },
    'GitHub was told that these deliveries were taken, and they are not here; asking for them again',
  )
}

async function askFor(
  { store, clock, log }: LookParts,
  hook: GithubHook,
  repair: SourceRepair,
  asks: readonly Ask[],
): Promise<Pick<LookResult, 'asked' | 'problem'>> {
  let asked = 0
  for (const ask of asks) {
    if (!(await claimAsk(store.db, repair.sourceId, ask, clock()))) continue
    const answer = await hook.redeliver(ask.attemptId)
    if (answer.ok) asked++
    else {
      log.warn(
        { source: repair.slug, delivery: ask.guid, problem: answer.problem },
        'a redelivery could not be asked for',
      )
      if (!answer.maybeDone) await releaseAsk(store.db, repair.sourceId, ask)
      if (!concernsOneAlone(answer)) return { asked, problem: answer.problem }
    }
  }
  return { asked }
}

/** GitHub no longer has this one; the next may be there. */
const concernsOneAlone = (answer: HookAnswer & { ok: false }): boolean =>
  answer.problem.kind === 'not-found' || (answer.problem.kind === 'failed' && answer.problem.status < 500)
