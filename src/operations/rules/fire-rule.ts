import { judgeRule } from '../../core/rules/judge-rule.ts'
import { occurrenceWords } from '../../core/rules/occurrence-words.ts'
import type { Occurrence } from '../../core/rules/rule.ts'
import { CAPPED_WITHIN_MS, heldSubjectOf, isRecent, outcomeOf, subjectOf } from '../../core/rules/standing.ts'
import type { Db } from '../../store/database.ts'
import { completeFiring, countFired, insertFiring, isOnRecord } from '../../store/rules/rule-firings.ts'
import type { RuleRow } from '../../store/rules/rules.ts'
import { draftByRule } from './draft-by-rule.ts'
import { fireRollback } from './fire-rollback.ts'
import { tellOnCall } from './tell-on-call.ts'

export interface Fired {
  readonly emergencyId: number | undefined
  readonly rolledBack: boolean
}

/**
 * Holds a rule against what happened, inside the transaction of its caller, and does what it says: its row, the draft, the
 * approval and the messages are there together or not at all. Once for each subject.
 * @returns undefined when there was nothing to do
 */
export async function fireRule(
  trx: Db,
  parts: { readonly publicUrl: string },
  row: RuleRow,
  occurrence: Occurrence,
  now: number,
): Promise<Fired | undefined> {
  const judgement = judgeRule(row.rule, occurrence)
  if (!judgement?.fires || !isRecent(occurrence.at, { watchesSince: row.watchesSince, now })) return undefined
  const subject = subjectOf(row.rule, occurrence)
  const held = heldSubjectOf(row.rule, occurrence)
  if (await isOnRecord(trx, row.id, [subject, held])) return undefined
  const firedToday = await countFired(trx, row.id, occurrence.service.id, now - CAPPED_WITHIN_MS)
  const outcome = outcomeOf(row.rule, { mutedUntil: row.mutedUntil, firedToday }, now)
  const what = occurrenceWords(occurrence)
  const id = await insertFiring(trx, {
    ruleId: row.id,
    subject: outcome === 'fired' ? subject : held,
    outcome,
    now,
    occurrence,
    what,
    reasons: judgement.reasons,
  })
  if (id === undefined || outcome !== 'fired') return undefined

  const { actions } = row.rule
  const done: string[] = []
  let emergencyId: number | undefined
  let rolledBack = false
  if (actions.draft || actions.rollback) {
    const drafted = await draftByRule(trx, row, { id, occurrence, what }, now)
    done.push(drafted.sentence)
    emergencyId = drafted.emergency?.id
    if (drafted.emergency && actions.rollback) {
      const fired = await fireRollback(trx, parts, row, drafted.emergency, now)
      done.push(fired.sentence)
      rolledBack = fired.fired
    }
  }
  // What fires something is announced, whatever the rule says of telling people.
  if (actions.notify || rolledBack)
    done.push(await tellOnCall(trx, { firingId: id, row, occurrence, judgement, what, emergencyId, done }, now))
  await completeFiring(trx, id, { sentences: done, emergencyId, rolledBack })
  return { emergencyId, rolledBack }
}
