import type { Occurrence } from '../../core/rules/rule.ts'
import { RECENT_MS } from '../../core/rules/standing.ts'
import type { Store } from '../../store/database.ts'
import { endChecks, listDueChecks } from '../../store/rules/rule-checks.ts'
import { loadDefectOccurrences } from '../../store/rules/rule-facts.ts'
import { listWatchingRules, type RuleRow } from '../../store/rules/rules.ts'
import type { LiveEvents } from '../live-events.ts'
import { type Fired, fireRule } from './fire-rule.ts'

export interface CheckParts {
  readonly store: Store
  readonly liveEvents: LiveEvents
  readonly clock: () => number
  /** Where people find this server; no slash at its end. */
  readonly publicUrl: string
  /** Something may be ready to be sent to CI. */
  readonly onReady: () => void
}

/** Few enough that the transaction stays short. */
const DEFECTS_PER_STEP = 100

/**
 * Holds the defects that changed against the rules, until none is left. A step is one transaction with the derived state to
 * itself: what changes later is noted anew.
 * @returns how many were looked at
 */
export async function checkDefects(parts: CheckParts): Promise<number> {
  let looked = 0
  for (;;) {
    // Mostly there is nothing: then no write transaction is begun.
    const due = await listDueChecks(parts.store.db, DEFECTS_PER_STEP)
    if (due.length === 0) return looked
    looked += due.length
    try {
      await checkSome(parts, due)
    } catch {
      // One of them is the trouble, or somebody opened an emergency release just now: each alone, the others first.
      await checkEach(parts, due)
    }
  }
}

/** @throws the last of what went wrong, after all others were looked at */
async function checkEach(parts: CheckParts, defectIds: readonly number[]): Promise<void> {
  const troubles: unknown[] = []
  for (const id of defectIds) await checkSome(parts, [id]).catch((error: unknown) => troubles.push(error))
  if (troubles.length > 0) throw troubles.at(-1)
}

async function checkSome(parts: CheckParts, defectIds: readonly number[]): Promise<void> {
  const { store, clock } = parts
  const fired = await store.change(async (trx) => {
    const now = clock()
    const rules = await listWatchingRules(trx)
    const occurrences =
      rules.length === 0 ? [] : await loadDefectOccurrences(trx, defectIds, { happenedAfter: now - RECENT_MS })
    const done: Fired[] = []
    for (const occurrence of occurrences.sort((a, b) => a.at - b.at))
      for (const row of rules) {
        const one = await fireRule(trx, parts, row, occurrence, now)
        if (one) done.push(one)
      }
    await endChecks(trx, defectIds)
    return done
  })
  announceFired(parts, fired)
}

/** Holds what was found out elsewhere against these rules. */
export async function checkOccurrence(
  parts: CheckParts,
  rules: readonly RuleRow[],
  occurrence: Occurrence,
): Promise<void> {
  const fired = await parts.store.change(async (trx) => {
    // As they are now: somebody may have switched one off or muted it meanwhile.
    const watching = (await listWatchingRules(trx)).filter(({ id }) => rules.some((rule) => rule.id === id))
    const done: Fired[] = []
    for (const row of watching) {
      const one = await fireRule(trx, parts, row, occurrence, parts.clock())
      if (one) done.push(one)
    }
    return done
  })
  announceFired(parts, fired)
}

function announceFired({ liveEvents, onReady }: CheckParts, fired: readonly Fired[]): void {
  for (const { emergencyId } of fired)
    if (emergencyId !== undefined) liveEvents.publish({ topic: 'emergencies', emergencyId })
  if (fired.some(({ rolledBack }) => rolledBack)) onReady()
}
