import { randomUUID } from 'node:crypto'
import type { Logger } from 'pino'
import {
  afterFire,
  afterLook,
  BEGIN_WITHIN_MS,
  type FireOutcome,
  isTooLate,
  type LookOutcome,
  MOST_LOOKS,
  type Outcome,
  SENDING_MOST_MS,
} from '../../core/emergency/dispatch.ts'
import type { FireRequest } from '../../outbound/ci/trigger.ts'
import type { OutboundRules } from '../../outbound/safe-request.ts'
import type { Db, Store } from '../../store/database.ts'
import { findEmergency } from '../../store/emergency/emergencies.ts'
import {
  concludeDispatch,
  type Dispatch,
  endAttempt,
  findNextDue,
  listDueDispatches,
  loseSender,
  takeLook,
  takeToSend,
  withdrawReady,
} from '../../store/emergency/emergency-dispatches.ts'
import { findCiTargetById } from '../../store/emergency/emergency-settings.ts'
import type { SecretBox } from '../access/secret-box.ts'
import type { LiveEvents } from '../live-events.ts'
import { RepeatingJob } from '../repeating-job.ts'
import { openTarget } from './ci-targets.ts'
import { OvertakenStep, takeStep } from './emergency-step.ts'

/** When nobody wakes it: what another instance wrote, or left behind, is seen within it. */
const SEE_WHAT_IS_DUE_EVERY_MS = 2_000
/** Another instance may look after it; a look ends after 15 s. */
const LOOKING_MOST_MS = 45_000

/** Calls under way; each ends within 15 s. */
const MOST_AT_A_TIME = 50

export interface DispatcherParts {
  readonly store: Store
  readonly secretBox: SecretBox
  readonly rules: OutboundRules
  readonly liveEvents: LiveEvents
  readonly log: Logger
  readonly clock: () => number
  /** In [0, 1). */
  readonly random?: () => number
  readonly seeWhatIsDueEveryMs?: number
}

/**
 * Sends what was decided to CI. What it is about to do is on disk before it does it, so that after a crash it is known
 * that something may have happened; then a run with our key is looked for, and nothing is sent a second time unless there
 * surely is none. Several instances may run: each row is taken by one, with a fence.
 */
export class Dispatcher {
  readonly #parts: DispatcherParts
  readonly #owner = randomUUID()
  readonly #stopping = new AbortController()
  /** What this instance works on, by the row's id: one call that hangs must not hold up the others. */
  readonly #working = new Map<number, Promise<void>>()
  readonly #job: RepeatingJob

