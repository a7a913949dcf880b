import { type Asked, asActor, THE_SYSTEM } from '../../core/audit/entry.ts'
import type { EnvironmentTier } from '../../core/event.ts'
import type { Store } from '../../store/database.ts'
import { findTier, saveTier } from '../../store/services/decided-tiers.ts'
import { markTier } from '../../store/services/tier-ranges.ts'
import { recordAudit } from '../audit/record-audit.ts'

/**
 * Decides of which tier an environment is, whatever its name and senders say. What follows from another tier (kinds,
 * first deployments to production, regressions, suspects) is worked off in steps after it.
 * @param tier undefined: as its name and senders say
 * @returns whether it is of another tier now; undefined when there is no such environment
 */
export function setTier(
  store: Store,
  environmentId: number,
  tier: EnvironmentTier | undefined,
  { now, by = THE_SYSTEM }: Asked,
): Promise<boolean | undefined> {
  return store.change(async (trx) => {
    const held = await findTier(trx, environmentId)
    if (!held) return undefined
    const isSame = tier === undefined ? !held.isDecided : held.isDecided && tier === held.tier
    if (isSame) return false
    await saveTier(trx, environmentId, held.said, tier && { tier, by: by.name, at: now })
    const after = tier ?? held.said
    if (after !== held.tier) await markTier(trx, environmentId)
    const decided = { from: held.isDecided ? held.tier : null, to: tier ?? null }
    await recordAudit(
      trx,
      {
        actor: asActor(by),
        action: 'environment.changed',
        subject: { kind: 'environment', id: environmentId, name: held.name },
        change: { tier: { from: held.tier, to: after }, decidedTier: decided },
      },
      now,
    )
    return after !== held.tier
  })
}
