import { fitGoelOkumoto, type GoelOkumotoFit } from '../statistics/goel-okumoto.ts'
import { counted, lengthOf } from '../text/wording.ts'

export interface HiddenDefects {
  readonly word: 'too early' | 'estimated' | 'roughly estimated'
  readonly sentence: string
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
  const found = counted(ages.length, 'defect')
  if (!fit) {
    const why = ages.length < 5 ? 'five are needed' : 'they have not become rarer yet'
    return { word: 'too early', sentence: `Too early: ${found} in ${lengthOf(lifeDays)}, ${why}.`, fit: undefined }
  }
  const share = ages.length / fit.total
  const word = share < ROUGH ? 'roughly estimated' : 'estimated'
  const more = Math.round(fit.remaining)
  const sentence = `About ${counted(more, 'more defect', 'more defects')} to be found: ${found} in ${lengthOf(lifeDays)} are ${Math.round(share * 100)} % of the estimate${word === 'estimated' ? '' : ', which is rough'}.`
  return { word, sentence, fit }
}
