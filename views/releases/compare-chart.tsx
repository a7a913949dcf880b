import { tickDays } from '../../src/core/verdict/discovery-window.ts'
import { apart } from '../components/apart.ts'
import { AsTable } from '../components/as-table.tsx'
import { countScale, ScaleLines, ScaleWords } from '../components/count-scale.tsx'
import { Count, TableBox } from '../components/page-parts.tsx'
import { counted, middleCut } from '../format.ts'
import { AgeTicks, ageText, percentOf } from './age-ticks.tsx'

/** Defects found by age, one stepping line per release; drawn by the server: x in percent, y in pixels. */

export interface CompareLine {
  /** `A` to `D`. */
  readonly letter: string
  readonly version: string
  /** Defects by the days of age at which they were found, in order. */
  readonly found: readonly { readonly age: number }[]
  readonly lifeDays: number
  readonly rolledBack: boolean
}

interface CompareChartProps {
  readonly lines: readonly CompareLine[]
  readonly commonDays: number
  /** The defects of one of them by an age. */
  readonly rowsOf: (line: CompareLine, age: number) => string
}

const TOP = 22
const PLOT = 168
const BOTTOM = TOP + PLOT
const HEIGHT = BOTTOM + 24
/** The plot's own units; the browser stretches them to its width. */
const WIDTH = 1_000

export function CompareChart({ lines, commonDays, rowsOf }: CompareChartProps) {
  const days = windowOf(lines, commonDays)
  const found = (line: CompareLine, age: number) => foundBy(line, age).length
  const scale = countScale(Math.max(4, ...lines.map((line) => found(line, days))), { bottom: BOTTOM, plot: PLOT })
  const { y } = scale
  const percent = (age: number): string => percentOf(age, days)
  return (
    <figure>
      <div class="ch" role="img" aria-label={conclusion(lines, commonDays)}>
        <ScaleWords scale={scale} height={HEIGHT} />
        <svg height={HEIGHT} aria-hidden="true">
          <ScaleLines scale={scale} />
          {commonDays > 0 && commonDays < days ? (
            <>
              <line class="same-age" x1={percent(commonDays)} x2={percent(commonDays)} y1={TOP - 6} y2={BOTTOM} />
              <text
                x={percent(commonDays)}
                dx={commonDays > days / 2 ? -6 : 6}
                y={TOP - 8}
                text-anchor={commonDays > days / 2 ? 'end' : 'start'}
              >
                All have reached {ageText(commonDays)}
              </text>
            </>
          ) : null}
          <svg
            width="100%"
            height={HEIGHT}
            viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
            preserveAspectRatio="none"
            aria-hidden="true"
          >
            {lines.map((line) => (
              <path class={`cmp-line cmp-${line.letter.toLowerCase()}`} d={steps(line, days, y)} />
            ))}
          </svg>
          {endsOf(lines, days, (line, end) => y(found(line, end))).map(({ line, end, isLate, at }) => (
            <text
              class={`cmp-end cmp-${line.letter.toLowerCase()}`}
              x={percent(end)}
              dx={isLate ? -6 : 6}
              y={at}
              text-anchor={isLate ? 'end' : 'start'}
            >
              {line.rolledBack && line.lifeDays <= days ? `${line.letter} ◀` : line.letter}
            </text>
          ))}
          <AgeTicks days={days} y={BOTTOM + 17} />
        </svg>
      </div>
      <AsTable>
        <ByAge
          lines={lines}
          rowsOf={rowsOf}
          ages={[...new Set([...tickDays(days).slice(1), ...(commonDays > 0 ? [commonDays] : [])])].sort(
            (a, b) => a - b,
          )}
        />
      </AsTable>
    </figure>
  )
}

/** Lines that end this share of the width from each other have their letters in each other's way. */
const NEAR = 0.06
const LETTER_PX = 14

/** Where the lines have their letters: behind their ends, above those at the edge; on no other line, nor on a letter. */
function endsOf(lines: readonly CompareLine[], days: number, heightOf: (line: CompareLine, end: number) => number) {
  const ends = lines.flatMap((line) => {
    const end = Math.min(line.lifeDays, days)
    const isLate = end / days > 0.9
    if (line.lifeDays === 0) return []
    const passing = lines.filter(({ lifeDays }) => lifeDays > end).map((other) => heightOf(other, end))
    const at = heightOf(line, end)
    const places = (isLate ? [at - 6, at + 16] : [at + 4, at - 6, at + 16]).filter((place) => place <= BOTTOM + 4)
    const free = places.find((place) => !passing.some((y) => y > place - LETTER_PX && y < place + 3))
    return [{ line, end, isLate, at: free ?? at - 6 }]
  })
  return ends.map((one, i) => {
    const near = ends.flatMap((other, n) => (Math.abs(other.end - one.end) / days < NEAR ? [n] : []))
    const places = apart(
      near.map((n) => ends[n]?.at ?? 0),
      LETTER_PX,
      BOTTOM + 4,
    )
    return { ...one, at: places[near.indexOf(i)] ?? one.at }
  })
}

const foundBy = (line: CompareLine, age: number) => line.found.filter((one) => one.age <= age)

/** The age all have reached takes half of the width, when any is older. */
const windowOf = (lines: readonly CompareLine[], commonDays: number): number => {
  const longest = Math.max(1 / 24, ...lines.map(({ lifeDays }) => lifeDays))
  return commonDays > 0 ? Math.min(longest, commonDays * 2) : longest
}

function steps({ found, lifeDays }: CompareLine, days: number, y: (count: number) => number): string {
  const x = (age: number): string => ((age / days) * WIDTH).toFixed(1)
  const end = Math.min(lifeDays, days)
  const rises = found.filter(({ age }) => age <= end).map(({ age }, i) => `H${x(age)}V${y(i + 1).toFixed(1)}`)
  return `M0 ${y(0)}${rises.join('')}H${x(end)}`
}

function conclusion(lines: readonly CompareLine[], commonDays: number): string {
  const at = (line: CompareLine) => (commonDays === 0 ? line.found.length : foundBy(line, commonDays).length)
  const said = lines.map((line) => `${line.letter}, ${line.version}: ${counted(at(line), 'defect')}`).join('; ')
  return commonDays > 0 ? `Defects found by the age of ${ageText(commonDays)}. ${said}.` : `Defects found. ${said}.`
}

function Found({ n, href }: { n: number; href: string }) {
  return n === 0 ? <Count n={0} /> : <Count n={n} href={href} of="defects" />
}

type ByAgeProps = Pick<CompareChartProps, 'lines' | 'rowsOf'> & { readonly ages: readonly number[] }

function ByAge({ lines, ages, rowsOf }: ByAgeProps) {
  return (
    <TableBox label="Defects found by age">
      <table class="t keep">
        <caption>Defects found by age; a dash where a release has not become that old</caption>
        <thead>
          <tr>
            <th scope="col">Age</th>
            {lines.map(({ letter, version }) => (
              <th scope="col" class="num" title={version}>
                {letter} {middleCut(version, 14)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {ages.map((age) => (
            <tr>
              <th scope="row">{ageText(age)}</th>
              {lines.map((line) => (
                <td class="num">
                  {line.lifeDays >= age ? (
                    <Found n={foundBy(line, age).length} href={rowsOf(line, age)} />
                  ) : (
                    <span class="t3">–</span>
                  )}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </TableBox>
  )
}
