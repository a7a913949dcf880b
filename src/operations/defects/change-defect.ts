import type { Asker } from '../../core/audit/entry.ts'
import {
  type AttributionDecision,
  type Decision,
  type Decisions,
  mergeAllDecisions,
  type PersonStatement,
} from '../../core/defect/defect.ts'
import { TIME_NAMES, type TimeChanges, type TimeName, timesProblem } from '../../core/defect/defect-times.ts'
import type { DefectStatus, Severity } from '../../core/event.ts'
import { cleanText } from '../../core/text/text.ts'
import { believableInstant } from '../../core/time/instant.ts'
import { listActiveUsers } from '../../store/access/users.ts'
import type { Db, Store } from '../../store/database.ts'
import {
  type DefectState,
  findSuspectName,
  getDecisions,
  getDefectState,
  listOwnDecisions,
  recordActivity,
  resolveDefect,
  saveDecisions,
  saveOwnDecisions,
  setAssignee,
} from '../../store/defects/defects.ts'
import { Changes, settleChanges } from '../derivation/settle-changes.ts'
import type { LiveEvents } from '../live-events.ts'
import { type DefectWords, recordDefectWords } from './record-defect-words.ts'

export type DefectChange =
  | {
      readonly kind: 'status'
      readonly status: DefectStatus
      /** Versions and promises (core/defect/fix.ts). Absent: nothing is said of them; empty: the senders' word holds again. */
      readonly fixedIn?: readonly string[] | undefined
      readonly reason?: string | undefined
    }
  /** Which releases fix it, or will; its status stays. */
  | { readonly kind: 'fixed-in'; readonly fixedIn: readonly string[] }
  | { readonly kind: 'severity'; readonly severity: Severity }
  | { readonly kind: 'assignee'; readonly userId: number | null }
  | { readonly kind: 'comment'; readonly text: string }
  | { readonly kind: 'times'; readonly times: TimeChanges }
  | {
      readonly kind: 'attribution'
      readonly decision:
        | { readonly kind: 'confirmed' | 'chosen'; readonly releaseId: number; readonly reason?: string | undefined }
        | { readonly kind: 'not-a-change'; readonly reason: string }
        | { readonly kind: 'undone' }
    }

export type ChangeResult =
  | { readonly kind: 'changed'; readonly defectId: number }
  /** A sentence for the person who asked. */
  | { readonly kind: 'refused'; readonly reason: string }
  | { readonly kind: 'not-found' }

const LONGEST_TEXT = 10_000

/**
 * Changes what was decided under the defect's own number, after a change to what was under all that are part of it: what
 * is taken back must not come back from one of those.
 */
type Decide = (decisions: (own: Decisions) => Decisions, everywhere?: (own: Decisions) => Decisions) => Promise<void>

/**
 * Does what a person decided about a defect, and writes down who, when and why. What people decide holds against every
 * later delivery, replay and recomputation.
 */
export async function changeDefect(
  parts: { store: Store; liveEvents: LiveEvents },
  request: {
    readonly defectId: number
    readonly actor: Asker
    readonly now: number
    readonly change: DefectChange
  },
): Promise<ChangeResult> {
  const result = await parts.store.change(async (trx): Promise<ChangeResult> => {
    const defectId = await resolveDefect(trx, request.defectId)
    if (defectId === undefined) return { kind: 'not-found' }
    return applyDefectChange(trx, defectId, request)
  })
  if (result.kind === 'changed') parts.liveEvents.publish({ topic: 'defects', defectId: result.defectId })
  return result
}

/** The same as part of a larger change; of the defect itself, not of one that it was merged from. */
export async function applyDefectChange(
  trx: Db,
  defectId: number,
  request: { actor: Asker; now: number; change: DefectChange },
): Promise<ChangeResult> {
  const recorded: DefectWords[] = []
  const result = await makeChange(trx, defectId, request, recorded)
  const { actor, now } = request
  if (result.kind === 'changed') await recordDefectWords(trx, defectId, recorded, { actor, now })
  return result
}

