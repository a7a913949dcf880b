import type { ExpressionBuilder } from 'kysely'
import { type DispatchState, type Outcome, PUT_OFF_MOST_MS } from '../../core/emergency/dispatch.ts'
import type { Db } from '../database.ts'
import type { Database } from '../schema.ts'

/** The outbox of requests to CI. Every change of a row is a conditional update; who comes second finds nothing to change. */
export interface Dispatch {
  readonly id: number
  readonly emergencyId: number
  readonly targetId: number
  readonly targetRevision: number
  readonly targetName: string
  readonly generation: number
  readonly key: string
  readonly requestJson: string
  readonly decidedAt: number
  readonly state: DispatchState
  readonly dueAt: number | undefined
  readonly attempt: number
  readonly doubtful: number
  readonly looks: number
  readonly answered: boolean
  readonly fence: number
  readonly sentAt: number | undefined
  readonly finishedAt: number | undefined
  readonly runId: string | undefined
  readonly runUrl: string | undefined
  readonly reason: string | undefined
}

/** Throws a unique violation when the generation has one already. */
export async function insertDispatch(
  trx: Db,
  fresh: Pick<
    Dispatch,
    'emergencyId' | 'targetId' | 'targetRevision' | 'targetName' | 'generation' | 'key' | 'requestJson' | 'decidedAt'
  >,
): Promise<void> {
  await trx
    .insertInto('emergency_dispatches')
    .values({
      emergency_id: fresh.emergencyId,
      target_id: fresh.targetId,
      target_revision: fresh.targetRevision,
      target_name: fresh.targetName,
      generation: fresh.generation,
      key: fresh.key,
      request_json: fresh.requestJson,
      decided_at: fresh.decidedAt,
      state: 'ready',
      due_at: fresh.decidedAt,
      attempt: 0,
      doubtful: 0,
      looks: 0,
      answered: 0,
      fence: 0,
    })
    .execute()
}

/** Its time has come, or was written by a clock that has been set back since. */
const isDue = (eb: ExpressionBuilder<Database, 'emergency_dispatches'>, now: number) =>
  eb.or([eb('due_at', '<=', now), eb('due_at', '>', now + PUT_OFF_MOST_MS)])

/** What is due, the longest waiting first: to be sent, to be given up on, to be looked for. */
export async function listDueDispatches(db: Db, now: number): Promise<Dispatch[]> {
  const rows = await db
    .selectFrom('emergency_dispatches')
    .selectAll()
    .where((eb) => isDue(eb, now))
    .orderBy('due_at')
    .orderBy('id')
    .limit(50)
    .execute()
  return rows.map(toDispatch)
}

/** When the next one is due; undefined: none is. */
export async function findNextDue(db: Db): Promise<number | undefined> {
  const row = await db
    .selectFrom('emergency_dispatches')
    .select((eb) => eb.fn.min<number | null>('due_at').as('at'))
    .where('due_at', 'is not', null)
    .executeTakeFirst()
  return row?.at ?? undefined
}

/**
 * Takes one that is ready, to send it: before anything is sent this is on disk, with the attempt. Only what is approved
 * and of the release's last generation can be taken.
 * @returns the fence; undefined when it is not there to take any more
 */
export async function takeToSend(
  trx: Db,
  dispatch: Dispatch,
  { owner, now, until }: { readonly owner: string; readonly now: number; readonly until: number },
): Promise<{ readonly fence: number; readonly attemptId: number } | undefined> {
  const fence = dispatch.fence + 1
  const taken = await trx
    .updateTable('emergency_dispatches')
    .set({
      state: 'sending',
      owner,
      fence,
      attempt: dispatch.attempt + 1,
      looks: 0,
      answered: 0,
      due_at: until,
      sent_at: now,
    })
    .where('id', '=', dispatch.id)
    .where('state', '=', 'ready')
    .where('fence', '=', dispatch.fence)
    .where((eb) =>
      eb.exists(
        eb
          .selectFrom('emergency_releases as e')
          .select('e.id')
          .whereRef('e.id', '=', 'emergency_dispatches.emergency_id')
          .whereRef('e.generation', '=', 'emergency_dispatches.generation')
          .where('e.state', '=', 'approved'),
      ),
    )
    .executeTakeFirst()
  if (Number(taken.numUpdatedRows) !== 1) return undefined
  const attemptId = await insertAttempt(trx, dispatch.id, 'fire', dispatch.attempt + 1, now)
  return { fence, attemptId }
}

