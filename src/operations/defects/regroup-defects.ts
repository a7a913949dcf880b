import { mergeAllDecisions } from '../../core/defect/defect.ts'
import { gatherReports, type IdentityWord } from '../../core/defect/defect-identity.ts'
import { numberDefects } from '../../core/defect/defect-numbers.ts'
import type { Db } from '../../store/database.ts'
import {
  addWord,
  type DefectFamily,
  loadFamily,
  type PlacedReport,
  type SaidWord,
} from '../../store/defects/defect-identity.ts'
import { moveReports, placeKey, retireNumber, setMergedInto } from '../../store/defects/defect-moves.ts'
import {
  findDefectIds,
  getHeldDefect,
  listOwnDecisions,
  reserveDefect,
  saveDecisions,
  setFounder,
} from '../../store/defects/defects.ts'
import { findRelease } from '../../store/releases/releases.ts'
import type { Changes } from '../derivation/settle-changes.ts'

/** What became of the numbers. */
export interface Regrouping {
  readonly merged: readonly { readonly id: number; readonly into: number }[]
  /** Numbers that are defects now and were not before. */
  readonly parted: readonly number[]
}

/**
 * Gathers anew the reports of the defects given and of all that they have to do with, by their keys and by what people
 * said, and moves what belongs elsewhere.
 * @param wordIds words that are new, or were taken back
 */
export async function regroupDefects(
  trx: Db,
  defectIds: readonly number[],
  now: number,
  changes: Changes,
  wordIds: readonly number[] = [],
): Promise<Regrouping> {
  const family = await loadFamily(trx, defectIds, wordIds)
  const { defects, holders } = gatherReports(family.reports, family.words)
  const numbers = await numbersFor(trx, defects, family, now)
  const touched = new Set<number>()

  await moveAll(trx, reportsToMove(family.reports, defects, numbers), touched)
  for (const [key, place] of holders) {
    const id = numbers[place] as number
    if (family.places.get(key) !== id) await placeKey(trx, key, id)
  }

  const merged: { id: number; into: number }[] = []
  const parted = numbers.filter((id) => !family.numbers.some((held) => held.id === id && held.mergedInto === undefined))
  const placeOf = new Map(defects.flatMap((keys, place) => keys.map((key) => [key, place] as const)))
  for (const { id, founder, mergedInto } of family.numbers) {
    const into = numbers[placeOf.get(founder) as number] as number
    if (into === id ? mergedInto === undefined : mergedInto === into) continue
    touched.add(into)
    if (into === id) await setMergedInto(trx, id, undefined)
    else if (mergedInto !== undefined) await setMergedInto(trx, id, into)
    else {
      await touchReleasesFixing(trx, id, changes)
      await retireNumber(trx, id, into)
      changes.mergedAway(id)
      merged.push({ id, into })
    }
  }
  for (const id of [...touched, ...parted]) {
    if (!numbers.includes(id)) continue
    const own = await listOwnDecisions(trx, id)
    await saveDecisions(trx, id, { held: mergeAllDecisions([...own.values()]), own: own.get(id) ?? {} })
    changes.defect(id)
  }
  return { merged, parted }
}

/**
 * Writes down what a person said of reports, and does it.
 * @returns which word it is, and what became of the numbers
 */
export async function sayIdentity(
  trx: Db,
  word: IdentityWord & Pick<SaidWord, 'by' | 'reason' | 'fromId' | 'intoId'>,
  now: number,
  changes: Changes,
): Promise<Regrouping & { readonly wordId: number }> {
  const wordId = await addWord(trx, word)
  const concerned = await findDefectIds(trx, word.sides.flat())
  return { wordId, ...(await regroupDefects(trx, concerned, now, changes, [wordId])) }
}

/** The number of each; new ones where there are none. */
async function numbersFor(
  trx: Db,
  defects: readonly (readonly string[])[],
  { reports, numbers, merges }: DefectFamily,
  now: number,
): Promise<number[]> {
  const ids: number[] = []
  for (const [place, given] of numberDefects(defects, numbers, merges).entries()) {
    const id = given ?? (await reserveDefect(trx, now))
    if (given === undefined) {
      const founder = reports.find(({ key }) => key === defects[place]?.[0]) as PlacedReport
      await setFounder(trx, id, founder.id)
    }
    ids.push(id)
  }
  return ids
}

type Move = { readonly from: number; readonly to: number; readonly reports: PlacedReport[] }

function reportsToMove(
  reports: readonly PlacedReport[],
  defects: readonly (readonly string[])[],
  numbers: readonly number[],
): Move[] {
  const wanted = new Map(defects.flatMap((keys, place) => keys.map((key) => [key, numbers[place] as number] as const)))
  const moves = new Map<string, Move>()
  for (const report of reports) {
    const [from, to] = [report.defectId, wanted.get(report.key) as number]
    if (from === to) continue
    const move = moves.get(`${from} ${to}`) ?? { from, to, reports: [] }
    move.reports.push(report)
    moves.set(`${from} ${to}`, move)
  }
  return [...moves.values()]
}

async function moveAll(trx: Db, moves: readonly Move[], touched: Set<number>): Promise<void> {
  for (const { from, to, reports } of moves) {
    await moveReports(trx, reports, from, to)
    touched.add(from).add(to)
  }
}

/** A defect that becomes part of another speaks for an emergency release no more. */
async function touchReleasesFixing(trx: Db, defectId: number, changes: Changes): Promise<void> {
  const { serviceId, versions } = (await getHeldDefect(trx, defectId)).fix
  if (serviceId === undefined) return
  for (const version of versions) {
    const release = await findRelease(trx, serviceId, version)
    if (release) changes.release(release.id)
  }
}
