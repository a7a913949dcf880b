import type { AuditAction } from '../../core/audit/actions.ts'
import { type Asker, type AuditChange, asActor } from '../../core/audit/entry.ts'
import type { Problem } from '../../core/event.ts'
import { cleanLine } from '../../core/text/text.ts'
import { freezeProblems, freezeState, type WantedFreeze } from '../../core/time/freeze.ts'
import { formatInstant } from '../../core/time/instant.ts'
import type { Db, Store } from '../../store/database.ts'
import { endFreeze, findFreeze, insertFreeze, updateFreeze } from '../../store/deployments/freezes.ts'
import { findEnvironment, findService } from '../../store/services/services.ts'
import { recordAudit } from '../audit/record-audit.ts'
import type { LiveEvents } from '../live-events.ts'

/** Freezes are made, changed and ended by people, who are named with them; none is ever deleted. */

export interface WantedFreezeInPlace extends WantedFreeze {
  /** undefined: all services. */
  readonly service: string | undefined
  readonly environment: string
}

export type FreezeResult =
  | { readonly kind: 'done'; readonly id: number }
  | { readonly kind: 'refused'; readonly problems: readonly Problem[] }
  | { readonly kind: 'not-found' }
  /** It is over or was ended; nothing about it changes any more. */
  | { readonly kind: 'over' }

interface Parts {
  readonly store: Store
  readonly liveEvents: LiveEvents
}

type By = Asker & { readonly at: number }

const LONGER_THAN_ANY_REASON = 2_000

export async function makeFreeze(parts: Parts, wanted: WantedFreezeInPlace, by: By): Promise<FreezeResult> {
  const freeze = { ...wanted, reason: cleanLine(wanted.reason, LONGER_THAN_ANY_REASON) }
  return announced(
    parts,
    await parts.store.transaction(async (trx): Promise<FreezeResult> => {
      const problems = freezeProblems(freeze, by.at)
      const service = wanted.service === undefined ? undefined : await findService(trx, wanted.service)
      if (wanted.service !== undefined && !service)
        problems.push({ path: 'service', message: `there is no service "${wanted.service}"` })
      const environment = await findEnvironment(trx, wanted.environment)
      if (!environment)
        problems.push({ path: 'environment', message: `there is no environment "${wanted.environment}"` })
      if (problems.length > 0 || !environment) return { kind: 'refused', problems }
      const id = await insertFreeze(
        trx,
        { ...freeze, serviceId: service?.id ?? null, environmentId: environment.id },
        by,
      )
      await record(
        trx,
        'freeze.made',
        { id, service: service?.name, environment: environment.name },
        timesOf(freeze),
        by,
      )
      return { kind: 'done', id }
    }),
  )
}

/** Gives it other times or another reason; when it has begun, it has begun. */
export async function changeFreeze(parts: Parts, id: number, wanted: WantedFreeze, by: By): Promise<FreezeResult> {
  const freeze = { ...wanted, reason: cleanLine(wanted.reason, LONGER_THAN_ANY_REASON) }
  return announced(
    parts,
    await parts.store.transaction(async (trx): Promise<FreezeResult> => {
      const known = await findFreeze(trx, id)
      if (!known) return { kind: 'not-found' }
      if (isPast(known, by.at)) return { kind: 'over' }
      const hasBegun = freezeState(known, by.at) === 'in force'
      const problems = freezeProblems(freeze, by.at)
      if (hasBegun && freeze.from !== known.from)
        problems.push({ path: 'from', message: 'cannot be moved any more: it has begun' })
      if (problems.length > 0) return { kind: 'refused', problems }
      await updateFreeze(trx, id, freeze, by)
      await record(trx, 'freeze.changed', known, { from: timesOf(known), to: timesOf(freeze) }, by)
      return { kind: 'done', id }
    }),
  )
}

/** Ends it now; one that has not begun is cancelled. */
export async function endFreezeNow(parts: Parts, id: number, by: By): Promise<FreezeResult> {
  return announced(
    parts,
    await parts.store.transaction(async (trx): Promise<FreezeResult> => {
      const known = await findFreeze(trx, id)
      if (!known) return { kind: 'not-found' }
      if (isPast(known, by.at)) return { kind: 'over' }
      await endFreeze(trx, id, by)
      await record(trx, 'freeze.ended', known, {}, by)
      return { kind: 'done', id }
    }),
  )
}

const record = (
  trx: Db,
  action: AuditAction,
  freeze: { readonly id: number; readonly service?: string | null | undefined; readonly environment: string },
  change: AuditChange,
  by: By,
): Promise<void> => {
  const name = `${freeze.service ?? 'all services'} in ${freeze.environment}`
  return recordAudit(
    trx,
    { actor: asActor(by), action, subject: { kind: 'freeze', id: freeze.id, name }, change },
    by.at,
  )
}

const timesOf = ({ from, to, reason }: WantedFreeze) => ({
  from: formatInstant(from),
  to: formatInstant(to),
  reason,
})

const isPast = (freeze: Parameters<typeof freezeState>[0], now: number): boolean =>
  freezeState(freeze, now) === 'over' || freezeState(freeze, now) === 'cancelled'

function announced({ liveEvents }: Parts, result: FreezeResult): FreezeResult {
  if (result.kind === 'done') liveEvents.publish({ topic: 'deployments' })
  return result
}
