import type { Db, Store } from '../../store/database.ts'
import { type Emergency, listSteps } from '../../store/emergency/emergencies.ts'
import {
  type Dispatch,
  findDispatchByKey,
  saveRunUrl,
  settleDispatch,
} from '../../store/emergency/emergency-dispatches.ts'
import type { LiveEvents } from '../live-events.ts'
import { OvertakenStep, orStale, reasonOf, type StepResult, takeStep } from './emergency-step.ts'

/** What CI says of a run that carries our key. That it ended well does not make anything deployed. */
export interface RunReport {
  readonly key: string
  readonly status: 'started' | 'deploying' | 'failed' | 'succeeded'
  readonly url?: string | undefined
  readonly detail?: string | undefined
}

export type RunReportResult =
  | { readonly kind: 'taken'; readonly emergency: Emergency }
  /** It changes nothing: late, repeated, or of a request before the last. */
  | { readonly kind: 'nothing-new'; readonly emergency: Emergency }
  | { readonly kind: 'unknown-key' }

/** Takes in what CI says of one of our runs, in whichever order it comes. */
export async function reportRun(
  parts: { readonly store: Store; readonly liveEvents: LiveEvents },
  emergencyId: number,
  report: RunReport,
  now: number,
): Promise<RunReportResult> {
  let taken = false
  const result = await orStale(parts.store.db, emergencyId, undefined, () =>
    parts.store.transaction(async (trx): Promise<StepResult> => {
      taken = false
      const dispatch = await findDispatchByKey(trx, report.key)
      if (dispatch?.emergencyId !== emergencyId) return { kind: 'not-found' }
      const reported = await takeReport(trx, dispatch, report, now)
      taken = reported.taken
      return reported.result
    }),
  )
  if (result.kind === 'not-found') return { kind: 'unknown-key' }
  if (taken) parts.liveEvents.publish({ topic: 'emergencies', emergencyId })
  return { kind: taken ? 'taken' : 'nothing-new', emergency: result.emergency }
}

/**
 * The same inside the transaction of its caller.
 * @returns `taken`: it changed the state of the release
 * @throws OvertakenStep when a transaction beside this one was faster
 */
export async function takeReport(
  trx: Db,
  dispatch: Dispatch,
  report: RunReport,
  now: number,
): Promise<{ readonly result: StepResult; readonly taken: boolean }> {
  const { emergencyId } = dispatch
  const url = runAddress(report.url)
  if (url !== undefined) await saveRunUrl(trx, dispatch.id, url)
  // A run that speaks was started, whatever became of the call.
  if (dispatch.state !== 'sent' && dispatch.state !== 'withdrawn') {
    const sent = { state: 'sent', reason: 'Its run reported.', runUrl: url } as const
    if (!(await settleDispatch(trx, dispatch, sent, now))) throw new OvertakenStep()
  }
  const detail = { by: 'ci', key: report.key, url }
  const reason = reasonOf(report.detail) || 'CI says that the run failed.'
  let taken = false
  const step = async (action: 'run-started' | 'deployment-began' | 'run-failed') => {
    const done = await takeStep(trx, { emergencyId, action, actor: undefined, seen: undefined, now }, async (held) => {
      if (held.generation !== dispatch.generation) return { ok: false, reason: 'It is of a request before the last.' }
      // A run that has failed is told of again; it did not start anew.
      const failed = (await listSteps(trx, emergencyId)).some(
        (one) => one.action === 'run-failed' && one.detail.key === report.key,
      )
      if (failed) return { ok: false, reason: 'It has failed.' }
      return action === 'run-failed'
        ? { ok: true, detail: { ...detail, reason }, facts: { trouble: reason } }
        : { ok: true, detail, facts: { trouble: null } }
    })
    taken ||= done.kind === 'done'
    return done
  }
  let result = await step('run-started')
  if (report.status === 'deploying') result = await step('deployment-began')
  if (report.status === 'failed') result = await step('run-failed')
  return { result, taken }
}

const runAddress = (url: string | undefined): string | undefined =>
  url !== undefined && /^https?:\/\//i.test(url) && URL.canParse(url) ? url.slice(0, 2_000) : undefined
