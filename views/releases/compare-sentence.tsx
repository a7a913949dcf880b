import { range } from '../../src/core/text/wording.ts'
import type { CountsCompared } from '../../src/core/verdict/equal-age.ts'
import { Linked } from '../components/linked.tsx'
import { formatCount } from '../format.ts'
import { ageText } from './age-ticks.tsx'
import type { ComparedRelease } from './compare-page.tsx'

type Shown = Pick<ComparedRelease, 'version' | 'letter' | 'at'>

interface DifferenceProps {
  readonly first: Shown
  readonly second: Shown
  readonly compared: CountsCompared
  readonly commonDays: number
  /** The defects of one of them by that age. */
  readonly rowsOf: (release: Shown) => string
}

/** What can be said of two counts at the same age, as a sentence; the counts lead to their defects. */
export function Difference({ first, second, compared: { word, interval }, commonDays, rowsOf }: DifferenceProps) {
  const [a, b] = [first.letter, second.letter]
  const times = ` (${range(interval)} times as many, 90 % interval)`
  const count = (release: Shown) => (
    <Linked href={release.at.byCommonAge.all === 0 ? undefined : rowsOf(release)}>
      {formatCount(release.at.byCommonAge.all)}
      <span class="vh"> defects of {release.letter}</span>
    </Linked>
  )
  return (
    <>
      {BEGINNINGS[word](a, b)}: {count(first)} against {count(second)} by the age of {ageText(commonDays)}
      {word === 'not enough data' ? '' : times}.
    </>
  )
}

const BEGINNINGS: Readonly<Record<CountsCompared['word'], (first: string, second: string) => string>> = {
  more: (a, b) => `${a} had more defects than ${b}`,
  fewer: (a, b) => `${a} had fewer defects than ${b}`,
  'no clear difference': (a, b) => `No clear difference between ${a} and ${b}`,
  'not enough data': (a, b) => `Not enough data to tell ${a} and ${b} apart`,
}
