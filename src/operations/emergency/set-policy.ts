import { type Asker, asActor } from '../../core/audit/entry.ts'
import type { Store } from '../../store/database.ts'
import { type EmergencyPolicy, getPolicy, savePolicy } from '../../store/emergency/emergency-settings.ts'
import type { EnvironmentRef } from '../../store/services/services.ts'
import { recordAudit } from '../audit/record-audit.ts'

/** Sets who may approve emergency releases to an environment, and when one counts as verified. */
export const setPolicy = (
  store: Store,
  environment: EnvironmentRef,
  policy: EmergencyPolicy,
  { by, now }: { readonly by: Asker; readonly now: number },
): Promise<void> =>
  store.transaction(async (trx) => {
    const before = await getPolicy(trx, environment)
    await savePolicy(trx, environment.id, policy, { name: by.name, now })
    const subject = { kind: 'environment', id: environment.name, name: environment.name }
    const change = { from: inWords(before), to: inWords(policy) }
    await recordAudit(trx, { actor: asActor(by), action: 'emergency.policy-changed', subject, change }, now)
  })

const inWords = ({ approval, quietMinutes, humanChecks }: EmergencyPolicy) => ({
  ownRequests: approval.ownRequests,
  breakGlass: approval.breakGlass,
  quietMinutes,
  humanChecks,
})
