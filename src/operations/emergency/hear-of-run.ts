import type { Conclusion } from '../../core/conclusion.ts'
import { type RunState, readDispatchKey } from '../../core/emergency/dispatch.ts'
import { readJson } from '../../sources/reading/json.ts'
import { runProgressIn } from '../../sources/run-progress.ts'
import type { Db } from '../../store/database.ts'
import { findDispatchByKey, saveRunId } from '../../store/emergency/emergency-dispatches.ts'
import type { StoredDelivery } from '../../store/inbox/deliveries.ts'
import { type RunReport, takeReport } from './report-run.ts'

/** Nothing is parsed a second time for a delivery in which no key can stand. */
const BEGINNING_OF_KEY = Buffer.from('ER-')

/**
 * What a webhook of CI says of a run that an emergency release asked for, taken in inside the transaction of its caller. A
 * green run makes nothing deployed; a deployment does.
 *
 * @returns undefined when the delivery is about none of our runs
 * @throws OvertakenStep when a transaction beside this one was faster
 */
export async function hearOfRun(trx: Db, delivery: StoredDelivery, now: number): Promise<Conclusion | undefined> {
  if (!Buffer.from(delivery.body.buffer, delivery.body.byteOffset, delivery.body.byteLength).includes(BEGINNING_OF_KEY))
    return undefined
  const json = readJson(delivery.body)
  if (!json.ok) return undefined
  const progress = runProgressIn(delivery.sourceKind, json.value, delivery.receivedAt)
  if (!progress || !readDispatchKey(progress.key)) return undefined
  const dispatch = await findDispatchByKey(trx, progress.key)
  if (!dispatch) return undefined
  const [id] = progress.ids
  // A second run with the same key is stopped by the guard of its file, which is no failure of the first.
  if (dispatch.runId !== undefined && id !== undefined && !progress.ids.includes(dispatch.runId)) return undefined
  if (id !== undefined) await saveRunId(trx, dispatch.id, id)
  const report: RunReport = {
    key: progress.key,
    status: STATUS[progress.state],
    url: progress.url,
    ...(progress.state === 'cancelled' && { detail: 'CI says that the run was cancelled.' }),
  }
  const { taken } = await takeReport(trx, dispatch, report, now)
  const { emergencyId, key } = dispatch
  return { kind: 'run', emergencyId, key, state: progress.state, effect: taken ? 'updated' : 'unchanged' }
}

const STATUS: Record<RunState, RunReport['status']> = {
  queued: 'started',
  running: 'started',
  succeeded: 'succeeded',
  failed: 'failed',
  cancelled: 'failed',
}
