import type { Actor } from '../../core/emergency/approval.ts'
import { blocking } from '../../core/emergency/checks.ts'
import type { Occurrence } from '../../core/rules/rule.ts'
import type { Db } from '../../store/database.ts'
import type { Emergency } from '../../store/emergency/emergencies.ts'
import type { RuleRow } from '../../store/rules/rules.ts'
import { composeDraft } from '../emergency/draft-emergency.ts'
import { openWithin } from '../emergency/open-emergency.ts'

/** A rule as emergency releases know people and programs: never a second person, and never one who may fire by itself. */
export const ruleActor = ({ id, name }: Pick<RuleRow, 'id' | 'name'>): Actor => ({
  id: `rule:${id}`,
  name: `rule: ${name}`,
  kind: 'token',
  mayFire: false,
  signedInAt: undefined,
})

export interface DraftedByRule {
  /** Undefined: there is none of its own. */
  readonly emergency: Emergency | undefined
  /** What was done or why not. */
  readonly sentence: string
}

/** Opens the emergency release that its form would suggest, in the state requested: nothing is sent to anybody. */
export async function draftByRule(
  trx: Db,
  row: RuleRow,
  firing: { readonly id: number; readonly occurrence: Occurrence; readonly what: string },
  now: number,
): Promise<DraftedByRule> {
  const { service, environment, defect, release } = firing.occurrence
  if (!environment) return not('it is not known in which environment it happened')
  const place = {
    serviceId: service.id,
    service: service.name,
    environmentId: environment.id,
    environment: environment.name,
  }
  const draft = await composeDraft(trx, place, { defectId: defect?.id }, { now })
  if (draft.alreadyOpen) return not(`ER-${draft.alreadyOpen.id} is open for the place`)
  if (draft.live === undefined) return not(`nothing is known to run in ${environment.name}`)
  if (release && draft.live !== release.version)
    return not(`${release.version} is not what runs in ${environment.name} any more`)
  if (draft.version === '') return not('no version could be suggested')
  const block = blocking(draft.checks)
  if (block) return not(`a check blocks it: ${block.title}`)
  const opening = await openWithin(
    trx,
    {
      service: service.name,
      environment: environment.name,
      strategy: draft.strategy,
      version: draft.version,
      reason: draft.reason || firing.what,
      defectIds: [...draft.linked],
    },
    { actor: ruleActor(row), formKey: `rule:${firing.id}`, now },
  )
  if (opening.kind !== 'opened') return not('somebody was faster')
  const { emergency } = opening
  return {
    emergency,
    sentence: `Drafted ER-${emergency.id}: ${emergency.strategy} to ${emergency.targetVersion} in ${environment.name}. Nothing is sent before somebody approves it.`,
  }
}

const not = (because: string): DraftedByRule => ({
  emergency: undefined,
  sentence: `No emergency release was drafted: ${because}.`,
})