  constructor(parts: DispatcherParts) {
    this.#parts = parts
    this.#job = new RepeatingJob({
      name: 'sending to CI',
      everyMs: parts.seeWhatIsDueEveryMs ?? SEE_WHAT_IS_DUE_EVERY_MS,
      log: parts.log,
      turn: async () => {
        for (const work of await this.#beginDue()) void work.then(() => this.wake())
      },
      due: { next: () => findNextDue(parts.store.db), clock: parts.clock },
    })
  }

  start(): void {
    this.#job.start()
  }

  /** Something may be due. */
  wake(): void {
    this.#job.wake()
  }

  /** Lets the calls under way come to their end, which is known to be within 15 s; stops them after `graceMs`. */
  async stop(graceMs = 8_000): Promise<void> {
    const timer = setTimeout(() => this.#stopping.abort(), graceMs)
    await this.#job.stop()
    await Promise.all(this.#working.values())
    clearTimeout(timer)
    this.#stopping.abort()
  }

  /** Does what is due now. @throws what the store throws */
  async runDue(): Promise<void> {
    await Promise.all(await this.#beginDue())
  }

  async #beginDue(): Promise<Promise<void>[]> {
    const due = await listDueDispatches(this.#parts.store.db, this.#parts.clock())
    const free = due.filter(({ id }) => !this.#working.has(id)).slice(0, MOST_AT_A_TIME - this.#working.size)
    return free.map((dispatch) => {
      const work = this.#handle(dispatch).finally(() => this.#working.delete(dispatch.id))
      this.#working.set(dispatch.id, work)
      return work
    })
  }

  async #handle(dispatch: Dispatch): Promise<void> {
    try {
      if (dispatch.state === 'ready') await this.#send(dispatch)
      if (dispatch.state === 'sending') await this.#giveUpSender(dispatch)
      if (dispatch.state === 'unknown') await this.#look(dispatch)
    } catch (error) {
      this.#parts.log.error({ err: error, key: dispatch.key }, 'a request to CI could not be worked on')
    }
  }

  async #send(dispatch: Dispatch): Promise<void> {
    const { store, clock } = this.#parts
    const now = clock()
    const taken = await store.transaction(async (trx) => {
      const claim = { owner: this.#owner, now, until: now + SENDING_MOST_MS }
      const won = await takeToSend(trx, dispatch, claim)
      if (won) return won
      // What is not wanted any more must not stay due for ever.
      const emergency = await findEmergency(trx, dispatch.emergencyId)
      if (emergency?.state !== 'approved' || emergency.generation !== dispatch.generation)
        await withdrawReady(trx, dispatch.emergencyId, now)
      return undefined
    })
    if (!taken) return
    const outcome = await this.#fire(dispatch, now)
    await this.#conclude(dispatch, {
      ...taken,
      from: 'sending',
      attempt: { outcome: outcome.kind, detail: outcome.kind === 'started' ? outcome.detail : outcome.reason },
      next: (at) =>
        afterFire(
          outcome,
          { attempt: dispatch.attempt + 1, decidedAt: dispatch.decidedAt, now: at },
          (this.#parts.random ?? Math.random)(),
        ),
    })
  }

  async #fire(dispatch: Dispatch, takenAt: number): Promise<FireOutcome> {
    const { store, secretBox, rules, clock } = this.#parts
    const refused = (reason: string, again = false): FireOutcome => ({ kind: 'refused', reason, again })
    if (isTooLate({ decidedAt: dispatch.decidedAt, now: takenAt }))
      return refused('It was not sent within five minutes, and now it is too late; nothing was sent.')
    const request = readRequest(dispatch)
    if (!request) return refused('What was to be sent cannot be read any more; nothing was sent.')
    const target = await findCiTargetById(store.db, dispatch.targetId)
    if (target?.revision !== dispatch.targetRevision)
      return refused('The CI target was changed after the approval; nothing was sent.')
    const opened = openTarget(secretBox, target)
    if (!opened.ok) return refused(opened.reason)
    // Asleep for so long that another may believe it gone: it does not begin any more.
    const waited = clock() - takenAt
    if (waited < 0 || waited > BEGIN_WITHIN_MS) return refused('It took too long to begin; nothing was sent.', true)
    try {
      return await opened.trigger.fire(opened.target, request, { rules, clock, signal: this.#stopping.signal })
    } catch (error) {
      this.#parts.log.error({ err: error, key: dispatch.key }, 'a request to CI failed in our own code')
      return { kind: 'unknown', reason: 'Something went wrong on our side while it was sent.' }
    }
  }

  async #giveUpSender(dispatch: Dispatch): Promise<void> {
    const { store, clock, log } = this.#parts
    if (!(await store.transaction((trx) => loseSender(trx, dispatch, clock())))) return
    log.warn({ key: dispatch.key }, 'who was sending a request to CI is gone; whether it arrived is being found out')
  }

  async #look(dispatch: Dispatch): Promise<void> {
    const { store, clock } = this.#parts
    const now = clock()
    const attemptId = await store.transaction((trx) => takeLook(trx, dispatch, now, now + LOOKING_MOST_MS))
    if (attemptId === undefined) return
    const outcome = await this.#findRun(dispatch)
    await this.#conclude(dispatch, {
      fence: dispatch.fence,
      attemptId,
      from: 'unknown',
      attempt: { outcome: outcome.kind, detail: outcome.kind === 'cannot-tell' ? outcome.reason : '' },
      next: (at) =>
        afterLook(outcome, {
          looks: dispatch.looks + 1,
          answered: dispatch.answered,
          doubtful: dispatch.doubtful,
          decidedAt: dispatch.decidedAt,
          now: at,
        }),
    })
  }

  async #findRun(dispatch: Dispatch): Promise<LookOutcome> {
    const { store, secretBox, rules, clock } = this.#parts
    const cannot = (reason: string): LookOutcome => ({ kind: 'cannot-tell', reason })
    if (dispatch.looks >= MOST_LOOKS) return cannot('None of the looks for its run came to an end.')
    const request = readRequest(dispatch)
    if (!request) return cannot('What was sent cannot be read any more.')
    const target = await findCiTargetById(store.db, dispatch.targetId)
    if (target?.revision !== dispatch.targetRevision) return cannot('The CI target was changed since.')
    const opened = openTarget(secretBox, target)
    if (!opened.ok) return cannot(opened.reason)
    try {
      return await opened.trigger.findRun(opened.target, request, { rules, clock, signal: this.#stopping.signal })
    } catch (error) {
      this.#parts.log.error({ err: error, key: dispatch.key }, 'looking for a run failed in our own code')
      return cannot('Something went wrong on our side.')
    }
  }

  async #conclude(
    dispatch: Dispatch,
    done: {
      readonly fence: number
      readonly attemptId: number
      readonly from: 'sending' | 'unknown'
      readonly attempt: { readonly outcome: string; readonly detail: string }
      readonly next: (now: number) => Outcome
    },
  ): Promise<void> {
    const { store, clock, liveEvents } = this.#parts
    for (let tries = 1; ; tries++)
      try {
        await store.transaction(async (trx) => {
          const now = clock()
          await endAttempt(trx, done.attemptId, { ...done.attempt, now })
          const emergency = await findEmergency(trx, dispatch.emergencyId)
          const isCurrent = emergency?.state === 'approved' && emergency.generation === dispatch.generation
          const next = done.next(now)
          // It went on without it meanwhile: nothing is tried again for what has passed.
          const outcome: Outcome =
            next.state === 'ready' && !isCurrent ? { state: 'failed', reason: next.reason } : next
          const { fence, from } = done
          if (!(await concludeDispatch(trx, dispatch.id, { fence, from, outcome, now }))) return
          if (isCurrent) await recordOutcome(trx, dispatch, outcome, now)
        })
        break
      } catch (error) {
        // Somebody's step came between; the release is read anew.
        if (!(error instanceof OvertakenStep) || tries === 5) throw error
      }
    liveEvents.publish({ topic: 'emergencies', emergencyId: dispatch.emergencyId })
  }
}