/** Who was sending it is gone: whether a run started is not known. @returns whether it was so */
export async function loseSender(trx: Db, dispatch: Dispatch, now: number): Promise<boolean> {
  const lost = await trx
    .updateTable('emergency_dispatches')
    .set((eb) => ({
      state: 'unknown',
      owner: null,
      due_at: now,
      answered: 0,
      doubtful: eb('doubtful', '+', 1),
      reason: 'The server ended while it was sending.',
    }))
    .where('id', '=', dispatch.id)
    .where('state', '=', 'sending')
    .where('fence', '=', dispatch.fence)
    .where((eb) => isDue(eb, now))
    .executeTakeFirst()
  return Number(lost.numUpdatedRows) === 1
}

/**
 * Takes the look that is due; nobody else has it until `until`.
 * @returns the id of the look; undefined when it was taken
 */
export async function takeLook(trx: Db, dispatch: Dispatch, now: number, until: number): Promise<number | undefined> {
  const taken = await trx
    .updateTable('emergency_dispatches')
    .set({ looks: dispatch.looks + 1, due_at: until })
    .where('id', '=', dispatch.id)
    .where('state', '=', 'unknown')
    .where('fence', '=', dispatch.fence)
    .where('looks', '=', dispatch.looks)
    .where('due_at', '=', dispatch.dueAt ?? null)
    .executeTakeFirst()
  return Number(taken.numUpdatedRows) === 1
    ? await insertAttempt(trx, dispatch.id, 'look', dispatch.looks + 1, now)
    : undefined
}

/**
 * Writes what came of a call or a look. Only who took it last may, and nothing that has ended is changed. That a run
 * started counts as well from a sender who was believed to be gone.
 * @returns false when it is not his any more
 */
export async function concludeDispatch(
  trx: Db,
  dispatchId: number,
  {
    fence,
    from,
    outcome,
    now,
  }: { readonly fence: number; readonly from: 'sending' | 'unknown'; readonly outcome: Outcome; readonly now: number },
): Promise<boolean> {
  const states: DispatchState[] = outcome.state === 'sent' ? ['sending', 'unknown'] : [from]
  const run = outcome.state === 'sent' ? outcome.run : undefined
  const concluded = await trx
    .updateTable('emergency_dispatches')
    .set((eb) => ({
      state: outcome.state,
      owner: null,
      due_at: outcome.state === 'ready' ? outcome.dueAt : outcome.state === 'unknown' ? (outcome.lookAt ?? null) : null,
      finished_at: outcome.state === 'sent' || outcome.state === 'failed' ? now : null,
      reason: outcome.state === 'sent' ? null : outcome.reason,
      ...(run && { run_id: run.id ?? null, run_url: run.url ?? null }),
      ...(from === 'sending' && {
        answered: 1 as const,
        ...(outcome.state === 'unknown' && { doubtful: eb('doubtful', '+', 1) }),
      }),
    }))
    .where('id', '=', dispatchId)
    .where('fence', '=', fence)
    .where('state', 'in', states)
    .executeTakeFirst()
  return Number(concluded.numUpdatedRows) === 1
}

/** Takes it back before anything was sent. @returns whether it was still ready, or tried and surely not arrived */
export async function withdrawReady(trx: Db, emergencyId: number, now: number): Promise<boolean> {
  const withdrawn = await trx
    .updateTable('emergency_dispatches')
    .set({ state: 'withdrawn', due_at: null, finished_at: now })
    .where('emergency_id', '=', emergencyId)
    .where('state', '=', 'ready')
    .executeTakeFirst()
  return Number(withdrawn.numUpdatedRows) > 0
}

/** A person says what became of it, or something else showed it. @returns whether it was still as it was read */
export async function settleDispatch(
  trx: Db,
  dispatch: Dispatch,
  settled: { readonly state: 'sent' | 'failed'; readonly reason: string; readonly runUrl?: string | undefined },
  now: number,
): Promise<boolean> {
  const updated = await trx
    .updateTable('emergency_dispatches')
    .set({
      state: settled.state,
      owner: null,
      due_at: null,
      finished_at: now,
      reason: settled.reason,
      ...(settled.runUrl !== undefined && { run_url: settled.runUrl }),
    })
    .where('id', '=', dispatch.id)
    .where('state', '=', dispatch.state)
    .where('fence', '=', dispatch.fence)
    .executeTakeFirst()
  return Number(updated.numUpdatedRows) === 1
}

