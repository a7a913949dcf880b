import { middleCut } from '../../../views/format.ts'
import type { Db } from '../../store/database.ts'
import { findRelease, listDefectIdsOfRelease, type PartOfRelease } from '../../store/releases/release-queries.ts'
import { releaseName } from '../query.ts'

/** The defects that a tab on the page of a release counts, as the list of defects is asked for them. */

export const PART_OF = ['partOf', 'part'] as const
type PartQuery = Readonly<Record<(typeof PART_OF)[number], string>>

const WORDS: Readonly<Record<PartOfRelease, string>> = {
  regressed: 'Came back in',
  fixed: 'Fixed in',
  all: 'Brought by, back in, fixed in or first seen in',
}

/** Of a release (`partOf`, as service@version) those that came back in it, are fixed in it, or all that have to do with it (`part`). */
export async function readPartOf(
  db: Db,
  { partOf, part }: PartQuery,
): Promise<{ readonly ids: readonly number[]; readonly text: string } | { readonly remark: string } | undefined> {
  if (!partOf && !part) return undefined
  const name = releaseName.safeParse(partOf).data
  const release = name && (await findRelease(db, name.service, name.version))
  if (!release || !isPart(part))
    return { remark: 'Defects of a release are asked for by the release, and regressed, fixed or all. Showing all.' }
  return {
    ids: await listDefectIdsOfRelease(db, release, part),
    text: `${WORDS[part]} ${name.service} ${middleCut(name.version)}`,
  }
}

const isPart = (text: string): text is PartOfRelease => Object.hasOwn(WORDS, text)