/** Undefined: what was written down is spoilt. */
function readRequest({ requestJson }: Dispatch): FireRequest | undefined {
  try {
    return JSON.parse(requestJson) as FireRequest
  } catch {
    return undefined
  }
}

/** The step that an outcome is for the release; none while it is tried again or looked for. */
async function recordOutcome(trx: Db, dispatch: Dispatch, outcome: Outcome, now: number): Promise<void> {
  const system = { emergencyId: dispatch.emergencyId, actor: undefined, seen: undefined, now }
  const { key } = dispatch
  switch (outcome.state) {
    case 'sent':
      await takeStep(trx, { ...system, action: 'run-started' }, () => ({
        ok: true,
        detail: { by: 'ci', key, url: outcome.run.url },
        facts: { trouble: null },
      }))
      return
    case 'failed':
      await takeStep(trx, { ...system, action: 'not-sent' }, () => ({
        ok: true,
        detail: { key, reason: outcome.reason },
        facts: { trouble: `No run started: ${outcome.reason}` },
      }))
      return
    case 'unknown':
      if (outcome.lookAt === undefined)
        await takeStep(trx, { ...system, action: 'not-known' }, () => ({
          ok: true,
          detail: { key, reason: outcome.reason },
          facts: { trouble: `We cannot tell if CI started: ${outcome.reason}` },
        }))
      return
    case 'ready':
      return
  }
}
