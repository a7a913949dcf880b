import { refuseRollback } from '../../core/rules/rollback-permit.ts'
import { CAPPED_WITHIN_MS } from '../../core/rules/standing.ts'
import type { Db } from '../../store/database.ts'
import type { Emergency } from '../../store/emergency/emergencies.ts'
import { findCiTarget } from '../../store/emergency/emergency-settings.ts'
import { countRolledBack } from '../../store/rules/rule-firings.ts'
import { findRuleRollback } from '../../store/rules/rule-rollbacks.ts'
import type { RuleRow } from '../../store/rules/rules.ts'
import { driveWithin } from '../emergency/drive-emergency.ts'
import { checkEmergency } from '../emergency/emergency-checks.ts'
import { ruleActor } from './draft-by-rule.ts'

export interface FiredRollback {
  readonly fired: boolean
  readonly sentence: string
}

/**
 * Approves what the rule has drafted, by the same step and into the same outbox as a person would, where an admin
 * switched that on, the policy of the environment needs no second person, and everything speaks for it.
 */
export async function fireRollback(
  trx: Db,
  parts: { readonly publicUrl: string },
  row: RuleRow,
  emergency: Emergency,
  now: number,
): Promise<FiredRollback> {
  const permit = await findRuleRollback(trx, emergency)
  const wanted = { strategy: emergency.strategy, version: emergency.targetVersion }
  const refusal = refuseRollback({
    strategy: emergency.strategy,
    checks: await checkEmergency(trx, emergency, wanted, now, { own: emergency.id }),
    mostADay: permit?.mostADay,
    firedToday: await countRolledBack(trx, emergency, now - CAPPED_WITHIN_MS),
    hasTarget: (await findCiTarget(trx, emergency.serviceId, emergency.environmentId)) !== undefined,
  })
  if (refusal !== undefined || !permit) return not(refusal ?? '')
  const result = await driveWithin(
    trx,
    parts,
    {
      emergencyId: emergency.id,
      actor: { ...ruleActor(row), mayFire: true },
      seen: emergency.step,
      requestKey: `rule:${row.id}:${emergency.id}`,
      now,
    },
    { do: 'approve', reason: `Switched on for this place by ${permit.setName}.` },
  )
  if (result.kind === 'refused') return not(`the environment wants a person: ${result.reason.replace(/\.$/, '')}`)
  if (result.kind !== 'done') return not('somebody was faster')
  return {
    fired: true,
    sentence: `The rollback to ${emergency.targetVersion} was approved by this rule, as ${permit.setName} switched on for ${emergency.service} in ${emergency.environment}.`,
  }
}

const not = (because: string): FiredRollback => ({ fired: false, sentence: `No rollback was fired: ${because}.` })
