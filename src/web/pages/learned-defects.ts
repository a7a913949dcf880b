import { findLearningRecord } from '../../operations/learning/learn-profiles.ts'
import type { Db } from '../../store/database.ts'

/** The defects that the page of the suspicions' reliability learned from, as the list of defects is asked for them. */

export const LEARNED = ['learned', 'learnedOf'] as const
type LearnedQuery = Readonly<Record<(typeof LEARNED)[number], string>>

/**
 * What the last night learned from: all (`learned=defects`), or what people had decided (`verdicts`); and of one service
 * (`learnedOf`) what time alone was sure of and people decided (`time`), or found right (`time-right`).
 */
export async function readLearned(
  db: Db,
  { learned, learnedOf }: LearnedQuery,
): Promise<{ readonly ids: readonly number[]; readonly text: string } | { readonly remark: string } | undefined> {
  if (!learned && !learnedOf) return undefined
  const record = await findLearningRecord({ reader: db })
  const ofService = record?.timeAlone?.[learnedOf]
  const found = {
    defects: learnedOf ? undefined : record?.from?.defectIds,
    verdicts: learnedOf ? undefined : record?.from?.verdictIds,
    time: ofService?.verdictIds,
    'time-right': ofService?.rightIds,
  }
  const texts = {
    defects: 'The last night learned from them',
    verdicts: 'The last night learned from what people said of them',
    time: `Time alone was sure, of ${learnedOf}, and a person decided`,
    'time-right': `Time alone was sure, of ${learnedOf}, and right`,
  }
  const asked = (Object.keys(texts) as (keyof typeof texts)[]).find((name) => name === learned)
  const ids = asked && found[asked]
  return ids ? { ids, text: texts[asked] } : { remark: 'Nothing of that name was learned from. Showing all.' }
}
