import { tickDays } from '../../src/core/verdict/discovery-window.ts'
import { Icon } from '../components/icon.tsx'
import { TableBox } from '../components/page-parts.tsx'
import { niceTop } from '../defects/occurrences-chart.tsx'
import { counted, formatCount, formatDuration, middleCut } from '../format.ts'

/** Defects found by age, one stepping line per release; drawn by the server: x in percent, y in pixels. */

export interface CompareLine {
  /** `A` to `D`. */
  readonly letter: string
  readonly version: string
  /** Days at which a defect was found, in order. */
  readonly ages: readonly number[]
  readonly lifeDays: number
  readonly rolledBack: boolean
}

interface CompareChartProps {
  readonly lines: readonly CompareLine[]
  readonly commonDays: number
}

const DAY_MS = 86_400_000
const TOP = 22
const PLOT = 168
const BOTTOM = TOP + PLOT
const HEIGHT = BOTTOM + 24
/** The plot's own units; the browser stretches them to its width. */
const WIDTH = 1_000

export function CompareChart({ lines, commonDays }: CompareChartProps) {
  const days = windowOf(lines, commonDays)
  const found = (line: CompareLine, age: number) => line.ages.filter((one) => one <= age).length
  const top = niceTop(Math.max(4, ...lines.map((line) => found(line, days))))
  const y = (count: number): number => BOTTOM - (count / top) * PLOT
  const percent = (age: number): string => `${Math.round((age / days) * 10_000) / 100}%`
  const marks = top % 2 === 0 ? [0, top / 2, top] : [0, top]
  return (
    <figure>
      <div class="ch" role="img" aria-label={conclusion(lines, commonDays)}>
        <svg height={HEIGHT} aria-hidden="true">
          {marks.map((count) => (
            <text x="100%" dx="-8" y={y(count) + 4} text-anchor="end">
              {formatCount(count)}
            </text>
          ))}
        </svg>
        <svg height={HEIGHT} aria-hidden="true">
          {marks.map((count) => (
            <line class={count === 0 ? 'base' : 'grid-line'} x1="0" x2="100%" y1={y(count)} y2={y(count)} />
          ))}
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
          {lines.map((line) => {
            const end = Math.min(line.lifeDays, days)
            const share = end / days
            return line.lifeDays === 0 ? null : (
              <text
                class={`cmp-end cmp-${line.letter.toLowerCase()}`}
                x={percent(end)}
                dx={share > 0.9 ? -6 : 6}
                y={y(found(line, end)) + (share > 0.9 ? -6 : 4)}
                text-anchor={share > 0.9 ? 'end' : 'start'}
              >
                {line.rolledBack && line.lifeDays <= days ? `${line.letter} ◀` : line.letter}
              </text>
            )
          })}
          {tickDays(days).map((age, i) => (
            <text
              class={i % 2 === 1 ? 'x-odd' : ''}
              x={percent(age)}
              y={BOTTOM + 17}
              text-anchor={i === 0 ? 'start' : age / days > 0.94 ? 'end' : 'middle'}
            >
              {age === 0 ? 'Live' : ageText(age)}
            </text>
          ))}
        </svg>
      </div>
      <details class="data mt8">
        <summary>
          <Icon name="table" small />
          Show data as table
        </summary>
        <ByAge
          lines={lines}
          ages={[...new Set([...tickDays(days).slice(1), ...(commonDays > 0 ? [commonDays] : [])])].sort(
            (a, b) => a - b,
          )}
        />
      </details>
    </figure>
  )
}

/** The age all have reached takes half of the width, when any is older. */
const windowOf = (lines: readonly CompareLine[], commonDays: number): number => {
  const longest = Math.max(1 / 24, ...lines.map(({ lifeDays }) => lifeDays))
  return commonDays > 0 ? Math.min(longest, commonDays * 2) : longest
}

function steps({ ages, lifeDays }: CompareLine, days: number, y: (count: number) => number): string {
  const x = (age: number): string => ((age / days) * WIDTH).toFixed(1)
  const end = Math.min(lifeDays, days)
  const rises = ages.filter((age) => age <= end).map((age, i) => `H${x(age)}V${y(i + 1).toFixed(1)}`)
  return `M0 ${y(0)}${rises.join('')}H${x(end)}`
}

export const ageText = (days: number): string => formatDuration(Math.round(days * DAY_MS))

function conclusion(lines: readonly CompareLine[], commonDays: number): string {
  const at = (line: CompareLine) => line.ages.filter((age) => commonDays === 0 || age <= commonDays).length
  const said = lines.map((line) => `${line.letter}, ${line.version}: ${counted(at(line), 'defect')}`).join('; ')
  return commonDays > 0 ? `Defects found by the age of ${ageText(commonDays)}. ${said}.` : `Defects found. ${said}.`
}

function ByAge({ lines, ages }: { lines: readonly CompareLine[]; ages: readonly number[] }) {
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
                    formatCount(line.ages.filter((one) => one <= age).length)
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
