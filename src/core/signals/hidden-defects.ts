import { fitGoelOkumoto, type GoelOkumotoFit } from '../statistics/goel-okumoto.ts'
import { counted, lengthOf } from '../text/wording.ts'

export interface HiddenDefects {
  readonly word: 'too early' | 'estimated' | 'roughly estimated'
  readonly sentence: string
  /** The sentence without the defects found, which stand between the two. */
  readonly around: readonly [before: string, after: string]
  readonly found: number
  readonly lifeDays: number
  readonly fit: GoelOkumotoFit | undefined
}

/** With less than half of the estimate found it is more a continuation of the curve than a count. */
const ROUGH = 0.5

/**
 * How many defects of a release are still to be found, from how its discoveries slow down (`fitGoelOkumoto`).
 *
 * @param ages     of the release, in days of being live, at which its defects were first seen
 * @param lifeDays how long it has been live
 */
export function hiddenDefects(ages: readonly number[], lifeDays: number): HiddenDefects {
  const fit = fitGoelOkumoto(ages, lifeDays)
  const length = lengthOf(lifeDays)
  if (!fit) {
    const why = ages.length < 5 ? 'five are needed' : 'they have not become rarer yet'
    return { word: 'too early', ...told('Too early: ', ` in ${length}, ${why}.`), fit: undefined }
  }
  const share = ages.length / fit.total
  const word = share < ROUGH ? 'roughly estimated' : 'estimated'
  const more = counted(Math.round(fit.remaining), 'more defect', 'more defects')
  const rough = word === 'estimated' ? '' : ', which is rough'
  const after = ` in ${length} are ${Math.round(share * 100)} % of the estimate${rough}.`
  return { word, ...told(`About ${more} to be found: `, after), fit }

  function told(before: string, after: string): Omit<HiddenDefects, 'word' | 'fit'> {
    const around = [before, after] as const
    return { sentence: around.join(counted(ages.length, 'defect')), around, found: ages.length, lifeDays }
  }
}
