import type { Problem } from '../../core/event.ts'
import type { Db, Store } from '../../store/database.ts'
import { findDefect, listSuspects, type SuspectRelease } from '../../store/defects/defect-queries.ts'
import { isDatabaseBusy, isStorageTrouble, isTimedOut } from '../../store/dialect.ts'
import { findWaiting } from '../../store/inbox/deliveries.ts'
import { insertDeliveries } from '../../store/inbox/inbox.ts'
import { RehearsalTooLong } from '../../store/inbox/rehearsal.ts'
import { Changes, settleChanges } from '../derivation/settle-changes.ts'
import { namesOfSources } from '../sources/source-names.ts'
import { rowOfNative } from './submit-native.ts'
import { workOutDelivery } from './work-out-delivery.ts'

/** What a report would be taken for, if it were sent now. */
export type ForeseenDefect =
  /** It is one more report of a defect that is known. */
  | { readonly kind: 'joins'; readonly id: number; readonly title: string }
  /** Most likely first. `reason`: why none is named, or not yet. */
  | { readonly kind: 'new'; readonly suspects: readonly SuspectRelease[]; readonly reason: string | undefined }
  /** It could not be tried in the time that others can wait; the report itself can be sent. */
  | { readonly kind: 'not-known' }

/** For so long others may have to wait for the database. */
const WITHIN_MS = 500

/**
 * Really takes in the report of a defect, as the native API takes it, in a transaction that is rolled back: nothing is
 * kept, told or sent. What is wrong with it is refused as `submitNative` would.
 */
export async function foreseeSuspects(
  store: Store,
  report: Readonly<Record<string, unknown>>,
  clock: () => number,
  withinMs = WITHIN_MS,
): Promise<ForeseenDefect | { readonly kind: 'refused'; readonly problems: readonly Problem[] }> {
  const row = await rowOfNative(store.reader, { kind: 'defects', items: [report], receivedAt: clock() })
  if (row.kind === 'refused') return row
  try {
    return await store.rehearse((trx) => foresee(trx, row.row, clock), withinMs)
  } catch (error) {
    const isOfTheMoment = isTimedOut(error) || isStorageTrouble(error) || isDatabaseBusy(error)
    if (error instanceof RehearsalTooLong || isOfTheMoment) return { kind: 'not-known' }
    throw error
  }
}

type Rehearsed = Parameters<Parameters<Store['rehearse']>[0]>[0]

async function foresee(
  trx: Rehearsed,
  row: Parameters<typeof insertDeliveries>[1][number],
  clock: () => number,
): Promise<ForeseenDefect> {
  const [receipt] = await insertDeliveries(trx, [row])
  const delivery = receipt && (await findWaiting(trx, receipt.id))
  if (!delivery) return { kind: 'not-known' }
  const changes = new Changes()
  const names = await namesOfSources(trx)(delivery.sourceId)
  const { conclusions } = await workOutDelivery(trx, delivery, names, changes, clock)
  await settleChanges(trx, changes)
  const made = conclusions.find((conclusion) => conclusion.kind === 'defect')
  if (!made) return { kind: 'not-known' }
  return made.effect === 'created' ? await lookAt(trx, made.id) : { kind: 'joins', id: made.id, title: made.title }
}

async function lookAt(trx: Db, id: number): Promise<ForeseenDefect> {
  const [defect, suspects] = [await findDefect(trx, id), await listSuspects(trx, id)]
  return { kind: 'new', suspects, reason: defect?.attributionReason }
}
