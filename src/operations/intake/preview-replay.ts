import type { Conclusion } from '../../core/conclusion.ts'
import { compareSeen, type EffectChange, type ReplayPreview } from '../../core/inbound/replay-effect.ts'
import { findAttributionRange } from '../../store/attribution/attribution-ranges.ts'
import type { Db, Store } from '../../store/database.ts'
import { findJudgementRange } from '../../store/defects/judgements.ts'
import { isDatabaseBusy, isStorageTrouble, isTimedOut } from '../../store/dialect.ts'
import { findConclusions, findWaiting, requeueDelivery } from '../../store/inbox/deliveries.ts'
import { RehearsalTooLong } from '../../store/inbox/rehearsal.ts'
import { type Concern, listDefectIdsOf, readSeenThings } from '../../store/inbox/seen-things.ts'
import { findClassificationRange } from '../../store/releases/release-kinds.ts'
import { hasOrderMarks } from '../../store/releases/release-order.ts'
import { findService, listServicesOf } from '../../store/services/services.ts'
import { Changes, settleChanges } from '../derivation/settle-changes.ts'
import { settleLater } from '../derivation/settle-later.ts'
import { namesOfSources } from '../sources/source-names.ts'
import { workOutDelivery } from './work-out-delivery.ts'

/** For so long others may have to wait for the database: a tenth of what senders wait at most. */
const WITHIN_MS = 500
/** After this share of it no further step is begun, so that there is time left to look at what came of it. */
const FOR_STEPS = 0.5
const MOST_DEFECTS = 500
const MOST_RELEASES = 100

/**
 * Really processes the delivery, and what follows from it, in a transaction that is rolled back, and compares what people
 * would see with what they see. Nothing is told to open pages, nothing is sent.
 */
export async function previewReplay(
  store: Store,
  id: number,
  clock: () => number,
  withinMs = WITHIN_MS,
): Promise<ReplayPreview> {
  const held = await findConclusions(store.db, id)
  if (!held) return { kind: 'not-found' }
  if (held.state === 'accepted') return { kind: 'still-waiting' }
  if (held.bodyGoneAt !== undefined) return { kind: 'body-gone' }
  try {
    const stepsWithinMs = withinMs * FOR_STEPS
    return await store.rehearse((trx) => preview(trx, store.reader, id, clock, stepsWithinMs), withinMs)
  } catch (error) {
    if (error instanceof RehearsalTooLong || isTimedOut(error)) return { kind: 'too-long' }
    if (isStorageTrouble(error) || isDatabaseBusy(error)) return { kind: 'busy' }
    return { kind: 'breaks', reason: `Processing fails: ${(error as Error).message}` }
  }
}

/** @param outside sees what people see now */
async function preview(
  trx: Db,
  outside: Db,
  id: number,
  clock: () => number,
  stepsWithinMs: number,
): Promise<ReplayPreview> {
  const startedAt = performance.now()
  // Work that earlier deliveries left behind is not this one's doing.
  const isSettled = !(await isWorkLeft(trx))
  await requeueDelivery(trx, id)
  const delivery = await findWaiting(trx, id)
  if (!delivery) return { kind: 'not-found' }
  const changes = new Changes()
  const { result, reason, conclusions } = await workOutDelivery(
    trx,
    delivery,
    await namesOfSources(trx)(delivery.sourceId),
    changes,
    clock,
  )
  await settleChanges(trx, changes)
  let isComplete = false
  while (isSettled && !isComplete && performance.now() - startedAt < stepsWithinMs)
    isComplete = (await settleLater(trx)) === undefined
  const concern = await concernOf(trx, conclusions, changes)
  const compared = compareSeen(await readSeenThings(outside, concern), await readSeenThings(trx, concern))
  return { kind: 'effect', result, reason, changes: [...compared, ...countedBy(conclusions)], isComplete }
}

const isWorkLeft = async (db: Db): Promise<boolean> =>
  (await hasOrderMarks(db)) ||
  (await findClassificationRange(db)) !== undefined ||
  (await findJudgementRange(db)) !== undefined ||
  (await findAttributionRange(db)) !== undefined

async function concernOf(trx: Db, conclusions: readonly Conclusion[], changes: Changes): Promise<Concern> {
  const defectIds = new Set(changes.defects)
  const deploymentIds = new Set<number>()
  const releaseIds = new Set(changes.releases)
  const serviceIds = new Set(changes.orders.keys())
  for (const conclusion of conclusions) {
    if (conclusion.kind === 'defect') defectIds.add(conclusion.id)
    if (conclusion.kind === 'deployment') deploymentIds.add(conclusion.id)
    if (conclusion.kind === 'release') releaseIds.add(conclusion.id)
    if ('service' in conclusion) {
      const service = await findService(trx, conclusion.service)
      if (service) serviceIds.add(service.id)
    }
  }
  for (const { serviceId } of changes.places) serviceIds.add(serviceId)
  for (const id of await listServicesOf(trx, [...defectIds])) serviceIds.add(id)
  for (const id of await listDefectIdsOf(trx, [...serviceIds], MOST_DEFECTS)) defectIds.add(id)
  return {
    serviceIds: [...serviceIds],
    defectIds: [...defectIds],
    deploymentIds: [...deploymentIds],
    releaseIds: [...releaseIds].slice(0, MOST_RELEASES),
  }
}

/** What changes numbers rather than things. */
const countedBy = (conclusions: readonly Conclusion[]): EffectChange[] =>
  conclusions.flatMap((conclusion): EffectChange[] => {
    if (conclusion.kind === 'push' && conclusion.effect !== 'unchanged')
      return [{ kind: 'counted', what: 'commits', service: conclusion.service, n: conclusion.commits }]
    if (conclusion.kind === 'sessions' && conclusion.effect !== 'unchanged')
      return [{ kind: 'counted', what: 'sessions', service: conclusion.service, n: conclusion.total }]
    return []
  })
