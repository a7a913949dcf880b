import { type Asker, asActor } from '../../core/audit/entry.ts'
import { cleanText } from '../../core/text/text.ts'
import type { Db, Store } from '../../store/database.ts'
import { findWord, lastWordAt, listReportsOf, setWordInto, takeBackWord } from '../../store/defects/defect-identity.ts'
import { findFounder, recordActivity, resolveDefect, setFounder } from '../../store/defects/defects.ts'
import { recordAudit } from '../audit/record-audit.ts'
import { Changes, settleChanges } from '../derivation/settle-changes.ts'
import type { LiveEvents } from '../live-events.ts'
import { defectSubject } from './record-defect-words.ts'
import { regroupDefects, sayIdentity } from './regroup-defects.ts'

/** Who asks, and when. */
export interface Asking {
  readonly actor: Asker
  readonly now: number
}

export type IdentityResult =
  /** `other`: the number that was merged, or split off, or that is a defect again. */
  | { readonly kind: 'changed'; readonly defectId: number; readonly other: number }
  /** A sentence for the person who asked. */
  | { readonly kind: 'refused'; readonly reason: string }
  /** It cannot be as things stand now. */
  | { readonly kind: 'conflict'; readonly reason: string }
  | { readonly kind: 'not-found' }

type Parts = { readonly store: Store; readonly liveEvents: LiveEvents }

const LONGEST_REASON = 10_000

/** Makes one defect part of another, whose number it goes by from then on. */
export const mergeDefects = (
  parts: Parts,
  { fromId, intoId, reason, actor, now }: Asking & { fromId: number; intoId: number; reason: string },
): Promise<IdentityResult> =>
  changing(parts, async (trx) => {
    const [from, into] = [await resolveDefect(trx, fromId), await resolveDefect(trx, intoId)]
    if (from === undefined) return { kind: 'not-found' }
    if (into === undefined) return { kind: 'refused', reason: `There is no defect PF-${intoId}.` }
    if (from === into)
      return {
        kind: 'conflict',
        reason:
          fromId === intoId
            ? `PF-${fromId} is the same defect already.`
            : `PF-${fromId} and PF-${intoId} are one already.`,
      }
    const why = textOf(reason)
    if (!why) return { kind: 'refused', reason: 'Say why they are the same, for those who read it later.' }
    const [one, other] = [await findFounder(trx, from), await findFounder(trx, into)]
    if (!one || !other) return { kind: 'refused', reason: 'Of one of them no report is known.' }

    const changes = new Changes()
    const at = await nextInstant(trx, now)
    const word = { kind: 'same' as const, at, sides: [[one.key], [other.key]] as const }
    const said = { ...word, by: actor.name, reason: why, fromId: from, intoId: into }
    const { wordId } = await sayIdentity(trx, said, now, changes)
    await settleChanges(trx, changes)
    const tell = teller(trx, actor.name, now)
    await tell(into, 'merged', { defectId: from, reason: why, word: wordId })
    await tell(from, 'merged-into', { defectId: into, reason: why, word: wordId })
    const subject = defectSubject(into)
    const change = { merged: from, reason: why }
    await recordAudit(trx, { actor: asActor(actor), action: 'defects.merged', subject, change }, now)
    return { kind: 'changed', defectId: into, other: from }
  })

/**
 * Makes a defect of its own of some reports of another; later events of these reports go there.
 * @param request.reportIds some of the defect's reports and not all
 */
export const splitDefect = (
  parts: Parts,
  {
    defectId: id,
    reportIds,
    reason,
    actor,
    now,
  }: Asking & { defectId: number; reportIds: readonly number[]; reason: string },
): Promise<IdentityResult> =>
  changing(parts, async (trx) => {
    const defectId = await resolveDefect(trx, id)
    if (defectId === undefined) return { kind: 'not-found' }
    if (reportIds.length === 0) return { kind: 'refused', reason: 'Choose the reports that are another defect.' }
    const why = textOf(reason)
    if (!why) return { kind: 'refused', reason: 'Say why they are not the same, for those who read it later.' }
    const reports = await listReportsOf(trx, defectId)
    const chosen = reports.filter((report) => reportIds.includes(report.id))
    const rest = reports.filter((report) => !reportIds.includes(report.id))
    if (chosen.length < new Set(reportIds).size)
      return { kind: 'conflict', reason: `Not all of these reports are of PF-${defectId} any more.` }
    const [staying] = rest
    if (!staying) return { kind: 'refused', reason: 'Leave at least one report: all of them are the defect itself.' }

    const founder = await findFounder(trx, defectId)
    if (!founder || chosen.some(({ key }) => key === founder.key)) await setFounder(trx, defectId, staying.id)
    const changes = new Changes()
    const sides = [chosen.map(({ key }) => key), rest.map(({ key }) => key)] as const
    const word = { kind: 'apart' as const, at: await nextInstant(trx, now), sides }
    const said = { ...word, by: actor.name, reason: why, fromId: defectId, intoId: undefined }
    const { wordId } = await sayIdentity(trx, said, now, changes)
    const other = (await findWord(trx, wordId))?.defectIds[0][0] ?? defectId
    await setWordInto(trx, wordId, other)
    await settleChanges(trx, changes)
    const tell = teller(trx, actor.name, now)
    await tell(defectId, 'split', { defectId: other, reports: chosen.length, reason: why, word: wordId })
    await tell(other, 'split-off', { defectId, reports: chosen.length, reason: why, word: wordId })
    const subject = defectSubject(defectId)
    const change = { into: other, reports: chosen.length, reason: why }
    await recordAudit(trx, { actor: asActor(actor), action: 'defect.split', subject, change }, now)
    return { kind: 'changed', defectId, other }
  })