/** Where its run can be seen, when that was not known. */
export async function saveRunUrl(trx: Db, dispatchId: number, url: string): Promise<void> {
  await trx
    .updateTable('emergency_dispatches')
    .set({ run_url: url })
    .where('id', '=', dispatchId)
    .where('run_url', 'is', null)
    .execute()
}

/** What its run is called, when that was not known. */
export async function saveRunId(trx: Db, dispatchId: number, runId: string): Promise<void> {
  await trx
    .updateTable('emergency_dispatches')
    .set({ run_id: runId })
    .where('id', '=', dispatchId)
    .where('run_id', 'is', null)
    .execute()
}

/** Of the latest generation. */
export async function findLastDispatch(db: Db, emergencyId: number): Promise<Dispatch | undefined> {
  const row = await db
    .selectFrom('emergency_dispatches')
    .selectAll()
    .where('emergency_id', '=', emergencyId)
    .orderBy('generation', 'desc')
    .executeTakeFirst()
  return row && toDispatch(row)
}

export async function findDispatchByKey(db: Db, key: string): Promise<Dispatch | undefined> {
  const row = await db.selectFrom('emergency_dispatches').selectAll().where('key', '=', key).executeTakeFirst()
  return row && toDispatch(row)
}

/** Newest first. */
export async function listDispatches(db: Db, emergencyId: number): Promise<Dispatch[]> {
  const rows = await db
    .selectFrom('emergency_dispatches')
    .selectAll()
    .where('emergency_id', '=', emergencyId)
    .orderBy('generation', 'desc')
    .execute()
  return rows.map(toDispatch)
}

/** A call or a look. */
export interface Attempt {
  readonly id: number
  readonly key: string
  readonly kind: 'fire' | 'look'
  readonly number: number
  readonly beganAt: number
  readonly endedAt: number | undefined
  readonly outcome: string | undefined
  readonly detail: string | undefined
}

/** Newest first. */
export async function listAttempts(db: Db, emergencyId: number, limit = 100): Promise<Attempt[]> {
  const rows = await db
    .selectFrom('emergency_attempts as a')
    .innerJoin('emergency_dispatches as d', 'd.id', 'a.dispatch_id')
    .selectAll('a')
    .select('d.key')
    .where('d.emergency_id', '=', emergencyId)
    .orderBy('a.id', 'desc')
    .limit(limit)
    .execute()
  return rows.map((row) => ({
    id: row.id,
    key: row.key,
    kind: row.kind as Attempt['kind'],
    number: row.number,
    beganAt: row.began_at,
    endedAt: row.ended_at ?? undefined,
    outcome: row.outcome ?? undefined,
    detail: row.detail ?? undefined,
  }))
}

async function insertAttempt(
  trx: Db,
  dispatchId: number,
  kind: Attempt['kind'],
  number: number,
  now: number,
): Promise<number> {
  const { id } = await trx
    .insertInto('emergency_attempts')
    .values({ dispatch_id: dispatchId, kind, number, began_at: now })
    .returning('id')
    .executeTakeFirstOrThrow()
  return id
}

export async function endAttempt(
  trx: Db,
  id: number,
  { outcome, detail, now }: { readonly outcome: string; readonly detail: string; readonly now: number },
): Promise<void> {
  await trx
    .updateTable('emergency_attempts')
    .set({ outcome, detail: detail.slice(0, 500), ended_at: now })
    .where('id', '=', id)
    .execute()
}

const toDispatch = (row: {
  id: number
  emergency_id: number
  target_id: number
  target_revision: number
  target_name: string
  generation: number
  key: string
  request_json: string
  decided_at: number
  state: string
  due_at: number | null
  attempt: number
  doubtful: number
  looks: number
  answered: 0 | 1
  fence: number
  sent_at: number | null
  finished_at: number | null
  run_id: string | null
  run_url: string | null
  reason: string | null
}): Dispatch => ({
  id: row.id,
  emergencyId: row.emergency_id,
  targetId: row.target_id,
  targetRevision: row.target_revision,
  targetName: row.target_name,
  generation: row.generation,
  key: row.key,
  requestJson: row.request_json,
  decidedAt: row.decided_at,
  state: row.state as DispatchState,
  dueAt: row.due_at ?? undefined,
  attempt: row.attempt,
  doubtful: row.doubtful,
  looks: row.looks,
  answered: row.answered === 1,
  fence: row.fence,
  sentAt: row.sent_at ?? undefined,
  finishedAt: row.finished_at ?? undefined,
  runId: row.run_id ?? undefined,
  runUrl: row.run_url ?? undefined,
  reason: row.reason ?? undefined,
})