async function makeChange(
  trx: Db,
  defectId: number,
  { actor, now, change }: { actor: Asker; now: number; change: DefectChange },
  recorded: DefectWords[],
): Promise<ChangeResult> {
  const before = await getDefectState(trx, defectId)
  const record = (kind: string, detail: Record<string, unknown>) => {
    recorded.push({ kind, detail })
    return recordActivity(trx, { defectId, at: now, actor: actor.name, kind, detail })
  }
  const decide: Decide = async (decisions, everywhere = (own) => own) => {
    const all = await listOwnDecisions(trx, defectId)
    for (const [id, own] of all) {
      all.set(id, everywhere(own))
      if (id !== defectId) await saveOwnDecisions(trx, id, everywhere(own))
    }
    const own = decisions(all.get(defectId) ?? {})
    all.set(defectId, own)
    await saveDecisions(trx, defectId, { held: mergeAllDecisions([...all.values()]), own })
    const changes = new Changes()
    changes.defect(defectId)
    await settleChanges(trx, changes)
  }
  const by = actor.name
  const state = (said: Omit<PersonStatement, 'at' | 'by'>) =>
    decide(({ statements = [], ...others }) => ({ ...others, statements: [...statements, { at: now, by, ...said }] }))

  switch (change.kind) {
    case 'status': {
      // The system sees a defect come back; nobody declares it.
      if (change.status === 'regressed')
        return { kind: 'refused', reason: 'Regressed is set by the system when a fixed defect is seen again.' }
      const reason = textOf(change.reason)
      if (change.status === 'wont-fix' && !reason) return { kind: 'refused', reason: 'Say why it will not be fixed.' }
      await state({ status: change.status, fixedIn: change.fixedIn, reason })
      await record('status', { from: before.status, to: change.status, fixedIn: change.fixedIn, reason })
      break
    }
    case 'fixed-in':
      await state({ fixedIn: change.fixedIn })
      await record('fixed-in', { fixedIn: change.fixedIn })
      break
    case 'severity':
      await decide((own) => ({ ...own, severity: { value: change.severity, at: now, by } }))
      await record('severity', { from: before.severity, to: change.severity })
      break
    case 'assignee': {
      const { userId } = change
      if (userId !== null && !(await listActiveUsers(trx)).some(({ id }) => id === userId))
        return { kind: 'refused', reason: 'That person has no account here.' }
      await setAssignee(trx, defectId, userId)
      await record('assignee', { from: before.assigneeId, to: userId })
      // Whoever is first made its owner has acknowledged it.
      await decide((own) => own)
      break
    }
    case 'comment': {
      const text = textOf(change.text)
      if (!text) return { kind: 'refused', reason: 'Write something first.' }
      await record('comment', { text })
      break
    }
    case 'times':
      return setTimes(trx, defectId, change.times, { by, now, before, decide, record })
    case 'attribution':
      return decideAttribution(trx, defectId, change.decision, { by, now, decide, record })
  }
  return { kind: 'changed', defectId }
}

async function setTimes(
  trx: Db,
  defectId: number,
  changes: TimeChanges,
  {
    by,
    now,
    before,
    decide,
    record,
  }: {
    by: string
    now: number
    before: DefectState
    decide: Decide
    record: (kind: string, detail: Record<string, unknown>) => Promise<void>
  },
): Promise<ChangeResult> {
  const given = TIME_NAMES.filter((name) => changes[name] !== undefined)
  const strange = given.find((name) => changes[name] != null && !believableInstant(changes[name] as number, now))
  if (strange)
    return { kind: 'refused', reason: `That it was ${strange} then is in the future, or before the year 2000.` }
  const { times: held = {} } = await getDecisions(trx, defectId)
  const problem = timesProblem(changes, { times: before.times, decided: held, open: before.open })
  if (problem) return { kind: 'refused', reason: problem }
  const set = Object.fromEntries(
    given.flatMap((name) => (changes[name] == null ? [] : [[name, { value: changes[name], at: now, by }]])),
  )
  await decide(
    (own) => ({ ...own, times: { ...own.times, ...set } }),
    (own) => ({
      ...own,
      times: Object.fromEntries(Object.entries(own.times ?? {}).filter(([name]) => changes[name as TimeName] !== null)),
    }),
  )
  const after = await getDefectState(trx, defectId)
  for (const name of given)
    await record('time', {
      time: name,
      from: before.times[name] ?? null,
      to: after.times[name] ?? null,
      ...(changes[name] === null && { undone: true }),
    })
  return { kind: 'changed', defectId }
}

async function decideAttribution(
  trx: Db,
  defectId: number,
  decision: Extract<DefectChange, { kind: 'attribution' }>['decision'],
  {
    by,
    now,
    decide,
    record,
  }: {
    by: string
    now: number
    decide: Decide
    record: (kind: string, detail: Record<string, unknown>) => Promise<void>
  },
): Promise<ChangeResult> {
  if (decision.kind === 'undone') {
    await decide(
      (own) => own,
      ({ attribution: _, ...others }) => others,
    )
    await record('attribution', { decision: 'undone' })
    return { kind: 'changed', defectId }
  }
  const reason = textOf(decision.reason)
  if (decision.kind !== 'confirmed' && !reason)
    return { kind: 'refused', reason: 'Say why, for those who read it later.' }
  let value: AttributionDecision = { kind: 'not-a-change' }
  let release: { service: string; version: string } | undefined
  if (decision.kind !== 'not-a-change') {
    release = await findSuspectName(trx, decision.releaseId)
    if (!release) return { kind: 'refused', reason: 'That release does not exist.' }
    value = { kind: decision.kind, releaseId: decision.releaseId }
  }
  const made: Decision<AttributionDecision> = { value, at: now, by, reason }
  await decide((own) => ({ ...own, attribution: made }))
  await record('attribution', { decision: decision.kind, release, reason })
  return { kind: 'changed', defectId }
}

const textOf = (text: string | undefined): string | undefined => cleanText(text ?? '', LONGEST_TEXT).trim() || undefined