/**
 * Takes back what somebody said of which reports are one defect: a merge, or a split.
 * @param request.defectId one of the defects it concerns
 */
export const takeBackIdentity = (
  parts: Parts,
  { defectId, wordId, actor, now }: Asking & { defectId: number; wordId: number },
): Promise<IdentityResult> =>
  changing(parts, async (trx, undo) => {
    const word = await findWord(trx, wordId)
    const concerned = await resolveDefect(trx, defectId)
    if (!word || concerned === undefined || !word.defectIds.flat().includes(concerned)) return { kind: 'not-found' }
    if (word.fromId === undefined || word.intoId === undefined) return { kind: 'not-found' }
    if (!(await takeBackWord(trx, wordId, actor.name, now)))
      return { kind: 'conflict', reason: 'That was taken back before.' }
    const changes = new Changes()
    await regroupDefects(trx, [...new Set(word.defectIds.flat())], now, changes, [wordId])
    await settleChanges(trx, changes)

    const [one] = (await findWord(trx, wordId))?.defectIds ?? [[]]
    const from = await resolveDefect(trx, word.fromId)
    const into = await resolveDefect(trx, word.intoId)
    const wereOne = word.kind === 'same'
    if (one.length === 0 || from === undefined || into === undefined || wereOne === (from === into))
      return undo({ kind: 'conflict', reason: wereOne ? STILL_ONE : STILL_APART })
    const tell = teller(trx, actor.name, now)
    const detail = { word: wordId, of: word.by, at: word.at, was: word.kind }
    await tell(word.fromId, 'identity-undone', { ...detail, defectId: word.intoId })
    await tell(word.intoId, 'identity-undone', { ...detail, defectId: word.fromId })
    const subject = defectSubject(wereOne ? into : from)
    const action = wereOne ? 'defects.unmerged' : 'defect.unsplit'
    const change = { other: wereOne ? from : word.intoId, saidBy: word.by }
    await recordAudit(trx, { actor: asActor(actor), action, subject, change }, now)
    return { kind: 'changed', defectId: wereOne ? into : from, other: wereOne ? from : word.intoId }
  })

const STILL_ONE = 'They are one defect all the same, by a key they share or by what was said since. Split it instead.'
const STILL_APART = 'They are two defects all the same, by what was said otherwise. Merge them instead.'

/** Ends a transaction without its effects, and carries what to answer. */
class Undone extends Error {
  readonly result: IdentityResult
  constructor(result: IdentityResult) {
    super('undone')
    this.result = result
  }
}

async function changing(
  { store, liveEvents }: Parts,
  work: (trx: Db, undo: (result: IdentityResult) => never) => Promise<IdentityResult>,
): Promise<IdentityResult> {
  const undo = (result: IdentityResult): never => {
    throw new Undone(result)
  }
  let result: IdentityResult
  try {
    result = await store.change((trx) => work(trx, undo))
  } catch (error) {
    if (!(error instanceof Undone)) throw error
    return error.result
  }
  if (result.kind === 'changed')
    for (const defectId of [result.defectId, result.other]) liveEvents.publish({ topic: 'defects', defectId })
  return result
}

/** Later than whatever was said before: of two words the later one holds. */
const nextInstant = async (trx: Db, now: number): Promise<number> => Math.max(now, (await lastWordAt(trx)) + 1)

const teller =
  (trx: Db, actor: string, at: number) => (defectId: number, kind: string, detail: Record<string, unknown>) =>
    recordActivity(trx, { defectId, at, actor, kind, detail })

const textOf = (text: string): string | undefined => cleanText(text, LONGEST_REASON).trim() || undefined
