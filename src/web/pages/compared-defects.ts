import { middleCut } from '../../../views/format.ts'
import { ageText } from '../../../views/releases/age-ticks.tsx'
import type { Db } from '../../store/database.ts'
import { findRelease, type ReleaseDetails } from '../../store/releases/release-queries.ts'
import { findEnvironment } from '../../store/services/services.ts'
import { releaseName } from '../query.ts'
import { daysIn } from './age-parameter.ts'
import { COMPARED_PARTS, type ComparedPart, comparedIds, layComparison, seenInSeveral } from './comparison.ts'

/** The defects that a number of the comparison of releases counts, as the list of defects is asked for them. */

const LETTERS: readonly (string | undefined)[] = ['A', 'B', 'C', 'D']
export const COMPARED = [
  'comparedA',
  'comparedB',
  'comparedC',
  'comparedD',
  'comparedIn',
  'compared',
  'comparedUntil',
] as const
type ComparedQuery = Readonly<Record<(typeof COMPARED)[number], string>>

interface Compared {
  readonly ids: readonly number[]
  readonly text: string
}

const REMARK =
  'Defects of a comparison are asked for by two to four releases as service@version, an environment and what is counted of which. Showing all.'

/**
 * By the releases (`comparedA` to `comparedD`), an environment (`comparedIn`) and what is counted of which of them
 * (`compared=found-A`, `several`), up to an age in days (`comparedUntil`). By the rule of the comparison itself.
 */
export async function readCompared(
  db: Db,
  asked: ComparedQuery,
  now: number,
): Promise<Compared | { readonly remark: string } | undefined> {
  if (COMPARED.every((name) => !asked[name])) return undefined
  const releases = await findReleases(db, asked)
  const environment = asked.comparedIn ? await findEnvironment(db, asked.comparedIn) : undefined
  const which = asked.compared === 'several' ? 'several' : partIn(asked.compared)
  const days = asked.comparedUntil === '' ? undefined : daysIn(asked.comparedUntil)
  if (!releases || !environment || !which || Number.isNaN(days)) return { remark: REMARK }
  const laid = await layComparison(db, releases, environment, now)
  const of = releases.map(({ version }, i) => `${LETTERS[i]} ${middleCut(version)}`).join(', ')
  const text = (what: string) => `Compared in ${environment.name}, ${of}: ${what}`
  if (which === 'several') return { ids: seenInSeveral(laid), text: text('seen in several') }
  const { part, i } = which
  if (i >= releases.length) return { remark: REMARK }
  const age = days === undefined ? '' : ` by an age of ${ageText(days)}`
  return { ids: comparedIds(laid, i, part, days), text: text(`${PART_WORDS[part]} ${LETTERS[i]}${age}`) }
}

const PART_WORDS: Readonly<Record<ComparedPart, string>> = {
  found: 'found in',
  severe: 'S1 and S2 found in',
  fixed: 'found in and fixed of',
  regressed: 'came back in',
  only: 'seen only in',
}

/** `found-A` */
function partIn(text: string): { readonly part: ComparedPart; readonly i: number } | undefined {
  const [name, letter] = text.split('-')
  const part = COMPARED_PARTS.find((one) => one === name)
  const i = LETTERS.indexOf(letter)
  return part === undefined || i < 0 ? undefined : { part, i }
}

/** Of two to four releases, each named once and one after the other. */
async function findReleases(db: Db, asked: ComparedQuery): Promise<readonly ReleaseDetails[] | undefined> {
  const names = [asked.comparedA, asked.comparedB, asked.comparedC, asked.comparedD]
  const given = names.filter((name) => name !== '')
  const releases: ReleaseDetails[] = []
  for (const text of given) {
    const name = releaseName.safeParse(text)
    const release = name.success ? await findRelease(db, name.data.service, name.data.version) : undefined
    if (!release || releases.some(({ id }) => id === release.id)) return undefined
    releases.push(release)
  }
  return releases.length >= 2 && given.every((name, i) => names[i] === name) ? releases : undefined
}
